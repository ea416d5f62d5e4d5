// RUN: ember-opt %s -p lower-to-sched,verify-level{level=sched} | filecheck %s

// A model has a lane, as wide as it says, else 64; a taken name gets a number.
// CHECK: llm.model @small from "simulated"
// CHECK-NEXT: sched.lane @small_lane_1 for @small concurrency 64 retries 10 at_most 8 backoff 0.5 to 30 seconds timeout 600 seconds
llm.model @small from "simulated"
// CHECK: sched.lane @wide_lane for @wide concurrency 500
llm.model @wide from "simulated" concurrency 500
llm.model @small_lane from "simulated"

// A call and what leads to it alone are one task; arguments become futures with names.
// CHECK-LABEL: func.func @call
// CHECK-SAME: (%[[Q:.*]]: !sched.future<!llm.text> {ember.name = #llm.utf8"question"}) -> !sched.future<!llm.text>
func.func @call(%question: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[R:.*]] = sched.task(%[[V:.*]] = %[[Q]] : !sched.future<!llm.text>) on @small_lane_1 estimate <calls 1, tokens ?, usd ?, seconds ?>
  // CHECK-NEXT: %[[C:.*]] = llm.constant "Q"
  // CHECK-NEXT: %[[P:.*]] = llm.template "{0}: {1}"(%[[C]], %[[V]])
  // CHECK-NEXT: %[[A:.*]] = sched.request @small(%[[P]]) temperature 0.7 max_tokens 16 draw <0>
  // CHECK-NEXT: sched.yield %[[A]] : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %[[R]] : !sched.future<!llm.text>
  %c = llm.constant "Q"
  %p = llm.template "{0}: {1}"(%c, %question)
  %a = llm.generate @small(%p) temperature 0.7 max_tokens 16 draw <0>
  func.return %a : !llm.text
}

// A prompt that two calls read stays a task of its own, without a lane.
// CHECK-LABEL: func.func @shared_prompt
func.func @shared_prompt(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: %[[P:.*]] = sched.task(%{{.*}} = %{{.*}} : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK: sched.task(%{{.*}} = %[[P]] : !sched.future<!llm.text>) on @small_lane_1
  // CHECK: sched.task(%{{.*}} = %[[P]] : !sched.future<!llm.text>) on @wide_lane
  // CHECK: sched.list(%{{.*}}, %{{.*}}) : !sched.list<!llm.text>
  %p = llm.template "{0}?"(%q)
  %a = llm.generate @small(%p) draw <0>
  %b = llm.generate @wide(%p) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// A call is never moved into the task that reads its answer.
// CHECK-LABEL: func.func @chain
func.func @chain(%q: !llm.text) -> !llm.text {
  // CHECK: sched.task
  // CHECK-NEXT: sched.request @small
  // CHECK: sched.task
  // CHECK-NEXT: sched.request @small
  %a = llm.generate @small(%q) draw <0>
  %b = llm.generate @small(%a) draw <1>
  func.return %b : !llm.text
}

// Samples become a fan-out of tasks, a vote a task that reads the whole list.
// CHECK-LABEL: func.func @vote
func.func @vote(%q: !llm.text) -> !llm.text {
  // CHECK: %[[D:.*]] = sched.fanout times 5 -> !sched.list<!llm.text> do {
  // CHECK-NEXT: sched.task
  // CHECK-NEXT: sched.request @small(%{{.*}}) draw <0[*]>
  // CHECK: sched.task(%[[ALL:.*]] = %[[D]] : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: ensemble.vote %[[ALL]]
  %d = ensemble.sample 5 of @small(%q) draw <0[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Maps and reductions keep their regions; nested lists nest.
// CHECK-LABEL: func.func @regions
// CHECK-SAME: !sched.list<!sched.list<!llm.text>>
func.func @regions(%xss: !llm.list<!llm.list<!llm.text>>) -> !llm.list<!llm.text> {
  // CHECK: sched.fanout %[[XS:.*]] in %{{.*}} : !sched.list<!sched.list<!llm.text>> -> !sched.list<!llm.text> do {
  // CHECK-NEXT: sched.reduce %[[G:.*]] in %[[XS]] by 3 : !sched.list<!llm.text> do {
  // CHECK-NEXT: sched.task(%{{.*}} = %[[G]] : !sched.list<!llm.text>) on @small_lane_1
  %r = ensemble.map %xs in %xss : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.text> do {
    %m = ensemble.reduce %g in %xs by 3 : !llm.list<!llm.text> do {
      %j = llm.join %g with ""
      %y = llm.generate @small(%j) draw <0[*, *]>
      ensemble.yield %y : !llm.text
    }
    ensemble.yield %m : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// A prompt outside of a map stays outside: inside it would be made for each element.
// CHECK-LABEL: func.func @outside_of_a_map
func.func @outside_of_a_map(%q: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: %[[P:.*]] = sched.task(%{{.*}} = %{{.*}} : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: llm.template "{0}!"
  // CHECK: sched.fanout
  // CHECK-NEXT: sched.task(%{{.*}} = %[[P]] : !sched.future<!llm.text>, %{{.*}} = %{{.*}} : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  %p = llm.template "{0}!"(%q)
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %t = llm.template "{0}{1}"(%p, %x)
    ensemble.yield %t : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// A value that is read twice is bound once, also when what reads it has moved in.
// CHECK-LABEL: func.func @read_twice
func.func @read_twice(%q: !llm.text) -> !llm.text {
  // CHECK-NEXT: sched.task(%[[V:.*]] = %{{.*}} : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %[[T:.*]] = llm.template "{0}{1}"(%[[V]], %[[V]])
  // CHECK-NEXT: llm.template "{0}{1}"(%[[T]], %[[V]])
  %t = llm.template "{0}{1}"(%q, %q)
  %u = llm.template "{0}{1}"(%t, %q)
  func.return %u : !llm.text
}

// Attributes that nobody here knows are handed on.
// CHECK-LABEL: func.func @attributes
func.func @attributes(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: sched.fanout %{{.*}} attributes {note = "kept"} do {
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> attributes {note = "kept"} do {
    ensemble.yield %x : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}
