// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A list holds values of a type.
// expected-error @+1 {{a list holds values of a type, but got #llm.utf8"x"}}
func.func @f(%a: !llm.list<#llm.utf8"x">) { func.return }

// -----

// Escapes in a text spell valid UTF-8.
// expected-error @+1 {{a text must be valid UTF-8, but its escapes are not}}
%a = llm.constant "\FF"

// -----

// A decimal is bounded, so that no text asks for a number of a billion digits.
llm.model @m from "p"
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{a decimal number must have at most 30 digits on either side}}
  %b = llm.generate @m(%a) temperature 1.0e99
  func.return
}

// -----

// A label is one of the lattice.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) {
  // expected-error @+1 {{a label must be one of public, internal, confidential, pii, but got 'secret'}}
  %b = exec.request @l(%a) temperature 0 site <0> label "secret"
  exec.return
}

// -----

// A value is defined before it is used.
func.func @f() -> !llm.text {
  // expected-error @+1 {{'llm.template' must use values that are defined before it, but %late is not; move it up}}
  %early = llm.template "{0}"(%late)
  %late = llm.constant "too late"
  func.return %early : !llm.text
}

// -----

// A value of a region is not visible outside of it.
func.func @f(%xs: !llm.list<!llm.text>) -> !llm.text {
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %inner = llm.template "{0}"(%x)
    ensemble.yield %inner : !llm.text
  }
  // expected-error @+1 {{%inner must be defined in this region or around it, but it is not}}
  func.return %inner : !llm.text
}

// -----

// Regions have one block: control flow is structured.
// expected-error @+1 {{'func.func' must have regions of one block, but got several}}
"func.func"() <{sym_name = "f", function_type = () -> ()}> ({
  "func.return"() : () -> ()
^bb1:
  "func.return"() : () -> ()
}) : () -> ()

// -----

// A region that runs ends with a terminator.
func.func @f(%xs: !llm.list<!llm.text>) {
  // expected-error @+1 {{'ensemble.map' must end its region with a terminator, but the region is empty}}
  %r = "ensemble.map"(%xs) ({
  ^bb0(%x: !llm.text):
  }) : (!llm.list<!llm.text>) -> !llm.list<!llm.text>
  func.return
}

// -----

// Fields of a record differ.
// expected-error @+1 {{the fields of a record must differ, but got 'é' twice}}
func.func @f(%a: !llm.record<"é": i64, "x": i1, "é": !llm.text>) { func.return }

// -----

// A field has a type.
// expected-error @+1 {{type expected}}
func.func @f(%a: !llm.record<"x": #llm.utf8"x">) { func.return }

// -----

// A field has a name in quotes.
// expected-error @+1 {{string literal expected}}
func.func @f(%a: !llm.record<x: i64>) { func.return }

// -----

// The name of a field is valid UTF-8.
// expected-error @+1 {{a text must be valid UTF-8, but its escapes are not}}
func.func @f(%a: !llm.record<"\FF": i64>) { func.return }

// -----

// A decimal is a decimal.
// expected-error @+1 {{a decimal number must be written as in 0.7, but got '0xFF'}}
func.func @f() attributes {a = #llm.decimal<0xFF>} { func.return }

// -----

// A decimal is a number.
// expected-error @+1 {{integer or float literal expected}}
func.func @f() attributes {a = #llm.decimal<"1">} { func.return }

// -----

// A draw counts up from nothing.
// expected-error @+1 {{expected integer literal}}
func.func @f() attributes {a = #llm.draw<-1>} { func.return }

// -----

// A draw is made somewhere.
// expected-error @+1 {{expected integer literal}}
func.func @f() attributes {a = #llm.draw<[0]>} { func.return }

// -----

// An index is a number or '*'.
// expected-error @+1 {{expected integer literal}}
func.func @f() attributes {a = #llm.draw<0[x]>} { func.return }

// -----

// A label is in quotes.
// expected-error @+1 {{string literal expected}}
func.func @f() attributes {a = #llm.label pii} { func.return }

// -----

// A place in a source has a line and a column.
// expected-error @+1 {{expected ':'}}
func.func @f() attributes {a = #llm.source<"x.py":1>} { func.return }

// -----

// A grammar has one of three spellings.
// expected-error @+1 {{a grammar must be spelled json_schema, regex, lark, but got 'xml'}}
func.func @f() attributes {a = #llm.grammar<xml "x">} { func.return }

// -----

// A grammar is in the subset that decoders accept.
// expected-error @+1 {{a json_schema must}}
func.func @f() attributes {a = #llm.grammar<json_schema "{">} { func.return }

// -----

// A turn has one of four speakers.
// expected-error @+1 {{a role must be one of system, user, assistant, tool, but got 'narrator'}}
func.func @f() attributes {a = #llm.turn<narrator text>} { func.return }

// -----

// A part is seen or read.
// expected-error @+1 {{a part must be a text or an image, but got 'sound'}}
func.func @f() attributes {a = #llm.turn<user text sound>} { func.return }

// -----

// A turn has parts.
// expected-error @+1 {{a turn of the assistant must have at least 1 part, but got none}}
func.func @f() attributes {a = #llm.turn<assistant>} { func.return }

// -----

// The user alone shows images.
// expected-error @+1 {{an image must stand in a turn of the user, but got 'tool'}}
func.func @f() attributes {a = #llm.turn<tool text image>} { func.return }

// -----

// A tool says which call it answers.
// expected-error @+1 {{a turn of a tool must have 2 texts, the identity of a call and its answer, but got 3}}
func.func @f() attributes {a = #llm.turn<tool text text text>} { func.return }

// -----

// The system speaks in one text.
// expected-error @+1 {{a turn of the system must be one text, but got 2}}
func.func @f() attributes {a = #llm.turn<system text text>} { func.return }
