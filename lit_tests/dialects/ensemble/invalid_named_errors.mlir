// RUN: ember-opt %s --split-input-file --verify-diagnostics

// Names are those of Python's errors and Ember's.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.fallback' errors must be Python's own or those of a program, but got 'Oops'; name a class that it inherits from, such as 'Exception'}}
  %r = ensemble.fallback errors ["KeyError", "Oops"] : !llm.text do {
    ensemble.yield %a : !llm.text
  } else %error {
    ensemble.yield %a : !llm.text
  }
  func.return
}

// -----

// Who names errors names one at least.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.fallback' there must be at least 1 error in 'errors', but there is none}}
  %r = ensemble.fallback errors [] : !llm.text do {
    ensemble.yield %a : !llm.text
  }
  func.return
}

// -----

// Arms are told of errors that are named.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.fallback' a region behind 'else' must take !llm.object, but got nothing}}
  %r = ensemble.fallback errors ["KeyError"] : !llm.text do {
    ensemble.yield %a : !llm.text
  } else {
    ensemble.yield %a : !llm.text
  }
  func.return
}

// -----

// The first arm is told of nothing.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.fallback' the region must take no arguments, but got !llm.object}}
  %r = "ensemble.fallback"() <{errors = ["KeyError"]}> ({
  ^bb0(%error: !llm.object):
    "ensemble.yield"(%a) : (!llm.text) -> ()
  }) : () -> !llm.text
  func.return
}
