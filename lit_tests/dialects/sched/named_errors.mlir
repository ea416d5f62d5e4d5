// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

// CHECK-LABEL: func.func @told
func.func @told(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK: sched.attempt errors ["ValueError"] at_most 3 redraw -> !sched.future<!llm.text> do {
  // CHECK: } else %error {
  %r = sched.attempt errors ["ValueError"] at_most 3 redraw -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  } else %error {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return %r : !sched.future<!llm.text>
}
