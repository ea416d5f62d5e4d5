// Five samples and a vote: five independent draws of one request, and the majority.
//
//   ember run docs/examples/ensemble.mlir --input question='What is 17 * 24?'

llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out

func.func @answer(%question: !llm.text) -> !llm.text {
  %prompt = llm.template "Q: {0}\nA:"(%question)
  %drafts = ensemble.sample 5 of @small(%prompt) temperature 0.7 max_tokens 16
  %answer = ensemble.vote %drafts : !llm.list<!llm.text>
  func.return %answer : !llm.text
}
