// RUN: ember-opt %s -p batch-requests --optimize-for=cost --verify-each | filecheck %s
// RUN: ember-opt %s -p batch-requests,assign-draws,infer-labels,verify-labels,lower-to-sched,lower-to-exec,verify-level{level=exec} --optimize-for=cost | filecheck %s --check-prefix=EXEC

llm.model @m from "simulated" clearance "pii" batch 100
llm.model @other from "simulated" clearance "pii" batch 2
llm.model @single from "simulated" clearance "pii"
llm.model @stated from "simulated" clearance "pii" batch 1

// An embedding of each element is one request, whose site counts the texts as the map did.
// CHECK-LABEL: func.func @elements
// EXEC-LABEL: exec.frame @elements
func.func @elements(%xs: !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>> {
  // CHECK-NEXT: %es = llm.embed @m(%xs : !llm.list<!llm.text>) site <3[*]> -> !llm.list<tensor<?xf32>> {note = "kept"}
  // CHECK-NEXT: func.return %es
  // EXEC: exec.embed @m_lane(%xs : !llm.list<!llm.text>) site <3[*]>
  %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%x) site <3[*]> {note = "kept"}
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es : !llm.list<tensor<?xf32>>
}

// What makes the texts stays a map; scores are asked for together, too, in a map as well.
// CHECK-LABEL: func.func @made_texts
func.func @made_texts(%xss: !llm.list<!llm.list<!llm.text>>, %l: !llm.list<!llm.text>) -> !llm.list<!llm.list<!llm.list<f64>>> {
  // CHECK-NEXT: ensemble.map %xs in %xss
  // CHECK-NEXT: %texts = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
  // CHECK-NEXT: %[[T:.*]] = llm.template "About {0}"(%x)
  // CHECK-NEXT: ensemble.yield %[[T]] : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: llm.score @m(%texts : !llm.list<!llm.text>) among %l site <3[*, *]> -> !llm.list<!llm.list<f64>>
  %all = ensemble.map %xs in %xss : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.list<!llm.list<f64>>> do {
    %ss = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.list<f64>> do {
      %t = llm.template "About {0}"(%x)
      %s = llm.score @m(%t) among %l site <3[*, *]>
      ensemble.yield %s : !llm.list<f64>
    }
    ensemble.yield %ss : !llm.list<!llm.list<f64>>
  }
  func.return %all : !llm.list<!llm.list<!llm.list<f64>>>
}

// What is made beside the text may fail, and so decide which arm is taken: it stays.
// CHECK-LABEL: func.func @beside
func.func @beside(%xs: !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>> {
  // CHECK-NEXT: ensemble.fallback
  // CHECK-NEXT: %texts = ensemble.map %x in %xs
  // CHECK-NEXT: llm.parse %x
  // CHECK-NEXT: ensemble.yield %x : !llm.text
  // CHECK: %[[TS:.*]] = ensemble.map %[[X:.*]] in %xs
  // CHECK-NEXT: llm.parse %[[X]]
  // CHECK-NEXT: ensemble.yield %[[X]] : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: llm.embed @m(%[[TS]] : !llm.list<!llm.text>) site <1[*]>
  %r = ensemble.fallback : !llm.list<tensor<?xf32>> do {
    %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
      %n = llm.parse %x as json_schema "{\"type\": \"integer\"}" : i64
      %e = llm.embed @m(%x) site <0[*]>
      ensemble.yield %e : tensor<?xf32>
    }
    ensemble.yield %es : !llm.list<tensor<?xf32>>
  } else {
    %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
      %e = llm.embed @m(%x) site <1[*]>
      %n = llm.parse %x as json_schema "{\"type\": \"integer\"}" : i64
      ensemble.yield %e : tensor<?xf32>
    }
    ensemble.yield %es : !llm.list<tensor<?xf32>>
  }
  func.return %r : !llm.list<tensor<?xf32>>
}

// An element that fails may be left out: it is asked about alone.
// CHECK-LABEL: func.func @handled
func.func @handled(%xs: !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>> {
  // CHECK: llm.embed @m(%x) site <0[*]>
  %es = ensemble.map %x in %xs on_error drop : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%x) site <0[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es : !llm.list<tensor<?xf32>>
}

// A label that is written on a map would be lost.
// CHECK-LABEL: func.func @labelled
func.func @labelled(%xs: !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>> {
  // CHECK: llm.embed @m(%x) site <0[*]>
  %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> attributes {ember.label = #llm.label"pii"} do {
    %e = llm.embed @m(%x) site <0[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es : !llm.list<tensor<?xf32>>
}

// A model that states no batch takes one text at a time.
// CHECK-LABEL: func.func @one_by_one
func.func @one_by_one(%xs: !llm.list<!llm.text>, %a: !llm.text, %b: !llm.text) -> (!llm.list<tensor<?xf32>>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK: llm.embed @single(%x) site <0[*]>
  // CHECK: llm.embed @stated(%a) site <3>
  // CHECK-NEXT: llm.embed @stated(%b) site <4>
  // CHECK-NEXT: llm.embed @single(%a) site <1>
  // CHECK-NEXT: llm.embed @single(%b) site <2>
  %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %e = llm.embed @single(%x) site <0[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  %f = llm.embed @stated(%a) site <3>
  %g = llm.embed @stated(%b) site <4>
  %c = llm.embed @single(%a) site <1>
  %d = llm.embed @single(%b) site <2>
  func.return %es, %c, %d, %f, %g : !llm.list<tensor<?xf32>>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// What else is asked or done for an element keeps its place between the embeddings.
// CHECK-LABEL: func.func @more_than_local
func.func @more_than_local(%xs: !llm.list<!llm.text>) -> (!llm.list<tensor<?xf32>>, !llm.list<tensor<?xf32>>) {
  // CHECK: llm.generate @m(%x) draw <0[*]>
  // CHECK-NEXT: llm.embed @m(%t) site <1[*]>
  // CHECK: llm.apply effectful @log(%[[X:.*]]) :
  // CHECK-NEXT: llm.embed @m(%[[X]]) site <2[*]>
  %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %t = llm.generate @m(%x) draw <0[*]>
    %e = llm.embed @m(%t) site <1[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  %fs = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %n = llm.apply effectful @log(%x) : (!llm.text) -> i64
    %e = llm.embed @m(%x) site <2[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es, %fs : !llm.list<tensor<?xf32>>, !llm.list<tensor<?xf32>>
}

// So does what is asked in a region.
// CHECK-LABEL: func.func @asked_in_a_region
func.func @asked_in_a_region(%xs: !llm.list<!llm.text>, %c: i1) -> !llm.list<tensor<?xf32>> {
  // CHECK: llm.embed @m(%t) site <1[*]>
  %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %t = scf.if %c -> (!llm.text) {
      %s = llm.generate @m(%x) draw <0[*]>
      scf.yield %s : !llm.text
    } else {
      scf.yield %x : !llm.text
    }
    %e = llm.embed @m(%t) site <1[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es : !llm.list<tensor<?xf32>>
}

// A request about a list is not one about an element, nor is one that is made outside.
// CHECK-LABEL: func.func @not_of_an_element
func.func @not_of_an_element(%xss: !llm.list<!llm.list<!llm.text>>, %q: !llm.text) -> (!llm.list<!llm.list<tensor<?xf32>>>, !llm.list<tensor<?xf32>>) {
  // CHECK-NEXT: ensemble.map %xs in %xss
  // CHECK-NEXT: llm.embed @m(%xs : !llm.list<!llm.text>) site <0[*, *]>
  // CHECK: llm.embed @m(%q) site <1>
  // CHECK-NEXT: ensemble.map
  // CHECK-NEXT: ensemble.yield %e : tensor<?xf32>
  %ess = ensemble.map %xs in %xss : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.list<tensor<?xf32>>> do {
    %es = llm.embed @m(%xs : !llm.list<!llm.text>) site <0[*, *]> -> !llm.list<tensor<?xf32>>
    ensemble.yield %es : !llm.list<tensor<?xf32>>
  }
  %e = llm.embed @m(%q) site <1>
  %fs = ensemble.map %xs in %xss : !llm.list<!llm.list<!llm.text>> -> !llm.list<tensor<?xf32>> do {
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %ess, %fs : !llm.list<!llm.list<tensor<?xf32>>>, !llm.list<tensor<?xf32>>
}

// An embedding that is read in the body has to be there.
// CHECK-LABEL: func.func @read_in_the_body
func.func @read_in_the_body(%xs: !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>> {
  // CHECK: llm.embed @m(%x) site <0[*]>
  %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%x) site <0[*]>
    %same = llm.equal %e, %e : tensor<?xf32>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es : !llm.list<tensor<?xf32>>
}

// One request has one list of labels.
// CHECK-LABEL: func.func @labels_of_their_own
func.func @labels_of_their_own(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.list<f64>> {
  // CHECK: llm.score @m(%x) among %l site <0[*]>
  %ss = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.list<f64>> do {
    %l = llm.list(%x) : !llm.list<!llm.text>
    %s = llm.score @m(%x) among %l site <0[*]>
    ensemble.yield %s : !llm.list<f64>
  }
  func.return %ss : !llm.list<!llm.list<f64>>
}

// Several embeddings of a block are one request where the last of them stood.
// CHECK-LABEL: func.func @several
// EXEC-LABEL: exec.frame @several
func.func @several(%a: !llm.text, %b: !llm.text) -> (tensor<?xf32>, tensor<?xf32>, !llm.list<i64>) {
  // CHECK-NEXT: %t = llm.template "{0}!"(%b)
  // CHECK-NEXT: %[[TS:.*]] = llm.list(%a, %t) : !llm.list<!llm.text>
  // CHECK-NEXT: %[[ES:.*]] = llm.embed @m(%[[TS]] : !llm.list<!llm.text>) site <4[*]> -> !llm.list<tensor<?xf32>>
  // CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0 : i64
  // CHECK-NEXT: %e = llm.get %[[ES]][%[[ZERO]]] : !llm.list<tensor<?xf32>>
  // CHECK-NEXT: %[[ONE:.*]] = arith.constant 1 : i64
  // CHECK-NEXT: %f = llm.get %[[ES]][%[[ONE]]] : !llm.list<tensor<?xf32>>
  // CHECK-NEXT: %[[FS:.*]] = llm.list(%f) : !llm.list<tensor<?xf32>>
  // CHECK-NEXT: llm.top_k 1 of %[[FS]] near %e
  // EXEC: exec.embed @m_lane({{.*}} : !llm.list<!llm.text>) site <4[*]>
  // EXEC-NOT: exec.embed
  // EXEC: exec.return
  %e = llm.embed @m(%a) site <4>
  %t = llm.template "{0}!"(%b)
  %f = llm.embed @m(%t) site <9>
  %fs = llm.list(%f) : !llm.list<tensor<?xf32>>
  %k = llm.top_k 1 of %fs near %e
  func.return %e, %f, %k : tensor<?xf32>, tensor<?xf32>, !llm.list<i64>
}

// Scores among the same labels are one request, those among others another.
// CHECK-LABEL: func.func @scores
func.func @scores(%a: !llm.text, %b: !llm.text, %l: !llm.list<!llm.text>, %o: !llm.list<!llm.text>) -> (!llm.list<f64>, !llm.list<f64>, !llm.list<f64>) {
  // CHECK-NEXT: llm.score @m(%a) among %o
  // CHECK-NEXT: %[[TS:.*]] = llm.list(%a, %b)
  // CHECK-NEXT: llm.score @m(%[[TS]] : !llm.list<!llm.text>) among %l -> !llm.list<!llm.list<f64>>
  %s = llm.score @m(%a) among %l
  %t = llm.score @m(%a) among %o
  %u = llm.score @m(%b) among %l
  func.return %s, %t, %u : !llm.list<f64>, !llm.list<f64>, !llm.list<f64>
}

// Requests to two models, and in two blocks, are two.
// CHECK-LABEL: func.func @apart
func.func @apart(%a: !llm.text, %b: !llm.text, %c: i1) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK: llm.embed @m(%a) site <0>
  // CHECK-NEXT: llm.embed @other(%b) site <1>
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: llm.embed @m(%b) site <2>
  %e = llm.embed @m(%a) site <0>
  %f = llm.embed @other(%b) site <1>
  %g = scf.if %c -> (tensor<?xf32>) {
    %h = llm.embed @m(%b) site <2>
    scf.yield %h : tensor<?xf32>
  } else {
    scf.yield %e : tensor<?xf32>
  }
  func.return %e, %f, %g : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// What reads an embedding has to come behind it, be it in a region; so all are asked for before.
// CHECK-LABEL: func.func @read_between
func.func @read_between(%a: !llm.text, %b: !llm.text, %c: i1) -> (tensor<?xf32>, i1, tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: llm.list(%a, %a, %b)
  // CHECK-NEXT: llm.embed @m(%{{.*}} : !llm.list<!llm.text>) site <0[*]>
  // CHECK: scf.if
  // CHECK-NEXT: llm.equal %e, %e
  %e = llm.embed @m(%a) site <0>
  %d = scf.if %c -> (i1) {
    %i = llm.equal %e, %e : tensor<?xf32>
    scf.yield %i : i1
  } else {
    scf.yield %c : i1
  }
  %f = llm.embed @m(%a) site <1>
  %g = llm.embed @m(%b) site <2>
  func.return %e, %d, %f, %g : tensor<?xf32>, i1, tensor<?xf32>, tensor<?xf32>
}

// If an embedding fails, what has an effect behind it must not be done.
// CHECK-LABEL: func.func @effect_between
func.func @effect_between(%a: !llm.text, %b: !llm.text) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK: llm.embed @m(%a) site <0>
  // CHECK-NEXT: llm.apply idempotent @log
  // CHECK-NEXT: llm.embed @m(%b) site <1>
  %e = llm.embed @m(%a) site <0>
  %n = llm.apply idempotent @log(%a) : (!llm.text) -> i64
  %f = llm.embed @m(%b) site <1>
  func.return %e, %f : tensor<?xf32>, tensor<?xf32>
}

// Where a failure is handled, nothing must be asked that would not have been after it.
// CHECK-LABEL: func.func @asked_between
func.func @asked_between(%a: !llm.text, %b: !llm.text, %l: !llm.list<!llm.text>, %c: i1) -> (!llm.list<tensor<?xf32>>, !llm.list<tensor<?xf32>>) {
  // CHECK-NEXT: ensemble.fallback
  // CHECK-NEXT: llm.embed @m(%a) site <0>
  // CHECK-NEXT: llm.score @m(%b) among %l site <1>
  // CHECK-NEXT: llm.embed @m(%b) site <2>
  // CHECK-NEXT: scf.if
  // CHECK: llm.embed @m(%a) site <4>
  // CHECK-NEXT: llm.list
  // CHECK-NEXT: ensemble.yield
  // CHECK: } else {
  // CHECK: llm.list(%a, %b) : !llm.list<!llm.text>
  // CHECK-NEXT: llm.embed @m(%{{.*}} : !llm.list<!llm.text>) site <5[*]>
  // CHECK: ensemble.map
  // CHECK: %[[TS:.*]] = llm.list(%a, %[[X:x.*]]) : !llm.list<!llm.text>
  // CHECK-NEXT: llm.embed @m(%[[TS]] : !llm.list<!llm.text>) site <8[*, *]>
  // CHECK: llm.embed @m(%b) site <10[*]>
  %r = ensemble.fallback : !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%a) site <0>
    %s = llm.score @m(%b) among %l site <1>
    %f = llm.embed @m(%b) site <2>
    %t = scf.if %c -> (!llm.text) {
      %g = llm.generate @m(%a) draw <3>
      scf.yield %g : !llm.text
    } else {
      scf.yield %a : !llm.text
    }
    %h = llm.embed @m(%a) site <4>
    %es = llm.list(%e, %f, %h) : !llm.list<tensor<?xf32>>
    ensemble.yield %es : !llm.list<tensor<?xf32>>
  } else {
    %e = llm.embed @m(%a) site <5>
    %s = llm.score @m(%b) among %l site <6>
    %f = llm.embed @m(%b) site <7>
    %es = llm.list(%e, %f) : !llm.list<tensor<?xf32>>
    ensemble.yield %es : !llm.list<tensor<?xf32>>
  }
  %m = ensemble.map %x in %l on_error drop : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%a) site <8[*]>
    %f = llm.embed @m(%x) site <9[*]>
    %t = llm.score @m(%x) among %l site <11[*]>
    %g = llm.embed @m(%b) site <10[*]>
    %k = llm.contains %l, %x : !llm.list<!llm.text>, !llm.text
    %n = arith.select %k, %e, %f : tensor<?xf32>
    %o = arith.select %k, %n, %g : tensor<?xf32>
    ensemble.yield %o : tensor<?xf32>
  }
  func.return %r, %m : !llm.list<tensor<?xf32>>, !llm.list<tensor<?xf32>>
}

// So it is in the regions of what is handled, however deep.
// CHECK-LABEL: func.func @asked_between_inside
func.func @asked_between_inside(%a: !llm.text, %b: !llm.text, %l: !llm.list<!llm.text>, %c: i1) -> tensor<?xf32> {
  // CHECK: llm.embed @m(%a) site <0>
  // CHECK-NEXT: llm.score @m(%b) among %l site <1>
  // CHECK-NEXT: llm.embed @m(%b) site <2>
  %r = ensemble.fallback : tensor<?xf32> do {
    %t = scf.if %c -> (tensor<?xf32>) {
      %e = llm.embed @m(%a) site <0>
      %s = llm.score @m(%b) among %l site <1>
      %f = llm.embed @m(%b) site <2>
      %g = arith.select %c, %e, %f : tensor<?xf32>
      scf.yield %g : tensor<?xf32>
    } else {
      %e = llm.embed @m(%a) site <3>
      scf.yield %e : tensor<?xf32>
    }
    ensemble.yield %t : tensor<?xf32>
  } else {
    %e = llm.embed @m(%a) site <4>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %r : tensor<?xf32>
}

// A text is not sent together with one of a higher label; those of one label are.
// CHECK-LABEL: func.func @labels
// EXEC-LABEL: exec.frame @labels
func.func @labels(%a: !llm.text, %b: !llm.text {ember.label = #llm.label"pii"}, %c: !llm.text) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: llm.embed @m(%b) site <1>
  // CHECK-NEXT: %[[TS:.*]] = llm.list(%a, %c)
  // CHECK-NEXT: llm.embed @m(%[[TS]] : !llm.list<!llm.text>) site <0[*]>
  // EXEC: exec.embed @m_lane(%b) site <1> label "pii"
  // EXEC: exec.embed @m_lane({{.*}} : !llm.list<!llm.text>) site <0[*]> label "public"
  %e = llm.embed @m(%a) site <0>
  %f = llm.embed @m(%b) site <1>
  %g = llm.embed @m(%c) site <2>
  func.return %e, %f, %g : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// The label that is written on a request stays on it, and keeps it apart from those without.
// CHECK-LABEL: func.func @written_labels
func.func @written_labels(%a: !llm.text, %b: !llm.text, %c: !llm.text) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: llm.embed @m(%b) site <1>
  // CHECK-NEXT: llm.list(%a, %c)
  // CHECK-NEXT: llm.embed @m(%{{.*}} : !llm.list<!llm.text>) site <0[*]> -> !llm.list<tensor<?xf32>> {ember.label = #llm.label"internal"}
  %e = llm.embed @m(%a) site <0> {ember.label = #llm.label"internal"}
  %f = llm.embed @m(%b) site <1>
  %g = llm.embed @m(%c) site <2> {ember.label = #llm.label"internal"}
  func.return %e, %f, %g : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}
