// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

// Each arm behind the first is told of an error, under a name of its own.
// CHECK-LABEL: func.func @told
func.func @told(%a: !llm.text) -> !llm.text {
  // CHECK: ensemble.fallback errors ["KeyError", "ParseError"] : !llm.text do {
  // CHECK-NEXT: ensemble.yield %{{.*}} : !llm.text
  // CHECK-NEXT: } else %first {
  // CHECK-NEXT: llm.apply pure @str(%first) : (!llm.object) -> !llm.text
  // CHECK-NEXT: ensemble.yield %{{.*}} : !llm.text
  // CHECK-NEXT: } else %second {
  // CHECK-NEXT: ensemble.yield %{{.*}} : !llm.text
  // CHECK-NEXT: }
  %b = ensemble.fallback errors ["KeyError", "ParseError"] : !llm.text do {
    ensemble.yield %a : !llm.text
  } else %first {
    %c = llm.apply pure @str(%first) : (!llm.object) -> !llm.text
    ensemble.yield %c : !llm.text
  } else %second {
    ensemble.yield %a : !llm.text
  }
  // One arm is told of nothing.
  // CHECK-NEXT: ensemble.fallback errors ["Exception"] : !llm.text attributes {note = "kept"} do {
  %d = ensemble.fallback errors ["Exception"] : !llm.text attributes {note = "kept"} do {
    ensemble.yield %b : !llm.text
  }
  func.return %d : !llm.text
}
