// A summary of many documents: a note on each, then notes merged four at a time.
//
//   ember run docs/examples/map_reduce.mlir --input docs='@docs/**/*.md'
//
// The notes are greedy (temperature 0), so equal documents would cost one call. A merge
// starts as soon as its own four notes are there; nothing waits for the whole list.

llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out

func.func @summarize(%docs: !llm.list<!llm.text>) -> !llm.text {
  %notes = ensemble.map %doc in %docs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %ask = llm.template "Summarize in two sentences:\n{0}"(%doc)
    %note = llm.generate @small(%ask) temperature 0 max_tokens 64
    ensemble.yield %note : !llm.text
  }
  %summary = ensemble.reduce %group in %notes by 4 : !llm.list<!llm.text> do {
    %all = llm.join %group with "\n"
    %merge = llm.template "Merge these notes into one summary of two sentences:\n{0}"(%all)
    %short = llm.generate @small(%merge) temperature 0.7 max_tokens 64
    ensemble.yield %short : !llm.text
  }
  func.return %summary : !llm.text
}
