// RUN: ember-opt %s --optimize-for=cost -p sink-calls --verify-each | filecheck %s
// RUN: ember-opt %s -p sink-calls --verify-each | filecheck %s --check-prefix BOTH
// RUN: ember-opt %s -p sink-calls --optimize-for latency --explain 2>&1 >/dev/null | filecheck %s --check-prefix WAITS

// WAITS-NOT: + {{.*}}sink_calls.mlir
// WAITS: would wait for it, and time counts

llm.model @m from "simulated"
llm.model @own from "simulated" clearance "pii"

// A call whose answer one arm reads is made in it, and what leads to it alone goes along.
// CHECK-LABEL: func.func @one_arm
func.func @one_arm(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: %[[P:.*]] = llm.template "Explain {0}"
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%[[P]]) draw <0>
  // CHECK-NEXT: %[[T:.*]] = llm.template "{0}!"(%[[A]])
  // CHECK-NEXT: %[[B:.*]] = llm.generate @m(%[[T]]) draw <1>
  // CHECK-NEXT: scf.yield %[[B]]
  // CHECK-NEXT: } else {
  %p = llm.template "Explain {0}"(%q)
  %a = llm.generate @m(%p) draw <0>
  %t = llm.template "{0}!"(%a)
  %b = llm.generate @m(%t) draw <1>
  %r = scf.if %c -> (!llm.text) {
    scf.yield %b : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What two calls read stays, though each of them moves into an arm of its own.
// CHECK-LABEL: func.func @two_arms
func.func @two_arms(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%{{.*}}) draw <0>
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: llm.generate @m(%[[A]]) draw <1>
  // CHECK: } else {
  // CHECK-NEXT: llm.generate @m(%[[A]]) draw <2>
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @m(%a) draw <1>
  %d = llm.generate @m(%a) draw <2>
  %r = scf.if %c -> (!llm.text) {
    scf.yield %b : !llm.text
  } else {
    scf.yield %d : !llm.text
  }
  func.return %r : !llm.text
}

// It moves as deep as all of its readers stand.
// CHECK-LABEL: func.func @deep
func.func @deep(%c: i1, %d: i1, %e: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: scf.yield
  // CHECK-NEXT: } else {
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: llm.generate @m
  // CHECK-NEXT: scf.if
  %a = llm.generate @m(%q) draw <0>
  %r = scf.if %c -> (!llm.text) {
    scf.yield %q : !llm.text
  } else {
    %s = scf.if %d -> (!llm.text) {
      %t = scf.if %e -> (!llm.text) {
        scf.yield %a : !llm.text
      } else {
        %u = llm.template "{0}!"(%a)
        scf.yield %u : !llm.text
      }
      scf.yield %t : !llm.text
    } else {
      scf.yield %q : !llm.text
    }
    scf.yield %s : !llm.text
  }
  func.return %r : !llm.text
}

// A further rung of a cascade runs only if the ones before are refused; the first always does.
// CHECK-LABEL: func.func @rungs
func.func @rungs(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <0>
  // CHECK-NEXT: ensemble.cascade
  // CHECK-NEXT: ensemble.accept
  // CHECK-NEXT: } else {
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <1>
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @m(%q) draw <1>
  %r = ensemble.cascade : !llm.text do {
    ensemble.accept %a if %c : !llm.text
  } else {
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// What both arms read, or the condition, or what stands beside the branch, stays.
// CHECK-LABEL: func.func @read_by_others
func.func @read_by_others(%c: i1, %q: !llm.text) -> (!llm.text, !llm.text, !llm.text) {
  // CHECK-COUNT-3: llm.generate
  // CHECK: scf.if
  // CHECK-NOT: llm.generate
  // CHECK: func.return
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @m(%q) draw <1>
  %d = llm.generate @m(%q) draw <2>
  %e = llm.equal %b, %q : !llm.text
  %r = scf.if %c -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %a : !llm.text
  }
  %s = scf.if %e -> (!llm.text) {
    scf.yield %b : !llm.text
  } else {
    scf.yield %d : !llm.text
  }
  func.return %r, %s, %d : !llm.text, !llm.text, !llm.text
}

// In a region that repeats it would be asked again and again.
// CHECK-LABEL: func.func @repeats
func.func @repeats(%c: i1, %q: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: llm.generate
  // CHECK-NEXT: ensemble.map
  %a = llm.generate @m(%q) draw <0>
  %r = scf.if %c -> (!llm.list<!llm.text>) {
    %s = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %t = llm.template "{0}{1}"(%x, %a)
      ensemble.yield %t : !llm.text
    }
    scf.yield %s : !llm.list<!llm.text>
  } else {
    scf.yield %xs : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// In an arm that may fail, its failure would lead to a result.
// CHECK-LABEL: func.func @into_a_fallback
func.func @into_a_fallback(%q: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.generate
  // CHECK-NEXT: ensemble.fallback
  %a = llm.generate @m(%q) draw <0>
  %r = ensemble.fallback : !llm.text do {
    %n = llm.parse %q as regex "[0-9]+" : !llm.text
    ensemble.yield %n : !llm.text
  } else {
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// A failure that is handled counts, whoever reads the answer.
// CHECK-LABEL: func.func @handled
func.func @handled(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NEXT: ensemble.fallback
  // CHECK-NEXT: llm.generate
  // CHECK-NEXT: scf.if
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

// A function that does something must not be called once a call before it has failed.
// CHECK-LABEL: func.func @before_an_effect
func.func @before_an_effect(%c: i1, %q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <0>
  // CHECK-NEXT: llm.apply effectful
  // CHECK-NEXT: scf.if
  // CHECK: llm.generate @m(%{{.*}}) draw <1>
  %a = llm.generate @m(%q) draw <0>
  %x = llm.apply effectful @charge(%q) : (!llm.text) -> !llm.text
  %b = llm.generate @m(%q) draw <1>
  %r = scf.if %c -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %b : !llm.text
  }
  func.return %r, %x : !llm.text, !llm.text
}

// Without a draw a call is fresh, and is never moved.
// CHECK-LABEL: func.func @fresh
func.func @fresh(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.generate
  // CHECK-NEXT: scf.if
  %a = llm.generate @m(%q) temperature 0.7
  %r = scf.if %c -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// A request tells that it is sent: one about what all may know stays out of a secret branch.
// CHECK-LABEL: func.func @secret_condition
func.func @secret_condition(
    %c: i1 {ember.label = #llm.label"pii"}, %s: !llm.text {ember.label = #llm.label"pii"},
    %q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: llm.generate @m(%q) draw <0>
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: llm.generate @own(%s) draw <1>
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @own(%s) draw <1>
  %r, %t = scf.if %c -> (!llm.text, !llm.text) {
    scf.yield %a, %b : !llm.text, !llm.text
  } else {
    scf.yield %q, %q : !llm.text, !llm.text
  }
  func.return %r, %t : !llm.text, !llm.text
}

// A secret acceptance decides about all rungs behind it.
// CHECK-LABEL: func.func @secret_acceptance
func.func @secret_acceptance(%c: i1 {ember.label = #llm.label"internal"}, %d: i1, %q: !llm.text)
    -> !llm.text {
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <1>
  // CHECK-NEXT: ensemble.cascade
  // CHECK-NEXT: ensemble.accept
  // CHECK-NEXT: } else {
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <0>
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @m(%q) draw <1>
  %r = ensemble.cascade : !llm.text do {
    ensemble.accept %q if %d : !llm.text
  } else {
    ensemble.accept %a if %c : !llm.text
  } else {
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// Where time counts, too, a call waits only for what is known from the start.
// CHECK-LABEL: func.func @late_condition
// BOTH-LABEL: func.func @late_condition
func.func @late_condition(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <0>
  // CHECK-NEXT: llm.equal
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <2>
  // CHECK: } else {
  // CHECK: } else {
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <1>
  // BOTH-NEXT: llm.generate @m(%{{.*}}) draw <0>
  // BOTH-NEXT: llm.equal
  // BOTH-NEXT: llm.generate @m(%{{.*}}) draw <2>
  // BOTH-NEXT: scf.if
  // BOTH-NEXT: scf.if
  // BOTH: llm.generate @m(%{{.*}}) draw <1>
  %kind = llm.generate @m(%q) draw <0>
  %d = llm.equal %kind, %q : !llm.text
  %a = llm.generate @m(%q) draw <1>
  %b = llm.generate @m(%q) draw <2>
  %r = scf.if %c -> (!llm.text) {
    %s = scf.if %d -> (!llm.text) {
      scf.yield %b : !llm.text
    } else {
      scf.yield %q : !llm.text
    }
    scf.yield %s : !llm.text
  } else {
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// What leads to a call stays if it can fail: before a function that does something, that counts.
// CHECK-LABEL: func.func @leading_may_fail
func.func @leading_may_fail(%c: i1, %q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: llm.parse
  // CHECK-NEXT: llm.apply effectful
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: llm.generate
  %n = llm.parse %q as regex "[0-9]+" : !llm.text
  %s = llm.apply effectful @send(%q) : (!llm.text) -> !llm.text
  %a = llm.generate @m(%n) draw <0>
  %r = scf.if %c -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r, %s : !llm.text, !llm.text
}

// What has moved reads what it read, and where it repeats from outside of that.
// CHECK-LABEL: func.func @moved_behind_a_barrier
func.func @moved_behind_a_barrier(%q: !llm.text, %c: i1, %xs: !llm.list<!llm.text>)
    -> (!llm.text, !llm.list<!llm.text>) {
  // CHECK-NEXT: %[[V:.*]] = llm.generate @m(%{{.*}}) draw <0>
  // CHECK-NEXT: scf.if
  %v = llm.generate @m(%q) draw <0>
  %r = scf.if %c -> (!llm.text) {
    scf.yield %v : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  // CHECK: ensemble.map
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: llm.template "{0} {1}"(%{{.*}}, %[[V]])
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <1[*]>
  %m = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0} {1}"(%x, %v)
    %t = llm.generate @m(%p) draw <1[*]>
    %s = scf.if %c -> (!llm.text) {
      scf.yield %t : !llm.text
    } else {
      scf.yield %x : !llm.text
    }
    ensemble.yield %s : !llm.text
  }
  func.return %r, %m : !llm.text, !llm.list<!llm.text>
}
