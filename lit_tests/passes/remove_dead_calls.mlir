// RUN: ember-opt %s -p remove-dead-calls --verify-each | filecheck %s

llm.model @m from "simulated"

// A call that nobody reads is not made, nor is what only it reads.
// CHECK-LABEL: func.func @dead_chain
func.func @dead_chain(%q: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return
  %p = llm.template "Q: {0}"(%q)
  %a = llm.generate @m(%p) temperature 0.7
  %d = ensemble.sample 5 of @m(%a) draw <0[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %q : !llm.text
}

// A map that nobody reads goes whole, with its calls.
// CHECK-LABEL: func.func @dead_map
func.func @dead_map(%xs: !llm.list<!llm.text>) {
  // CHECK-NEXT: func.return
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%x)
    ensemble.yield %a : !llm.text
  }
  func.return
}

// Inside a region that is read, only what is dead goes.
// CHECK-LABEL: func.func @dead_in_a_map
func.func @dead_in_a_map(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%{{.*}}) draw <0[*]>
  // CHECK-NEXT: ensemble.yield %[[A]]
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%x) draw <0[*]>
    %b = llm.generate @m(%a) draw <1[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// A call that is read stays, as do models and functions.
// CHECK-LABEL: func.func @live
func.func @live(%q: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.generate @m
  %a = llm.generate @m(%q)
  func.return %a : !llm.text
}

// What can fail stays before a function that does something, and goes behind it.
// CHECK-LABEL: func.func @before_an_effect
func.func @before_an_effect(%a: !llm.text) -> !llm.text {
  // CHECK-NEXT: llm.parse %{{.*}} as regex "[0-9]+"
  // CHECK-NEXT: llm.apply effectful @charge
  // CHECK-NEXT: func.return
  %n = llm.parse %a as regex "[0-9]+" : !llm.text
  %c = llm.apply effectful @charge(%a) : (!llm.text) -> !llm.text
  %m = llm.parse %a as regex "[a-z]+" : !llm.text
  func.return %c : !llm.text
}

// In a loop, the end of a round comes before the effect of the next.
// CHECK-LABEL: func.func @in_a_loop
func.func @in_a_loop(%a: !llm.text, %n: i64) {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  // CHECK: llm.apply effectful @charge
  // CHECK-NEXT: llm.parse
  scf.for %i = %zero to %n step %one : i64 {
    %c = llm.apply effectful @charge(%a) : (!llm.text) -> !llm.text
    %m = llm.parse %a as regex "[a-z]+" : !llm.text
  }
  func.return
}

// Where a failure leads to a result, what can fail stays, though nobody reads it.
// CHECK-LABEL: func.func @handled
func.func @handled(%a: !llm.text, %b: !llm.text) -> !llm.text {
  // CHECK: llm.parse
  // CHECK-NEXT: ensemble.yield
  // CHECK-NEXT: } else {
  // CHECK-NEXT: ensemble.yield
  %r = ensemble.fallback : !llm.text do {
    %n = llm.parse %a as regex "[0-9]+" : !llm.text
    ensemble.yield %a : !llm.text
  } else {
    %m = llm.parse %a as regex "[0-9]+" : !llm.text
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// An arm of a race that fails does not win, and the last arm's failure is the error.
// CHECK-LABEL: func.func @race
func.func @race(%a: !llm.text, %b: !llm.text) -> !llm.text {
  // CHECK: llm.parse
  // CHECK: llm.parse
  // CHECK: func.return
  %r = ensemble.race : !llm.text do {
    %n = llm.parse %a as regex "[0-9]+" : !llm.text
    ensemble.yield %a : !llm.text
  } or {
    %m = llm.parse %b as regex "[0-9]+" : !llm.text
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// A member that fails is left out, or replaced: what can fail decides that.
// CHECK-LABEL: func.func @members
func.func @members(%xs: !llm.list<!llm.text>, %a: !llm.text)
    -> (!llm.list<!llm.text>, !llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK: on_error drop
  // CHECK-NEXT: llm.parse
  // CHECK: on_error use
  // CHECK-NEXT: llm.parse
  // CHECK: ensemble.parallel on_error drop
  // CHECK-NEXT: llm.parse
  %r = ensemble.map %x in %xs on_error drop : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %n = llm.parse %x as regex "[0-9]+" : !llm.text
    ensemble.yield %a : !llm.text
  }
  %s = ensemble.map %x in %xs on_error use %a : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %n = llm.parse %x as regex "[0-9]+" : !llm.text
    ensemble.yield %a : !llm.text
  }
  %t = ensemble.parallel on_error drop : !llm.list<!llm.text> do {
    %n = llm.parse %a as regex "[0-9]+" : !llm.text
    ensemble.yield %a : !llm.text
  }
  func.return %r, %s, %t : !llm.list<!llm.text>, !llm.list<!llm.text>, !llm.list<!llm.text>
}

// What does something stays, read or not.
// CHECK-LABEL: func.func @effect
func.func @effect(%a: !llm.text) {
  // CHECK-NEXT: llm.apply effectful @charge
  // CHECK-NEXT: func.return
  %c = llm.apply effectful @charge(%a) : (!llm.text) -> !llm.text
  func.return
}
