// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A future of a list does not exist: lists are ready piece by piece.
// expected-error @+1 {{a future must hold a single value, but got !llm.list<!llm.text>}}
func.func @f(%a: !sched.future<!llm.list<!llm.text>>) { func.return }

// -----

// The pieces of a list are futures without saying so.
// expected-error @+1 {{a sched.list must hold values or other sched.lists, but got !sched.future<!llm.text>}}
func.func @f(%a: !sched.list<!sched.future<!llm.text>>) { func.return }

// -----

// A lane lets at least one request through.
llm.model @m from "p"
// expected-error @+1 {{'sched.lane' concurrency must be at least 1, but got 0}}
sched.lane @l for @m concurrency 0

// -----

// A lane is for a model.
// expected-error @+1 {{'sched.lane' must name a 'llm.model' by @m, but nothing has this name; there is none}}
sched.lane @l for @m concurrency 1

// -----

// A task reads futures.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{a task must read futures or lists, but got !llm.text}}
  %t = sched.task(%x = %a : !llm.text) -> !sched.future<!llm.text> {
    sched.yield %x : !llm.text
  }
  func.return
}

// -----

// A task's body takes the values of what it reads.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.task' the body of a task must take the values of its operands, (!llm.text), but got (!sched.future<!llm.text>)}}
  %t = "sched.task"(%a) ({
  ^bb0(%x: !sched.future<!llm.text>):
    %c = "llm.constant"() <{value = #llm.utf8"x"}> : () -> !llm.text
    "sched.yield"(%c) : (!llm.text) -> ()
  }) : (!sched.future<!llm.text>) -> !sched.future<!llm.text>
  func.return
}

// -----

// A task's result is the future of what it yields.
func.func @f() {
  // expected-error @+1 {{'sched.task' a task that yields !llm.text must have the result !sched.future<!llm.text>, but got !sched.list<!llm.text>}}
  %t = sched.task() -> !sched.list<!llm.text> {
    %c = llm.constant "x"
    sched.yield %c : !llm.text
  }
  func.return
}

// -----

// A task holds no call of the level above.
llm.model @m from "p"
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.task' a task must hold local operations and requests only, but got 'llm.generate'}}
  %t = sched.task(%x = %a : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
    %y = llm.generate @m(%x)
    sched.yield %y : !llm.text
  }
  func.return
}

// -----

// A task holds at most one request, so that it has one price and one lane.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.task' a task must hold at most 1 request, but got 2}}
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 2, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) draw <0>
    %z = sched.request @m(%y) draw <1>
    sched.yield %z : !llm.text
  }
  func.return
}

// -----

// A task with a request says where and at what price.
llm.model @m from "p"
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.task' a task with a request must have both a lane and an estimate}}
  %t = sched.task(%x = %a : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) draw <0>
    sched.yield %y : !llm.text
  }
  func.return
}

// -----

// A task without a request takes no lane.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.task' a task without a request must have neither lane nor estimate}}
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l -> !sched.future<!llm.text> {
    sched.yield %x : !llm.text
  }
  func.return
}

// -----

// A task's lane is a lane.
llm.model @m from "p"
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.task' must name a 'sched.lane' by @m, but it is a 'llm.model'; there is none}}
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @m estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) draw <0>
    sched.yield %y : !llm.text
  }
  func.return
}

// -----

// A task reads nothing behind its operands' back.
func.func @f(%a: !sched.future<!llm.text>, %b: !llm.text) {
  %t = sched.task() -> !sched.future<!llm.text> {
    // expected-error @+1 {{'llm.template' must use values that are defined before it, but %b is not; move it up}}
    %y = llm.template "{0}"(%b)
    sched.yield %y : !llm.text
  }
  func.return
}

// -----

// A task ends with its yield.
func.func @f() {
  // expected-error @+1 {{'sched.task' the region must end with 'sched.yield', but it does not}}
  %t = sched.task() -> !sched.future<!llm.text> {
    func.return
  }
  func.return
}

// -----

// An estimate is never negative.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{an estimate must not be negative, but got usd -0.5}}
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd -0.5, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) draw <0>
    sched.yield %y : !llm.text
  }
  func.return
}

// -----

// A resource is never negative.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{a resource must not be negative, but got memory_mb -1}}
  %t = sched.task(%x = %a : !sched.future<!llm.text>) resources <cpu 1, memory_mb -1, gpu ?, locality ?> -> !sched.future<!llm.text> {
    sched.yield %x : !llm.text
  }
  func.return
}

// -----

// A priority is never negative.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.task' a priority must not be negative, but got -1}}
  %t = sched.task(%x = %a : !sched.future<!llm.text>) priority -1 -> !sched.future<!llm.text> {
    sched.yield %x : !llm.text
  }
  func.return
}

// -----

// A lane lets at least one request a minute through.
llm.model @m from "p"
// expected-error @+1 {{'sched.lane' requests_per_minute must be at least 1, but got 0}}
sched.lane @l for @m concurrency 1 requests_per_minute 0

// -----

// A lane lets at least one token a minute through.
llm.model @m from "p"
// expected-error @+1 {{'sched.lane' tokens_per_minute must be at least 1, but got 0}}
sched.lane @l for @m concurrency 1 tokens_per_minute 0

// -----

// A lane retries a number of times, or none.
llm.model @m from "p"
// expected-error @+1 {{'sched.lane' retries must not be negative, but got -1}}
sched.lane @l for @m concurrency 1 retries -1

// -----

// A lane sends a request at least once.
llm.model @m from "p"
// expected-error @+1 {{'sched.lane' at_most must be at least 1, but got 0}}
sched.lane @l for @m concurrency 1 at_most 0

// -----

// It does not send one for ever.
llm.model @m from "p"
// expected-error @+1 {{'sched.lane' at_most must be at most 100, but got 101}}
sched.lane @l for @m concurrency 1 at_most 101

// -----

// Who sends once need not wait in between.
llm.model @m from "p"
// expected-error @+1 {{'sched.lane' 'backoff' must go with 'at_most' 2 or more tries}}
sched.lane @l for @m concurrency 1 at_most 1 backoff 0.5 to 30 seconds

// -----

// Neither does who says nothing of it.
llm.model @m from "p"
// expected-error @+1 {{'sched.lane' 'backoff' must go with 'at_most' 2 or more tries}}
sched.lane @l for @m concurrency 1 backoff 0.5 to 30 seconds

// -----

// Pauses do not go back in time.
llm.model @m from "p"
// expected-error @+1 {{'sched.lane' least_backoff must not be negative, but got -1}}
sched.lane @l for @m concurrency 1 at_most 2 backoff -1 to 30 seconds

// -----

// Pauses grow.
llm.model @m from "p"
// expected-error @+1 {{'sched.lane' a backoff must go from less to more, but got 30 to 0.5}}
sched.lane @l for @m concurrency 1 at_most 2 backoff 30 to 0.5 seconds

// -----

// A request takes time.
llm.model @m from "p"
// expected-error @+1 {{'sched.lane' timeout must be above 0 seconds, but got 0}}
sched.lane @l for @m concurrency 1 timeout 0 seconds

// -----

// A clearance is one of the labels.
llm.model @m from "p"
// expected-error @+1 {{a label must be one of public, internal, confidential, pii, but got 'secret'}}
sched.lane @l for @m concurrency 1 clearance "secret"
