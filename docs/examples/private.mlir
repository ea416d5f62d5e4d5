// A letter is private; the small model is another company's, the house model our own.

llm.model @small from "simulated"
llm.model @house from "simulated" clearance "pii"

func.func @reply(%letter: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
  %ask = llm.template "What is asked for in this letter?\n\n{0}"(%letter)
  %gist = llm.generate @small(%ask) temperature 0
  %write = llm.template "Answer the letter: {0}\n\n{1}"(%gist, %letter)
  %reply = llm.generate @house(%write) temperature 0
  func.return %reply : !llm.text
}
