// A question is answered only if a guard finds nothing wrong with it.
//
//   ember run docs/examples/moderated.mlir --input question='What is 17 * 24?'

llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
llm.model @large from "simulated" usd_per_million 2.50 in 10.00 out

func.func @answer(%question: !llm.text) -> !llm.text {
  %guard = llm.template "Classify this message as harmless or harmful.\n\n{0}"(%question)
  %verdict = llm.generate @small(%guard) temperature 0 max_tokens 4
  %harmless = llm.constant "harmless"
  %allowed = llm.equal %verdict, %harmless : !llm.text
  %answer = scf.if %allowed -> (!llm.text) {
    %prompt = llm.template "Q: {0}\nA:"(%question)
    %found = llm.generate @large(%prompt) temperature 0.7 max_tokens 64
    scf.yield %found : !llm.text
  } else {
    %refusal = llm.constant "I cannot help with that."
    scf.yield %refusal : !llm.text
  }
  func.return %answer : !llm.text
}
