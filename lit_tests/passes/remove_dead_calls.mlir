// RUN: ember-opt %s -p remove-dead-calls --verify-each | filecheck %s

llm.model @m from "simulated"

// A call that nobody reads is not made, nor is what only it reads.
// CHECK-LABEL: func.func @dead_chain
func.func @dead_chain(%q: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return
  %p = llm.template "Q: {0}"(%q)
  %a = llm.generate @m(%p) temperature 0.7
  %d = ensemble.sample 5 of @m(%a) draw <0[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %q : !llm.text
}

// A map that nobody reads goes whole, with its calls.
// CHECK-LABEL: func.func @dead_map
func.func @dead_map(%xs: !llm.list<!llm.text>) {
  // CHECK-NEXT: func.return
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%x)
    ensemble.yield %a : !llm.text
  }
  func.return
}

// Inside a region that is read, only what is dead goes.
// CHECK-LABEL: func.func @dead_in_a_map
func.func @dead_in_a_map(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%{{.*}}) draw <0[*]>
  // CHECK-NEXT: ensemble.yield %[[A]]
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%x) draw <0[*]>
    %b = llm.generate @m(%a) draw <1[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// A call that is read stays, as do models and functions.
// CHECK-LABEL: func.func @live
func.func @live(%q: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.generate @m
  %a = llm.generate @m(%q)
  func.return %a : !llm.text
}
