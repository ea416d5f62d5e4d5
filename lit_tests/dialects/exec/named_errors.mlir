// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

// CHECK-LABEL: exec.frame @told
exec.frame @told(%a: !llm.text) -> !llm.text {
  // CHECK-NEXT: exec.attempt [@same, @why] errors ["ValueError", "ParseError"] at_most 8 backoff 0.5 to 30 seconds with %a : !llm.text -> !llm.text
  %r = exec.attempt [@same, @why] errors ["ValueError", "ParseError"] at_most 8 backoff 0.5 to 30 seconds with %a : !llm.text -> !llm.text
  exec.return %r : !llm.text
}
exec.frame @same(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}
exec.frame @why(%error: !llm.object, %a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}
