// RUN: ember-opt %s --allow=meaning --split-input-file -p "redact-prompts{policies=email,phone},verify-labels" --verify-each | filecheck %s

// A prompt is masked and the answer restored; what may be sent stays as it is.
// CHECK-LABEL: func.func @answer
// CHECK: %[[P:.*]] = llm.template
// CHECK-NEXT: %[[M:.*]], %[[H:.*]] = llm.redact %[[P]] hiding ["email", "phone"] to "public"
// CHECK-NEXT: %[[A:.*]] = llm.generate @m(%[[M]]) temperature 0.7 draw <0>{{$}}
// CHECK-NEXT: %[[R:.*]] = llm.restore %[[A]] from %[[H]]
// CHECK-NEXT: %[[B:.*]] = llm.generate @m(%{{.*}}) draw <1>{{$}}
// CHECK-NEXT: %[[C:.*]] = llm.generate @house(%[[R]]) draw <2> {ember.label = #llm.label"pii"}
// CHECK-NEXT: func.return %[[R]], %[[B]], %[[C]]
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @answer(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text)
    -> (!llm.text, !llm.text, !llm.text) {
  %p = llm.template "Sum up: {0}"(%letter)
  %a = llm.generate @m(%p) temperature 0.7 draw <0>
  %b = llm.generate @m(%q) draw <1>
  %c = llm.generate @house(%a) draw <2>
  func.return %a, %b, %c : !llm.text, !llm.text, !llm.text
}

// -----

// Each of several samples is restored.
// CHECK-LABEL: func.func @samples
// CHECK-NEXT: %[[M:.*]], %[[H:.*]] = llm.redact %
// CHECK-NEXT: %[[D:.*]] = ensemble.sample 3 of @m(%[[M]]) on_error use %{{.*}} draw <0[*]>
// CHECK-NEXT: ensemble.map %[[X:.*]] in %[[D]]
// CHECK-NEXT: %[[R:.*]] = llm.restore %[[X]] from %[[H]]
// CHECK-NEXT: ensemble.yield %[[R]]
llm.model @m from "simulated"
func.func @samples(%letter: !llm.text {ember.label = #llm.label"pii"}) -> !llm.list<!llm.text> {
  %d = ensemble.sample 3 of @m(%letter) on_error use %letter draw <0[*]>
  func.return %d : !llm.list<!llm.text>
}

// -----

// A text is masked once, where it is made, however often it is sent.
// CHECK-LABEL: func.func @once
// CHECK-NEXT: llm.redact
// CHECK-NOT: llm.redact
llm.model @m from "simulated"
func.func @once(%letter: !llm.text {ember.label = #llm.label"pii"}, %qs: !llm.list<!llm.text>)
    -> !llm.list<!llm.text> {
  %d = ensemble.map %q in %qs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%letter) draw <0[*]>
    %b = llm.generate @m(%letter) draw <1[*]>
    %c = llm.template "{0} {1}"(%a, %b)
    ensemble.yield %c : !llm.text
  }
  func.return %d : !llm.list<!llm.text>
}

// -----

// A conversation keeps its masks from turn to turn.
// CHECK-LABEL: func.func @conversation
// CHECK-NEXT: %[[M:.*]], %[[H:.*]] = llm.redact %letter
// CHECK: %[[T:.*]] = llm.messages system(%q) user(%[[M]])
// CHECK-NEXT: %[[A:.*]] = llm.generate @m(%[[T]] : !llm.messages) draw <0>
// CHECK-NEXT: %[[R:.*]] = llm.restore %[[A]] from %[[H]]
// CHECK: %[[U:.*]] = llm.messages after(%[[T]]) assistant(%[[A]]) user(%q)
// CHECK-NEXT: %[[B:.*]] = llm.generate @m(%[[U]] : !llm.messages) draw <1>
// CHECK-NEXT: %[[S:.*]] = llm.restore %[[B]] from %[[H]]
// CHECK-NEXT: func.return %[[R]], %[[S]]
llm.model @m from "simulated"
func.func @conversation(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text)
    -> (!llm.text, !llm.text) {
  %talk = llm.messages system(%q) user(%letter)
  %a = llm.generate @m(%talk : !llm.messages) draw <0>
  %more = llm.messages after(%talk) assistant(%a) user(%q)
  %b = llm.generate @m(%more : !llm.messages) draw <1>
  func.return %a, %b : !llm.text, !llm.text
}

// -----

// A judge sees masks; what it has chosen is found by its masked form.
// CHECK-LABEL: func.func @judge
// CHECK: %[[X:.*]] = llm.list
// CHECK: %[[MX:.*]] = ensemble.map %{{.*}} in %[[X]]
// CHECK-NEXT: llm.redact
// CHECK: %[[J:.*]] = ensemble.judge @m(%q) among %[[MX]] temperature 0 site <0>{{$}}
// CHECK-NEXT: %[[S:.*]] = ensemble.map %[[C:.*]] in %[[MX]]
// CHECK-NEXT: llm.equal %[[C]], %[[J]]
// CHECK: %[[B:.*]] = ensemble.best %[[X]] by %[[S]]
// CHECK-NEXT: func.return %[[B]]
llm.model @m from "simulated"
func.func @judge(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %x = llm.list(%letter, %q) : !llm.list<!llm.text>
  %j = ensemble.judge @m(%q) among %x temperature 0 site <0>
  func.return %j : !llm.text
}

// -----

// Of a judge's prompt alone there is nothing to restore.
// CHECK-LABEL: func.func @judge_of_prompt
// CHECK: %[[M:.*]], %{{.*}} = llm.redact
// CHECK: %[[J:.*]] = ensemble.judge @m(%[[M]]) among
// CHECK-NEXT: func.return %[[J]]
llm.model @m from "simulated"
func.func @judge_of_prompt(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text)
    -> !llm.text {
  %x = llm.list(%q, %q) : !llm.list<!llm.text>
  %j = ensemble.judge @m(%letter) among %x temperature 0 site <0>
  func.return %j : !llm.text
}

// -----

// The texts of a list are masked one by one, before all of them are sent.
// CHECK-LABEL: func.func @lists
// CHECK-NEXT: %[[XS:.*]] = ensemble.map %[[X:.*]] in %letters
// CHECK-NEXT: %[[M:.*]], %{{.*}} = llm.redact %[[X]]
// CHECK-NEXT: ensemble.yield %[[M]]
// CHECK-NEXT: }
// CHECK-NEXT: llm.embed @m(%[[XS]] : !llm.list<!llm.text>) site <0[*]> -> !llm.list<tensor<?xf32>>{{$}}
// CHECK-NEXT: %[[YS:.*]] = ensemble.map
// CHECK: llm.score @m(%[[YS]] : !llm.list<!llm.text>) among %l site <1[*]> -> !llm.list<!llm.list<f64>>{{$}}
llm.model @m from "simulated"
func.func @lists(%letters: !llm.list<!llm.text> {ember.label = #llm.label"pii", ember.length_label = #llm.label"public"}, %l: !llm.list<!llm.text>) -> (!llm.list<tensor<?xf32>>, !llm.list<!llm.list<f64>>) {
  %e = llm.embed @m(%letters : !llm.list<!llm.text>) site <0[*]> -> !llm.list<tensor<?xf32>>
  %s = llm.score @m(%letters : !llm.list<!llm.text>) among %l site <1[*]> -> !llm.list<!llm.list<f64>>
  func.return %e, %s : !llm.list<tensor<?xf32>>, !llm.list<!llm.list<f64>>
}

// -----

// Embeddings and scores of masked texts are public, and so is what follows from them.
// CHECK-LABEL: func.func @numbers
// CHECK: llm.score @m(%masked) among %{{.*}} site <0>{{$}}
// CHECK: llm.embed @m(%masked) site <1>{{$}}
// CHECK: scf.if
// CHECK-NEXT: llm.generate @m(%q) draw <2>{{$}}
// CHECK-NOT: llm.restore
llm.model @m from "simulated"
func.func @numbers(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %labels = llm.list(%letter, %q) : !llm.list<!llm.text>
  %s = llm.score @m(%letter) among %labels site <0>
  %e = llm.embed @m(%letter) site <1>
  %zero = arith.constant 0 : i64
  %half = arith.constant 0.5 : f64
  %first = llm.get %s[%zero] : !llm.list<f64>
  %likely = arith.cmpf ogt, %first, %half : f64
  %r = scf.if %likely -> (!llm.text) {
    %a = llm.generate @m(%q) draw <2>
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// Nothing is above the clearance: nothing changes.
// CHECK-LABEL: func.func @cleared
// CHECK-NOT: llm.redact
llm.model @house from "simulated" clearance "pii"
func.func @cleared(%letter: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
  %a = llm.generate @house(%letter) draw <0>
  func.return %a : !llm.text
}
