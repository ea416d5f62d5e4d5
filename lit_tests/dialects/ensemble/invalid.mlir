// RUN: ember-opt %s --split-input-file --verify-diagnostics

// There is at least one sample.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.sample' the number of samples must be at least 1, but got 0}}
  %b = ensemble.sample 0 of @m(%a)
  func.return
}

// -----

// A sample repeats, so its draw has a dynamic index.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.sample' a draw must have one '*' per enclosing region that repeats, here 1, but got 0}}
  %b = ensemble.sample 2 of @m(%a) draw <0>
  func.return
}

// -----

// Samples are in the range of every call.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.sample' temperature must be between 0 and 2, but got -0.1}}
  %b = ensemble.sample 2 of @m(%a) temperature -0.1
  func.return
}

// -----

// A map yields what its result holds.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.map' a map that yields !llm.text must have the result !llm.list<!llm.text>, but got !llm.list<!llm.list<!llm.text>>}}
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    ensemble.yield %x : !llm.text
  }
  func.return
}

// -----

// The region of a map takes one element.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.map' the region must take one !llm.text, but got !llm.list<!llm.text>}}
  %r = "ensemble.map"(%xs) ({
  ^bb0(%x: !llm.list<!llm.text>):
    "ensemble.yield"(%x) : (!llm.list<!llm.text>) -> ()
  }) : (!llm.list<!llm.text>) -> !llm.list<!llm.list<!llm.text>>
  func.return
}

// -----

// The region of a map takes something.
func.func @f(%xs: !llm.list<!llm.text>, %y: !llm.text) {
  // expected-error @+1 {{'ensemble.map' the region must take one !llm.text, but got none}}
  %r = "ensemble.map"(%xs) ({
    "ensemble.yield"(%y) : (!llm.text) -> ()
  }) : (!llm.list<!llm.text>) -> !llm.list<!llm.text>
  func.return
}

// -----

// A region ends with its yield.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.map' the region must end with 'ensemble.yield', but it does not}}
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    func.return
  }
  func.return
}

// -----

// A reduction makes its list shorter.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.reduce' the arity of a reduction must be at least 2, but got 1}}
  %r = ensemble.reduce %g in %xs by 1 : !llm.list<!llm.text> do {
    %j = llm.join %g with ""
    ensemble.yield %j : !llm.text
  }
  func.return
}

// -----

// A reduction yields an element, not a group.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.reduce' a reduction of !llm.list<!llm.text> must yield and return its element type, but got !llm.list<!llm.text> and !llm.text}}
  %r = ensemble.reduce %g in %xs by 2 : !llm.list<!llm.text> do {
    ensemble.yield %g : !llm.list<!llm.text>
  }
  func.return
}

// -----

// A vote is over texts.
func.func @f(%xs: !llm.list<!llm.list<!llm.text>>) {
  // expected-error @+1 {{'ensemble.vote' expected attribute !llm.list<!llm.text> but got !llm.list<!llm.list<!llm.text>>}}
  %v = ensemble.vote %xs : !llm.list<!llm.list<!llm.text>>
  func.return
}
