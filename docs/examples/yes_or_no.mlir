// Nine readers say whether a text is a complaint; the majority counts.
//
//   ember run docs/examples/yes_or_no.mlir --input text='Order 4711 arrived broken.'

llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out

func.func @is_complaint(%text: !llm.text) -> !llm.text {
  %ask = llm.template "Is this a complaint? Reply with yes or no.\n\n{0}"(%text)
  %votes = ensemble.sample 9 of @small(%ask) temperature 0.7 max_tokens 4 as regex "yes|no" retries 2
  %verdict = ensemble.vote %votes : !llm.list<!llm.text>
  func.return %verdict : !llm.text
}
