// RUN: ember-opt %s --split-input-file --verify-diagnostics

// Who handles an error is told of it.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.attempt' the region must take (!sched.future<!llm.object>), but got ()}}
  %r = sched.attempt errors ["ValueError"] -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  } else {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}
