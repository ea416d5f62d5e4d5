// RUN: ember-opt %s --split-input-file --verify-diagnostics -p verify-labels

// What a lane and its model are cleared for may be sent there.
llm.model @house from "simulated" clearance "pii"
sched.lane @house_lane for @house concurrency 4 clearance "pii"
func.func @f(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"})
    -> !sched.future<!llm.text> {
  %r = sched.task(%t = %letter : !sched.future<!llm.text>) on @house_lane
      estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %p = llm.template "Sum up: {0}"(%t)
    %a = sched.request @house(%p) draw <0> label "pii"
    sched.yield %a : !llm.text
  }
  func.return %r : !sched.future<!llm.text>
}

// -----

// Labels go through tasks, lists and fan-outs.
llm.model @m from "simulated"
sched.lane @lane for @m concurrency 4
func.func @f(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"})
    -> !sched.list<!llm.text> {
  %l = sched.list(%letter, %letter) : !sched.list<!llm.text>
  %r = sched.fanout %x in %l : !sched.list<!llm.text> -> !sched.list<!llm.text> do {
    %r = sched.task(%t = %x : !sched.future<!llm.text>) on @lane
        estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      // expected-error @+1 {{'sched.request' must go to a model cleared for 'pii', but @m is cleared for 'public': argument %letter}}
      %a = sched.request @m(%t) draw <0[*]>
      sched.yield %a : !llm.text
    }
    sched.yield %r : !sched.future<!llm.text>
  }
  func.return %r : !sched.list<!llm.text>
}

// -----

// A lane may be cleared for less than its model.
llm.model @house from "simulated" clearance "pii"
sched.lane @lane for @house concurrency 4 clearance "internal"
func.func @f(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"})
    -> !sched.future<!llm.text> {
  %r = sched.task(%t = %letter : !sched.future<!llm.text>) on @lane
      estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    // expected-error @+1 {{'sched.request' must go to a model cleared for 'pii', but @house is cleared for 'internal'}}
    %a = sched.request @house(%t) draw <0>
    sched.yield %a : !llm.text
  }
  func.return %r : !sched.future<!llm.text>
}

// -----

// A branch by a secret condition.
llm.model @m from "simulated"
sched.lane @lane for @m concurrency 4
func.func @f(%c: !sched.future<i1> {ember.label = #llm.label"pii"}, %q: !sched.future<!llm.text>)
    -> !sched.future<!llm.text> {
  %r = sched.if %c -> !sched.future<!llm.text> do {
    %s = sched.task(%t = %q : !sched.future<!llm.text>) on @lane
        estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      // expected-error @+1 {{'sched.request' must go to a model cleared for 'pii', but @m is cleared for 'public': argument %c}}
      %a = sched.request @m(%t) draw <0>
      sched.yield %a : !llm.text
    }
    sched.yield %s : !sched.future<!llm.text>
  } else {
    sched.yield %q : !sched.future<!llm.text>
  }
  func.return %r : !sched.future<!llm.text>
}

// -----

// A loop whose end a secret decides; its state alone may be secret.
llm.model @m from "simulated"
sched.lane @lane for @m concurrency 4
func.func @state(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"},
    %q: !sched.future<!llm.text>, %go: !sched.future<i1>) {
  %more, %last = sched.loop %x = %letter at_most 3 : !sched.future<!llm.text> do {
    %s = sched.task(%t = %q : !sched.future<!llm.text>) on @lane
        estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      %a = sched.request @m(%t) draw <0[*]>
      sched.yield %a : !llm.text
    }
    sched.yield %go, %x : !sched.future<i1>, !sched.future<!llm.text>
  }
  func.return
}
func.func @end(%q: !sched.future<!llm.text>,
    %go: !sched.future<i1> {ember.label = #llm.label"pii"}) {
  %more, %last = sched.loop %x = %q at_most 3 : !sched.future<!llm.text> do {
    %s = sched.task(%t = %q : !sched.future<!llm.text>) on @lane
        estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      // expected-error @+1 {{cleared for 'public': argument %go}}
      %a = sched.request @m(%t) draw <0[*]>
      sched.yield %a : !llm.text
    }
    sched.yield %go, %x : !sched.future<i1>, !sched.future<!llm.text>
  }
  func.return
}

// -----

// An arm runs if the one before has failed.
llm.model @m from "simulated"
sched.lane @lane for @m concurrency 4
func.func @f(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"},
    %q: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  %r = sched.attempt -> !sched.future<!llm.text> do {
    %n = sched.task(%t = %letter : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
      %n = llm.parse %t as regex "[0-9]+" : !llm.text
      sched.yield %n : !llm.text
    }
    sched.yield %n : !sched.future<!llm.text>
  } else {
    %s = sched.task(%t = %q : !sched.future<!llm.text>) on @lane
        estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      // expected-error @+1 {{cleared for 'public': argument %letter}}
      %a = sched.request @m(%t) draw <0>
      sched.yield %a : !llm.text
    }
    sched.yield %s : !sched.future<!llm.text>
  }
  func.return %r : !sched.future<!llm.text>
}

// -----

// What is tried again is sent as often as it fails.
llm.model @m from "simulated"
sched.lane @lane for @m concurrency 4
func.func @f(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"},
    %q: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  %r = sched.attempt at_most 3 -> !sched.future<!llm.text> do {
    %s = sched.task(%t = %q : !sched.future<!llm.text>) on @lane
        estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      // expected-error @+1 {{cleared for 'public': argument %letter}}
      %a = sched.request @m(%t) draw <0>
      sched.yield %a : !llm.text
    }
    %n = sched.task(%t = %letter : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
      %n = llm.parse %t as regex "[0-9]+" : !llm.text
      sched.yield %n : !llm.text
    }
    sched.yield %n : !sched.future<!llm.text>
  }
  func.return %r : !sched.future<!llm.text>
}

// -----

// Who is first depends on what all of them are asked.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
sched.lane @lane for @m concurrency 4
sched.lane @house_lane for @house concurrency 4 clearance "pii"
func.func @f(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"},
    %q: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  %r = sched.first -> !sched.future<!llm.text> do {
    %s = sched.task(%t = %q : !sched.future<!llm.text>) on @lane
        estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      // expected-error @+1 {{cleared for 'public': argument %letter}}
      %a = sched.request @m(%t) draw <0>
      sched.yield %a : !llm.text
    }
    sched.yield %s : !sched.future<!llm.text>
  } or {
    %s = sched.task(%t = %letter : !sched.future<!llm.text>) on @house_lane
        estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      %a = sched.request @house(%t) draw <1>
      sched.yield %a : !llm.text
    }
    sched.yield %s : !sched.future<!llm.text>
  }
  func.return %r : !sched.future<!llm.text>
}

// -----

// A scope goes on as long as nothing cancels it.
llm.model @m from "simulated"
sched.lane @lane for @m concurrency 4
func.func @f(%enough: !sched.future<i1> {ember.label = #llm.label"pii"},
    %q: !sched.future<!llm.text>) {
  %scope, %r = sched.scope -> !sched.future<!llm.text> do {
    %s = sched.task(%t = %q : !sched.future<!llm.text>) on @lane
        estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      // expected-error @+1 {{cleared for 'public': argument %enough}}
      %a = sched.request @m(%t) draw <0>
      sched.yield %a : !llm.text
    }
    sched.yield %s : !sched.future<!llm.text>
  }
  sched.cancel %scope when %enough
  func.return
}

// -----

// That something is over tells nothing of what it is.
llm.model @m from "simulated"
sched.lane @lane for @m concurrency 4
func.func @f(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"},
    %q: !sched.future<!llm.text>) {
  %over = sched.done(%letter : !sched.future<!llm.text>)
  %s = sched.task(%t = %q : !sched.future<!llm.text>, %go = %over : !sched.future<none>) on @lane
      estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %a = sched.request @m(%t) draw <0>
    sched.yield %a : !llm.text
  }
  func.return
}

// -----

// What all users share must be public: the key tells what was asked.
func.func @f(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"})
    -> !sched.future<!llm.text> {
  // expected-error @+1 {{'sched.cached' must go to a store cleared for 'pii', but one that all share is cleared for 'public': argument %letter}}
  %r = sched.cached per shared for 3600 seconds -> !sched.future<!llm.text> do {
    sched.yield %letter : !sched.future<!llm.text>
  }
  func.return %r : !sched.future<!llm.text>
}

// -----

// What a user keeps apart may be anything.
func.func @f(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"})
    -> !sched.future<!llm.text> {
  %r = sched.cached per user for 3600 seconds -> !sched.future<!llm.text> do {
    sched.yield %letter : !sched.future<!llm.text>
  }
  func.return %r : !sched.future<!llm.text>
}

// -----

// A vote that stops early asks for no more answers once those that are there decide.
llm.model @m from "simulated"
sched.lane @lane for @m concurrency 4
func.func @f(%secret: !sched.list<!llm.text>
    {ember.label = #llm.label"pii", ember.length_label = #llm.label"public"},
    %q: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  %ys = sched.fanout %x in %secret : !sched.list<!llm.text> -> !sched.list<!llm.text> do {
    %s = sched.task(%t = %q : !sched.future<!llm.text>) on @lane
        estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      // expected-error @+1 {{cleared for 'public': argument %secret}}
      %a = sched.request @m(%t) draw <0[*]>
      sched.yield %a : !llm.text
    }
    sched.yield %x : !sched.future<!llm.text>
  }
  %v = sched.quorum %ys stop lossless : !sched.list<!llm.text>
  func.return %v : !sched.future<!llm.text>
}
