// RUN: ember-opt %s -p canonicalize --verify-each | filecheck %s

llm.model @m from "simulated"
llm.tool @time "Tells the time." takes "{\"type\": \"object\", \"properties\": {}}"

// What is computed from known numbers is known.
// CHECK-LABEL: func.func @numbers
func.func @numbers(%n: i64) -> (i64, i64, f64) {
  // CHECK-NEXT: %[[THREE:.*]] = arith.constant 3 : i64
  // CHECK-NEXT: %[[HALF:.*]] = arith.constant 1.500000e+00 : f64
  // CHECK-NEXT: func.return %[[THREE]], %n, %[[HALF]]
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %zero = arith.constant 0 : i64
  %half = arith.constant 0.5 : f64
  %unit = arith.constant 1.0 : f64
  %sum = arith.addi %one, %two : i64
  %same = arith.addi %n, %zero : i64
  %float = arith.addf %half, %unit : f64
  func.return %sum, %same, %float : i64, i64, f64
}

// What has a label for its length written on it stays.
// CHECK-LABEL: func.func @labelled_length
func.func @labelled_length(%a: !llm.text, %l: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: llm.concat
  %r = llm.concat(%l) : !llm.list<!llm.text> {ember.length_label = #llm.label"pii"}
  func.return %r : !llm.list<!llm.text>
}

// The values of a list or record may be lists themselves.
// CHECK-LABEL: func.func @nested_values
func.func @nested_values() -> (!llm.list<!llm.list<i64>>, !llm.record<"xs": !llm.list<i64>>) {
  // CHECK: %[[A:.*]] = llm.list(%{{.*}}, %{{.*}}) : !llm.list<i64>
  // CHECK: %[[B:.*]] = llm.list(%{{.*}}) : !llm.list<i64>
  // CHECK-NEXT: %[[L:.*]] = llm.list(%[[A]], %[[B]]) : !llm.list<!llm.list<i64>>
  // CHECK: %[[XS:.*]] = llm.list(%{{.*}}) : !llm.list<i64>
  // CHECK-NEXT: %[[R:.*]] = llm.record(%[[XS]])
  // CHECK-NEXT: func.return %[[L]], %[[R]]
  %a = llm.constant "[[1, 2], [3]]"
  %l = llm.parse %a as json_schema "{\"type\": \"array\", \"items\": {\"type\": \"array\", \"items\": {\"type\": \"integer\"}}}" : !llm.list<!llm.list<i64>>
  %b = llm.constant "{\"xs\": [4]}"
  %r = llm.parse %b as json_schema "{\"type\": \"object\", \"properties\": {\"xs\": {\"type\": \"array\", \"items\": {\"type\": \"integer\"}}}, \"required\": [\"xs\"]}" : !llm.record<"xs": !llm.list<i64>>
  func.return %l, %r : !llm.list<!llm.list<i64>>, !llm.record<"xs": !llm.list<i64>>
}

// A map that gives its elements as they are stays if it does more.
// CHECK-LABEL: func.func @map_that_does_more
func.func @map_that_does_more(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map
  // CHECK-NEXT: llm.apply effectful
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %c = llm.apply effectful @charge(%x) : (!llm.text) -> !llm.text
    ensemble.yield %x : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// The best of a list that is not known stays, though it has one score.
// CHECK-LABEL: func.func @best_of_unknown
func.func @best_of_unknown(%xs: !llm.list<!llm.text>, %s: f64) -> !llm.text {
  // CHECK: ensemble.best
  %ss = llm.list(%s) : !llm.list<f64>
  %b = ensemble.best %xs by %ss : !llm.list<!llm.text>, !llm.list<f64>
  func.return %b : !llm.text
}

// The content of a conversation that comes from elsewhere, or has no turn, or a last turn of
// several parts, is not known.
// CHECK-LABEL: func.func @content_of_unknown
func.func @content_of_unknown(%a: !llm.text, %c: !llm.messages, %d: !llm.messages)
    -> !llm.list<!llm.text> {
  // CHECK-COUNT-4: llm.content
  %w = llm.content %c
  %g = llm.generate @m(%a) tools [@time] draw <0> -> !llm.messages
  %x = llm.content %g
  %e = llm.messages after(%c, %d)
  %y = llm.content %e
  %f = llm.messages system(%a) user(%a, image %a)
  %z = llm.content %f
  %l = llm.list(%w, %x, %y, %z) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// However many conversations go on from one another, they are one.
// CHECK-LABEL: func.func @chains
func.func @chains(%a: !llm.text, %c: !llm.messages) -> (!llm.messages, !llm.messages) {
  // CHECK-NEXT: llm.messages system(%a) user(%a)
  // CHECK-NEXT: llm.messages after(%c) user(%a) assistant(%a) user(%a) assistant(%a)
  // CHECK-NEXT: func.return
  %s = llm.messages system(%a)
  %t = llm.messages after(%s) user(%a)
  %u = llm.messages after(%c) user(%a)
  %v = llm.messages after(%u) assistant(%a)
  %w = llm.messages after(%v) user(%a)
  %x = llm.messages after(%w) assistant(%a)
  func.return %t, %x : !llm.messages, !llm.messages
}

// What a model has answered is no conversation that is written out.
// CHECK-LABEL: func.func @after_an_answer
func.func @after_an_answer(%a: !llm.text) -> !llm.messages {
  // CHECK: %[[G:.*]] = llm.generate
  // CHECK-NEXT: llm.messages after(%[[G]]) user(%a) assistant(%a)
  %g = llm.generate @m(%a) tools [@time] draw <0> -> !llm.messages
  %s = llm.messages after(%g) user(%a)
  %t = llm.messages after(%s) assistant(%a)
  func.return %t : !llm.messages
}

// A conversation from outside of a region is not put together again in each run.
// CHECK-LABEL: func.func @messages_across_a_region
func.func @messages_across_a_region(%a: !llm.text, %xs: !llm.list<!llm.text>)
    -> !llm.list<!llm.messages> {
  // CHECK-NEXT: llm.messages system(%a)
  // CHECK-NEXT: ensemble.map
  // CHECK-NEXT: llm.messages after
  %s = llm.messages system(%a)
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.messages> do {
    %t = llm.messages after(%s) user(%x)
    ensemble.yield %t : !llm.messages
  }
  func.return %r : !llm.list<!llm.messages>
}

// An element is known from the first one to the last, counted from either end.
// CHECK-LABEL: func.func @get_at_the_ends
func.func @get_at_the_ends(%a: !llm.text, %b: !llm.text, %xs: !llm.list<!llm.text>)
    -> (!llm.text, !llm.text, !llm.text) {
  // CHECK: %[[X:.*]] = llm.get %xs
  // CHECK-NEXT: func.return %a, %b, %[[X]]
  %first = arith.constant -2 : i64
  %last = arith.constant 1 : i64
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  %f = llm.get %l[%first] : !llm.list<!llm.text>
  %g = llm.get %l[%last] : !llm.list<!llm.text>
  %x = llm.get %xs[%last] : !llm.list<!llm.text>
  func.return %f, %g, %x : !llm.text, !llm.text, !llm.text
}

// What is not known is compared, and searched, when the program runs.
// CHECK-LABEL: func.func @unknown_texts
func.func @unknown_texts(%a: !llm.text) -> (i1, i1, i1, i1) {
  // CHECK: llm.equal
  // CHECK-NEXT: llm.equal
  // CHECK-NEXT: llm.contains
  // CHECK-NEXT: llm.contains
  %k = llm.constant "k"
  %b = llm.equal %a, %k : !llm.text
  %c = llm.equal %k, %a : !llm.text
  %d = llm.contains %a, %k : !llm.text, !llm.text
  %e = llm.contains %k, %a : !llm.text, !llm.text
  func.return %b, %c, %d, %e : i1, i1, i1, i1
}

// One number in a record is enough for it not to be equal to itself.
// CHECK-LABEL: func.func @equal_with_a_number
func.func @equal_with_a_number(%a: !llm.record<"t": !llm.text, "x": f64>) -> i1 {
  // CHECK: llm.equal
  %r = llm.equal %a, %a : !llm.record<"t": !llm.text, "x": f64>
  func.return %r : i1
}

// What was hidden is put back, if there is any.
// CHECK-LABEL: func.func @restore_some
func.func @restore_some(%a: !llm.text, %b: !llm.text) -> !llm.text {
  // CHECK: llm.restore
  %l = llm.list(%b) : !llm.list<!llm.text>
  %r = llm.restore %a from %l
  func.return %r : !llm.text
}

// A loop that ends where it begins has no round.
// CHECK-LABEL: func.func @no_round
func.func @no_round(%q: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return %q
  %two = arith.constant 2 : i64
  %r = scf.for %i = %two to %two step %two iter_args(%s = %q) -> (!llm.text) : i64 {
    %a = llm.generate @m(%s) draw <0[*]>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// A template that puts nothing together is the empty text.
// CHECK-LABEL: func.func @template_of_nothing
func.func @template_of_nothing() -> !llm.text {
  // CHECK-NEXT: llm.constant ""
  %t = llm.template ""()
  func.return %t : !llm.text
}
