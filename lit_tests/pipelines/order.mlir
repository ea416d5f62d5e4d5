// RUN: ember-opt %s --emit=llm | filecheck %s

// What the order of the standard pipeline is good for.
llm.model @m from "simulated"

// Prompts that are written again for each call are one, and so the calls are samples of one request.
// CHECK-LABEL: func.func @prompts_of_their_own
// CHECK: ensemble.sample 2 of @m(%{{.*}}) temperature 0.7
func.func @prompts_of_their_own(%q: !llm.text) -> !llm.text {
  %p = llm.template "Is it? {0}"(%q)
  %a = llm.generate @m(%p) temperature 0.7
  %r = llm.template "Is it? {0}"(%q)
  %b = llm.generate @m(%r) temperature 0.7
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  %v = ensemble.vote %l : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// A greedy call that is hoisted out of a map is one with the same call outside.
// CHECK-LABEL: func.func @hoisted_beside_its_twin
// CHECK-COUNT-1: llm.generate
// CHECK-NOT: llm.generate
func.func @hoisted_beside_its_twin(%p: !llm.text, %q: !llm.text) -> !llm.text {
  %xs = ensemble.sample 2 of @m(%p) temperature 0.7
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %g = llm.generate @m(%q) temperature 0
    %o = llm.template "{0}: {1}"(%x, %g)
    ensemble.yield %o : !llm.text
  }
  %g = llm.generate @m(%q) temperature 0
  %j = llm.join %r with ","
  %t = llm.template "{0}{1}"(%j, %g)
  func.return %t : !llm.text
}
