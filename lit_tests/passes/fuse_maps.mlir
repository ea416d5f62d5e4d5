// RUN: ember-opt %s -p fuse-maps --verify-each | filecheck %s

llm.model @m from "simulated"

// Two maps in a row are one; element i of both is the same, so every draw stays.
// CHECK-LABEL: func.func @two
func.func @two(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.map %[[X:.*]] in %{{.*}} : !llm.list<!llm.text> -> !llm.list<!llm.text>
  // CHECK-NEXT: %[[Y:.*]] = llm.generate @m(%[[X]]) draw <0[*]>
  // CHECK-NEXT: %[[P:.*]] = llm.template "Shorter: {0}"(%[[Y]])
  // CHECK-NEXT: %[[Z:.*]] = llm.generate @m(%[[P]]) draw <1[*]>
  // CHECK-NEXT: ensemble.yield %[[Z]]
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.generate @m(%x) draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "Shorter: {0}"(%y)
    %z = llm.generate @m(%p) draw <1[*]>
    ensemble.yield %z : !llm.text
  }
  func.return %zs : !llm.list<!llm.text>
}

// A row of maps is one, where the last stands, so that each may read what stands before it.
// CHECK-LABEL: func.func @row
func.func @row(%xs: !llm.list<!llm.text>, %q: !llm.text) -> !llm.list<i64> {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%{{.*}}) draw <0>
  // CHECK-NEXT: ensemble.map %[[X:.*]] in %{{.*}} : !llm.list<!llm.text> -> !llm.list<i64>
  // CHECK-NEXT: %[[Y:.*]] = llm.template "{0}!"(%[[X]])
  // CHECK-NEXT: %[[Z:.*]] = llm.template "{0}{1}"(%[[Y]], %[[A]])
  // CHECK-NEXT: %[[N:.*]] = llm.length of %[[Z]]
  // CHECK-NEXT: ensemble.yield %[[N]]
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.template "{0}!"(%x)
    ensemble.yield %y : !llm.text
  }
  %a = llm.generate @m(%q) draw <0>
  %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.template "{0}{1}"(%y, %a)
    ensemble.yield %z : !llm.text
  }
  %ns = ensemble.map %z in %zs : !llm.list<!llm.text> -> !llm.list<i64> do {
    %n = llm.length of %z : !llm.text
    ensemble.yield %n : i64
  }
  func.return %ns : !llm.list<i64>
}

// A map in between that gives its elements as they are gives what the first one yields.
// CHECK-LABEL: func.func @same_in_between
func.func @same_in_between(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.map
  // CHECK-NEXT: %[[Y:.*]] = llm.template "{0}!"(%{{.*}})
  // CHECK-NEXT: llm.template "{0}?"(%[[Y]])
  // CHECK-NEXT: ensemble.yield
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.template "{0}!"(%x)
    ensemble.yield %y : !llm.text
  }
  %same = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    ensemble.yield %y : !llm.text
  }
  %zs = ensemble.map %y in %same : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.template "{0}?"(%y)
    ensemble.yield %z : !llm.text
  }
  func.return %zs : !llm.list<!llm.text>
}

// Fused maps of lists may have maps in them that are in a row then.
// CHECK-LABEL: func.func @nested
func.func @nested(%xss: !llm.list<!llm.list<!llm.text>>) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK-NEXT: ensemble.map %[[XS:.*]] in
  // CHECK-NEXT: ensemble.map %[[X:.*]] in %[[XS]]
  // CHECK-NEXT: %[[Y:.*]] = llm.template "{0}!"(%[[X]])
  // CHECK-NEXT: %[[Z:.*]] = llm.template "{0}?"(%[[Y]])
  // CHECK-NEXT: ensemble.yield %[[Z]]
  // CHECK-NEXT: }
  // CHECK-NEXT: ensemble.yield
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return
  %yss = ensemble.map %xs in %xss
      : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.list<!llm.text>> do {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %y = llm.template "{0}!"(%x)
      ensemble.yield %y : !llm.text
    }
    ensemble.yield %ys : !llm.list<!llm.text>
  }
  %zss = ensemble.map %ys in %yss
      : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.list<!llm.text>> do {
    %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %z = llm.template "{0}?"(%y)
      ensemble.yield %z : !llm.text
    }
    ensemble.yield %zs : !llm.list<!llm.text>
  }
  func.return %zss : !llm.list<!llm.list<!llm.text>>
}

// A list that others read, too, must be there.
// CHECK-LABEL: func.func @read_elsewhere
func.func @read_elsewhere(%xs: !llm.list<!llm.text>)
    -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK-COUNT-2: ensemble.map
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.template "{0}!"(%x)
    ensemble.yield %y : !llm.text
  }
  %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.template "{0}?"(%y)
    ensemble.yield %z : !llm.text
  }
  func.return %ys, %zs : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// Where the first map leaves elements out, the second counts others.
// CHECK-LABEL: func.func @first_drops
func.func @first_drops(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: ensemble.map
  %ys = ensemble.map %x in %xs on_error drop
      : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.generate @m(%x) draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.generate @m(%y) draw <1[*]>
    ensemble.yield %z : !llm.text
  }
  func.return %zs : !llm.list<!llm.text>
}

// Where the second map has another value for what fails, that is no value for the first.
// CHECK-LABEL: func.func @second_uses
func.func @second_uses(%xs: !llm.list<!llm.text>, %d: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: ensemble.map
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.generate @m(%x) draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  %zs = ensemble.map %y in %ys on_error use %d
      : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.generate @m(%y) draw <1[*]>
    ensemble.yield %z : !llm.text
  }
  func.return %zs : !llm.list<!llm.text>
}

// A list with a label stays, as the label would be lost with it.
// CHECK-LABEL: func.func @labelled
func.func @labelled(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: ensemble.map
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text>
      attributes {ember.label = #llm.label"pii"} do {
    %y = llm.template "{0}!"(%x)
    ensemble.yield %y : !llm.text
  }
  %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.template "{0}?"(%y)
    ensemble.yield %z : !llm.text
  }
  func.return %zs : !llm.list<!llm.text>
}

// Functions that do something keep their order: all of the first map, then all of the second.
// CHECK-LABEL: func.func @acting
func.func @acting(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: ensemble.map
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.apply idempotent @save(%x) : (!llm.text) -> !llm.text
    ensemble.yield %y : !llm.text
  }
  %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.template "{0}?"(%y)
    ensemble.yield %z : !llm.text
  }
  func.return %zs : !llm.list<!llm.text>
}

// A function of the second map must not be called before all of the first has succeeded.
// CHECK-LABEL: func.func @acting_second
func.func @acting_second(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: ensemble.map
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.generate @m(%x) draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.apply effectful @send(%y) : (!llm.text) -> !llm.text
    ensemble.yield %z : !llm.text
  }
  func.return %zs : !llm.list<!llm.text>
}

// A function between two maps must not be called once the first has failed.
// CHECK-LABEL: func.func @acting_between
func.func @acting_between(%xs: !llm.list<!llm.text>, %q: !llm.text)
    -> (!llm.list<!llm.text>, !llm.text) {
  // CHECK-COUNT-2: ensemble.map
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.generate @m(%x) draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  %c = llm.apply effectful @charge(%q) : (!llm.text) -> !llm.text
  %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.generate @m(%y) draw <1[*]>
    ensemble.yield %z : !llm.text
  }
  func.return %zs, %c : !llm.list<!llm.text>, !llm.text
}

// A function behind both is none between them.
// CHECK-LABEL: func.func @acting_behind
func.func @acting_behind(%xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK-COUNT-1: ensemble.map
  // CHECK-NOT: ensemble.map
  // CHECK: llm.apply effectful
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.generate @m(%x) draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.generate @m(%y) draw <1[*]>
    ensemble.yield %z : !llm.text
  }
  %c = llm.apply effectful @charge(%zs) : (!llm.list<!llm.text>) -> !llm.text
  func.return %c : !llm.text
}

// Where a failure is handled, the second map must not ask about elements before one that fails.
// CHECK-LABEL: func.func @handled
func.func @handled(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: ensemble.map
  // CHECK: } else {
  %r = ensemble.fallback : !llm.list<!llm.text> do {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %y = llm.generate @m(%x) draw <0[*]>
      ensemble.yield %y : !llm.text
    }
    %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %z = llm.generate @m(%y) draw <1[*]>
      ensemble.yield %z : !llm.text
    }
    ensemble.yield %zs : !llm.list<!llm.text>
  } else {
    ensemble.yield %xs : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// There, a first map that cannot fail is fused all the same.
// CHECK-LABEL: func.func @handled_but_sure
func.func @handled_but_sure(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-1: ensemble.map
  // CHECK-NOT: ensemble.map
  // CHECK: } else {
  %r = ensemble.fallback : !llm.list<!llm.text> do {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %y = llm.template "{0}!"(%x)
      ensemble.yield %y : !llm.text
    }
    %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %z = llm.generate @m(%y) draw <1[*]>
      ensemble.yield %z : !llm.text
    }
    ensemble.yield %zs : !llm.list<!llm.text>
  } else {
    ensemble.yield %xs : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// A map does not move into an arm, where it might not run.
// CHECK-LABEL: func.func @other_block
func.func @other_block(%xs: !llm.list<!llm.text>, %c: i1) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map
  // CHECK: scf.if
  // CHECK: ensemble.map
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.generate @m(%x) draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  %r = scf.if %c -> (!llm.list<!llm.text>) {
    %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %z = llm.generate @m(%y) draw <1[*]>
      ensemble.yield %z : !llm.text
    }
    scf.yield %zs : !llm.list<!llm.text>
  } else {
    scf.yield %xs : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}
