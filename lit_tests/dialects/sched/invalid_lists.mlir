// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A list is made of its pieces.
func.func @f(%xs: !sched.list<!llm.text>) {
  // expected-error @+1 {{'sched.list' a !sched.list<!llm.text> must be made of !sched.future<!llm.text>, but got !sched.list<!llm.text>}}
  %l = "sched.list"(%xs) : (!sched.list<!llm.text>) -> !sched.list<!llm.text>
  func.return
}

// -----

// A list is a list.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{the result must be a !sched.list, but got !llm.list<!llm.text>}}
  %l = sched.list(%a) : !llm.list<!llm.text>
  func.return
}

// -----

// A fan-out runs over something.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.fanout' a fan-out must run over a list or a number of times}}
  %l = "sched.fanout"() <{operandSegmentSizes = array<i32: 0, 0>}> ({
    "sched.yield"(%a) : (!sched.future<!llm.text>) -> ()
  }) : () -> !sched.list<!llm.text>
  func.return
}

// -----

// A fan-out runs at least once.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.fanout' a fan-out must run at least 1 time, but got 0}}
  %l = sched.fanout times 0 -> !sched.list<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A fan-out over a list takes a piece.
func.func @f(%xs: !sched.list<!llm.text>) {
  // expected-error @+1 {{'sched.fanout' the region of this fan-out must take (!sched.future<!llm.text>), but got (!llm.text)}}
  %l = "sched.fanout"(%xs) <{operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%x: !llm.text):
    "sched.yield"(%x) : (!llm.text) -> ()
  }) : (!sched.list<!llm.text>) -> !sched.list<!llm.text>
  func.return
}

// -----

// A fan-out's result is the list of what it yields.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.fanout' a fan-out that yields !sched.future<!llm.text> must have the result !sched.list<!llm.text>, but got !sched.list<!sched.list<!llm.text>>}}
  %l = sched.fanout times 2 -> !sched.list<!sched.list<!llm.text>> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A reduction makes its list shorter.
func.func @f(%xs: !sched.list<!llm.text>, %a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.reduce' the arity of a reduction must be at least 2, but got 0}}
  %r = sched.reduce %g in %xs by 0 : !sched.list<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A reduction yields a piece of its list.
func.func @f(%xs: !sched.list<!llm.text>) {
  // expected-error @+1 {{'sched.reduce' a reduction of !sched.list<!llm.text> must yield and return one of its pieces, but got !sched.list<!llm.text> and !sched.future<!llm.text>}}
  %r = sched.reduce %g in %xs by 2 : !sched.list<!llm.text> do {
    sched.yield %g : !sched.list<!llm.text>
  }
  func.return
}

// -----

// What fails is left out or replaced.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.fanout' a member that fails must be dropped or replaced, not both}}
  %l = "sched.fanout"(%a) <{count = 2 : i64, drop, operandSegmentSizes = array<i32: 0, 1>}> ({
    "sched.yield"(%a) : (!sched.future<!llm.text>) -> ()
  }) : (!sched.future<!llm.text>) -> !sched.list<!llm.text>
  func.return
}

// -----

// What replaces a piece is one.
func.func @f(%a: !sched.future<!llm.text>, %b: !sched.future<i64>) {
  // expected-error @+1 {{'sched.fanout' what is used for a member that fails must be !sched.future<!llm.text>, but got !sched.future<i64>}}
  %l = "sched.fanout"(%b) <{count = 2 : i64, operandSegmentSizes = array<i32: 0, 1>}> ({
    "sched.yield"(%a) : (!sched.future<!llm.text>) -> ()
  }) : (!sched.future<i64>) -> !sched.list<!llm.text>
  func.return
}

// -----

// A fan-out yields one piece at a time.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.fanout' the region must yield 1 value, but got 2}}
  %l = sched.fanout times 2 -> !sched.list<!llm.text> do {
    sched.yield %a, %a : !sched.future<!llm.text>, !sched.future<!llm.text>
  }
  func.return
}

// -----

// A list of results comes from somewhere.
// expected-error @+1 {{'sched.parallel' there must be at least 1 regions, but got 0}}
%l = "sched.parallel"() : () -> !sched.list<!llm.text>

// -----

// A region that runs once takes nothing.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.parallel' the region must take nothing, but got (!sched.future<!llm.text>)}}
  %l = "sched.parallel"() ({
  ^bb0(%x: !sched.future<!llm.text>):
    "sched.yield"(%x) : (!sched.future<!llm.text>) -> ()
  }) : () -> !sched.list<!llm.text>
  func.return
}

// -----

// A region yields a piece of the list.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.parallel' the region must yield (!sched.future<i64>), as is the result, but got (!sched.future<!llm.text>)}}
  %l = sched.parallel -> !sched.list<i64> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// What replaces a region's piece is one.
func.func @f(%a: !sched.future<!llm.text>, %b: !sched.future<i64>) {
  // expected-error @+1 {{'sched.parallel' what is used for a member that fails must be !sched.future<!llm.text>, but got !sched.future<i64>}}
  %l = "sched.parallel"(%b) ({
    "sched.yield"(%a) : (!sched.future<!llm.text>) -> ()
  }) : (!sched.future<i64>) -> !sched.list<!llm.text>
  func.return
}

// -----

// A quorum needs at least one answer.
func.func @f(%xs: !sched.list<!llm.text>) {
  // expected-error @+1 {{'sched.quorum' min_valid must be at least 1, but got 0}}
  %r = sched.quorum %xs min_valid 0 : !sched.list<!llm.text>
  func.return
}

// -----

// A quorum stops in one of two ways.
func.func @f(%xs: !sched.list<!llm.text>) {
  // expected-error @+1 {{'sched.quorum' stop must be one of lossless, adaptive, but got 'early'}}
  %r = sched.quorum %xs stop early : !sched.list<!llm.text>
  func.return
}

// -----

// An adaptive stop says how sure it must be.
func.func @f(%xs: !sched.list<!llm.text>) {
  // expected-error @+1 {{'sched.quorum' a confidence must go with 'stop adaptive', and 'stop adaptive' with a confidence}}
  %r = sched.quorum %xs stop adaptive : !sched.list<!llm.text>
  func.return
}

// -----

// A lossless stop is sure.
func.func @f(%xs: !sched.list<!llm.text>) {
  // expected-error @+1 {{'sched.quorum' a confidence must go with 'stop adaptive', and 'stop adaptive' with a confidence}}
  %r = sched.quorum %xs stop lossless confidence 0.95 : !sched.list<!llm.text>
  func.return
}

// -----

// To be sure takes the lossless stop.
func.func @f(%xs: !sched.list<!llm.text>) {
  // expected-error @+1 {{'sched.quorum' confidence must be between 0 and 1, and neither, but got 1}}
  %r = sched.quorum %xs stop adaptive confidence 1 : !sched.list<!llm.text>
  func.return
}

// -----

// Nobody else reads answers that may never come.
func.func @f(%xs: !sched.list<!llm.text>) {
  // expected-error @+1 {{'sched.quorum' a quorum that stops early must be the only reader of its list, but there are others}}
  %r = sched.quorum %xs stop lossless : !sched.list<!llm.text>
  %again = sched.quorum %xs : !sched.list<!llm.text>
  func.return
}
