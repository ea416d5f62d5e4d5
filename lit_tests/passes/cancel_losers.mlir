// RUN: ember-opt %s -p lower-to-sched,cancel-losers --verify-each | filecheck %s
// RUN: ember-opt %s -p speculate-branches,lower-to-sched,cancel-losers --optimize-for latency --speculate --verify-each | filecheck %s --check-prefix EARLY

llm.model @m from "simulated" clearance "pii"
llm.tool @time "Tells the time." takes "{\"type\": \"object\", \"properties\": {}}"

// What runs ahead of a branch ends when the arm is taken that does not read it.
// CHECK-LABEL: func.func @one_arm
func.func @one_arm(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[A:.*]] = sched.first -> !sched.future<!llm.text> do {
  // CHECK-NEXT: %[[NONE:.*]] = sched.task(%[[D:.*]] = %c : !sched.future<i1>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %[[EMPTY:.*]] = llm.constant ""
  // CHECK-NEXT: %[[TRUE:.*]] = arith.constant true
  // CHECK-NEXT: %[[NOT:.*]] = arith.xori %[[D]], %[[TRUE]] : i1
  // CHECK-NEXT: %[[LOST:.*]] = sched.accept %[[EMPTY]] if %[[NOT]]
  // CHECK-NEXT: sched.yield %[[LOST]]
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %[[NONE]]
  // CHECK-NEXT: } or {
  // CHECK-NEXT: %[[B:.*]] = sched.task({{.*}}) on @m_lane
  // CHECK-NEXT: sched.request @m(%{{.*}}) draw <0>
  // CHECK: sched.yield %[[B]]
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.if %c
  // CHECK-NEXT: sched.yield %[[A]]
  %a = llm.generate @m(%q) draw <0>
  %r = scf.if %c -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What leads to it alone goes along; where the other arm reads it, the condition itself decides.
// CHECK-LABEL: func.func @with_what_leads_there
func.func @with_what_leads_there(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK: sched.first
  // CHECK: sched.accept %{{.*}} if %c_1
  // CHECK: } or {
  // CHECK: sched.request @m(%{{.*}}) draw <0>
  // CHECK: sched.request @m(%{{.*}}) draw <1>
  // CHECK: sched.if
  %a = llm.generate @m(%q) draw <0>
  %t = llm.template "{0}!"(%a)
  %b = llm.generate @m(%t) draw <1>
  %r = scf.if %c -> (!llm.text) {
    scf.yield %q : !llm.text
  } else {
    scf.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// What was speculated is cancelled, in each arm that of the other one.
// EARLY-LABEL: func.func @speculated
// EARLY: sched.first -> !sched.list<!llm.text>
// EARLY: sched.accept
// EARLY: } or {
// EARLY-NEXT: sched.parallel on_error drop
// EARLY: sched.request @m(%{{.*}}) draw <1>
// EARLY: sched.first -> !sched.list<!llm.text>
// EARLY: sched.accept
// EARLY: } or {
// EARLY-NEXT: sched.parallel on_error drop
// EARLY: sched.request @m(%{{.*}}) draw <2>
// EARLY: sched.if
func.func @speculated(%q: !llm.text) -> !llm.text {
  %long = llm.constant "long"
  %kind = llm.generate @m(%q) draw <0>
  %c = llm.equal %kind, %long : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%q) draw <1>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <2>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// What both arms read, or the condition, runs to its end.
// CHECK-LABEL: func.func @read_by_others
func.func @read_by_others(%q: !llm.text, %c: i1) -> (!llm.text, !llm.text) {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @m(%q) draw <1>
  %d = llm.equal %a, %q : !llm.text
  %r = scf.if %d -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %s = scf.if %c -> (!llm.text) {
    scf.yield %b : !llm.text
  } else {
    %t = llm.template "{0}!"(%b)
    scf.yield %t : !llm.text
  }
  func.return %r, %s : !llm.text, !llm.text
}

// Of what asks nobody there is nothing to cancel.
// CHECK-LABEL: func.func @asks_nobody
func.func @asks_nobody(%q: !llm.text, %c: i1) -> !llm.text {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %a = llm.apply pure @upper(%q) : (!llm.text) -> !llm.text
  %r = scf.if %c -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What does something is never cancelled.
// CHECK-LABEL: func.func @acting
func.func @acting(%q: !llm.text, %c: i1) -> !llm.text {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %a = llm.generate @m(%q) draw <0>
  %b = llm.apply idempotent @save(%a) : (!llm.text) -> !llm.text
  %r = scf.if %c -> (!llm.text) {
    scf.yield %b : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What an effect waits for runs to its end: a failure of it forbids the effect.
// CHECK-LABEL: func.func @before_an_effect
func.func @before_an_effect(%q: !llm.text, %c: i1) -> (!llm.text, !llm.text) {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %a = llm.generate @m(%q) draw <0>
  %x = llm.apply effectful @charge(%q) : (!llm.text) -> !llm.text
  %r = scf.if %c -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r, %x : !llm.text, !llm.text
}

// Where a failure is handled, what may fail runs to its end.
// CHECK-LABEL: func.func @handled
func.func @handled(%q: !llm.text, %c: i1) -> !llm.text {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %r = ensemble.fallback : !llm.text do {
    %a = llm.generate @m(%q) draw <0>
    %s = scf.if %c -> (!llm.text) {
      scf.yield %a : !llm.text
    } else {
      scf.yield %q : !llm.text
    }
    ensemble.yield %s : !llm.text
  } else {
    ensemble.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What cannot fail, because it is left out then, is cancelled there, too.
// CHECK-LABEL: func.func @handled_but_sure
func.func @handled_but_sure(%q: !llm.text, %c: i1, %xs: !llm.list<!llm.text>)
    -> !llm.list<!llm.text> {
  // CHECK: sched.attempt
  // CHECK-NEXT: sched.first
  // CHECK: sched.fanout times 3 on_error drop
  %r = ensemble.fallback : !llm.list<!llm.text> do {
    %a = ensemble.sample 3 of @m(%q) on_error drop draw <0[*]>
    %s = scf.if %c -> (!llm.list<!llm.text>) {
      scf.yield %a : !llm.list<!llm.text>
    } else {
      scf.yield %xs : !llm.list<!llm.text>
    }
    ensemble.yield %s : !llm.list<!llm.text>
  } else {
    ensemble.yield %xs : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// A list that comes piece by piece would come as a whole.
// CHECK-LABEL: func.func @pieces
func.func @pieces(%q: !llm.text, %c: i1, %xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %a = ensemble.sample 3 of @m(%q) draw <0[*]>
  %s = scf.if %c -> (!llm.list<!llm.text>) {
    scf.yield %a : !llm.list<!llm.text>
  } else {
    scf.yield %xs : !llm.list<!llm.text>
  }
  func.return %s : !llm.list<!llm.text>
}

// A conversation that nobody reads cannot be made up, nor can a vector.
// CHECK-LABEL: func.func @not_made_up
func.func @not_made_up(%q: !llm.text, %c: i1, %v: tensor<?xf32>)
    -> (!llm.text, tensor<?xf32>) {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %a = llm.generate @m(%q) tools [@time] draw <0> -> !llm.messages
  %b = llm.embed @m(%q) site <1>
  %r, %s = scf.if %c -> (!llm.text, tensor<?xf32>) {
    %t = llm.content %a
    scf.yield %t, %b : !llm.text, tensor<?xf32>
  } else {
    scf.yield %q, %v : !llm.text, tensor<?xf32>
  }
  func.return %r, %s : !llm.text, tensor<?xf32>
}

// A secret condition must not be told by what is cancelled.
// CHECK-LABEL: func.func @secret
func.func @secret(%q: !llm.text, %c: i1 {ember.label = #llm.label"pii"}) -> !llm.text {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %a = llm.generate @m(%q) draw <0>
  %r = scf.if %c -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What an arm of a race fails of does not end the race.
// CHECK-LABEL: func.func @in_a_race
func.func @in_a_race(%q: !llm.text, %c: i1) -> !llm.text {
  // CHECK: sched.first
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %r = ensemble.race : !llm.text do {
    %a = llm.generate @m(%q) draw <0>
    %s = scf.if %c -> (!llm.text) {
      scf.yield %a : !llm.text
    } else {
      scf.yield %q : !llm.text
    }
    ensemble.yield %s : !llm.text
  } or {
    ensemble.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// A failure is handled from however deep in a region it comes.
// CHECK-LABEL: func.func @handled_around
func.func @handled_around(%xs: !llm.list<!llm.text>, %c: i1) -> !llm.list<!llm.text> {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %r = ensemble.fallback : !llm.list<!llm.text> do {
    %m = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %a = llm.generate @m(%x) draw <0[*]>
      %s = scf.if %c -> (!llm.text) {
        scf.yield %a : !llm.text
      } else {
        scf.yield %x : !llm.text
      }
      ensemble.yield %s : !llm.text
    }
    ensemble.yield %m : !llm.list<!llm.text>
  } else {
    ensemble.yield %xs : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// A record that nobody reads is made up of empty fields, if each can be.
// CHECK-LABEL: func.func @records
func.func @records(%q: !llm.text, %c: i1, %d: !llm.record<"a": !llm.text, "n": i64>)
    -> !llm.record<"a": !llm.text, "n": i64> {
  // CHECK: sched.first
  // CHECK: %[[A:.*]] = llm.constant ""
  // CHECK-NEXT: %[[N:.*]] = arith.constant 0 : i64
  // CHECK-NEXT: %[[EMPTY:.*]] = llm.record(%[[A]], %[[N]])
  // CHECK: sched.accept %[[EMPTY]] if
  // CHECK: } or {
  %a = llm.generate @m(%q) draw <0>
  %n = llm.length of %a : !llm.text
  %e = llm.record(%a, %n) : !llm.record<"a": !llm.text, "n": i64>
  %r = scf.if %c -> (!llm.record<"a": !llm.text, "n": i64>) {
    scf.yield %e : !llm.record<"a": !llm.text, "n": i64>
  } else {
    scf.yield %d : !llm.record<"a": !llm.text, "n": i64>
  }
  func.return %r : !llm.record<"a": !llm.text, "n": i64>
}

// Nor may what goes along tell a request of something that is secret, by how long it takes.
// CHECK-LABEL: func.func @secret_inside
func.func @secret_inside(%q: !llm.text, %c: i1, %s: !llm.text {ember.label = #llm.label"pii"})
    -> !llm.text {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %a = llm.generate @m(%q) draw <0>
  %t = llm.template "{0}{1}"(%a, %s)
  %r = scf.if %c -> (!llm.text) {
    scf.yield %t : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// Nothing is cancelled if any of its requests would be told more.
// CHECK-LABEL: func.func @secret_for_one
func.func @secret_for_one(%q: !llm.text, %c: i1, %s: !llm.text {ember.label = #llm.label"pii"})
    -> !llm.text {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %a = llm.generate @m(%q) draw <0>
  %t = llm.template "{0}{1}"(%a, %s)
  %b = llm.generate @m(%t) draw <1>
  %r = scf.if %c -> (!llm.text) {
    scf.yield %b : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What gives several values at once runs to its end.
// CHECK-LABEL: func.func @two_values
func.func @two_values(%q: !llm.text, %c: i1, %d: i1) -> !llm.text {
  // CHECK-NOT: sched.first
  // CHECK: func.return
  %a, %b = scf.if %d -> (!llm.text, !llm.text) {
    %x = llm.generate @m(%q) draw <0>
    scf.yield %x, %q : !llm.text, !llm.text
  } else {
    scf.yield %q, %q : !llm.text, !llm.text
  }
  %r = scf.if %c -> (!llm.text) {
    %t = llm.template "{0}{1}"(%a, %b)
    scf.yield %t : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}
