// RUN: ember-opt %s -p canonicalize --verify-each | filecheck %s

llm.model @m from "simulated"

// A branch on what is known is the region that it takes.
// CHECK-LABEL: func.func @branch_on_constant
func.func @branch_on_constant(%p: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%p) draw <0>
  // CHECK-NEXT: %[[B:.*]] = llm.generate @m(%p) draw <3>
  // CHECK-NEXT: func.return %[[A]], %[[B]]
  %true = arith.constant true
  %false = arith.constant false
  %r = scf.if %true -> (!llm.text) {
    %a = llm.generate @m(%p) draw <0>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @m(%p) draw <1>
    scf.yield %a : !llm.text
  }
  %s = scf.if %false -> (!llm.text) {
    %a = llm.generate @m(%p) draw <2>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @m(%p) draw <3>
    scf.yield %a : !llm.text
  }
  func.return %r, %s : !llm.text, !llm.text
}

// A branch that gives nothing, and is not taken, is nothing.
// CHECK-LABEL: func.func @branch_without_else
func.func @branch_without_else(%p: !llm.text) {
  // CHECK-NEXT: llm.apply effectful @yes(%p)
  // CHECK-NEXT: func.return
  %true = arith.constant true
  %false = arith.constant false
  scf.if %false {
    %a = llm.apply effectful @no(%p) : (!llm.text) -> i1
  }
  scf.if %true {
    %a = llm.apply effectful @yes(%p) : (!llm.text) -> i1
  }
  func.return
}

// What a comparison of known texts decides is known too.
// CHECK-LABEL: func.func @branch_on_texts
func.func @branch_on_texts(%p: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return %p
  %a = llm.constant "fast"
  %b = llm.constant "fast"
  %c = llm.equal %a, %b : !llm.text
  %r = scf.if %c -> (!llm.text) {
    scf.yield %p : !llm.text
  } else {
    %slow = llm.generate @m(%p) draw <1>
    scf.yield %slow : !llm.text
  }
  func.return %r : !llm.text
}

// A branch on what is not known stays.
// CHECK-LABEL: func.func @branch_on_unknown
func.func @branch_on_unknown(%p: !llm.text, %c: i1) -> !llm.text {
  // CHECK-NEXT: scf.if %c
  %r = scf.if %c -> (!llm.text) {
    scf.yield %p : !llm.text
  } else {
    %a = llm.generate @m(%p) draw <1>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// A loop of no round gives what it was given.
// CHECK-LABEL: func.func @loop_of_none
func.func @loop_of_none(%p: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return %p
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %i = %one to %zero step %one iter_args(%x = %p) -> (!llm.text) {
    %a = llm.generate @m(%x) draw <0[*]>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// A loop of one round is its body; the index of its draw is 0, whatever it counts by.
// CHECK-LABEL: func.func @loop_of_one
func.func @loop_of_one(%p: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%p) draw <0[0]>
  // CHECK-NEXT: func.return %[[A]]
  %five = arith.constant 5 : index
  %seven = arith.constant 7 : index
  %r = scf.for %i = %five to %seven step %five iter_args(%x = %p) -> (!llm.text) {
    %a = llm.generate @m(%x) draw <0[*]>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// The index of an outer loop stays.
// CHECK-LABEL: func.func @loop_in_loop
func.func @loop_in_loop(%p: !llm.text, %n: index) -> !llm.text {
  // CHECK: scf.for
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <0[*, 0]>
  // CHECK-NEXT: scf.yield
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %r = scf.for %i = %zero to %n step %one iter_args(%x = %p) -> (!llm.text) {
    %s = scf.for %j = %zero to %one step %one iter_args(%y = %x) -> (!llm.text) {
      %a = llm.generate @m(%y) draw <0[*, *]>
      scf.yield %a : !llm.text
    }
    scf.yield %s : !llm.text
  }
  func.return %r : !llm.text
}

// A loop of two rounds, or of an unknown number, stays; so does one without end.
// CHECK-LABEL: func.func @loop_of_others
func.func @loop_of_others(%p: !llm.text, %n: index) -> (!llm.text, !llm.text) {
  // CHECK: scf.for
  // CHECK: llm.generate @m(%{{.*}}) draw <0[*]>
  // CHECK: scf.for
  // CHECK: llm.generate @m(%{{.*}}) draw <1[*]>
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %r = scf.for %i = %zero to %two step %one iter_args(%x = %p) -> (!llm.text) {
    %a = llm.generate @m(%x) draw <0[*]>
    scf.yield %a : !llm.text
  }
  %s = scf.for %i = %zero to %n step %one iter_args(%x = %p) -> (!llm.text) {
    %a = llm.generate @m(%x) draw <1[*]>
    scf.yield %a : !llm.text
  }
  func.return %r, %s : !llm.text, !llm.text
}

// A loop that tests its condition stays.
// CHECK-LABEL: func.func @while
func.func @while(%p: !llm.text) -> !llm.text {
  // CHECK: scf.while
  // CHECK: llm.generate @m(%{{.*}}) draw <0[*]>
  %r = scf.while (%x = %p) : (!llm.text) -> !llm.text {
    %c = llm.contains %x, %p : !llm.text, !llm.text
    scf.condition(%c) %x : !llm.text
  } do {
  ^bb0(%x: !llm.text):
    %a = llm.generate @m(%x) draw <0[*]>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// Known numbers are computed; they wrap around as they do when the program runs.
// CHECK-LABEL: func.func @arithmetic
func.func @arithmetic() -> (i64, i64) {
  // CHECK-DAG: %[[A:.*]] = arith.constant 5 : i64
  // CHECK-DAG: %[[B:.*]] = arith.constant -9223372036854775808 : i64
  // CHECK: func.return %[[A]], %[[B]]
  %two = arith.constant 2 : i64
  %three = arith.constant 3 : i64
  %a = arith.addi %two, %three : i64
  %one = arith.constant 1 : i64
  %max = arith.constant 9223372036854775807 : i64
  %b = arith.addi %max, %one : i64
  func.return %a, %b : i64, i64
}

// A loop whose step is below 1 fails, however few rounds its bounds leave.
// CHECK-LABEL: func.func @loop_that_fails
func.func @loop_that_fails(%a: !llm.text) -> !llm.text {
  %one = arith.constant 1 : i64
  %zero = arith.constant 0 : i64
  // CHECK: scf.for
  %r = scf.for %i = %one to %one step %zero iter_args(%s = %a) -> (!llm.text) : i64 {
    scf.yield %s : !llm.text
  }
  func.return %r : !llm.text
}
