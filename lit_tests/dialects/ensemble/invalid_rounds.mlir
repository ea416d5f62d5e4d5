// RUN: ember-opt %s --split-input-file --verify-diagnostics

// There is at least one round.
func.func @f(%a: !llm.text, %c: i1) {
  // expected-error @+1 {{'ensemble.refine' rounds must be at least 1, but got -1}}
  %r = ensemble.refine %d from %a at_most -1 : !llm.text do {
    ensemble.accept %d if %c : !llm.text
  }
  func.return
}

// -----

// A number of rounds is a number of 64 bits.
func.func @f(%a: !llm.text, %c: i1) {
  // expected-error @+1 {{'ensemble.refine' integer value 99999999999999999999 is out of range for type i64}}
  %r = ensemble.refine %d from %a at_most 99999999999999999999 : !llm.text do {
    ensemble.accept %d if %c : !llm.text
  }
  func.return
}

// -----

// A round takes the value of the one before.
func.func @f(%a: !llm.text, %c: i1) {
  // expected-error @+1 {{'ensemble.refine' the region must take one !llm.text, but got i64}}
  %r = "ensemble.refine"(%a) <{rounds = 2}> ({
  ^bb0(%d: i64):
    "ensemble.accept"(%a, %c) : (!llm.text, i1) -> ()
  }) : (!llm.text) -> !llm.text
  func.return
}

// -----

// A round takes something.
func.func @f(%a: !llm.text, %c: i1) {
  // expected-error @+1 {{'ensemble.refine' the region must take one !llm.text, but got none}}
  %r = "ensemble.refine"(%a) <{rounds = 2}> ({
    "ensemble.accept"(%a, %c) : (!llm.text, i1) -> ()
  }) : (!llm.text) -> !llm.text
  func.return
}

// -----

// A round says whether it is the last.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.refine' the region must end with 'ensemble.accept', but it does not}}
  %r = ensemble.refine %d from %a at_most 2 : !llm.text do {
    ensemble.yield %d : !llm.text
  }
  func.return
}

// -----

// A round gives what the next one takes.
func.func @f(%a: !llm.text, %n: i64, %c: i1) {
  // expected-error @+1 {{'ensemble.refine' a refinement of !llm.text must accept and return that type, but got i64 and !llm.text}}
  %r = ensemble.refine %d from %a at_most 2 : !llm.text do {
    ensemble.accept %n if %c : i64
  }
  func.return
}

// -----

// A refinement gives what its rounds give.
func.func @f(%a: !llm.text, %c: i1) {
  // expected-error @+1 {{'ensemble.refine' a refinement of !llm.text must accept and return that type, but got !llm.text and i64}}
  %r = "ensemble.refine"(%a) <{rounds = 2}> ({
  ^bb0(%d: !llm.text):
    "ensemble.accept"(%d, %c) : (!llm.text, i1) -> ()
  }) : (!llm.text) -> i64
  func.return
}
