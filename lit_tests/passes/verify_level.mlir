// RUN: ember-opt %s --split-input-file --verify-diagnostics -p verify-level{level=llm}

// What belongs to the level passes.
func.func @fine(%a: !llm.text) -> !llm.text {
  func.return %a : !llm.text
}

// -----

// An operation of a lower level does not belong to this one.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.list' must not stand at the level 'llm'; lower or remove it}}
  %l = sched.list(%a) : !sched.list<!llm.text>
  func.return
}

// -----

// Operations of other dialects do not belong either, but for a few.
%c = arith.constant 1 : i64
// expected-error @+1 {{'arith.divsi' must not stand at the level 'llm'; lower or remove it}}
%d = arith.divsi %c, %c : i64

// -----

// Functions and models stand in the module, where their names are looked up.
func.func @outer() {
  // expected-error @+1 {{'func.func' must stand in the module itself, not in another operation}}
  func.func @inner() {
    func.return
  }
  func.return
}

// -----

// A label that is misspelt would label nothing.
// expected-error @+1 {{'func.func' must have no 'ember.' attribute but ember.kept, ember.label, ember.length_label, ember.name, ember.program, but got 'ember.lable'}}
func.func @f(%a: !llm.text {ember.lable = #llm.label"pii"}) {
  func.return
}
