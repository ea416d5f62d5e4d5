// RUN: ember-opt %s -p batch-requests --optimize-for=cost --verify-each | filecheck %s

llm.model @m from "simulated" batch 100
llm.model @n from "simulated" batch 100

// What is read before the next one is asked for: they are one in front of what reads it, and
// what makes the texts is made there.
// CHECK-LABEL: func.func @read
func.func @read(%q: !llm.text, %a: !llm.text, %b: !llm.text) -> (i1, i1) {
  // CHECK-NEXT: %[[S:.*]] = llm.template "About {0}"(%a)
  // CHECK-NEXT: %[[T:.*]] = llm.template "More {0}"(%[[S]])
  // CHECK-NEXT: %[[L:.*]] = llm.list(%q, %[[S]], %b, %[[T]])
  // CHECK-NEXT: %[[ES:.*]] = llm.embed @m(%[[L]] : !llm.list<!llm.text>) site <0[*]>
  // CHECK: llm.equal
  // CHECK: llm.equal
  // CHECK-NOT: llm.embed
  %e = llm.embed @m(%q) site <0>
  %s = llm.template "About {0}"(%a)
  %f = llm.embed @m(%s) site <1>
  %same = llm.equal %e, %f : tensor<?xf32>
  %g = llm.embed @m(%b) site <2>
  %t = llm.template "More {0}"(%s)
  %h = llm.embed @m(%t) site <3>
  %other = llm.equal %g, %h : tensor<?xf32>
  func.return %same, %other : i1, i1
}

// What stands inside of what reads it counts as well.
// CHECK-LABEL: func.func @read_inside
func.func @read_inside(%a: !llm.text, %b: !llm.text, %c: i1) -> (i1, tensor<?xf32>) {
  // CHECK-NEXT: llm.list(%a, %b)
  // CHECK: scf.if
  // CHECK-NOT: llm.embed
  // CHECK: func.return
  %e = llm.embed @m(%a) site <0>
  %r = scf.if %c -> (i1) {
    %same = llm.equal %e, %e : tensor<?xf32>
    scf.yield %same : i1
  } else {
    scf.yield %c : i1
  }
  %f = llm.embed @m(%b) site <1>
  func.return %r, %f : i1, tensor<?xf32>
}

// A text that is made of what the first one gives comes later in any case; the next join it.
// CHECK-LABEL: func.func @made_of_it
func.func @made_of_it(%a: !llm.text, %xs: !llm.list<!llm.text>, %es: !llm.list<tensor<?xf32>>) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: llm.embed @m(%a) site <0>
  // CHECK: llm.list(%x, %y)
  // CHECK-NEXT: llm.embed @m
  // CHECK: llm.equal %e, %f
  %e = llm.embed @m(%a) site <0>
  %is = llm.top_k 1 of %es near %e
  %zero = arith.constant 0 : i64
  %i = llm.get %is[%zero] : !llm.list<i64>
  %x = llm.get %xs[%i] : !llm.list<!llm.text>
  %f = llm.embed @m(%x) site <1>
  %same = llm.equal %e, %f : tensor<?xf32>
  %one = arith.constant 1 : i64
  %y = llm.get %xs[%one] : !llm.list<!llm.text>
  %g = llm.embed @m(%y) site <2>
  func.return %f, %g : tensor<?xf32>, tensor<?xf32>
}

// Groups of two models share what makes their texts, which moves to where both have it.
// CHECK-LABEL: func.func @shared
func.func @shared(%a: !llm.text, %b: !llm.text) -> (i1, i1, tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: %t = llm.template "About {0}"(%b)
  // CHECK-NEXT: llm.list(%a, %t)
  // CHECK-NEXT: llm.embed @n
  // CHECK: llm.equal
  // CHECK: llm.list(%a, %t)
  // CHECK-NEXT: llm.embed @m
  // CHECK: llm.equal
  // CHECK-NOT: llm.embed
  %e = llm.embed @m(%a) site <0>
  %f = llm.embed @n(%a) site <1>
  %first = llm.equal %f, %f : tensor<?xf32>
  %second = llm.equal %e, %e : tensor<?xf32>
  %t = llm.template "About {0}"(%b)
  %g = llm.embed @m(%t) site <2>
  %h = llm.embed @n(%t) site <3>
  func.return %first, %second, %g, %h : i1, i1, tensor<?xf32>, tensor<?xf32>
}

// Where a failure is handled, what stands between may fail: nothing is sent before it.
// CHECK-LABEL: func.func @handled
func.func @handled(%a: !llm.text, %b: !llm.text) -> !llm.text {
  // CHECK: llm.embed @m(%a)
  // CHECK: llm.embed @m(%b)
  %r = ensemble.fallback : !llm.text do {
    %e = llm.embed @m(%a) site <0>
    %same = llm.equal %e, %e : tensor<?xf32>
    %f = llm.embed @m(%b) site <1>
    ensemble.yield %a : !llm.text
  } else {
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// So may a function with an effect, which must not be called where the second would fail.
// CHECK-LABEL: func.func @acting
func.func @acting(%a: !llm.text, %b: !llm.text) -> (i1, tensor<?xf32>) {
  // CHECK-NOT: llm.list
  // CHECK: func.return
  %e = llm.embed @m(%a) site <0>
  %same = llm.equal %e, %e : tensor<?xf32>
  %t = llm.apply effectful @log(%a) : (!llm.text) -> !llm.text
  %f = llm.embed @m(%b) site <1>
  func.return %same, %f : i1, tensor<?xf32>
}
