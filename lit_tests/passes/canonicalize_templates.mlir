// RUN: ember-opt %s -p canonicalize --verify-each | filecheck %s

llm.model @m from "simulated"

// A template takes in the templates that fill its holes, and renumbers them.
// CHECK-LABEL: func.func @template_of_template
func.func @template_of_template(%x: !llm.text, %y: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[R:.*]] = llm.template "<{0}> ({1}, {0}) <{0}>"(%x, %y)
  // CHECK-NEXT: func.return %[[R]]
  %a = llm.template "({1}, {0})"(%x, %y)
  %b = llm.template "<{1}> {0} <{1}>"(%a, %x)
  func.return %b : !llm.text
}

// A long chain is taken in at once.
// CHECK-LABEL: func.func @chain
func.func @chain(%x: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.template "3 2 1 {0} 1 2 3"(%x)
  %a = llm.template "1 {0} 1"(%x)
  %b = llm.template "2 {0} 2"(%a)
  %c = llm.template "3 {0} 3"(%b)
  func.return %c : !llm.text
}

// Known texts become part of the template, and their braces stay braces.
// CHECK-LABEL: func.func @constant_in_template
func.func @constant_in_template(%x: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.template "a {{[{][{]}}0{{[}][}]}} {0}"(%x)
  %k = llm.constant "{0}"
  %a = llm.template "a {1} {0}"(%x, %k)
  func.return %a : !llm.text
}

// A template of known texts is a known text.
// CHECK-LABEL: func.func @template_of_constants
func.func @template_of_constants() -> !llm.text {
  // CHECK-NEXT: llm.constant "a{b}"
  %k = llm.constant "b"
  %a = llm.template "a{{{0}}}"(%k)
  func.return %a : !llm.text
}

// A template of nothing is the empty text.
// CHECK-LABEL: func.func @empty_template
func.func @empty_template() -> !llm.text {
  // CHECK-NEXT: llm.constant ""
  %k = llm.constant ""
  %a = llm.template "{0}{0}"(%k)
  func.return %a : !llm.text
}

// A template that adds nothing is its operand.
// CHECK-LABEL: func.func @same
func.func @same(%x: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return %x
  %a = llm.template "{0}"(%x)
  func.return %a : !llm.text
}

// Equal operands share a hole, and holes are in order of use.
// CHECK-LABEL: func.func @shared_hole
func.func @shared_hole(%x: !llm.text, %y: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.template "{0}{1}{1}"(%y, %x)
  %a = llm.template "{2}{0}{1}"(%x, %x, %y)
  func.return %a : !llm.text
}

// A template that others read too is still taken in while it is short.
// CHECK-LABEL: func.func @shared_short
func.func @shared_short(%x: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: llm.template "1 a {0}"(%x)
  // CHECK-NEXT: llm.template "2 a {0}"(%x)
  // CHECK-NEXT: llm.list
  %a = llm.template "a {0}"(%x)
  %b = llm.template "1 {0}"(%a)
  %c = llm.template "2 {0}"(%a)
  %l = llm.list(%b, %c) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// A text with a label stays apart: what takes it in would have to carry the label.
// CHECK-LABEL: func.func @labelled_constant
func.func @labelled_constant(%x: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[K:.*]] = llm.constant "secret" label "pii"
  // CHECK-NEXT: llm.template "{0} {1}"(%x, %[[K]])
  %k = llm.constant "secret" label "pii"
  %a = llm.template "{0} {1}"(%x, %k)
  func.return %a : !llm.text
}

// A template outside of a region is not copied into each run of the region.
// CHECK-LABEL: func.func @across_a_region
func.func @across_a_region(%x: !llm.text, %ys: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-NEXT: %[[A:.*]] = llm.template "a {0}"(%x)
  // CHECK-NEXT: ensemble.map %[[Y:.*]] in
  // CHECK-NEXT: llm.template "{0} {1}"(%[[A]], %[[Y]])
  %a = llm.template "a {0}"(%x)
  %r = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %b = llm.template "{0} {1}"(%a, %y)
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// A template is not taken in by a call: a prompt is a value.
// CHECK-LABEL: func.func @prompt
func.func @prompt(%x: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[P:.*]] = llm.template "Q: {0}"(%x)
  // CHECK-NEXT: llm.generate @m(%[[P]])
  %a = llm.template "{0}"(%x)
  %p = llm.template "Q: {0}"(%a)
  %r = llm.generate @m(%p) draw <0>
  func.return %r : !llm.text
}

// A constant prompt is a constant.
// CHECK-LABEL: func.func @constant_prompt
func.func @constant_prompt() -> !llm.text {
  // CHECK-NEXT: %[[P:.*]] = llm.constant "Q: 2+2"
  // CHECK-NEXT: llm.generate @m(%[[P]])
  %k = llm.constant "2+2"
  %p = llm.template "Q: {0}"(%k)
  %r = llm.generate @m(%p) draw <0>
  func.return %r : !llm.text
}

// The join of no text is the empty text, whatever the separator.
// CHECK-LABEL: func.func @join_of_none
func.func @join_of_none() -> !llm.text {
  // CHECK-NEXT: llm.constant ""
  %l = llm.list() : !llm.list<!llm.text>
  %a = llm.join %l with ", "
  func.return %a : !llm.text
}

// The join of one text is that text, also if it has a label.
// CHECK-LABEL: func.func @join_of_one
func.func @join_of_one() -> !llm.text {
  // CHECK-NEXT: %[[K:.*]] = llm.constant "secret" label "pii"
  // CHECK-NEXT: func.return %[[K]]
  %k = llm.constant "secret" label "pii"
  %l = llm.list(%k) : !llm.list<!llm.text>
  %a = llm.join %l with ", "
  func.return %a : !llm.text
}

// The join of known texts is known.
// CHECK-LABEL: func.func @join_of_known
func.func @join_of_known() -> !llm.text {
  // CHECK-NEXT: llm.constant "a, b"
  %a = llm.constant "a"
  %b = llm.constant "b"
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  %j = llm.join %l with ", "
  func.return %j : !llm.text
}

// The join of texts of which one has a label, or is not known, stays.
// CHECK-LABEL: func.func @join_of_labelled
func.func @join_of_labelled(%x: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: llm.join %{{.*}} with ", "
  // CHECK: llm.join %{{.*}} with "; "
  %a = llm.constant "a"
  %b = llm.constant "b" label "internal"
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  %j = llm.join %l with ", "
  %m = llm.list(%a, %x) : !llm.list<!llm.text>
  %k = llm.join %m with "; "
  %r = llm.list(%j, %k) : !llm.list<!llm.text>
  func.return %r : !llm.list<!llm.text>
}

// The join of a list that comes from outside stays.
// CHECK-LABEL: func.func @join_of_unknown
func.func @join_of_unknown(%xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK-NEXT: llm.join %xs with ""
  %j = llm.join %xs with ""
  func.return %j : !llm.text
}
