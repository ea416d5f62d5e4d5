// RUN: ember-opt %s --split-input-file --verify-diagnostics -p lower-to-exec

// A request has a label of its own; one on its task would be lost.
llm.model @m from "simulated"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  // expected-error @+1 {{'sched.task' must have 'ember.label' inside of it, on an operation on values}}
  %d = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> attributes {ember.label = #llm.label"pii"} {
    %t = sched.request @m(%x) temperature 0.5 draw <0>
    sched.yield %t : !llm.text
  }
  func.return %d : !sched.future<!llm.text>
}
