// RUN: ember-opt %s -p infer-labels --verify-each | filecheck %s
// RUN: ember-opt %s -p infer-labels | ember-opt -p infer-labels | filecheck %s
// RUN: ember-opt %s -p infer-labels --print-op-generic | ember-opt | filecheck %s

llm.model @m from "simulated" clearance "pii"
llm.tool @search "Searches." takes "{\"type\": \"object\"}"

// An answer has the label of its prompt; what is public is not written.
// CHECK-LABEL: func.func @answer
// CHECK-SAME: -> (!llm.text {ember.label = #llm.label"pii"}, !llm.text)
func.func @answer(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text)
    -> (!llm.text, !llm.text) {
  // CHECK: llm.generate @m(%{{.*}}) draw <0> {ember.label = #llm.label"pii"}
  // CHECK-NEXT: llm.generate @m(%q) draw <1>{{$}}
  %p = llm.template "Sum up: {0}"(%letter)
  %a = llm.generate @m(%p) draw <0>
  %b = llm.generate @m(%q) draw <1>
  func.return %a, %b : !llm.text, !llm.text
}

// Of several labels the highest counts; constants have labels, too.
// CHECK-LABEL: func.func @join
func.func @join(%note: !llm.text {ember.label = #llm.label"internal"}) -> !llm.text {
  // CHECK: llm.generate @m(%{{.*}}) draw <0> {ember.label = #llm.label"confidential"}
  %c = llm.constant "the plan" label "confidential"
  %p = llm.template "{0} {1}"(%note, %c)
  %a = llm.generate @m(%p) draw <0>
  func.return %a : !llm.text
}

// A label that was written before and no longer holds goes; other attributes stay.
// CHECK-LABEL: func.func @stale
// CHECK-SAME: -> (!llm.text {other = 1 : i64})
func.func @stale(%q: !llm.text) -> (!llm.text {ember.label = #llm.label"pii", other = 1 : i64}) {
  // CHECK: llm.generate @m(%q) draw <0> {other}
  %a = llm.generate @m(%q) draw <0> {ember.label = #llm.label"pii", other}
  func.return %a : !llm.text
}

// Conversations, records, numbers, embeddings and scores have labels.
// CHECK-LABEL: func.func @kinds
func.func @kinds(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text)
    -> (!llm.text, i64, !llm.list<i64>, !llm.list<f64>) {
  // CHECK: llm.generate @m(%{{.*}} : !llm.messages) draw <0> {ember.label = #llm.label"pii"}
  // CHECK: llm.embed @m(%letter) site <1> {ember.label = #llm.label"pii"}
  // CHECK: llm.embed @m(%q) site <2>{{$}}
  // CHECK: llm.score @m(%q) among %{{.*}} site <3> {ember.label = #llm.label"pii"}
  // CHECK: llm.generate @m(%{{.*}}) tools [@search] draw <4> {{.*}}{ember.label = #llm.label"pii"}
  // CHECK: func.return
  %talk = llm.messages system(%q) user(%letter)
  %a = llm.generate @m(%talk : !llm.messages) draw <0>
  %person = llm.record(%q, %letter) : !llm.record<"q": !llm.text, "letter": !llm.text>
  %field = llm.field "q" of %person : !llm.record<"q": !llm.text, "letter": !llm.text>
  %n = llm.length of %field : !llm.text
  %v = llm.embed @m(%letter) site <1>
  %w = llm.embed @m(%q) site <2>
  %vs = llm.list(%v, %w) : !llm.list<tensor<?xf32>>
  %near = llm.top_k 1 of %vs near %w
  %labels = llm.list(%letter, %q) : !llm.list<!llm.text>
  %s = llm.score @m(%q) among %labels site <3>
  %turn = llm.generate @m(%letter) tools [@search] draw <4> -> !llm.messages
  func.return %a, %n, %near, %s : !llm.text, i64, !llm.list<i64>, !llm.list<f64>
}

// Redaction lowers to what is written, and restoring brings the label back.
// CHECK-LABEL: func.func @redacted
// CHECK-SAME: -> (!llm.text {ember.label = #llm.label"pii"}, !llm.text {ember.label = #llm.label"internal"})
func.func @redacted(%letter: !llm.text {ember.label = #llm.label"pii"}) -> (!llm.text, !llm.text) {
  // CHECK: llm.generate @m(%{{.*}}) draw <0> {ember.label = #llm.label"internal"}
  %masked, %hidden = llm.redact %letter hiding ["email"] to "internal"
  %a = llm.generate @m(%masked) draw <0>
  %b = llm.restore %a from %hidden
  func.return %b, %a : !llm.text, !llm.text
}

// Neither redaction nor declassification raises a label.
// CHECK-LABEL: func.func @never_raised
// CHECK-SAME: -> (!llm.text, !llm.text {ember.label = #llm.label"internal"})
func.func @never_raised(%q: !llm.text, %note: !llm.text {ember.label = #llm.label"internal"})
    -> (!llm.text, !llm.text) {
  %masked, %hidden = llm.redact %q hiding ["email"] to "pii"
  %open = llm.declassify %note to "confidential" because "it is not less than that" : !llm.text
  func.return %masked, %open : !llm.text, !llm.text
}

// Declassification lowers what it says and nothing around it.
// CHECK-LABEL: func.func @declassified
// CHECK-SAME: -> (!llm.text, !llm.text {ember.label = #llm.label"pii"})
func.func @declassified(%letter: !llm.text {ember.label = #llm.label"pii"})
    -> (!llm.text, !llm.text) {
  %open = llm.declassify %letter to "public" because "it was printed" : !llm.text
  %still = llm.template "{0}"(%letter)
  func.return %open, %still : !llm.text, !llm.text
}

// A branch gives the label of its condition to what is asked in it, and to its results.
// CHECK-LABEL: func.func @branch
// CHECK-SAME: -> (!llm.text {ember.label = #llm.label"pii"})
func.func @branch(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  // CHECK: llm.generate @m(%q) draw <0> {ember.label = #llm.label"pii"}
  // CHECK: llm.generate @m(%q) draw <1>{{$}}
  %c = llm.contains %letter, %q : !llm.text, !llm.text
  %r = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%q) draw <0>
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %b = llm.generate @m(%q) draw <1>
  func.return %r : !llm.text
}

// What a loop computes from its own last round has the label of all rounds.
// CHECK-LABEL: func.func @rounds
func.func @rounds(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  // CHECK: llm.generate @m(%{{.*}}) draw <0[*]> {ember.label = #llm.label"pii"}
  // CHECK: llm.generate @m(%q) draw <1[*]>{{$}}
  %from = arith.constant 0 : index
  %to = arith.constant 3 : index
  %step = arith.constant 1 : index
  %r, %s = scf.for %i = %from to %to step %step iter_args(%t = %q, %u = %q)
      -> (!llm.text, !llm.text) {
    %a = llm.generate @m(%t) draw <0[*]>
    %b = llm.generate @m(%q) draw <1[*]>
    %next = llm.template "{0} {1}"(%u, %a)
    scf.yield %next, %letter : !llm.text, !llm.text
  }
  func.return %r : !llm.text
}

// How many elements a list has is one label, what they are another one.
// CHECK-LABEL: func.func @lengths
// CHECK-SAME: -> (i64, i64 {ember.label = #llm.label"pii"})
func.func @lengths(%letter: !llm.text {ember.label = #llm.label"pii"},
    %letters: !llm.list<!llm.text> {ember.label = #llm.label"pii"},
    %q: !llm.text) -> (i64, i64) {
  // CHECK: llm.generate @m(%q) draw <0[*]>{{$}}
  // CHECK: llm.generate @m(%q) draw <1[*]> {ember.label = #llm.label"pii"}
  %two = llm.list(%letter, %letter) : !llm.list<!llm.text>
  %a = ensemble.map %x in %two : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %r = llm.generate @m(%q) draw <0[*]>
    ensemble.yield %r : !llm.text
  }
  %b = ensemble.map %x in %letters : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %r = llm.generate @m(%q) draw <1[*]>
    ensemble.yield %r : !llm.text
  }
  %n = llm.length of %a : !llm.list<!llm.text>
  %k = llm.length of %b : !llm.list<!llm.text>
  func.return %n, %k : i64, i64
}

// Where everybody may know how many letters there are, masked ones may be sent.
// CHECK-LABEL: func.func @known_length
func.func @known_length(%letters: !llm.list<!llm.text>
    {ember.label = #llm.label"pii", ember.length_label = #llm.label"public"})
    -> !llm.list<!llm.text> {
  // CHECK: llm.generate @m(%{{.*}}) draw <0[*]>{{$}}
  %a = ensemble.map %x in %letters : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %masked, %hidden = llm.redact %x hiding ["email"] to "public"
    %r = llm.generate @m(%masked) draw <0[*]>
    %s = llm.restore %r from %hidden
    ensemble.yield %s : !llm.text
  }
  func.return %a : !llm.list<!llm.text>
}

// Any operation that is no request may say that its results have a label.
// CHECK-LABEL: func.func @declared
// CHECK-SAME: -> (!llm.text {ember.label = #llm.label"confidential"})
func.func @declared(%q: !llm.text) -> !llm.text {
  %found = llm.apply pure @look_up(%q) : (!llm.text) -> !llm.text {ember.label = #llm.label"confidential"}
  func.return %found : !llm.text
}
