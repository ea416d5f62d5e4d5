// RUN: ember-opt %s -p speculate-branches --optimize-for latency --speculate --verify-each | filecheck %s
// RUN: ember-opt %s -p speculate-branches --optimize-for latency | filecheck %s --check-prefix UNASKED
// RUN: ember-opt %s -p speculate-branches --speculate | filecheck %s --check-prefix UNASKED
// RUN: ember-opt %s -p speculate-branches --optimize-for latency --speculate --explain 2>&1 >/dev/null | filecheck %s --check-prefix WHY
// RUN: ember-opt %s -p speculate-branches --optimize-for latency --explain 2>&1 >/dev/null | filecheck %s --check-prefix FORBIDDEN
// RUN: ember-opt %s -p speculate-branches --explain 2>&1 >/dev/null | filecheck %s --check-prefix SILENT

// UNASKED-NOT: ensemble.parallel
// FORBIDDEN: is left alone: no calls may be made in vain unless speculation is allowed
// SILENT: nothing to do: speculate-branches
// WHY: is asked while the condition of its branch is being found out

llm.model @m from "simulated"
llm.model @other from "simulated"

// Both arms ask one model about one text: both ask it early, and use what is there in time.
// CHECK-LABEL: func.func @both_arms
func.func @both_arms(%q: !llm.text) -> !llm.text {
  // CHECK: llm.equal
  // CHECK-NEXT: %[[LONG:.*]] = ensemble.parallel on_error drop : !llm.list<!llm.text> do {
  // CHECK-NEXT: %[[P:.*]] = llm.template "Explain {0}"(%{{.*}})
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%[[P]]) temperature 0.7 draw <1>
  // CHECK-NEXT: ensemble.yield %[[A]]
  // CHECK-NEXT: }
  // CHECK-NEXT: %[[SHORT:.*]] = ensemble.parallel on_error drop
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <2>
  // CHECK: scf.if
  // CHECK-NEXT: %[[Q:.*]] = llm.template "Explain {0}"(%{{.*}})
  // CHECK-NEXT: %[[R:.*]] = ensemble.fallback : !llm.text do {
  // CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0 : i64
  // CHECK-NEXT: %[[GOT:.*]] = llm.get %[[LONG]][%[[ZERO]]]
  // CHECK-NEXT: ensemble.yield %[[GOT]]
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %[[B:.*]] = llm.generate @m(%[[Q]]) temperature 0.7 draw <1>
  // CHECK-NEXT: ensemble.yield %[[B]]
  // CHECK-NEXT: }
  // CHECK-NEXT: llm.template "{0}!"(%[[R]])
  // CHECK: } else {
  // CHECK-NEXT: ensemble.fallback
  // CHECK: llm.get %[[SHORT]]
  %long = llm.constant "long"
  %kind = llm.generate @other(%q) draw <0>
  %c = llm.equal %kind, %long : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %p = llm.template "Explain {0}"(%q)
    %a = llm.generate @m(%p) temperature 0.7 draw <1>
    %t = llm.template "{0}!"(%a)
    scf.yield %t : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <2>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// A gate: nothing is sent first and checked later.
// CHECK-LABEL: func.func @gate
func.func @gate(%q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %bad = llm.constant "bad"
  %verdict = llm.generate @other(%q) draw <0>
  %c = llm.equal %verdict, %bad : !llm.text
  %r = scf.if %c -> (!llm.text) {
    scf.yield %bad : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <1>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// A gate that fails keeps what is behind it from the model: the call before the branch has passed it.
// CHECK-LABEL: func.func @gate_that_fails
func.func @gate_that_fails(%q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %verdict = llm.generate @other(%q) draw <0>
  %safe = llm.parse %verdict as regex "safe" : !llm.text
  %p = llm.template "It is {0}. Details for: {1}?"(%safe, %q)
  %a = llm.generate @m(%p) draw <1>
  %yes = llm.constant "yes"
  %c = llm.contains %a, %yes : !llm.text, !llm.text
  %r = scf.if %c -> (!llm.text) {
    %b = llm.generate @m(%q) draw <2>
    scf.yield %b : !llm.text
  } else {
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// So does one in the other arm.
// CHECK-LABEL: func.func @gate_in_the_other_arm
func.func @gate_in_the_other_arm(%q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %yes = llm.constant "yes"
  %verdict = llm.generate @other(%q) draw <0>
  %c = llm.equal %verdict, %yes : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %b = llm.generate @m(%q) draw <1>
    scf.yield %b : !llm.text
  } else {
    %why = llm.parse %verdict as regex "no, but .*" : !llm.text
    %p = llm.template "It was said: {0}. Answer briefly: {1}"(%why, %q)
    %b = llm.generate @m(%p) draw <2>
    scf.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// A gate whose other arm tells the model less: only that arm's call tells no more than both do.
// CHECK-LABEL: func.func @half_a_gate
func.func @half_a_gate(%q: !llm.text, %r: !llm.text) -> !llm.text {
  // CHECK: llm.equal
  // CHECK-NEXT: ensemble.parallel
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <2>
  // CHECK-NOT: ensemble.parallel
  // CHECK: scf.if
  // CHECK-NEXT: llm.template
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <1>
  // CHECK: func.return
  %long = llm.constant "long"
  %kind = llm.generate @other(%q) draw <0>
  %c = llm.equal %kind, %long : !llm.text
  %s = scf.if %c -> (!llm.text) {
    %p = llm.template "{0}{1}"(%q, %r)
    %a = llm.generate @m(%p) draw <1>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <2>
    scf.yield %a : !llm.text
  }
  func.return %s : !llm.text
}

// What is masked is another value, and so is a length: neither tells the text.
// CHECK-LABEL: func.func @less_than_all
func.func @less_than_all(%q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %bad = llm.constant "bad"
  %verdict = llm.generate @other(%q) draw <0>
  %masked, %hidden = llm.redact %q hiding ["email"] to "public"
  %c = llm.equal %verdict, %bad : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%masked) draw <1>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <2>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// Another model in the other arm is told nothing by this one.
// CHECK-LABEL: func.func @other_model
func.func @other_model(%q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %long = llm.constant "long"
  %kind = llm.generate @other(%long) draw <0>
  %c = llm.equal %kind, %long : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%q) draw <1>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @other(%q) draw <2>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// What has been sent in any case may be sent again.
// CHECK-LABEL: func.func @sent_before
func.func @sent_before(%q: !llm.text) -> !llm.text {
  // CHECK: llm.equal
  // CHECK-NEXT: ensemble.parallel
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <1>
  %long = llm.constant "long"
  %kind = llm.generate @m(%q) draw <0>
  %c = llm.equal %kind, %long : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%q) draw <1>
    scf.yield %a : !llm.text
  } else {
    scf.yield %long : !llm.text
  }
  func.return %r : !llm.text
}

// What nobody reads may not be sent in the end, so it does not count.
// CHECK-LABEL: func.func @sent_for_nobody
func.func @sent_for_nobody(%q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %long = llm.constant "long"
  %kind = llm.generate @other(%long) draw <0>
  %unread = llm.generate @m(%q) draw <3>
  %c = llm.equal %kind, %long : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%q) draw <1>
    scf.yield %a : !llm.text
  } else {
    scf.yield %long : !llm.text
  }
  func.return %r : !llm.text
}

// There is no time to win where the condition waits for no more requests than the prompt.
// CHECK-LABEL: func.func @no_time
func.func @no_time(%q: !llm.text, %d: i1) -> (!llm.text, !llm.text) {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %r = scf.if %d -> (!llm.text) {
    %a = llm.generate @m(%q) draw <1>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <2>
    scf.yield %a : !llm.text
  }
  %kind = llm.generate @m(%q) draw <3>
  %c = llm.equal %kind, %q : !llm.text
  %s = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%kind) draw <4>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @m(%kind) draw <5>
    scf.yield %a : !llm.text
  }
  func.return %r, %s : !llm.text, !llm.text
}

// What depends on an answer of the arm, or stands behind an effect, waits, as does a fresh call.
// CHECK-LABEL: func.func @not_at_the_top
func.func @not_at_the_top(%q: !llm.text) -> !llm.text {
  // CHECK: llm.equal
  // CHECK-NEXT: ensemble.parallel
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <1>
  // CHECK-NOT: ensemble.parallel
  // CHECK: scf.if
  %long = llm.constant "long"
  %kind = llm.generate @m(%q) draw <0>
  %c = llm.equal %kind, %long : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%q) draw <1>
    %b = llm.generate @m(%a) draw <2>
    %x = llm.apply effectful @charge(%b) : (!llm.text) -> !llm.text
    %d = llm.generate @m(%q) draw <3>
    %t = llm.template "{0}{1}"(%x, %d)
    scf.yield %t : !llm.text
  } else {
    %a = llm.generate @m(%q) temperature 0.7
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// Nothing is told early that is above public, or that what is above public decides.
// CHECK-LABEL: func.func @secret
func.func @secret(%q: !llm.text, %s: !llm.text {ember.label = #llm.label"internal"})
    -> (!llm.text, !llm.text) {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %long = llm.constant "long"
  %kind = llm.generate @m(%q) draw <0>
  %c = llm.equal %kind, %s : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%q) draw <1>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <2>
    scf.yield %a : !llm.text
  }
  %d = llm.equal %kind, %long : !llm.text
  %t = scf.if %d -> (!llm.text) {
    %a = llm.generate @m(%s) draw <3>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @m(%s) draw <4>
    scf.yield %a : !llm.text
  }
  func.return %r, %t : !llm.text, !llm.text
}

// Of a branch whose calls are early, no branch in the arms is speculated about.
// CHECK-LABEL: func.func @nested
func.func @nested(%q: !llm.text) -> !llm.text {
  // CHECK: llm.equal
  // CHECK-NEXT: ensemble.parallel
  // CHECK: ensemble.parallel
  // CHECK: scf.if
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %long = llm.constant "long"
  %kind = llm.generate @m(%q) draw <0>
  %c = llm.equal %kind, %long : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%q) draw <1>
    %d = llm.equal %a, %long : !llm.text
    %s = scf.if %d -> (!llm.text) {
      %b = llm.generate @m(%q) draw <2>
      scf.yield %b : !llm.text
    } else {
      %b = llm.generate @m(%q) draw <3>
      scf.yield %b : !llm.text
    }
    scf.yield %s : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <4>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// What was sent in an arm of another branch has not been sent in any case.
// CHECK-LABEL: func.func @sent_in_an_arm
func.func @sent_in_an_arm(%d: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %long = llm.constant "long"
  %first = scf.if %d -> (!llm.text) {
    %a = llm.generate @m(%q) draw <0>
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %kind = llm.generate @other(%first) draw <1>
  %c = llm.equal %kind, %long : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %p = llm.template "Explain {0}"(%q)
    %a = llm.generate @m(%p) draw <2>
    scf.yield %a : !llm.text
  } else {
    scf.yield %first : !llm.text
  }
  func.return %r : !llm.text
}
