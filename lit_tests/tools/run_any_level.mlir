// A program runs from the text of any level, and gives the same on the same seed.
// RUN: ember run %s --seed 3 --clock virtual --input question=Why --json | filecheck %s
// RUN: ember-opt %s --emit=sched -o %t.sched.mlir && ember run %t.sched.mlir --seed 3 --clock virtual --input question=Why --json | filecheck %s
// RUN: ember-opt %s --emit=exec -o %t.exec.mlir && ember run %t.exec.mlir --seed 3 --clock virtual --input question=Why --json | filecheck %s

// CHECK: "outputs": [
// CHECK-NEXT: "12"
// CHECK-NEXT: ],
// CHECK: "calls": 3

llm.model @large from "simulated" usd_per_million 2.50 in 10.00 out
func.func @answer(%question: !llm.text) -> !llm.text {
  %prompt = llm.template "{0}? What is 3 * 4?"(%question)
  %drafts = ensemble.sample 3 of @large(%prompt) max_tokens 16
  %answer = ensemble.vote %drafts : !llm.list<!llm.text>
  func.return %answer : !llm.text
}
