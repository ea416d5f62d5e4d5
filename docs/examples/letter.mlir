// A letter is sorted by a small model if its two opinions agree, else by a large one;
// the order number is read out of it, and the reply is written by the house model.

llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
llm.model @large from "simulated" usd_per_million 2.50 in 10.00 out

func.func @sort(%letter: !llm.text) -> (!llm.text, i64) {
  %ask = llm.template "Classify the letter as complaint, question or praise.\n\n{0}"(%letter)
  %kind = ensemble.cascade : !llm.text do {
    %one = llm.generate @small(%ask) temperature 0.7
    %two = llm.generate @small(%ask) temperature 0.7
    %agree = llm.equal %one, %two : !llm.text
    ensemble.accept %one if %agree : !llm.text
  } else {
    %sure = llm.generate @large(%ask) temperature 0
    ensemble.yield %sure : !llm.text
  }
  %find = llm.template "Extract the number of the order.\n\n{0}"(%letter)
  %found = llm.generate @large(%find) temperature 0.5 as json_schema "{\"type\": \"integer\"}" retries 3
  %order = llm.parse %found as json_schema "{\"type\": \"integer\"}" : i64
  func.return %kind, %order : !llm.text, i64
}
