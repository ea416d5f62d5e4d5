// RUN: ember-opt %s --split-input-file --verify-diagnostics

// Temperatures stay in the range that providers accept.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' temperature must be between 0 and 2, but got 2.5}}
  %b = llm.generate @m(%a) temperature 2.5
  func.return
}

// -----

// A temperature is an exact decimal.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' a type or property must be of the kind llm.decimal, but got 1 : i64}}
  %b = "llm.generate"(%a) <{model = @m, temperature = 1}> : (!llm.text) -> !llm.text
  func.return
}

// -----

// A share of probability is above nothing.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' top_p must be above 0 and at most 1, but got 0}}
  %b = llm.generate @m(%a) top_p 0
  func.return
}

// -----

// A share of probability is at most the whole.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' top_p must be above 0 and at most 1, but got 1.1}}
  %b = llm.generate @m(%a) top_p 1.1
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

// Texts that stop an answer are named, or not spoken of.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' stop must hold at least 1 text, but got none}}
  %b = llm.generate @m(%a) stop []
  func.return
}

// -----

// The empty text would stop every answer before it begins.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' a text that stops an answer must not be empty, but one is}}
  %b = llm.generate @m(%a) stop ["END", ""]
  func.return
}

// -----

// What stops an answer is a text.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{string literal expected}}
  %b = llm.generate @m(%a) stop [END]
  func.return
}

// -----

// To try again not at all is the default, and not written.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' retries must be between 1 and 16, but got 0}}
  %b = llm.generate @m(%a) as regex "x" retries 0
  func.return
}

// -----

// Nobody tries for ever.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' retries must be between 1 and 16, but got 17}}
  %b = llm.generate @m(%a) as regex "x" retries 17
  func.return
}

// -----

// Without a grammar no answer is wrong.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' retries must go with a grammar ('as'), but there is none}}
  %b = llm.generate @m(%a) retries 2
  func.return
}

// -----

// A greedy call that is made again gives the same answer.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' retries must be of a sampled call, but this one is greedy and would answer alike}}
  %b = llm.generate @m(%a) temperature 0 as regex "x" retries 2
  func.return
}

// -----

// A call under a seed that is made again gives the same answer, too.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' retries must be of a call without a seed, but this one has one and answers alike}}
  %b = llm.generate @m(%a) seed 1 as regex "x" retries 2
  func.return
}

// -----

// What only the provider knows has names.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' extra must be the text of a JSON object, but got a list}}
  %b = llm.generate @m(%a) extra "[1]"
  func.return
}

// -----

// It is written as JSON.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.generate' extra must be the text of a JSON object, but it is no JSON: Expecting value: line 1 column 1 (char 0)}}
  %b = llm.generate @m(%a) extra "top_k=1"
  func.return
}
