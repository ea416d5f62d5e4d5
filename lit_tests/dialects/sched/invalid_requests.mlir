// RUN: ember-opt %s --split-input-file --verify-diagnostics

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

// -----

// A request asks at least once.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    // expected-error @+1 {{'sched.request' times must be at least 1, but got 0}}
    %y = sched.request @m(%x) times 0 draw <0[*]> -> !llm.list<!llm.text>
    sched.yield %y : !llm.list<!llm.text>
  }
  func.return
}

// -----

// A prompt is a text or a conversation, or several of them.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.list<i64>) {
  %t = sched.task(%x = %a : !sched.list<i64>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    // expected-error @+1 {{'sched.request' a prompt must be a text or conversation, or a list of them, but got !llm.list<i64>}}
    %y = sched.request @m(%x : !llm.list<i64>) draw <0[*]> -> !llm.list<!llm.text>
    sched.yield %y : !llm.list<!llm.text>
  }
  func.return
}

// -----

// A batch asks each of its prompts once.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.list<!llm.text>) {
  %t = sched.task(%x = %a : !sched.list<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    // expected-error @+1 {{'sched.request' a request must be of one prompt 'times' n or of a list, not both}}
    %y = sched.request @m(%x : !llm.list<!llm.text>) times 2 draw <0[*]> -> !llm.list<!llm.text>
    sched.yield %y : !llm.list<!llm.text>
  }
  func.return
}

// -----

// Tools are named.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.messages> {
    // expected-error @+1 {{'sched.request' tools must name at least 1 tool, but got none}}
    %y = sched.request @m(%x) tools [] draw <0> -> !llm.messages
    sched.yield %y : !llm.messages
  }
  func.return
}

// -----

// What may ask for tools need not look like a grammar.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
llm.tool @t "Tells the time." takes "{\"type\": \"object\", \"properties\": {}}"
func.func @f(%a: !sched.future<!llm.text>) {
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.messages> {
    // expected-error @+1 {{'sched.request' a request must have tools or a grammar ('as'), not both}}
    %y = sched.request @m(%x) as regex "[0-9]+" tools [@t] draw <0> -> !llm.messages
    sched.yield %y : !llm.messages
  }
  func.return
}

// -----

// Several answers are a list.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    // expected-error @+1 {{'sched.request' a request like this must give !llm.list<!llm.text>, but got !llm.text}}
    %y = sched.request @m(%x) times 2 draw <0[*]>
    sched.yield %y : !llm.text
  }
  func.return
}

// -----

// Several answers have an index each.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    // expected-error @+1 {{'sched.request' a draw must have one '*' per enclosing region that repeats, here 1, but got 0}}
    %y = sched.request @m(%x) times 2 draw <0> -> !llm.list<!llm.text>
    sched.yield %y : !llm.list<!llm.text>
  }
  func.return
}

// -----

// An embedding is of texts.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.list<i64>) {
  %t = sched.task(%x = %a : !sched.list<i64>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<tensor<?xf32>> {
    // expected-error @+1 {{'sched.embed' the operand must be a text or a list of texts, but got !llm.list<i64>}}
    %y = sched.embed @m(%x : !llm.list<i64>) site <0[*]> -> !llm.list<tensor<?xf32>>
    sched.yield %y : !llm.list<tensor<?xf32>>
  }
  func.return
}

// -----

// An embedding is a vector.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    // expected-error @+1 {{'sched.embed' a request like this must give tensor<?xf32>, but got !llm.text}}
    %y = sched.embed @m(%x) site <0> -> !llm.text
    sched.yield %y : !llm.text
  }
  func.return
}

// -----

// The embeddings of a batch have an index each.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.list<!llm.text>) {
  %t = sched.task(%x = %a : !sched.list<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<tensor<?xf32>> {
    // expected-error @+1 {{'sched.embed' a draw must have one '*' per enclosing region that repeats, here 1, but got 0}}
    %y = sched.embed @m(%x : !llm.list<!llm.text>) site <0> -> !llm.list<tensor<?xf32>>
    sched.yield %y : !llm.list<tensor<?xf32>>
  }
  func.return
}

// -----

// Scores are numbers.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>, %b: !sched.list<!llm.text>) {
  %t = sched.task(%x = %a : !sched.future<!llm.text>, %z = %b : !sched.list<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    // expected-error @+1 {{'sched.score' a request like this must give !llm.list<f64>, but got !llm.list<!llm.text>}}
    %y = sched.score @m(%x) among %z site <0> -> !llm.list<!llm.text>
    sched.yield %y : !llm.list<!llm.text>
  }
  func.return
}

// -----

// The scores of a text outside of all repetition have no index.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>, %b: !sched.list<!llm.text>) {
  %t = sched.task(%x = %a : !sched.future<!llm.text>, %z = %b : !sched.list<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<f64> {
    // expected-error @+1 {{'sched.score' a draw must have one '*' per enclosing region that repeats, here 0, but got 1}}
    %y = sched.score @m(%x) among %z site <0[*]> -> !llm.list<f64>
    sched.yield %y : !llm.list<f64>
  }
  func.return
}

// -----

// A request in a loop has the index of the run.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%c: !sched.future<i1>, %a: !sched.future<!llm.text>) {
  %more = sched.loop do {
    %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      // expected-error @+1 {{'sched.request' a draw must have one '*' per enclosing region that repeats, here 1, but got 0}}
      %y = sched.request @m(%x) draw <0>
      sched.yield %y : !llm.text
    }
    sched.yield %c : !sched.future<i1>
  }
  func.return
}

// -----

// Rounds are counted in a task.
func.func @f(%a: index) {
  // expected-error @+1 {{'sched.rounds' must stand in 'sched.task'}}
  %n = sched.rounds %a to %a step %a
  func.return
}

// -----

// Loops count by indices.
func.func @f(%a: !sched.future<i64>) {
  %n = sched.task(%x = %a : !sched.future<i64>) -> !sched.future<i64> {
    // expected-error @+1 {{'sched.rounds' operand 'start' must be index, but got i64}}
    %r = "sched.rounds"(%x, %x, %x) : (i64, i64, i64) -> i64
    sched.yield %r : i64
  }
  func.return
}

// -----

// A request lists a draw for each run of the fan-out around it.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  %all = sched.fanout times 3 -> !sched.list<!llm.text> do {
    %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      // expected-error @+1 {{'sched.request' a list of draws must have one for each member, here 3, but got 2}}
      %y = sched.request @m(%x) draw [<0>, <1>]
      sched.yield %y : !llm.text
    }
    sched.yield %t : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A request for several answers lists as many draws.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.future<!llm.text>) {
  %t = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    // expected-error @+1 {{'sched.request' a list of draws must have one for each member, here 2, but got 3}}
    %y = sched.request @m(%x) times 2 draw [<0>, <1>, <2>] -> !llm.list<!llm.text>
    sched.yield %y : !llm.list<!llm.text>
  }
  func.return
}

// -----

// How many prompts a batch has is not known.
llm.model @m from "p"
sched.lane @l for @m concurrency 1
func.func @f(%a: !sched.list<!llm.text>) {
  %t = sched.task(%x = %a : !sched.list<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    // expected-error @+1 {{'sched.request' draws must be listed only where the number of members is known, but here it is not; write one draw}}
    %y = sched.request @m(%x : !llm.list<!llm.text>) draw [<0>, <1>] -> !llm.list<!llm.text>
    sched.yield %y : !llm.list<!llm.text>
  }
  func.return
}
