// An answer from the three notes that are nearest to the question.
//
//   ember run docs/examples/retrieval.mlir --input question='What does merge-calls keep?' \
//     --input notes='@docs/**/*.md'

llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out batch 100
llm.model @large from "simulated" usd_per_million 2.50 in 10.00 out

func.func @answer(%question: !llm.text, %notes: !llm.list<!llm.text>) -> !llm.text {
  %asked = llm.embed @small(%question)
  %vectors = ensemble.map %note in %notes : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %vector = llm.embed @small(%note)
    ensemble.yield %vector : tensor<?xf32>
  }
  %nearest = llm.top_k 3 of %vectors near %asked
  %found = ensemble.map %index in %nearest : !llm.list<i64> -> !llm.list<!llm.text> do {
    %note = llm.get %notes[%index] : !llm.list<!llm.text>
    ensemble.yield %note : !llm.text
  }
  %context = llm.join %found with "\n\n"
  %prompt = llm.template "Notes:\n{0}\n\nAnswer from the notes only.\nQ: {1}\nA:"(%context, %question)
  %answer = llm.generate @large(%prompt) temperature 0 max_tokens 64
  func.return %answer : !llm.text
}
