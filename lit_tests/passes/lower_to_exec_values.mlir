// RUN: ember-opt %s -p lower-to-exec,verify-level{level=exec} | filecheck %s

// What is known stays known.
// CHECK: exec.frame @known
// CHECK-NEXT: exec.constant "héllo"
// CHECK-NEXT: exec.constant 5 : i64
// CHECK-NEXT: exec.constant 2 : index
// CHECK-NEXT: exec.constant 2.500000e-01 : f64
// CHECK-NEXT: exec.constant true
func.func @known() -> !sched.future<!llm.text> {
  %t = sched.task() -> !sched.future<!llm.text> {
    %a = llm.constant "héllo"
    %b = arith.constant 5 : i64
    %c = arith.constant 2 : index
    %d = arith.constant 0.25 : f64
    %e = arith.constant true
    sched.yield %a : !llm.text
  }
  func.return %t : !sched.future<!llm.text>
}

// Texts and lists have instructions of their own.
// CHECK: exec.frame @texts
// CHECK-NEXT: %[[T:.*]] = exec.format "{0}!"(%{{.*}})
// CHECK-NEXT: %[[L:.*]] = exec.list(%[[T]], %[[T]]) : !llm.list<!llm.text>
// CHECK-NEXT: %[[J:.*]] = exec.join %[[L]] with ", "
// CHECK-NEXT: exec.parse %[[J]] as regex "[a-z]+" at "{{.*}}lower_to_exec_values.mlir":33:10 : !llm.text
func.func @texts(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  %r = sched.task(%x = %a : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
    %t = llm.template "{0}!"(%x)
    %l = llm.list(%t, %t) : !llm.list<!llm.text>
    %j = llm.join %l with ", "
    %p = llm.parse %j as regex "[a-z]+" : !llm.text
    sched.yield %p : !llm.text
  }
  func.return %r : !sched.future<!llm.text>
}

// So has a choice by votes, or by a test.
// CHECK: exec.frame @choices
// CHECK-NEXT: %[[V:.*]] = exec.vote %{{.*}} by %{{.*}} min_valid 2 : !llm.list<!llm.text>, !llm.list<i64>
// CHECK-NEXT: exec.accept %[[V]] if %{{.*}} at "{{.*}}lower_to_exec_values.mlir":46:10 : !llm.text
func.func @choices(%answers: !sched.list<!llm.text>, %keys: !sched.list<i64>, %good: !sched.future<i1>) -> !sched.future<!llm.text> {
  %r = sched.task(%a = %answers : !sched.list<!llm.text>, %k = %keys : !sched.list<i64>, %c = %good : !sched.future<i1>) -> !sched.future<!llm.text> {
    %v = ensemble.vote %a by %k min_valid 2 : !llm.list<!llm.text>, !llm.list<i64>
    %w = sched.accept %v if %c : !llm.text
    sched.yield %w : !llm.text
  }
  func.return %r : !sched.future<!llm.text>
}

// Everything else is a computation of its name, with its parameters.
// CHECK: exec.frame @computed
// CHECK-NEXT: %[[I:.*]] = exec.compute "llm.length"(%{{.*}}) : (!llm.list<!llm.text>) -> i64
// CHECK-NEXT: exec.compute "llm.get"(%{{.*}}, %[[I]]) : (!llm.list<!llm.text>, i64) -> !llm.text
// CHECK-NEXT: exec.compute "arith.cmpi"(%[[I]], %[[I]]) where {predicate = 2 : i64} : (i64, i64) -> i1
// CHECK-NEXT: %[[M:.*]], %[[K:.*]] = exec.compute "llm.redact"(%{{.*}}) where {policies = [#llm.utf8"email"], label = #llm.label"public"} : (!llm.text) -> (!llm.text, !llm.list<!llm.text>)
// CHECK-NEXT: exec.compute "llm.restore"(%[[M]], %[[K]]) : (!llm.text, !llm.list<!llm.text>) -> !llm.text
// CHECK-NEXT: exec.compute "llm.messages"(%{{.*}}) where {turns = [#llm.turn<user text>]} : (!llm.text) -> !llm.messages
// CHECK-NEXT: exec.compute "sched.ballot"(%{{.*}}, %{{.*}}) : (!llm.text, !llm.list<!llm.text>) -> !llm.text
// CHECK-NEXT: exec.compute "sched.elect"(%{{.*}}, %{{.*}}) : (!llm.text, !llm.list<!llm.text>) -> !llm.text
// CHECK-NEXT: %[[N:.*]] = exec.compute "arith.index_cast"(%[[I]]) : (i64) -> index
// CHECK-NEXT: exec.compute "sched.rounds"(%[[N]], %[[N]], %[[N]]) : (index, index, index) -> i64
func.func @computed(%words: !sched.list<!llm.text>) -> !sched.future<!llm.text> {
  %r = sched.task(%w = %words : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
    %i = llm.length of %w : !llm.list<!llm.text>
    %g = llm.get %w[%i] : !llm.list<!llm.text>
    %c = arith.cmpi slt, %i, %i : i64
    %m, %k = llm.redact %g hiding ["email"] to "public"
    %s = llm.restore %m from %k
    %t = llm.messages user(%s)
    %b = sched.ballot %s among %w
    %e = sched.elect %b among %w
    %n = arith.index_cast %i : i64 to index
    %o = sched.rounds %n to %n step %n
    sched.yield %e : !llm.text
  }
  func.return %r : !sched.future<!llm.text>
}
