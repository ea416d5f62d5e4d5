// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A price without the other would make a bill that is half known.
// expected-error @+1 {{'llm.model' a model must have both prices or neither, but got one}}
"llm.model"() <{sym_name = "m", provider = #llm.utf8"p", input_usd_per_million = #llm.decimal<1>}> : () -> ()

// -----

// Prices are written for both ways.
// expected-error @+1 {{integer or float literal expected}}
llm.model @m from "p" usd_per_million 1 in out

// -----

// A price is never negative.
// expected-error @+1 {{'llm.model' a price must not be negative, but got -1}}
llm.model @m from "p" usd_per_million -1 in 1 out

// -----

// Neither way.
// expected-error @+1 {{'llm.model' a price must not be negative, but got -0.5}}
llm.model @m from "p" usd_per_million 1 in -0.5 out

// -----

// A model takes at least one call at a time.
// expected-error @+1 {{'llm.model' concurrency must be at least 1, but got 0}}
llm.model @m from "p" concurrency 0

// -----

// A model takes at least one request a minute.
// expected-error @+1 {{'llm.model' requests_per_minute must be at least 1, but got 0}}
llm.model @m from "p" requests_per_minute 0

// -----

// A model takes at least one token a minute.
// expected-error @+1 {{'llm.model' tokens_per_minute must be at least 1, but got -3}}
llm.model @m from "p" tokens_per_minute -3

// -----

// What a model may see is one of the labels.
// expected-error @+1 {{a label must be one of public, internal, confidential, pii, but got 'secret'}}
llm.model @m from "p" clearance "secret"

// -----

// A model is a symbol.
// expected-error @+1 {{expect symbol name}}
llm.model "m" from "p"

// -----

// A symbol has one owner.
llm.model @m from "p"
// expected-error @+1 {{'llm.model' must have a name of its own, but @m is taken}}
llm.model @m from "q"

// -----

// What a tool takes is JSON.
// expected-error @+1 {{'llm.tool' a tool must take a JSON schema of type "object", but got '{"type":'}}
llm.tool @t "does" takes "{\"type\":"

// -----

// What a tool takes is a schema.
// expected-error @+1 {{'llm.tool' a tool must take a JSON schema of type "object", but got '[]'}}
llm.tool @t "does" takes "[]"

// -----

// A tool takes named arguments.
// expected-error @+1 {{'llm.tool' a tool must take a JSON schema of type "object", but got '{"type": "string"}'}}
llm.tool @t "does" takes "{\"type\": \"string\"}"

// -----

// A literal's label is one of the lattice.
// expected-error @+1 {{a label must be one of public, internal, confidential, pii, but got 'PII'}}
%a = llm.constant "x" label "PII"

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

// A template has an operand for each hole.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.template' a template must use the holes 0 to 0 of its 1 operands, but got [0, 1]}}
  %b = llm.template "{0}{1}"(%a)
  func.return
}

// -----

// A template without operands has no holes.
// expected-error @+1 {{'llm.template' a template without operands must have no holes, but got [0]}}
%a = llm.template "{0}"

// -----

// Holes are filled with texts; numbers are made texts by a function.
func.func @f(%a: i64) {
  // expected-error @+1 {{operand is used with type !llm.text, but has been previously used or defined with type i64}}
  %b = llm.template "{0}"(%a)
  func.return
}

// -----

// The generic form is checked as well.
func.func @f(%a: i64) {
  // expected-error @+1 {{'llm.template' operand 'holes' must be of the kind llm.text, but got i64}}
  %b = "llm.template"(%a) <{template = #llm.utf8"{0}"}> : (i64) -> !llm.text
  func.return
}

// -----

// Texts are joined.
func.func @f(%a: !llm.list<i64>) {
  // expected-error @+1 {{'llm.join' operand 'items' must be !llm.list<!llm.text>, but got !llm.list<i64>}}
  %b = "llm.join"(%a) <{separator = #llm.utf8","}> : (!llm.list<i64>) -> !llm.text
  func.return
}

// -----

// What is read has the type that its grammar gives.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.parse' the result must be of the grammar's type, i64, but got !llm.text}}
  %b = llm.parse %a as json_schema "{\"type\": \"integer\"}" : !llm.text
  func.return
}

// -----

// A grammar has one of three spellings.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{a grammar must be spelled json_schema, regex, lark, but got 'yaml'}}
  %b = llm.parse %a as yaml "x" : !llm.text
  func.return
}

// -----

// A schema lies in the subset that decoders accept; the error says where it does not.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{a json_schema must have one type out of object, array, string, integer, number, boolean, but got "intger" at #}}
  %b = llm.parse %a as json_schema "{\"type\": \"intger\"}" : i64
  func.return
}

// -----

// So does an expression.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{a regex must close each group, but got '(' at position 0}}
  %b = llm.parse %a as regex "(" : !llm.text
  func.return
}

// -----

// So does a Lark text.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{a lark grammar must define each name that it uses, but got 'nope' at line 1, column 8}}
  %b = llm.parse %a as lark "start: nope" : !llm.text
  func.return
}

// -----

// The effect of a function is one of three words.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{expected one of 'effectful', 'idempotent', 'pure'}}
  %b = llm.apply magic @g(%a) : (!llm.text) -> !llm.text
  func.return
}

// -----

// In the generic form, too.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.apply' the effect of a function must be one of pure, idempotent, effectful, but got 'magic'}}
  %b = "llm.apply"(%a) <{effect = "magic", function = @g}> : (!llm.text) -> !llm.text
  func.return
}
