// RUN: ember-opt %s --split-input-file --verify-diagnostics -p verify-level{level=sched}

// Local operations stand in tasks.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'llm.constant' must stand in a 'sched.task' at the level 'sched'}}
  %c = llm.constant "x"
  func.return
}

// -----

// Operations of the level below do not belong either.
// expected-error @+1 {{'exec.lane' must not stand at the level 'sched'; lower or remove it}}
exec.lane @l model "m" from "p" concurrency 1

// -----

// A scheduled request has its identity.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    // expected-error @+1 {{'sched.request' must have a draw or site once scheduled; run assign-draws first}}
    %y = sched.request @m(%x)
    sched.yield %y : !llm.text
  }
  func.return
}

// -----

// Functions take and return futures.
// expected-error @+1 {{'func.func' must take and return futures, but got !llm.text}}
func.func @f(%a: !llm.text) {
  func.return
}
