// RUN: ember-opt %s --optimize-for=cost -p stop-early --allow=bounded(1) --verify-each --explain 2>&1 >/dev/null | filecheck %s

// A vote over 15 answers of two is off at .0164, and as often as its region runs, at most.

llm.model @m from "simulated"

// The nodes of a tree are fewer than its leaves, whatever they take.
// CHECK: stops as soon as its lead is likely to last (0.95) (bounded(0.0656))
func.func @tree(%q: !llm.text) -> !llm.text {
  %xs = llm.list(%q, %q, %q, %q) : !llm.list<!llm.text>
  %r = ensemble.reduce %g in %xs by 2 : !llm.list<!llm.text> do {
    %p = llm.join %g with " "
    %d = ensemble.sample 15 of @m(%p) as lark "start: \22yes\22 | \22no\22" draw <0[*, *]>
    %v = ensemble.vote %d : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  }
  func.return %r : !llm.text
}

// A refinement has as many rounds as it may have.
// CHECK-NEXT: stops as soon as its lead is likely to last (0.95) (bounded(0.0492))
func.func @refinement(%q: !llm.text) -> !llm.text {
  %r = ensemble.refine %t from %q at_most 3 : !llm.text do {
    %d = ensemble.sample 15 of @m(%t) as lark "start: \22yes\22 | \22no\22" draw <1[*, *]>
    %v = ensemble.vote %d : !llm.list<!llm.text>
    %done = llm.contains %v, %q : !llm.text, !llm.text
    ensemble.accept %v if %done : !llm.text
  }
  func.return %r : !llm.text
}

// A loop has as many as it counts.
// CHECK-NEXT: stops as soon as its lead is likely to last (0.95) (bounded(0.0328))
func.func @loop(%q: !llm.text) -> !llm.text {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %r = scf.for %i = %zero to %two step %one iter_args(%t = %q) -> (!llm.text) : i64 {
    %d = ensemble.sample 15 of @m(%t) as lark "start: \22yes\22 | \22no\22" draw <2[*, *]>
    %v = ensemble.vote %d : !llm.list<!llm.text>
    scf.yield %v : !llm.text
  }
  func.return %r : !llm.text
}

// A map has one for each element, of which there are no more than arms.
// CHECK-NEXT: stops as soon as its lead is likely to last (0.95) (bounded(0.0820))
func.func @arms(%q: !llm.text) -> !llm.list<!llm.text> {
  %xs = ensemble.parallel : !llm.list<!llm.text> do {
    ensemble.yield %q : !llm.text
  } and {
    ensemble.yield %q : !llm.text
  } and {
    ensemble.yield %q : !llm.text
  } and {
    ensemble.yield %q : !llm.text
  } and {
    ensemble.yield %q : !llm.text
  }
  %vs = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %d = ensemble.sample 15 of @m(%x) as lark "start: \22yes\22 | \22no\22" draw <3[*, *]>
    %v = ensemble.vote %d : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  }
  func.return %vs : !llm.list<!llm.text>
}
