// RUN: ember-opt %s -p flatten-templates --verify-each | filecheck %s

llm.model @m from "simulated"

// A template takes in those that fill its holes, and holes are renumbered in order of use.
// CHECK-LABEL: func.func @holes
func.func @holes(%x: !llm.text, %y: !llm.text, %z: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[R:.*]] = llm.template "<{0}> ({1}, {0}) {2} <{0}>"(%x, %y, %z)
  // CHECK-NEXT: llm.generate @m(%[[R]])
  %a = llm.template "({1}, {0})"(%x, %y)
  %b = llm.template "<{1}> {0} {2} <{1}>"(%a, %x, %z)
  %r = llm.generate @m(%b) draw <0>
  func.return %r : !llm.text
}

// A long chain is taken in at once.
// CHECK-LABEL: func.func @chain
func.func @chain(%x: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.template "3 2 1 {0} 1 2 3"(%x)
  // CHECK-NEXT: func.return
  %a = llm.template "1 {0} 1"(%x)
  %b = llm.template "2 {0} 2"(%a)
  %c = llm.template "3 {0} 3"(%b)
  func.return %c : !llm.text
}

// Braces of a known text stay braces.
// CHECK-LABEL: func.func @braces
func.func @braces(%x: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.template "a {{[{][{]}}0{{[}][}]}} {0}"(%x)
  %k = llm.constant "{0}"
  %a = llm.template "a {1} {0}"(%x, %k)
  func.return %a : !llm.text
}

// A short text that several templates read is taken in by each, and is gone.
// CHECK-LABEL: func.func @shared
func.func @shared(%x: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: llm.template "1 a {0}"(%x)
  // CHECK-NEXT: llm.template "2 a {0}"(%x)
  // CHECK-NEXT: llm.list
  %a = llm.template "a {0}"(%x)
  %b = llm.template "1 {0}"(%a)
  %c = llm.template "2 {0}"(%a)
  %l = llm.list(%b, %c) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// A text that a call reads, too, stays for it.
// CHECK-LABEL: func.func @read_by_a_call
func.func @read_by_a_call(%x: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %[[A:.*]] = llm.template "a {0}"(%x)
  // CHECK-NEXT: llm.template "b a {0}"(%x)
  // CHECK-NEXT: llm.generate @m(%[[A]])
  %a = llm.template "a {0}"(%x)
  %b = llm.template "b {0}"(%a)
  %r = llm.generate @m(%a) draw <0>
  func.return %b, %r : !llm.text, !llm.text
}

// A join of one text is that text, and one of known texts is known.
// CHECK-LABEL: func.func @joins
func.func @joins(%x: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.template "a, b: {0}!"(%x)
  // CHECK-NEXT: func.return
  %a = llm.constant "a"
  %b = llm.constant "b"
  %ab = llm.list(%a, %b) : !llm.list<!llm.text>
  %j = llm.join %ab with ", "
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %k = llm.join %xs with ", "
  %t = llm.template "{0}: {1}!"(%j, %k)
  func.return %t : !llm.text
}

// A known text with a label is not taken in: the label would be lost.
// CHECK-LABEL: func.func @labelled_constant
func.func @labelled_constant(%x: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[K:.*]] = llm.constant "secret" label "pii"
  // CHECK-NEXT: llm.template "{0} {1}"(%x, %[[K]])
  %k = llm.constant "secret" label "pii"
  %a = llm.template "{0} {1}"(%x, %k)
  func.return %a : !llm.text
}

// Nor is a template with a label, nor does one take in others.
// CHECK-LABEL: func.func @labelled_template
func.func @labelled_template(%x: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[A:.*]] = llm.template "a {0}"(%x)
  // CHECK-NEXT: %[[B:.*]] = llm.template "b {0}"(%[[A]]) {ember.label = #llm.label"pii"}
  // CHECK-NEXT: llm.template "c {0}"(%[[B]])
  %a = llm.template "a {0}"(%x)
  %b = llm.template "b {0}"(%a) {ember.label = #llm.label"pii"}
  %c = llm.template "c {0}"(%b)
  func.return %c : !llm.text
}

// A text from outside of a region would be put together again in each run.
// CHECK-LABEL: func.func @across_a_region
func.func @across_a_region(%x: !llm.text, %ys: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-NEXT: %[[A:.*]] = llm.template "a {0}"(%x)
  // CHECK-NEXT: ensemble.map %[[Y:.*]] in
  // CHECK-NEXT: llm.template "{0} b {1}"(%[[A]], %[[Y]])
  %a = llm.template "a {0}"(%x)
  %r = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %b = llm.template "b {0}"(%y)
    %c = llm.template "{0} {1}"(%a, %b)
    ensemble.yield %c : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// All that is no text stays as it is: other simplifications are other passes' business.
// CHECK-LABEL: func.func @others
func.func @others(%x: !llm.text) -> (i64, !llm.text) {
  // CHECK-NEXT: arith.constant 1
  // CHECK-NEXT: arith.addi
  // CHECK-NEXT: ensemble.sample 1 of
  // CHECK-NEXT: ensemble.vote
  %one = arith.constant 1 : i64
  %two = arith.addi %one, %one : i64
  %s = ensemble.sample 1 of @m(%x) draw <0[*]>
  %v = ensemble.vote %s : !llm.list<!llm.text>
  func.return %two, %v : i64, !llm.text
}
