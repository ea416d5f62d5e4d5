exec.frame @same(%text: !llm.text) -> !llm.text {
  exec.return %text : !llm.text {a = dense_resource<x> : tensor<1xi8>}
}
