// RUN: ember-opt %s -p lower-to-exec,verify-level{level=exec} | filecheck %s

llm.model @m from "simulated"
sched.lane @l for @m concurrency 1

// One of several: a hedge, and then a race.
// CHECK: exec.frame @quick(%[[A:.*]]: !llm.text {{.*}}, %[[B:.*]]: !llm.text {{.*}})
// CHECK-NEXT: %[[F:.*]] = exec.first [@quick.a, @quick.b] after 2.5 seconds by_token with %[[A]], %[[B]] : !llm.text, !llm.text -> !llm.text
// CHECK-NEXT: exec.first [@quick.f, @quick.b_1] with %[[F]], %[[B]] : !llm.text, !llm.text -> !llm.text
func.func @quick(%a: !sched.future<!llm.text>, %b: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  %f = sched.first after 2.5 seconds by_token -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  } or {
    sched.yield %b : !sched.future<!llm.text>
  }
  %g = sched.first -> !sched.future<!llm.text> do {
    sched.yield %f : !sched.future<!llm.text>
  } or {
    sched.yield %b : !sched.future<!llm.text>
  }
  func.return %g : !sched.future<!llm.text>
}

// One after another, each so often.
// CHECK: exec.frame @sure(%[[A:.*]]: !llm.text {{.*}}, %[[B:.*]]: !llm.list<!llm.text> {{.*}})
// CHECK-NEXT: exec.attempt [@sure.r, @sure.b] at_most 3 redraw backoff 0.5 to 30 seconds with %[[A]], %[[B]] : !llm.text, !llm.list<!llm.text> -> !llm.list<!llm.text>
// CHECK: exec.frame @sure.r(%[[X:.*]]: !llm.text, %{{.*}}: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
// CHECK-NEXT: %[[L:.*]] = exec.list(%[[X]]) : !llm.list<!llm.text>
// CHECK-NEXT: exec.return %[[L]]
func.func @sure(%a: !sched.future<!llm.text>, %b: !sched.list<!llm.text>) -> !sched.list<!llm.text> {
  %f = sched.attempt at_most 3 redraw backoff 0.5 to 30 seconds -> !sched.list<!llm.text> do {
    %r = sched.list(%a) : !sched.list<!llm.text>
    sched.yield %r : !sched.list<!llm.text>
  } else {
    sched.yield %b : !sched.list<!llm.text>
  }
  func.return %f : !sched.list<!llm.text>
}

// What is cached has a digest, whether it draws, and the label of what it reads; its frame
// takes the key first and keeps the result.
// CHECK: exec.frame @remember(%[[A:.*]]: !llm.text {{.*}}ember.label = #llm.label"internal"{{.*}})
// CHECK-NEXT: exec.cache_lookup "{{[0-9a-f]+}}" per user sampled label "internal" else @remember.r with %[[A]] : !llm.text -> !llm.text
// CHECK: exec.frame @remember.r(%[[K:.*]]: !exec.key, %[[X:.*]]: !llm.text) -> !llm.text {
// CHECK-NEXT: %[[R:.*]] = exec.request @secret(%[[X]]) sampled site <0>
// CHECK-NEXT: exec.cache_store %[[R]] under %[[K]] for 3600 seconds : !llm.text
// CHECK-NEXT: exec.return %[[R]] : !llm.text
sched.lane @secret for @m concurrency 1 clearance "pii"
func.func @remember(%a: !sched.future<!llm.text> {ember.label = #llm.label"internal"}) -> !sched.future<!llm.text> {
  %answer = sched.cached per user for 3600 seconds -> !sched.future<!llm.text> do {
    %r = sched.task(%x = %a : !sched.future<!llm.text>) on @secret estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      %y = sched.request @m(%x) draw <0> label "internal"
      sched.yield %y : !llm.text
    }
    sched.yield %r : !sched.future<!llm.text>
  }
  func.return %answer : !sched.future<!llm.text>
}

// Nothing is drawn here, and all may share it.
// CHECK: exec.frame @share
// CHECK-NEXT: exec.cache_lookup "{{[0-9a-f]+}}" per shared label "public" else @share.r with
func.func @share(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  %answer = sched.cached per shared for 0.5 seconds -> !sched.future<!llm.text> do {
    %r = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      %y = sched.request @m(%x) temperature 0 site <0>
      sched.yield %y : !llm.text
    }
    sched.yield %r : !sched.future<!llm.text>
  }
  func.return %answer : !sched.future<!llm.text>
}
