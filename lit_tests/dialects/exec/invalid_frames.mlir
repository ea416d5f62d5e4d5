// RUN: ember-opt %s --split-input-file --verify-diagnostics

// What fails is left out or replaced.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.fanout' a member that fails must be dropped or replaced, not both}}
  %b = "exec.fanout"(%a, %a) <{frame = @g, count = 2 : i64, drop, operandSegmentSizes = array<i32: 0, 1, 1>}> : (!llm.text, !llm.text) -> !llm.list<!llm.text>
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// What replaces a piece is one.
exec.frame @f(%a: !llm.text, %n: i64) -> () {
  // expected-error @+1 {{'exec.fanout' result 'result' must be i64 as the others are, but got !llm.text}}
  %b = "exec.fanout"(%a, %n) <{frame = @g, count = 2 : i64, operandSegmentSizes = array<i32: 0, 1, 1>}> : (!llm.text, i64) -> !llm.list<!llm.text>
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// Something runs side by side.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.parallel' there must be at least 1 frames, but got 0}}
  %b = exec.parallel [] with %a : !llm.text -> !llm.list<!llm.text>
  exec.return
}

// -----

// What runs side by side is left out or replaced.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.parallel' a member that fails must be dropped or replaced, not both}}
  %b = "exec.parallel"(%a, %a) <{frames = [@g], drop, operandSegmentSizes = array<i32: 1, 1>}> : (!llm.text, !llm.text) -> !llm.list<!llm.text>
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// What runs side by side makes the list.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.parallel' must run a frame of type (!llm.text) -> i64, but @g has (!llm.text) -> !llm.text}}
  %b = exec.parallel [@g] with %a : !llm.text -> !llm.list<i64>
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// What is run is a frame.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.parallel' must name a 'exec.frame' by @h, but nothing has this name; there is @f, @g}}
  %b = exec.parallel [@g, @h] with %a : !llm.text -> !llm.list<!llm.text>
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// A budget is never negative.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.spawn' budget must not be negative, but got -1}}
  %h, %b = exec.spawn @g budget -1 usd with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// A deadline is never negative.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.spawn' deadline must not be negative, but got -1}}
  %h, %b = exec.spawn @g deadline -1 seconds with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// What is spawned takes what it is given.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.spawn' must run a frame of type () -> !llm.text, but @g has (!llm.text) -> !llm.text}}
  %h, %b = exec.spawn @g -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// Both choices have one type.
exec.frame @f(%c: i1, %a: !llm.text) -> () {
  // expected-error @+1 {{'exec.select' must run a frame of type (!llm.text) -> !llm.text, but @h has () -> ()}}
  %b = exec.select %c then @g else @h with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}
exec.frame @h() -> () {
  exec.return
}

// -----

// A loop runs at least once.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.loop' at_most must be at least 1, but got 0}}
  %m, %b = exec.loop @g from %a : !llm.text at_most 0
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// A loop's frame says whether to go on.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.loop' must run a frame of type (!llm.text) -> (i1, !llm.text), but @g has (!llm.text) -> !llm.text}}
  %m, %b = exec.loop @g from %a : !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// Nobody races alone.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.first' there must be at least 2 frames, but got 1}}
  %b = exec.first [@g] with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// A delay is never negative.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.first' delay must not be negative, but got -2.5}}
  %b = exec.first [@g, @g] after -2.5 seconds with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// An attempt is of something.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.attempt' there must be at least 1 frames, but got 0}}
  %b = exec.attempt [] with %a : !llm.text -> !llm.text
  exec.return
}

// -----

// An attempt is made at least once.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.attempt' at_most must be at least 1, but got 0}}
  %b = exec.attempt [@g] at_most 0 with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// An attempt is not made for ever.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.attempt' at_most must be at most 100, but got 101}}
  %b = exec.attempt [@g] at_most 101 with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// Only what is tried again draws again.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.attempt' 'redraw' and 'backoff' must go with 'at_most' 2 or more tries}}
  %b = exec.attempt [@g] redraw with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// Only what is tried again waits.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.attempt' 'redraw' and 'backoff' must go with 'at_most' 2 or more tries}}
  %b = exec.attempt [@g] at_most 1 backoff 1 to 2 seconds with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// A backoff is never negative.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.attempt' least_backoff must not be negative, but got -1}}
  %b = exec.attempt [@g] at_most 2 backoff -1 to 2 seconds with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// A backoff grows.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.attempt' a backoff must go from less to more, but got 3 to 2}}
  %b = exec.attempt [@g] at_most 2 backoff 3 to 2 seconds with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// A backoff has both ends.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.attempt' a backoff must have both ends or neither, but got one}}
  %b = "exec.attempt"(%a) <{frames = [@g], at_most = 2 : i64, most_backoff = #llm.decimal<1>}> : (!llm.text) -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// A frame does not run itself, however it is run.
exec.frame @f(%a: !llm.text) -> !llm.text {
  // expected-error @+1 {{'exec.attempt' must not run a frame that runs itself, but @f does}}
  %b = exec.attempt [@f] with %a : !llm.text -> !llm.text
  exec.return %b : !llm.text
}

// -----

// A request in a loop has the index of the run.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  %m, %b = exec.loop @g from %a : !llm.text at_most 2
  exec.return
}
exec.frame @g(%a: !llm.text) -> (i1, !llm.text) {
  %c = exec.constant true
  // expected-error @+1 {{'exec.request' must have one '*' in its site per fan-out, reduction or loop around it, here 1, but got 0}}
  %b = exec.request @l(%a) sampled site <0> label "public"
  exec.return %c, %b : i1, !llm.text
}
