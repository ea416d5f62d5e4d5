// Two equal greedy calls, and two samples of one request.
//
//   ember-opt docs/examples/twice.mlir -p assign-draws,merge-calls

llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out

func.func @twice(%q: !llm.text) -> !llm.list<!llm.text> {
  %a = llm.generate @small(%q) temperature 0
  %b = llm.generate @small(%q) temperature 0
  %c = llm.generate @small(%q) temperature 0.7
  %d = llm.generate @small(%q) temperature 0.7
  %all = llm.list(%a, %b, %c, %d) : !llm.list<!llm.text>
  func.return %all : !llm.list<!llm.text>
}
