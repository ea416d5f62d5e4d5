// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A price without the other would make a bill that is half known.
// expected-error @+1 {{'llm.model' a model must have both prices or neither, but got one}}
"llm.model"() <{sym_name = "m", provider = #llm.utf8"p", input_usd_per_million = #llm.decimal<1>}> : () -> ()

// -----

// A price is never negative.
// expected-error @+1 {{'llm.model' a price must not be negative, but got -1}}
llm.model @m from "p" usd_per_million -1 in 1 out

// -----

// A model takes at least one call at a time.
// expected-error @+1 {{'llm.model' concurrency must be at least 1, but got 0}}
llm.model @m from "p" concurrency 0

// -----

// A lone brace in a template is an error with its position.
// expected-error @+1 {{'llm.template' a brace in a template must be '{{', '}}' or a hole such as '{0}', but got '{' at position 3; double it to mean a brace}}
%a = llm.template "ab {x}"

// -----

// A template has a hole for each operand.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.template' a template must use the holes 0 to 1 of its 2 operands, but got [0]}}
  %b = llm.template "{0}"(%a, %a)
  func.return
}

// -----

// A template without operands has no holes.
// expected-error @+1 {{'llm.template' a template without operands must have no holes, but got [0]}}
%a = llm.template "{0}"

// -----

// Temperatures stay in the range that providers accept.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' temperature must be between 0 and 2, but got 2.5}}
  %b = llm.generate @m(%a) temperature 2.5
  func.return
}

// -----

// An answer has at least one token.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' max_tokens must be at least 1, but got 0}}
  %b = llm.generate @m(%a) max_tokens 0
  func.return
}

// -----

// A limit of tokens fits in 31 bits.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' max_tokens must be below 2147483648, but got 2147483648}}
  %b = llm.generate @m(%a) max_tokens 2147483648
  func.return
}

// -----

// A call outside of every region that repeats has no dynamic index.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' a draw must have one '*' per enclosing region that repeats, here 0, but got 1}}
  %b = llm.generate @m(%a) draw <0[*]>
  func.return
}

// -----

// A greedy call draws nothing, so it has a site.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{the identity of a greedy call must be written 'site', but got 'draw'}}
  %b = llm.generate @m(%a) temperature 0 draw <0>
  func.return
}

// -----

// A sampled call reads the tape, so it has a draw.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{the identity of a sampled call must be written 'draw', but got 'site'}}
  %b = llm.generate @m(%a) temperature 0.1 site <0>
  func.return
}

// -----

// A model is named by the symbol of a model.
llm.model @known from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' must name a 'llm.model' by @nope, but nothing has this name; there is @known}}
  %b = llm.generate @nope(%a)
  func.return
}

// -----

// Another kind of symbol is no model.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' must name a 'llm.model' by @f, but it is a 'func.func'; there is none}}
  %b = llm.generate @f(%a)
  func.return
}

// -----

// A symbol has one owner.
llm.model @m from "p"
// expected-error @+1 {{'llm.model' must have a name of its own, but @m is taken}}
llm.model @m from "q"
