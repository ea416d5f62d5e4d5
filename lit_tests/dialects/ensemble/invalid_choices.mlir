// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A vote is of a list.
func.func @f(%x: !llm.text) {
  // expected-error @+1 {{'ensemble.vote' a type or property must be of the kind llm.list, but got !llm.text}}
  %v = ensemble.vote %x : !llm.text
  func.return
}

// -----

// A vote gives one of its answers.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.vote' result 'result' must be !llm.text as the others are, but got i64}}
  %v = "ensemble.vote"(%xs) : (!llm.list<!llm.text>) -> i64
  func.return
}

// -----

// Keys are a list.
func.func @f(%xs: !llm.list<!llm.text>, %k: i64) {
  // expected-error @+1 {{'ensemble.vote' a type or property must be of the kind llm.list, but got i64}}
  %v = ensemble.vote %xs by %k : !llm.list<!llm.text>, i64
  func.return
}

// -----

// At least one answer is needed.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.vote' min_valid must be at least 1, but got 0}}
  %v = ensemble.vote %xs min_valid 0 : !llm.list<!llm.text>
  func.return
}

// -----

// There are two ways to stop.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.vote' stop must be one of lossless, adaptive, but got 'early'}}
  %v = ensemble.vote %xs stop early : !llm.list<!llm.text>
  func.return
}

// -----

// A lead is likely to last with some confidence.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.vote' a confidence must go with 'stop adaptive', and 'stop adaptive' with a confidence}}
  %v = ensemble.vote %xs stop adaptive : !llm.list<!llm.text>
  func.return
}

// -----

// To be sure takes the lossless stop.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.vote' confidence must be between 0 and 1, and neither, but got 1}}
  %v = ensemble.vote %xs stop adaptive confidence 1 : !llm.list<!llm.text>
  func.return
}

// -----

// Objects cannot be compared.
func.func @f(%xs: !llm.list<!llm.object>) {
  // expected-error @+1 {{'ensemble.vote' values that are compared must hold no !llm.object, but got !llm.list<!llm.object>; compare them in a function}}
  %v = ensemble.vote %xs : !llm.list<!llm.object>
  func.return
}

// -----

// Neither as keys.
func.func @f(%xs: !llm.list<!llm.text>, %k: !llm.list<!llm.object>) {
  // expected-error @+1 {{'ensemble.vote' values that are compared must hold no !llm.object, but got !llm.list<!llm.object>; compare them in a function}}
  %v = ensemble.vote %xs by %k : !llm.list<!llm.text>, !llm.list<!llm.object>
  func.return
}

// -----

// A judge is a model.
func.func @f(%p: !llm.text, %xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.judge' must name a 'llm.model' by @m, but nothing has this name; there is none}}
  %j = ensemble.judge @m(%p) among %xs
  func.return
}

// -----

// A judge is in the range of every call.
llm.model @m from "p"
func.func @f(%p: !llm.text, %xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.judge' top_p must be above 0 and at most 1, but got 2}}
  %j = ensemble.judge @m(%p) among %xs top_p 2
  func.return
}

// -----

// A judge is asked once, so its draw has no index of its own.
llm.model @m from "p"
func.func @f(%p: !llm.text, %xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.judge' a draw must have one '*' per enclosing region that repeats, here 0, but got 1}}
  %j = ensemble.judge @m(%p) among %xs draw <0[*]>
  func.return
}

// -----

// A greedy judge has a site.
llm.model @m from "p"
func.func @f(%p: !llm.text, %xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{the identity of a greedy call must be written 'site', but got 'draw'}}
  %j = ensemble.judge @m(%p) among %xs temperature 0.0 draw <0>
  func.return
}

// -----

// A judge reads texts.
llm.model @m from "p"
func.func @f(%p: !llm.text, %xs: !llm.list<i64>) {
  // expected-error @+1 {{operand is used with type !llm.list<!llm.text>, but has been previously used or defined with type !llm.list<i64>}}
  %j = ensemble.judge @m(%p) among %xs
  func.return
}

// -----

// Scores are numbers.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.best' scores must be a list of i64 or f64, but got !llm.list<!llm.text>}}
  %b = ensemble.best %xs by %xs : !llm.list<!llm.text>, !llm.list<!llm.text>
  func.return
}

// -----

// Scores are a list.
func.func @f(%xs: !llm.list<!llm.text>, %s: f64) {
  // expected-error @+1 {{'ensemble.best' a type or property must be of the kind llm.list, but got f64}}
  %b = ensemble.best %xs by %s : !llm.list<!llm.text>, f64
  func.return
}

// -----

// The best is one of the answers.
func.func @f(%xs: !llm.list<!llm.text>, %s: !llm.list<f64>) {
  // expected-error @+1 {{'ensemble.best' result 'result' must be !llm.text as the others are, but got f64}}
  %b = "ensemble.best"(%xs, %s) : (!llm.list<!llm.text>, !llm.list<f64>) -> f64
  func.return
}
