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
