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
  %l = "sched.fanout"() ({
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
  %l = "sched.fanout"(%xs) ({
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

// A request is in the range of every call.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    // expected-error @+1 {{'sched.request' temperature must be between 0 and 2, but got 3}}
    %y = sched.request @m(%x) temperature 3 draw <0>
    sched.yield %y : !llm.text
  }
  func.return
}

// -----

// A request in a fan-out has its dynamic index.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  %l = sched.fanout times 2 -> !sched.list<!llm.text> do {
    %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      // expected-error @+1 {{'sched.request' a draw must have one '*' per enclosing region that repeats, here 1, but got 0}}
      %y = sched.request @m(%x) draw <0>
      sched.yield %y : !llm.text
    }
    sched.yield %t : !sched.future<!llm.text>
  }
  func.return
}
