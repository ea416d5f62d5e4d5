// RUN: ember-opt %s -p canonicalize --verify-each | filecheck %s

llm.model @m from "simulated"

// A first rung that is known to be accepted is the result, and no other runs.
// CHECK-LABEL: func.func @cascade_of_accepted
func.func @cascade_of_accepted(%p: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%p) draw <0>
  // CHECK-NEXT: func.return %[[A]]
  %r = ensemble.cascade : !llm.text do {
    %a = llm.generate @m(%p) draw <0>
    %same = llm.equal %a, %a : !llm.text
    ensemble.accept %a if %same : !llm.text
  } else {
    %b = llm.generate @m(%p) draw <1>
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// Rungs that are known to be refused, and cannot fail, go; the last one that yields is the result.
// CHECK-LABEL: func.func @cascade_of_refused
func.func @cascade_of_refused(%p: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[B:.*]] = llm.generate @m(%p) draw <1>
  // CHECK-NEXT: func.return %[[B]]
  %false = arith.constant false
  %r = ensemble.cascade : !llm.text do {
    %t = llm.template "{0}!"(%p)
    ensemble.accept %t if %false : !llm.text
  } else {
    ensemble.accept %p if %false : !llm.text
  } else {
    %b = llm.generate @m(%p) draw <1>
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// A refused rung that asks a model stays, as asking may fail; so does a last one that is refused.
// CHECK-LABEL: func.func @cascade_that_may_fail
func.func @cascade_that_may_fail(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: ensemble.cascade
  // CHECK: } else {
  // CHECK: ensemble.cascade
  // CHECK: llm.list
  %false = arith.constant false
  %r = ensemble.cascade : !llm.text do {
    %b = llm.generate @m(%p) draw <1>
    ensemble.accept %b if %false : !llm.text
  } else {
    ensemble.yield %p : !llm.text
  }
  %s = ensemble.cascade : !llm.text do {
    ensemble.accept %p if %false : !llm.text
  }
  %l = llm.list(%r, %s) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// A rung whose test is not known stays, and so do all behind it.
// CHECK-LABEL: func.func @cascade_of_unknown
func.func @cascade_of_unknown(%p: !llm.text, %c: i1) -> !llm.text {
  // CHECK: ensemble.cascade
  // CHECK: ensemble.accept %{{.*}} if %c
  // CHECK: } else {
  // CHECK: ensemble.accept %{{.*}} if
  // CHECK: } else {
  // CHECK: ensemble.yield
  %true = arith.constant true
  %r = ensemble.cascade : !llm.text do {
    ensemble.accept %p if %c : !llm.text
  } else {
    %t = llm.template "{0}!"(%p)
    ensemble.accept %t if %true : !llm.text
  } else {
    ensemble.yield %p : !llm.text
  }
  func.return %r : !llm.text
}

// A first arm that cannot fail is the result.
// CHECK-LABEL: func.func @fallback_of_sure
func.func @fallback_of_sure(%p: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[T:.*]] = llm.template "{0}!"(%p)
  // CHECK-NEXT: func.return %[[T]]
  %r = ensemble.fallback : !llm.text do {
    %t = llm.template "{0}!"(%p)
    ensemble.yield %t : !llm.text
  } else {
    %b = llm.generate @m(%p) draw <1>
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// An arm alone has none to fall back on.
// CHECK-LABEL: func.func @fallback_of_one
func.func @fallback_of_one(%p: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%p) draw <1>
  // CHECK-NEXT: func.return %[[A]]
  %r = ensemble.fallback : !llm.text do {
    %b = llm.generate @m(%p) draw <1>
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// Calls, functions that are not pure, indices and votes can fail, so their arms stay.
// CHECK-LABEL: func.func @fallback_that_may_fail
func.func @fallback_that_may_fail(%p: !llm.text, %xs: !llm.list<!llm.text>, %i: i64) -> !llm.list<!llm.text> {
  // CHECK-COUNT-4: ensemble.fallback
  // CHECK: llm.list
  %a = ensemble.fallback : !llm.text do {
    %x = llm.generate @m(%p) temperature 0 site <1>
    ensemble.yield %x : !llm.text
  } else {
    ensemble.yield %p : !llm.text
  }
  %b = ensemble.fallback : !llm.text do {
    %x = llm.apply effectful @f(%p) : (!llm.text) -> !llm.text
    ensemble.yield %x : !llm.text
  } else {
    ensemble.yield %p : !llm.text
  }
  %c = ensemble.fallback : !llm.text do {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    ensemble.yield %x : !llm.text
  } else {
    ensemble.yield %p : !llm.text
  }
  %d = ensemble.fallback : !llm.text do {
    %x = ensemble.vote %xs : !llm.list<!llm.text>
    ensemble.yield %x : !llm.text
  } else {
    ensemble.yield %p : !llm.text
  }
  %l = llm.list(%a, %b, %c, %d) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Who runs alone wins.
// CHECK-LABEL: func.func @race_of_one
func.func @race_of_one(%p: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%p) draw <1>
  // CHECK-NEXT: func.return %[[A]]
  %r = ensemble.race : !llm.text do {
    %b = llm.generate @m(%p) draw <1>
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// Who wins among several is not decided here, even if the first needs no time.
// CHECK-LABEL: func.func @race_of_two
func.func @race_of_two(%p: !llm.text) -> !llm.text {
  // CHECK: ensemble.race
  // CHECK: } or {
  %r = ensemble.race : !llm.text do {
    ensemble.yield %p : !llm.text
  } or {
    %b = llm.generate @m(%p) draw <1>
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// A refinement of one round is that round, whether it accepts or not; its index is 0.
// CHECK-LABEL: func.func @refine_of_one_round
func.func @refine_of_one_round(%p: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%p) draw <0[0]>
  // CHECK-NEXT: func.return %[[A]]
  %r = ensemble.refine %d from %p at_most 1 : !llm.text do {
    %a = llm.generate @m(%d) draw <0[*]>
    %done = llm.equal %a, %d : !llm.text
    ensemble.accept %a if %done : !llm.text
  }
  func.return %r : !llm.text
}

// A refinement whose first round is known to accept is that round.
// CHECK-LABEL: func.func @refine_of_accepted
func.func @refine_of_accepted(%ps: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.map
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%{{.*}}) draw <0[*, 0]>
  // CHECK-NEXT: ensemble.yield %[[A]]
  %true = arith.constant true
  %s = ensemble.map %p in %ps : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %r = ensemble.refine %d from %p at_most 5 must_accept : !llm.text do {
      %a = llm.generate @m(%d) draw <0[*, *]>
      ensemble.accept %a if %true : !llm.text
    }
    ensemble.yield %r : !llm.text
  }
  func.return %s : !llm.list<!llm.text>
}

// One round that must be accepted may fail; several rounds are not known.
// CHECK-LABEL: func.func @refine_that_may_fail
func.func @refine_that_may_fail(%p: !llm.text, %c: i1) -> !llm.list<!llm.text> {
  // CHECK: ensemble.refine {{.*}} at_most 1 must_accept
  // CHECK: ensemble.refine {{.*}} at_most 2
  %r = ensemble.refine %d from %p at_most 1 must_accept : !llm.text do {
    ensemble.accept %d if %c : !llm.text
  }
  %s = ensemble.refine %d from %p at_most 2 : !llm.text do {
    ensemble.accept %d if %c : !llm.text
  }
  %l = llm.list(%r, %s) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Regions of a parallel run stay: their failures are one.
// CHECK-LABEL: func.func @parallel
func.func @parallel(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.parallel
  %r = ensemble.parallel : !llm.list<!llm.text> do {
    ensemble.yield %p : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// What can fail decides in an arm that others may follow, though nobody reads it.
// CHECK-LABEL: func.func @read_by_nobody
func.func @read_by_nobody(%a: !llm.text, %b: !llm.text) -> !llm.text {
  // CHECK: ensemble.fallback
  // CHECK-NEXT: llm.parse
  // CHECK-NEXT: ensemble.yield
  %r = ensemble.fallback : !llm.text do {
    %n = llm.parse %a as regex "[0-9]+" : !llm.text
    ensemble.yield %a : !llm.text
  } else {
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}
