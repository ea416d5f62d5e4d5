// RUN: ember-opt %s -p speculate-branches --optimize-for latency --speculate --verify-each | filecheck %s
// RUN: ember-opt %s -p speculate-branches --optimize-for latency --speculate --explain 2>&1 >/dev/null | filecheck %s --check-prefix WHY

// WHY: is asked while the condition of its branch is being found out
// WHY-NEXT: is known before its branch, but stands behind a function that is not pure
// WHY-NEXT: is known before its branch, but would not be asked sooner than it
// WHY-NEXT: is known before its branch, but would not be asked sooner than it
// WHY-NEXT: is known before its branch, which may keep what it tells from its model
// WHY-NEXT: as written

llm.model @m from "simulated"
llm.model @other from "simulated"

// A branch need not have another arm; of what reads an answer of its own arm nothing is said.
// CHECK-LABEL: func.func @one_arm
func.func @one_arm(%q: !llm.text) {
  // CHECK: llm.equal
  // CHECK-NEXT: ensemble.parallel
  // CHECK-NEXT: llm.generate @m(%q) draw <2>
  // CHECK-NOT: ensemble.parallel
  // CHECK: scf.if
  // CHECK-NEXT: ensemble.fallback
  %long = llm.constant "long"
  %first = llm.generate @m(%q) draw <0>
  %kind = llm.generate @other(%first) draw <1>
  %c = llm.equal %kind, %long : !llm.text
  scf.if %c {
    %a = llm.generate @m(%q) draw <2>
    %b = llm.generate @m(%a) draw <3>
    %s = llm.apply effectful @send(%b) : (!llm.text) -> !llm.text
  }
  func.return
}

// A function that is not pure stays before what stands behind it, however far behind.
// CHECK-LABEL: func.func @far_behind_an_effect
func.func @far_behind_an_effect(%q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %long = llm.constant "long"
  %kind = llm.generate @m(%q) draw <0>
  %c = llm.equal %kind, %long : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %s = llm.apply effectful @send(%q) : (!llm.text) -> !llm.text
    %p = llm.template "Explain {0}"(%q)
    %a = llm.generate @m(%p) draw <1>
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What leads to a prompt must be there sooner, too.
// CHECK-LABEL: func.func @built_of_what_is_late
func.func @built_of_what_is_late(%q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %kind = llm.generate @m(%q) draw <0>
  %c = llm.equal %kind, %q : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %p = llm.template "Explain {0}"(%kind)
    %a = llm.generate @m(%p) draw <1>
    scf.yield %a : !llm.text
  } else {
    %p = llm.template "Sum up {0}"(%kind)
    %a = llm.generate @m(%p) draw <2>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// What is told only if a region gives something may not be told, as what that reads may fail.
// CHECK-LABEL: func.func @told_behind_a_region
func.func @told_behind_a_region(%q: !llm.text, %d: i1) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: func.return
  %long = llm.constant "long"
  %kind = llm.generate @other(%q) draw <0>
  %n = llm.parse %q as regex "[0-9]+" : !llm.text
  %t = scf.if %d -> (!llm.text) {
    scf.yield %n : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %p = llm.template "{0}{1}"(%q, %t)
  %b = llm.generate @m(%p) draw <1>
  %c = llm.equal %kind, %long : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%q) draw <2>
    scf.yield %a : !llm.text
  } else {
    scf.yield %b : !llm.text
  }
  func.return %r : !llm.text
}
