// RUN: ember-opt %s -p assign-draws,sink-calls --verify-each | filecheck %s

llm.model @m from "simulated"

// Where time counts too, a call moves if its condition is known from the start.
// CHECK-LABEL: func.func @known_condition
// CHECK-NEXT: scf.if %c
// CHECK-NEXT: llm.generate @m(%q)
func.func @known_condition(%q: !llm.text, %c: i1) -> !llm.text {
  %a = llm.generate @m(%q) temperature 0
  %r = scf.if %c -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// It stays if a model has to be asked for the condition: it would start later.
// CHECK-LABEL: func.func @condition_of_a_model
// CHECK: %a = llm.generate @m(%q)
// CHECK: scf.if
func.func @condition_of_a_model(%q: !llm.text) -> !llm.text {
  %k = llm.generate @m(%q) temperature 1
  %c = llm.equal %k, %q : !llm.text
  %a = llm.generate @m(%q) temperature 0
  %r = scf.if %c -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// It stays, too, if the inner one of two conditions is that of a model.
// CHECK-LABEL: func.func @inner_condition_of_a_model
// CHECK: %a = llm.generate @m(%q) temperature 0
// CHECK: scf.if
func.func @inner_condition_of_a_model(%q: !llm.text, %c: i1) -> !llm.text {
  %k = llm.generate @m(%q) temperature 1
  %d = llm.equal %k, %q : !llm.text
  %a = llm.generate @m(%q) temperature 0
  %r = scf.if %c -> (!llm.text) {
    %s = scf.if %d -> (!llm.text) {
      scf.yield %a : !llm.text
    } else {
      scf.yield %q : !llm.text
    }
    scf.yield %s : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// Nor into a rung of a cascade whose first rung asks a model.
// CHECK-LABEL: func.func @rung
// CHECK: %a = llm.generate @m(%q) temperature 0
// CHECK: ensemble.cascade
func.func @rung(%q: !llm.text) -> !llm.text {
  %a = llm.generate @m(%q) temperature 0
  %r = ensemble.cascade : !llm.text do {
    %k = llm.generate @m(%q) temperature 1
    %c = llm.equal %k, %q : !llm.text
    ensemble.accept %k if %c : !llm.text
  } else {
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}
