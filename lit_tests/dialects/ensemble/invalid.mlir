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

// Samples of a greedy call are all the same, and none can be had again.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.sample' retries must be of a sampled call, but this one is greedy and would answer alike}}
  %b = ensemble.sample 2 of @m(%a) temperature 0 as regex "x" retries 1
  func.return
}

// -----

// A prompt is a text or a conversation.
llm.model @m from "p"
func.func @f(%a: i64) {
  // expected-error @+1 {{'ensemble.sample' a type or property must be !llm.text or !llm.messages, but got i64}}
  %b = ensemble.sample 2 of @m(%a : i64)
  func.return
}

// -----

// The model that is asked is a model.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.sample' must name a 'llm.model' by @m, but nothing has this name; there is none}}
  %b = ensemble.sample 2 of @m(%a)
  func.return
}

// -----

// A sample that fails is left out or replaced.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.sample' a member that fails must be dropped or replaced, not both}}
  %b = "ensemble.sample"(%a, %a) <{count = 2, model = @m, drop}> : (!llm.text, !llm.text) -> !llm.list<!llm.text>
  func.return
}

// -----

// What stands in for a sample is a text.
llm.model @m from "p"
func.func @f(%a: !llm.text, %b: i64) {
  // expected-error @+1 {{operand is used with type !llm.text, but has been previously used or defined with type i64}}
  %c = ensemble.sample 2 of @m(%a) on_error use %b
  func.return
}

// -----

// What is done with one that fails is one of two words.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{expected 'use' or 'drop' after 'on_error'}}
  %b = ensemble.sample 2 of @m(%a) on_error ignore
  func.return
}

// -----

// A map is over a list.
func.func @f(%x: !llm.text) {
  // expected-error @+1 {{'ensemble.map' operand 'items' must be of the kind llm.list, but got !llm.text}}
  %r = ensemble.map %c in %x : !llm.text -> !llm.list<!llm.text> do {
    ensemble.yield %c : !llm.text
  }
  func.return
}

// -----

// A map gives a list.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.map' result 'result' must be of the kind llm.list, but got !llm.text}}
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.text do {
    ensemble.yield %x : !llm.text
  }
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

// An element that fails is left out or replaced.
func.func @f(%xs: !llm.list<!llm.text>, %y: !llm.text) {
  // expected-error @+1 {{'ensemble.map' a member that fails must be dropped or replaced, not both}}
  %r = "ensemble.map"(%xs, %y) <{drop}> ({
  ^bb0(%x: !llm.text):
    "ensemble.yield"(%x) : (!llm.text) -> ()
  }) : (!llm.list<!llm.text>, !llm.text) -> !llm.list<!llm.text>
  func.return
}

// -----

// What stands in for an element is of the type that the map yields.
func.func @f(%xs: !llm.list<!llm.text>, %y: i64) {
  // expected-error @+1 {{'ensemble.map' what is used for a member that fails must be !llm.text, but got i64}}
  %r = "ensemble.map"(%xs, %y) ({
  ^bb0(%x: !llm.text):
    "ensemble.yield"(%x) : (!llm.text) -> ()
  }) : (!llm.list<!llm.text>, i64) -> !llm.list<!llm.text>
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

// A reduction gives an element.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.reduce' a reduction of !llm.list<!llm.text> must yield and return its element type, but got !llm.text and i64}}
  %r = "ensemble.reduce"(%xs) <{arity = 2}> ({
  ^bb0(%g: !llm.list<!llm.text>):
    %j = llm.join %g with ""
    "ensemble.yield"(%j) : (!llm.text) -> ()
  }) : (!llm.list<!llm.text>) -> i64
  func.return
}

// -----

// The region of a reduction takes a group.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.reduce' the region must take one !llm.list<!llm.text>, but got !llm.text}}
  %r = "ensemble.reduce"(%xs) <{arity = 2}> ({
  ^bb0(%g: !llm.text):
    "ensemble.yield"(%g) : (!llm.text) -> ()
  }) : (!llm.list<!llm.text>) -> !llm.text
  func.return
}

// -----

// A reduction is of a list.
func.func @f(%x: !llm.text) {
  // expected-error @+1 {{'ensemble.reduce' operand 'items' must be of the kind llm.list, but got !llm.text}}
  %r = ensemble.reduce %g in %x by 2 : !llm.text do {
    ensemble.yield %g : !llm.text
  }
  func.return
}

// -----

// An arity is not negative.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{expected integer literal}}
  %r = ensemble.reduce %g in %xs by -2 : !llm.list<!llm.text> do {
    %j = llm.join %g with ""
    ensemble.yield %j : !llm.text
  }
  func.return
}

// -----

llm.model @m from "p"

// Listed draws are as many as the samples.
func.func @f(%p: !llm.text) {
  // expected-error @+1 {{'ensemble.sample' a list of draws must have one for each member, here 3, but got 2}}
  %r = ensemble.sample 3 of @m(%p) draw [<0>, <1>]
  func.return
}

// -----

llm.model @m from "p"

// A listed draw has no '*' for the samples: its place in the list is their index.
func.func @f(%p: !llm.text) {
  // expected-error @+1 {{'ensemble.sample' a draw must have one '*' per enclosing region that repeats, here 0, but got 1}}
  %r = ensemble.sample 2 of @m(%p) draw [<0[*]>, <1[*]>]
  func.return
}

// -----

llm.model @m from "p"

// Listed draws have one number of '*'.
func.func @f(%p: !llm.text) {
  // expected-error @+1 {{draws in a list must have one number of '*', but got 0 and 1}}
  %r = ensemble.sample 2 of @m(%p) draw [<0>, <1[*]>]
  func.return
}

// -----

llm.model @m from "p"

// A list of draws has one.
func.func @f(%p: !llm.text) {
  // expected-error @+1 {{a list of draws must have at least 1 draw, but got none}}
  %r = ensemble.sample 2 of @m(%p) draw []
  func.return
}

// -----

llm.model @m from "p"

// One call has one draw.
func.func @f(%p: !llm.text) {
  // expected-error @+1 {{'llm.generate' draws must be listed only where the number of members is known, but here it is not; write one draw}}
  %r = llm.generate @m(%p) draw [<0>]
  func.return
}

// -----

llm.model @m from "p"

// How long a list is, is not known.
func.func @f(%xs: !llm.list<!llm.text>) {
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    // expected-error @+1 {{'llm.generate' draws must be listed only where the number of members is known, but here it is not; write one draw}}
    %y = llm.generate @m(%x) draw [<0>, <1>]
    ensemble.yield %y : !llm.text
  }
  func.return
}
