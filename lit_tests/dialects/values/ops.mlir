// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

// Types of values nest in any way.
// CHECK-LABEL: func.func @types
// CHECK-SAME: !llm.text, %{{.*}}: !llm.messages, %{{.*}}: !llm.object
// CHECK-SAME: !llm.list<!llm.record<"é": !llm.list<i64>, "": tensor<?xf32>>>
// CHECK-SAME: !llm.record<>
func.func @types(%a: !llm.text, %b: !llm.messages, %c: !llm.object,
                 %d: !llm.list<!llm.record<"é": !llm.list<i64>, "": tensor<?xf32>>>,
                 %e: !llm.record<>) {
  func.return
}

// Attributes print as they are written; a decimal keeps its zeros, and no exponent.
// CHECK-LABEL: func.func @attributes
// CHECK-SAME: a = #llm.utf8"日本 \"x\"\00", b = #llm.decimal<0.70>, c = #llm.decimal<120>
// CHECK-SAME: d = #llm.draw<4/3[*, 0]>, e = #llm.draw<7>, f = #llm.label"pii"
// CHECK-SAME: g = #llm.source<"é.py":12:5>, h = #llm.grammar<regex "[0-9]+">
// CHECK-SAME: i = #llm.turn<user text image>, j = #llm.turn<tool text text>
func.func @attributes() attributes {
    a = #llm.utf8"日本 \"x\"\00", b = #llm.decimal<0.70>, c = #llm.decimal<1.2e2>,
    d = #llm.draw<4/3[*, 0]>, e = #llm.draw<7[]>, f = #llm.label"pii",
    g = #llm.source<"é.py":12:5>, h = #llm.grammar<regex "[0-9]+">,
    i = #llm.turn<user text image>, j = #llm.turn<tool text text>} {
  func.return
}
