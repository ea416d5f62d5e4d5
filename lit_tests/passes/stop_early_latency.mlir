// RUN: ember-opt %s -p stop-early,lower-to-sched,lower-to-exec | filecheck %s
// RUN: ember-opt %s -p stop-early,lower-to-sched,lower-to-exec --optimize-for=latency | filecheck %s

llm.model @m from "simulated"

// Where time counts all answers are asked for at once, and what is missing then is cancelled.
// CHECK-LABEL: exec.frame @samples
// CHECK: exec.quorum %d stop lossless at_once
func.func @samples(%q: !llm.text) -> !llm.text {
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}
