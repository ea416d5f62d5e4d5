// RUN: ember-opt %s --split-input-file --verify-diagnostics

// The first region of a branch yields the results.
func.func @f(%c: !sched.future<i1>, %a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.if' the region must yield (!sched.future<!llm.text>), as is the result, but got ()}}
  %r = sched.if %c -> !sched.future<!llm.text> do {
    sched.yield
  } else {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// The other region of a branch yields the results.
func.func @f(%c: !sched.future<i1>, %a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.if' the region must yield (!sched.future<!llm.text>), as is the result, but got (!sched.future<!llm.text>, !sched.future<!llm.text>)}}
  %r = sched.if %c -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  } else {
    sched.yield %a, %a : !sched.future<!llm.text>, !sched.future<!llm.text>
  }
  func.return
}

// -----

// Nobody races alone.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.first' there must be at least 2 regions, but got 1}}
  %r = sched.first -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A delay is never negative.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.first' delay must not be negative, but got -2.5}}
  %r = sched.first after -2.5 seconds -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  } or {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// An attempt is made at least once.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.attempt' at_most must be at least 1, but got 0}}
  %r = sched.attempt at_most 0 -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// An attempt is not made for ever.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.attempt' at_most must be at most 100, but got 101}}
  %r = sched.attempt at_most 101 -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// Only what is tried again draws again.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.attempt' 'redraw' and 'backoff' must go with 'at_most' 2 or more tries}}
  %r = sched.attempt at_most 1 redraw -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// Only what is tried again waits.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.attempt' 'redraw' and 'backoff' must go with 'at_most' 2 or more tries}}
  %r = sched.attempt backoff 1 to 2 seconds -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A backoff grows.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.attempt' a backoff must go from less to more, but got 3 to 2}}
  %r = sched.attempt at_most 2 backoff 3 to 2 seconds -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A backoff is never negative.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.attempt' least_backoff must not be negative, but got -1}}
  %r = sched.attempt at_most 2 backoff -1 to 2 seconds -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A backoff has both ends.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.attempt' a backoff must have both ends or neither, but got one}}
  %r = "sched.attempt"() <{at_most = 2 : i64, least_backoff = #llm.decimal<1>}> ({
    "sched.yield"(%a) : (!sched.future<!llm.text>) -> ()
  }) : () -> !sched.future<!llm.text>
  func.return
}

// -----

// An attempt is of something.
// expected-error @+1 {{'sched.attempt' there must be at least 1 regions, but got 0}}
%r = "sched.attempt"() : () -> !sched.future<!llm.text>

// -----

// A loop runs at least once.
func.func @f(%c: !sched.future<i1>) {
  // expected-error @+1 {{'sched.loop' at_most must be at least 1, but got 0}}
  %more = sched.loop at_most 0 do {
    sched.yield %c : !sched.future<i1>
  }
  func.return
}

// -----

// A loop takes its state.
func.func @f(%c: !sched.future<i1>, %a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.loop' the region of a loop must take its state, (!sched.future<!llm.text>), but got ()}}
  %more, %b = "sched.loop"(%a) ({
    "sched.yield"(%c, %a) : (!sched.future<i1>, !sched.future<!llm.text>) -> ()
  }) : (!sched.future<!llm.text>) -> (!sched.future<i1>, !sched.future<!llm.text>)
  func.return
}

// -----

// A loop yields whether to go on, and its state.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.loop' the region of a loop must yield (!sched.future<i1>, !sched.future<!llm.text>), whether to go on and the state, but got (!sched.future<!llm.text>)}}
  %more, %b = sched.loop %x = %a : !sched.future<!llm.text> do {
    sched.yield %x : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A loop gives its state.
func.func @f(%c: !sched.future<i1>, %a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.loop' a loop must give its state, (!sched.future<!llm.text>), but got ()}}
  %more = "sched.loop"(%a) ({
  ^bb0(%x: !sched.future<!llm.text>):
    "sched.yield"(%c, %x) : (!sched.future<i1>, !sched.future<!llm.text>) -> ()
  }) : (!sched.future<!llm.text>) -> (!sched.future<i1>)
  func.return
}

// -----

// A budget is never negative.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.scope' budget must not be negative, but got -1}}
  %s = sched.scope budget -1 usd do {
    sched.yield
  }
  func.return
}

// -----

// A deadline is never negative.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.scope' deadline must not be negative, but got -1}}
  %s = sched.scope deadline -1 seconds do {
    sched.yield
  }
  func.return
}

// -----

// A scope gives what it yields.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.scope' the region must yield (!sched.future<!llm.text>), as is the result, but got ()}}
  %s, %r = sched.scope -> !sched.future<!llm.text> do {
    sched.yield
  }
  func.return
}

// -----

// A result is kept for someone.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.cached' audience must be one of user, tenant, shared, but got 'world'}}
  %r = sched.cached per world for 60 seconds -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A result is kept for some time.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.cached' seconds must not be negative, but got -60}}
  %r = sched.cached per user for -60 seconds -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// What is kept is what is yielded.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.cached' the region must yield (!sched.future<i64>), as is the result, but got (!sched.future<!llm.text>)}}
  %r = sched.cached per user for 60 seconds -> !sched.future<i64> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}
