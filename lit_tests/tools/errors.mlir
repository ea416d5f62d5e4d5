// An error shows the line and a caret, and nothing of our own code.
// RUN: not ember-opt %s 2>&1 | filecheck %s
// RUN: not ember run %s --input a=b 2>&1 | filecheck %s

// CHECK: errors.mlir:12:8: error: 'llm.generate' temperature must be between 0 and 2, but got 9
// CHECK-NEXT: {{^}}  %b = llm.generate @m(%a) temperature 9
// CHECK-NEXT: {{^}}       ^
// CHECK-NOT: Traceback

llm.model @m from "simulated"
func.func @f(%a: !llm.text) -> !llm.text {
  %b = llm.generate @m(%a) temperature 9
  func.return %b : !llm.text
}
