// RUN: ember-opt %s -p batch-requests --optimize-for=cost --verify-each | filecheck %s
// RUN: ember-opt %s -p batch-requests --optimize-for=cost --explain 2>&1 >/dev/null | filecheck %s --check-prefix=WHY

// Of a request that is alone nothing is said.
// WHY-COUNT-3: asks about 2 texts in one request
// WHY-NEXT: asks about all elements in one request
// WHY-NEXT: comes after something
// WHY-NEXT: comes after something
// WHY-NEXT: comes after something
// WHY-NEXT: is about elements that may fail one by one
// WHY-NEXT: as written

llm.model @single from "simulated"
llm.model @pairs from "simulated" batch 2
llm.model @m from "simulated" batch 100

// Two texts are a batch already.
// CHECK-LABEL: func.func @two_texts
func.func @two_texts(%a: !llm.text, %b: !llm.text) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK-NEXT: %[[L:.*]] = llm.list(%a, %b)
  // CHECK-NEXT: llm.embed @pairs(%[[L]] : !llm.list<!llm.text>) site <0[*]>
  %e = llm.embed @pairs(%a) site <0>
  %f = llm.embed @pairs(%b) site <1>
  func.return %e, %f : tensor<?xf32>, tensor<?xf32>
}

// Where a failure is handled, what asks nobody may stand between the requests.
// CHECK-LABEL: func.func @silent_between
func.func @silent_between(%a: !llm.text, %b: !llm.text, %c: i1) -> !llm.list<tensor<?xf32>> {
  // CHECK: llm.list(%a, %t)
  // CHECK-NEXT: llm.embed @m
  // CHECK: } else {
  // CHECK: llm.list(%a, %b)
  // CHECK-NEXT: llm.embed @m
  %r = ensemble.fallback : !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%a) site <0>
    %t = llm.template "{0}!"(%b)
    scf.if %c {
      %u = llm.template "{0}?"(%b)
    }
    %f = llm.embed @m(%t) site <1>
    %l = llm.list(%e, %f) : !llm.list<tensor<?xf32>>
    ensemble.yield %l : !llm.list<tensor<?xf32>>
  } else {
    %e = llm.embed @m(%a) site <2>
    %f = llm.embed @m(%b) site <3>
    %l = llm.list(%e, %f) : !llm.list<tensor<?xf32>>
    ensemble.yield %l : !llm.list<tensor<?xf32>>
  }
  func.return %r : !llm.list<tensor<?xf32>>
}

// There, a request in a region between them counts as much as one beside them.
// CHECK-LABEL: func.func @asked_between
func.func @asked_between(%a: !llm.text, %b: !llm.text, %c: i1) -> !llm.list<tensor<?xf32>> {
  // CHECK: llm.embed @m(%a) site <0>
  // CHECK: llm.embed @m(%b) site <2>
  %r = ensemble.fallback : !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%a) site <0>
    %t = scf.if %c -> (!llm.text) {
      %u = llm.generate @m(%b) draw <1>
      %v = llm.template "{0}?"(%u)
      scf.yield %v : !llm.text
    } else {
      scf.yield %a : !llm.text
    }
    %f = llm.embed @m(%b) site <2>
    %l = llm.list(%e, %f) : !llm.list<tensor<?xf32>>
    ensemble.yield %l : !llm.list<tensor<?xf32>>
  } else {
    %l = llm.list() : !llm.list<tensor<?xf32>>
    ensemble.yield %l : !llm.list<tensor<?xf32>>
  }
  func.return %r : !llm.list<tensor<?xf32>>
}

// There, requests that take turns stay in their order.
// CHECK-LABEL: func.func @in_turns
func.func @in_turns(%a: !llm.text, %b: !llm.text) -> !llm.list<tensor<?xf32>> {
  // CHECK: llm.embed @m(%a) site <0>
  // CHECK-NEXT: llm.embed @pairs(%a) site <1>
  // CHECK-NEXT: llm.embed @m(%b) site <2>
  // CHECK-NEXT: llm.embed @pairs(%b) site <3>
  %r = ensemble.fallback : !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%a) site <0>
    %f = llm.embed @pairs(%a) site <1>
    %g = llm.embed @m(%b) site <2>
    %h = llm.embed @pairs(%b) site <3>
    %l = llm.list(%e, %f, %g, %h) : !llm.list<tensor<?xf32>>
    ensemble.yield %l : !llm.list<tensor<?xf32>>
  } else {
    %l = llm.list() : !llm.list<tensor<?xf32>>
    ensemble.yield %l : !llm.list<tensor<?xf32>>
  }
  func.return %r : !llm.list<tensor<?xf32>>
}

// A text that is replaced where its request fails is asked about alone.
// CHECK-LABEL: func.func @replaced
func.func @replaced(%xs: !llm.list<!llm.text>, %v: tensor<?xf32>) -> !llm.list<tensor<?xf32>> {
  // CHECK: llm.embed @m(%x) site <0[*]>
  %es = ensemble.map %x in %xs on_error use %v : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%x) site <0[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es : !llm.list<tensor<?xf32>>
}

// A text that is the same for each element is asked about as often as there are elements.
// CHECK-LABEL: func.func @one_text
func.func @one_text(%xs: !llm.list<!llm.text>, %q: !llm.text) -> !llm.list<tensor<?xf32>> {
  // CHECK-NEXT: %texts = ensemble.map %x in %xs
  // CHECK-NEXT: ensemble.yield %q
  // CHECK-NEXT: }
  // CHECK-NEXT: llm.embed @m(%texts : !llm.list<!llm.text>) site <0[*]>
  %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%q) site <0[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es : !llm.list<tensor<?xf32>>
}

// A request that is alone stays so, whatever its model takes.
// CHECK-LABEL: func.func @alone
func.func @alone(%q: !llm.text) -> tensor<?xf32> {
  // CHECK-NEXT: llm.embed @single(%q) site <0>
  %e = llm.embed @single(%q) site <0>
  func.return %e : tensor<?xf32>
}
