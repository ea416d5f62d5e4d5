// Everything but the question is known before the program runs.

llm.model @small from "simulated"

func.func @known(%question: !llm.text) -> (!llm.text, i64) {
  %role = llm.constant "You are {brief}."
  %asked = llm.template "{0} Q: {1}"(%role, %question)
  %prompt = llm.template "{0}\nA:"(%asked)
  %drafts = ensemble.sample 1 of @small(%prompt) temperature 0.7 draw <0[*]>
  %answer = ensemble.vote %drafts : !llm.list<!llm.text>
  %limit = llm.constant "42"
  %number = llm.parse %limit as json_schema "{\"type\": \"integer\"}" : i64
  func.return %answer, %number : !llm.text, i64
}
