// Cheap models first: an answer is taken as soon as its own model finds it right.
//
//   ember run docs/examples/cascade.mlir --input question='What is 17 * 24?'

llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
llm.model @medium from "simulated" usd_per_million 0.80 in 3.20 out
llm.model @large from "simulated" usd_per_million 2.50 in 10.00 out

func.func @answer(%question: !llm.text) -> !llm.text {
  %prompt = llm.template "Q: {0}\nA:"(%question)
  %yes = llm.constant "yes"
  %answer = ensemble.cascade : !llm.text do {
    %cheap = llm.generate @small(%prompt) temperature 0.7 max_tokens 32
    %check = llm.template "{0}\nAnswer: {1}\n\nIs this answer right? Reply yes or no."(%question, %cheap)
    %verdict = llm.generate @small(%check) temperature 0 max_tokens 4
    %right = llm.equal %verdict, %yes : !llm.text
    ensemble.accept %cheap if %right : !llm.text
  } else {
    %better = llm.generate @medium(%prompt) temperature 0.7 max_tokens 32
    %check = llm.template "{0}\nAnswer: {1}\n\nIs this answer right? Reply yes or no."(%question, %better)
    %verdict = llm.generate @medium(%check) temperature 0 max_tokens 4
    %right = llm.equal %verdict, %yes : !llm.text
    ensemble.accept %better if %right : !llm.text
  } else {
    %best = llm.generate @large(%prompt) temperature 0 max_tokens 32
    ensemble.yield %best : !llm.text
  }
  func.return %answer : !llm.text
}
