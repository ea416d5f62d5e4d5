// A letter is sorted and summarized; a complaint gets a reply of its own, all others thanks.
//
//   ember run docs/examples/triage.mlir --input letter='Order 4711 arrived broken.'

llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
llm.model @large from "simulated" usd_per_million 2.50 in 10.00 out

func.func @reply(%letter: !llm.text) -> !llm.text {
  %sort = llm.template "Classify the letter as complaint, question or praise.\n\n{0}"(%letter)
  %kind = llm.generate @small(%sort) temperature 0 max_tokens 8
  %shorten = llm.template "Summarize this letter in one sentence:\n\n{0}"(%letter)
  %gist = llm.generate @small(%shorten) temperature 0 max_tokens 60
  %complaint = llm.constant "complaint"
  %complains = llm.equal %kind, %complaint : !llm.text
  %reply = scf.if %complains -> (!llm.text) {
    %write = llm.template "A customer has written: {0}\n\nWhat do we say about the order?"(%gist)
    %answer = llm.generate @large(%write) temperature 0.7 max_tokens 120
    scf.yield %answer : !llm.text
  } else {
    %thanks = llm.constant "Thank you for your letter. We will come back to you."
    scf.yield %thanks : !llm.text
  }
  func.return %reply : !llm.text
}
