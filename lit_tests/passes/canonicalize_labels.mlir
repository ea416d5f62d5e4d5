// RUN: ember-opt %s -p canonicalize --verify-each | filecheck %s

llm.model @m from "simulated"

// A known public text is masked now.
// CHECK-LABEL: func.func @redact_of_public
func.func @redact_of_public() -> (!llm.text, !llm.list<!llm.text>) {
  // CHECK-DAG: %[[M:.*]] = llm.constant "mail [EMAIL_1]"
  // CHECK-DAG: %[[O:.*]] = llm.constant "ada@example.com"
  // CHECK-DAG: %[[H:.*]] = llm.list(%{{.*}}, %[[O]]) : !llm.list<!llm.text>
  // CHECK: func.return %[[M]], %[[H]]
  %a = llm.constant "mail ada@example.com"
  %masked, %hidden = llm.redact %a hiding ["email"] to "public"
  func.return %masked, %hidden : !llm.text, !llm.list<!llm.text>
}

// A text with a label is masked when the program runs: its label must not be lost before.
// CHECK-LABEL: func.func @redact_of_labelled
func.func @redact_of_labelled() -> !llm.text {
  // CHECK: llm.redact
  %a = llm.constant "mail ada@example.com" label "pii"
  %masked, %hidden = llm.redact %a hiding ["email"] to "public"
  func.return %masked : !llm.text
}

// What was masked and is restored is what it was.
// CHECK-LABEL: func.func @restore_of_redact
func.func @restore_of_redact(%a: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return %a
  %masked, %hidden = llm.redact %a hiding ["email"] to "public"
  %same = llm.restore %masked from %hidden
  func.return %same : !llm.text
}

// Where nothing is hidden nothing is restored.
// CHECK-LABEL: func.func @restore_of_nothing
func.func @restore_of_nothing(%a: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return %a
  %none = llm.list() : !llm.list<!llm.text>
  %same = llm.restore %a from %none
  func.return %same : !llm.text
}

// An answer to a masked text is restored when it is there; so is what another redaction masked.
// CHECK-LABEL: func.func @restore_of_other
func.func @restore_of_other(%a: !llm.text, %b: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: llm.restore
  // CHECK: llm.restore
  %masked, %hidden = llm.redact %a hiding ["email"] to "public"
  %other, %others = llm.redact %b hiding ["email"] to "public"
  %answer = llm.generate @m(%masked) draw <0>
  %x = llm.restore %answer from %hidden
  %y = llm.restore %masked from %others
  %r = llm.list(%x, %y) : !llm.list<!llm.text>
  func.return %r : !llm.list<!llm.text>
}

// What is hidden may be no pairs, so that to restore it may fail.
// CHECK-LABEL: func.func @restore_may_fail
func.func @restore_may_fail(%a: !llm.text, %hidden: !llm.list<!llm.text>) -> !llm.text {
  // CHECK-NEXT: ensemble.fallback
  %r = ensemble.fallback : !llm.text do {
    %same = llm.restore %a from %hidden
    ensemble.yield %same : !llm.text
  } else {
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// What is lowered in label for a reason stays so, that the reason may be read.
// CHECK-LABEL: func.func @declassify
func.func @declassify() -> !llm.text {
  // CHECK-NEXT: llm.constant
  // CHECK-NEXT: llm.declassify
  %a = llm.constant "approved"
  %b = llm.declassify %a to "public" because "approved" : !llm.text
  func.return %b : !llm.text
}

// An operation that a label is written on is left alone, and is not taken into others.
// CHECK-LABEL: func.func @written
func.func @written(%x: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %[[T:.*]] = llm.template "x" {ember.label = #llm.label"pii"}
  // CHECK-NEXT: llm.template "{0}!"(%[[T]])
  %t = llm.template "x" {ember.label = #llm.label"pii"}
  %u = llm.template "{0}!"(%t)
  // CHECK-NEXT: llm.list({{.*}}) : !llm.list<!llm.text> {ember.label = #llm.label"pii"}
  // CHECK-NEXT: ensemble.vote
  %l = llm.list(%x) : !llm.list<!llm.text> {ember.label = #llm.label"pii"}
  %v = ensemble.vote %l : !llm.list<!llm.text>
  func.return %u, %v : !llm.text, !llm.text
}
