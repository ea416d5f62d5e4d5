// RUN: ember-opt %s --split-input-file --verify-diagnostics -p verify-level{level=exec}

// A program of instructions passes.
exec.frame @fine(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// Nothing of the levels above is left.
// expected-error @+1 {{'llm.model' must not stand at the level 'exec'; lower or remove it}}
llm.model @m from "p"
