// RUN: ember-opt %s --optimize-for=cost -p stop-early --verify-each | filecheck %s

llm.model @m from "simulated"
llm.model @pii from "simulated" clearance "pii"

// A call from outside of a branch is made there, and is no reason to ask for the others.
// CHECK-LABEL: func.func @made_outside
func.func @made_outside(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%q) draw <0>
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: ensemble.parallel
  // CHECK-NEXT: ensemble.yield %[[A]]
  // CHECK: llm.generate @pii(%q) draw <1>
  %a = llm.generate @m(%q) draw <0>
  %r = scf.if %c -> (!llm.text) {
    %b = llm.generate @pii(%q) draw <1>
    %l = llm.list(%a, %b) : !llm.list<!llm.text>
    %v = ensemble.vote %l : !llm.list<!llm.text>
    scf.yield %v : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What gives more than the prompt of one call is made where it stands.
// CHECK-LABEL: func.func @made_for_others_too
func.func @made_for_others_too(%q: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[T:.*]], %[[H:.*]] = llm.redact %q hiding
  // CHECK-NEXT: ensemble.parallel
  // CHECK-NEXT: llm.generate @m(%[[T]]) draw <0>
  %t, %h = llm.redact %q hiding ["email"] to "public"
  %a = llm.generate @m(%t) draw <0>
  %b = llm.generate @pii(%q) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  %v = ensemble.vote %l : !llm.list<!llm.text>
  %r = llm.restore %v from %h
  func.return %r : !llm.text
}

// A vote that stops already takes what it took, whatever becomes of others.
// CHECK-LABEL: func.func @stops_already
func.func @stops_already(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: llm.generate @m(%q) draw <0>
  // CHECK-NEXT: llm.generate @pii(%q) draw <1>
  // CHECK-NEXT: llm.list
  // CHECK-NEXT: ensemble.vote %{{.*}} stop lossless
  // CHECK-NEXT: ensemble.parallel
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @pii(%q) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  %v = ensemble.vote %l stop lossless : !llm.list<!llm.text>
  %c = llm.generate @m(%q) draw <2>
  %d = llm.generate @pii(%q) draw <3>
  %k = llm.list(%c, %d) : !llm.list<!llm.text>
  %w = ensemble.vote %k : !llm.list<!llm.text>
  func.return %v, %w : !llm.text, !llm.text
}
