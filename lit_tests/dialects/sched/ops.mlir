// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

llm.model @small from "simulated"
// CHECK: sched.lane @small_lane for @small concurrency 64
sched.lane @small_lane for @small concurrency 64

// A task binds the values of the futures and lists that it reads.
// CHECK-LABEL: func.func @task
func.func @task(%a: !sched.future<!llm.text>, %xs: !sched.list<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK: sched.task(%[[Q:.*]] = %{{.*}} : !sched.future<!llm.text>, %[[ALL:.*]] = %{{.*}} : !sched.list<!llm.text>) -> !sched.future<!llm.text> attributes {note = "kept"} {
  %local = sched.task(%q = %a : !sched.future<!llm.text>, %all = %xs : !sched.list<!llm.text>) -> !sched.future<!llm.text> attributes {note = "kept"} {
    // CHECK-NEXT: llm.join %[[ALL]] with ""
    %j = llm.join %all with ""
    %t = llm.template "{0}{1}"(%q, %j)
    sched.yield %t : !llm.text
  }
  // CHECK: sched.task(%{{.*}} = %{{.*}} : !sched.future<!llm.text>) on @small_lane estimate <calls 1, tokens 10.5, usd ?, seconds ?> -> !sched.future<!llm.text> {
  %remote = sched.task(%p = %local : !sched.future<!llm.text>) on @small_lane estimate <calls 1, tokens 10.5, usd ?, seconds ?> -> !sched.future<!llm.text> {
    // CHECK-NEXT: sched.request @small(%{{.*}}) temperature 0.7 max_tokens 16 draw <0>
    %r = sched.request @small(%p) temperature 0.7 max_tokens 16 draw <0>
    // CHECK-NEXT: sched.yield %{{.*}} : !llm.text
    sched.yield %r : !llm.text
  }
  func.return %remote : !sched.future<!llm.text>
}

// Lists are made of futures, fanned out over, and reduced; they nest.
// CHECK-LABEL: func.func @lists
func.func @lists(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK: sched.list(%{{.*}}, %{{.*}}) : !sched.list<!llm.text>
  %xs = sched.list(%a, %a) : !sched.list<!llm.text>
  // CHECK-NEXT: sched.list(%{{.*}}) : !sched.list<!sched.list<!llm.text>>
  %xss = sched.list(%xs) : !sched.list<!sched.list<!llm.text>>
  // CHECK-NEXT: sched.fanout %[[YS:.*]] in %{{.*}} : !sched.list<!sched.list<!llm.text>> -> !sched.list<!llm.text> do {
  %ys = sched.fanout %zs in %xss : !sched.list<!sched.list<!llm.text>> -> !sched.list<!llm.text> do {
    // CHECK-NEXT: sched.reduce %[[G:.*]] in %[[YS]] by 3 : !sched.list<!llm.text> do {
    %y = sched.reduce %g in %zs by 3 : !sched.list<!llm.text> do {
      // CHECK-NEXT: sched.task(%{{.*}} = %[[G]] : !sched.list<!llm.text>)
      %m = sched.task(%v = %g : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
        %j = llm.join %v with " "
        sched.yield %j : !llm.text
      }
      sched.yield %m : !sched.future<!llm.text>
    }
    sched.yield %y : !sched.future<!llm.text>
  }
  // CHECK: sched.fanout times 3 -> !sched.list<!llm.text> do {
  %again = sched.fanout times 3 -> !sched.list<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return %a : !sched.future<!llm.text>
}

// A lane states its limits.
// CHECK: sched.lane @slow_lane for @small concurrency 4 requests_per_minute 60 tokens_per_minute 90000 clearance "internal" retries 10 at_most 8 backoff 0.5 to 30 seconds timeout 600 seconds
sched.lane @slow_lane for @small concurrency 4 requests_per_minute 60 tokens_per_minute 90000 clearance "internal" retries 10 at_most 8 backoff 0.5 to 30 seconds timeout 600 seconds

// A task says how soon it runs and what it needs.
// CHECK-LABEL: func.func @plan
func.func @plan(%a: !sched.future<!llm.text>) -> !sched.future<none> {
  // CHECK: sched.task(%{{.*}} = %{{.*}} : !sched.future<!llm.text>) on @small_lane priority 3 estimate <calls 1, tokens ?, usd ?, seconds ?> resources <cpu 0.5, memory_mb ?, gpu 0, locality "zürich"> -> !sched.future<!llm.text> {
  %asked = sched.task(%p = %a : !sched.future<!llm.text>) on @small_lane priority 3 estimate <calls 1, tokens ?, usd ?, seconds ?> resources <cpu 0.5, memory_mb ?, gpu 0, locality "zürich"> -> !sched.future<!llm.text> {
    %r = sched.request @small(%p) temperature 0 site <0>
    sched.yield %r : !llm.text
  }
  // CHECK: %[[OVER:.*]] = sched.done(%{{.*}}, %{{.*}} : !sched.future<!llm.text>, !sched.future<!llm.text>)
  %over = sched.done(%asked, %a : !sched.future<!llm.text>, !sched.future<!llm.text>)
  // CHECK-NEXT: sched.task(%{{.*}} = %{{.*}} : !sched.future<!llm.text>, %{{.*}} = %[[OVER]] : !sched.future<none>) resources <cpu 1, memory_mb 512, gpu ?, locality ?> -> !sched.future<!llm.text> {
  %sent = sched.task(%mail = %asked : !sched.future<!llm.text>, %go = %over : !sched.future<none>) resources <cpu 1, memory_mb 512, gpu ?, locality ?> -> !sched.future<!llm.text> {
    %receipt = llm.apply effectful @send(%mail) : (!llm.text) -> !llm.text
    sched.yield %receipt : !llm.text
  }
  // CHECK: sched.done
  %start = sched.done
  // CHECK-NEXT: sched.done(%{{.*}}, %{{.*}} : !sched.future<none>, !sched.future<!llm.text>)
  %end = sched.done(%start, %sent : !sched.future<none>, !sched.future<!llm.text>)
  func.return %end : !sched.future<none>
}
