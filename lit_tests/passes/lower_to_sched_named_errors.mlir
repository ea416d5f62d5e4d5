// RUN: ember-opt %s -p lower-to-sched,verify-level{level=sched} | filecheck %s

llm.model @m from "simulated"

// What may be an error that is named waits for all that can fail before it; what can only
// fail in other ways does not wait for its like.
// CHECK-LABEL: func.func @ordered(
func.func @ordered(%a: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: %r = sched.attempt errors ["ParseError"] -> !sched.list<!llm.text> do {
  // CHECK-NEXT: %x = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane
  // CHECK: %y = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane
  // CHECK: %over = sched.done(%x, %y : !sched.future<!llm.text>, !sched.future<!llm.text>)
  // CHECK-NEXT: %z = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_1 = %over : !sched.future<none>)
  // CHECK-NEXT: llm.parse
  // CHECK: } else %error {
  %r = ensemble.fallback errors ["ParseError"] : !llm.list<!llm.text> do {
    %x = llm.generate @m(%a) draw <0>
    %y = llm.generate @m(%a) draw <1>
    %z = llm.parse %a as regex "[0-9]+" : !llm.text
    %all = llm.list(%x, %y, %z) : !llm.list<!llm.text>
    ensemble.yield %all : !llm.list<!llm.text>
  } else %error {
    %none = llm.list() : !llm.list<!llm.text>
    ensemble.yield %none : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// Where all is handled, nothing waits.
// CHECK-LABEL: func.func @unordered(
func.func @unordered(%a: !llm.text) -> !llm.text {
  // CHECK: sched.attempt -> !sched.future<!llm.text> do {
  // CHECK-NOT: sched.done
  %r = ensemble.fallback : !llm.text do {
    %x = llm.generate @m(%a) draw <2>
    %z = llm.parse %a as regex "[0-9]+" : !llm.text
    %both = llm.template "{0} {1}"(%x, %z)
    ensemble.yield %both : !llm.text
  } else {
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}
