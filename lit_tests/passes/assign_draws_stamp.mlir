// RUN: ember-opt %s -p assign-draws | filecheck %s

// A module that says which program it came from goes on saying so, whatever became of it.
// CHECK: builtin.module attributes {ember.program = "0123456789abcdef"}
builtin.module attributes {ember.program = "0123456789abcdef"} {
  llm.model @m from "simulated"
  func.func @f(%q: !llm.text) -> !llm.text {
    // CHECK: llm.generate @m(%{{.*}}) draw <0>
    %a = llm.generate @m(%q)
    func.return %a : !llm.text
  }
}
