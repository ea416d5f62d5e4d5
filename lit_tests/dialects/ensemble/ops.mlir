// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

llm.model @small from "simulated"

// Samples have one dynamic index of their own.
// CHECK-LABEL: func.func @sample
func.func @sample(%p: !llm.text) -> !llm.text {
  // CHECK: %[[D:.*]] = ensemble.sample 5 of @small(%{{.*}}) temperature 0.7 max_tokens 16 draw <0[*]>
  %d = ensemble.sample 5 of @small(%p) temperature 0.7 max_tokens 16 draw <0[*]>
  // CHECK-NEXT: ensemble.sample 2 of @small(%{{.*}}) temperature 0 site <1[*]>
  %g = ensemble.sample 2 of @small(%p) temperature 0 site <1[*]>
  // CHECK-NEXT: ensemble.vote %[[D]] : !llm.list<!llm.text>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// A map binds one element; maps nest, and each adds a dynamic index.
// CHECK-LABEL: func.func @nested
func.func @nested(%xss: !llm.list<!llm.list<!llm.text>>) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK: ensemble.map %[[XS:.*]] in %{{.*}} : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.list<!llm.text>> do {
  %r = ensemble.map %xs in %xss : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.list<!llm.text>> do {
    // CHECK-NEXT: ensemble.map %{{.*}} in %[[XS]] : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      // CHECK-NEXT: llm.generate @small(%{{.*}}) draw <0/1[*, *, 3]>
      %y = llm.generate @small(%x) draw <0/1[*, *, 3]>
      ensemble.yield %y : !llm.text
    }
    ensemble.yield %ys : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.list<!llm.text>>
}

// A reduction binds a group, and keeps attributes that it does not know.
// CHECK-LABEL: func.func @reduce
func.func @reduce(%xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK: ensemble.reduce %{{.*}} in %{{.*}} by 4 : !llm.list<!llm.text> attributes {note = "kept"} do {
  %r = ensemble.reduce %g in %xs by 4 : !llm.list<!llm.text> attributes {note = "kept"} do {
    %j = llm.join %g with " "
    // CHECK: ensemble.yield %{{.*}} : !llm.text
    ensemble.yield %j : !llm.text
  }
  func.return %r : !llm.text
}
