// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A prompt is a text or a conversation.
llm.model @m from "p"
func.func @f(%a: i64) {
  // expected-error @+1 {{'llm.generate' a type or property must be !llm.text or !llm.messages, but got i64}}
  %b = llm.generate @m(%a : i64)
  func.return
}

// -----

// In the generic form, too.
llm.model @m from "p"
func.func @f(%a: i64) {
  // expected-error @+1 {{'llm.generate' operand 'prompt' must be !llm.text or !llm.messages, but got i64}}
  %b = "llm.generate"(%a) <{model = @m}> : (i64) -> !llm.text
  func.return
}

// -----

// An answer is a text.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' a call without tools must have the result !llm.text, but got !llm.messages}}
  %b = llm.generate @m(%a) -> !llm.messages
  func.return
}

// -----

// With tools it is a turn, as it may ask for calls of them.
llm.model @m from "p"
llm.tool @t "does" takes "{\"type\": \"object\"}"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' a call with tools must have the result !llm.messages, but got !llm.text}}
  %b = llm.generate @m(%a) tools [@t]
  func.return
}

// -----

// Tools are named, or not spoken of.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' tools must name at least 1 tool, but got none}}
  %b = llm.generate @m(%a) tools [] -> !llm.messages
  func.return
}

// -----

// A tool is named by the symbol of a tool.
llm.model @m from "p"
llm.tool @known "does" takes "{\"type\": \"object\"}"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' must name a 'llm.tool' by @m, but it is a 'llm.model'; there is @known}}
  %b = llm.generate @m(%a) tools [@known, @m] -> !llm.messages
  func.return
}

// -----

// A turn that asks for tools need not look like a grammar.
llm.model @m from "p"
llm.tool @t "does" takes "{\"type\": \"object\"}"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' a call must have tools or a grammar ('as'), not both: what asks for tools need not look like the grammar}}
  %b = llm.generate @m(%a) as regex "x" tools [@t] -> !llm.messages
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

// Builtin loops repeat as well.
llm.model @m from "p"
func.func @f(%a: !llm.text, %n: index) {
  scf.for %i = %n to %n step %n {
    // expected-error @+1 {{'llm.generate' a draw must have one '*' per enclosing region that repeats, here 1, but got 0}}
    %b = llm.generate @m(%a) draw <0>
  }
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

// A call without a temperature is sampled.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{the identity of a sampled call must be written 'draw', but got 'site'}}
  %b = llm.generate @m(%a) site <0>
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

// An embedding draws nothing.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{the identity of a greedy call must be written 'site', but got 'draw'}}
  %b = llm.embed @m(%a) draw <0>
  func.return
}

// -----

// The site of an embedding counts repetitions as a draw does.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.embed' a draw must have one '*' per enclosing region that repeats, here 0, but got 1}}
  %b = llm.embed @m(%a) site <0[*]>
  func.return
}

// -----

// The model that embeds is a model.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.embed' must name a 'llm.model' by @m, but nothing has this name; there is none}}
  %b = llm.embed @m(%a)
  func.return
}

// -----

// An embedding is a vector of any length.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.embed' a request like this must give tensor<?xf32>, but got !llm.list<f64>}}
  %b = "llm.embed"(%a) <{model = @m}> : (!llm.text) -> !llm.list<f64>
  func.return
}

// -----

// The site of a score counts repetitions as a draw does.
llm.model @m from "p"
func.func @f(%a: !llm.text, %l: !llm.list<!llm.text>) {
  // expected-error @+1 {{'llm.score' a draw must have one '*' per enclosing region that repeats, here 0, but got 1}}
  %b = llm.score @m(%a) among %l site <0[*]>
  func.return
}

// -----

// Labels of a score are texts.
llm.model @m from "p"
func.func @f(%a: !llm.text, %l: !llm.list<i64>) {
  // expected-error @+1 {{operand is used with type !llm.list<!llm.text>, but has been previously used or defined with type !llm.list<i64>}}
  %b = llm.score @m(%a) among %l
  func.return
}

// -----

// The model that scores is a model.
func.func @f(%a: !llm.text, %l: !llm.list<!llm.text>) {
  // expected-error @+1 {{'llm.score' must name a 'llm.model' by @m, but nothing has this name; there is none}}
  %b = llm.score @m(%a) among %l
  func.return
}

// -----

// A score is a number for each label.
llm.model @m from "p"
func.func @f(%a: !llm.text, %l: !llm.list<!llm.text>) {
  // expected-error @+1 {{'llm.score' a request like this must give !llm.list<f64>, but got f64}}
  %b = "llm.score"(%a, %l) <{model = @m}> : (!llm.text, !llm.list<!llm.text>) -> f64
  func.return
}

// -----

// What is embedded is a text or a list of texts.
llm.model @m from "p"
func.func @f(%a: !llm.list<i64>) {
  // expected-error @+1 {{'llm.embed' the operand must be a text or a list of texts, but got !llm.list<i64>}}
  %b = llm.embed @m(%a : !llm.list<i64>) -> !llm.list<tensor<?xf32>>
  func.return
}

// -----

// The embeddings of a list are a list.
llm.model @m from "p"
func.func @f(%a: !llm.list<!llm.text>) {
  // expected-error @+1 {{'llm.embed' a request like this must give !llm.list<tensor<?xf32>>, but got tensor<?xf32>}}
  %b = llm.embed @m(%a : !llm.list<!llm.text>)
  func.return
}

// -----

// The site of a list has an index that counts its texts.
llm.model @m from "p"
func.func @f(%a: !llm.list<!llm.text>) {
  // expected-error @+1 {{'llm.embed' a draw must have one '*' per enclosing region that repeats, here 1, but got 0}}
  %b = llm.embed @m(%a : !llm.list<!llm.text>) site <0> -> !llm.list<tensor<?xf32>>
  func.return
}

// -----

// The scores of a list are a list for each text.
llm.model @m from "p"
func.func @f(%a: !llm.list<!llm.text>) {
  // expected-error @+1 {{'llm.score' a request like this must give !llm.list<!llm.list<f64>>, but got !llm.list<f64>}}
  %b = llm.score @m(%a : !llm.list<!llm.text>) among %a
  func.return
}

// -----

// A model takes at least one text at a time.
// expected-error @+1 {{'llm.model' batch must be at least 1, but got 0}}
llm.model @m from "p" batch 0
