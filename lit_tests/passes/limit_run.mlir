// RUN: ember-opt %s -p lower-to-sched,limit-run{usd=0.5\ seconds=30},verify-level{level=sched} --allow=meaning --verify-each | filecheck %s
// RUN: ember-opt %s -p lower-to-sched,limit-run{seconds=1.5},lower-to-exec --allow=meaning --verify-each | filecheck %s --check-prefix=EXEC
// RUN: ember-opt %s -p lower-to-sched,limit-run | filecheck %s --check-prefix=NOT

llm.model @m from "simulated" usd_per_million 1 in 2 out

// All that a run does is in one scope, and its results leave that one by one.
// CHECK-LABEL: func.func @answer
// CHECK-NEXT: %{{.*}}, %[[B:.*]], %[[C:.*]] = sched.scope budget 0.5 usd deadline 30 seconds -> !sched.future<!llm.text>, !sched.future<!llm.text> do {
// CHECK: sched.request @m
// CHECK: sched.yield
// CHECK: func.return %[[B]], %[[C]]
// EXEC-LABEL: exec.frame @answer(
// EXEC: exec.spawn @answer.{{.*}} deadline 1.5 seconds
// NOT-NOT: sched.scope
func.func @answer(%q: !llm.text) -> (!llm.text, !llm.text) {
  %b = llm.generate @m(%q) max_tokens 9 draw <0>
  func.return %b, %q : !llm.text, !llm.text
}

// What cannot be run from outside is limited where it is called.
// CHECK-LABEL: func.func private @helper
// CHECK-NOT: sched.scope
func.func private @helper(%q: !llm.text) -> !llm.text {
  func.return %q : !llm.text
}
