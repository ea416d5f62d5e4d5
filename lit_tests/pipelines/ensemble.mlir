// The five-sample vote at each level; it stays five samples at every one.
// RUN: ember-opt %s --emit=llm | filecheck %s --check-prefix=LLM
// RUN: ember-opt %s --emit=sched | filecheck %s --check-prefix=SCHED
// RUN: ember-opt %s --emit=exec | filecheck %s --check-prefix=EXEC

// From the text of a level the next ones come out the same.
// RUN: ember-opt %s --emit=llm | ember-opt --emit=sched | filecheck %s --check-prefix=SCHED
// RUN: ember-opt %s --emit=sched | ember-opt --emit=exec | filecheck %s --check-prefix=EXEC
// RUN: ember-opt %s --emit=sched --print-op-generic | ember-opt --emit=exec | filecheck %s --check-prefix=EXEC

// LLM: ensemble.sample 5 of @small(%{{.*}}) temperature 0.7 max_tokens 16 draw <0[*]>
// SCHED: sched.fanout times 5 -> !sched.list<!llm.text> do {
// SCHED: sched.request @small(%{{.*}}) temperature 0.7 max_tokens 16 draw <0[*]>
// EXEC: exec.fanout @answer.drafts times 5
// EXEC: exec.quorum %{{.*}} stop lossless at_once
// EXEC: exec.request @small_lane(%{{.*}}) temperature 0.7 max_tokens 16 sampled site <0[*]> label "public"

llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
func.func @answer(%question: !llm.text) -> !llm.text {
  %prompt = llm.template "Q: {0}\nA:"(%question)
  %drafts = ensemble.sample 5 of @small(%prompt) temperature 0.7 max_tokens 16
  %answer = ensemble.vote %drafts : !llm.list<!llm.text>
  func.return %answer : !llm.text
}
