// RUN: ember-opt %s --split-input-file --verify-diagnostics

// Who handles an error is told of it.
exec.frame @told(%a: !llm.text) -> !llm.text {
  // expected-error @+1 {{'exec.attempt' must run a frame of type (!llm.object, !llm.text) -> !llm.text, but @same has (!llm.text) -> !llm.text}}
  %r = exec.attempt [@same, @same] errors ["ValueError"] with %a : !llm.text -> !llm.text
  exec.return %r : !llm.text
}
exec.frame @same(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}
