// RUN: ember-opt %s -p set-priorities,verify-level{level=sched} | filecheck %s
// RUN: ember-opt %s -p set-priorities,set-priorities | filecheck %s

llm.model @m from "simulated"
sched.lane @l for @m concurrency 1

// Of a chain the first goes first; the last has no priority, and tasks without a lane none.
// CHECK-LABEL: func.func @chain
// CHECK: sched.task({{.*}}) on @l priority 2 estimate
// CHECK: sched.task({{.*}}) on @l priority 1 estimate
// CHECK: sched.task({{.*}}!llm.text>) -> !sched.future<!llm.text> {
// CHECK: sched.task({{.*}}) on @l estimate
func.func @chain(%q: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  %a = sched.task(%x = %q : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) draw <0>
    sched.yield %y : !llm.text
  }
  %b = sched.task(%x = %a : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) draw <1>
    sched.yield %y : !llm.text
  }
  %t = sched.task(%x = %b : !sched.future<!llm.text>, %z = %a : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
    %y = llm.template "{0}{1}"(%x, %z)
    sched.yield %y : !llm.text
  }
  %c = sched.task(%x = %t : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) draw <2>
    sched.yield %y : !llm.text
  }
  func.return %c : !sched.future<!llm.text>
}

// What nothing waits for has none; what was written is replaced, here by nothing.
// CHECK-LABEL: func.func @alone
// CHECK: sched.task({{.*}}) on @l estimate
func.func @alone(%q: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  %a = sched.task(%x = %q : !sched.future<!llm.text>) on @l priority 9 estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) draw <0>
    sched.yield %y : !llm.text
  }
  func.return %a : !sched.future<!llm.text>
}

// The longest path decides, through lists, votes, tokens and regions; a task in a region
// counts what follows the region too, and what a region waits for counts all in it.
// CHECK-LABEL: func.func @regions
// CHECK: %short = sched.task({{.*}}) on @l priority 1 estimate
// CHECK: %go = sched.task({{.*}}) on @l priority 3 estimate
// CHECK: sched.fanout %x in %xs
// CHECK-NEXT: sched.task({{.*}}) on @l priority 2 estimate
// CHECK: sched.if
// CHECK-NEXT: sched.task({{.*}}) on @l priority 1 estimate
// CHECK: else
// CHECK: sched.task({{.*}}) on @l estimate
func.func @regions(%q: !sched.future<!llm.text>, %xs: !sched.list<!llm.text>) -> !sched.future<!llm.text> {
  %short = sched.task(%x = %q : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) draw <0>
    sched.yield %y : !llm.text
  }
  %go = sched.task(%x = %q : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) draw <1>
    sched.yield %y : !llm.text
  }
  %over = sched.done(%go : !sched.future<!llm.text>)
  %all = sched.fanout %x in %xs : !sched.list<!llm.text> -> !sched.list<!llm.text> do {
    %e = sched.task(%v = %x : !sched.future<!llm.text>, %g = %over : !sched.future<none>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      %y = sched.request @m(%v) draw <2[*]>
      sched.yield %y : !llm.text
    }
    sched.yield %e : !sched.future<!llm.text>
  }
  %won = sched.quorum %all : !sched.list<!llm.text>
  %good = sched.task(%v = %won : !sched.future<!llm.text>) -> !sched.future<i1> {
    %c = llm.equal %v, %v : !llm.text
    sched.yield %c : i1
  }
  %r = sched.if %good -> !sched.future<!llm.text> do {
    %e = sched.task(%v = %q : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      %y = sched.request @m(%v) draw <3>
      sched.yield %y : !llm.text
    }
    sched.yield %e : !sched.future<!llm.text>
  } else {
    sched.yield %short : !sched.future<!llm.text>
  }
  %last = sched.task(%v = %r : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%v) draw <4>
    sched.yield %y : !llm.text
  }
  func.return %last : !sched.future<!llm.text>
}

// Runs of a region that repeats count once; the handle of a scope is none of its results.
// CHECK-LABEL: func.func @loops
// CHECK: %first = sched.task({{.*}}) on @l priority 2 estimate
// CHECK: sched.loop
// CHECK-NEXT: sched.task({{.*}}) on @l priority 1 estimate
// CHECK: sched.scope
// CHECK-NEXT: %idle = sched.task({{.*}}) on @l estimate
// CHECK: %busy = sched.task({{.*}}) on @l priority 1 estimate
func.func @loops(%q: !sched.future<!llm.text>, %c: !sched.future<i1>) -> (!sched.future<!llm.text>, !sched.future<!llm.text>) {
  %first = sched.task(%x = %q : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) draw <0>
    sched.yield %y : !llm.text
  }
  %more, %text = sched.loop %s = %first at_most 9 : !sched.future<!llm.text> do {
    %e = sched.task(%v = %s : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      %y = sched.request @m(%v) draw <1[*]>
      sched.yield %y : !llm.text
    }
    sched.yield %c, %e : !sched.future<i1>, !sched.future<!llm.text>
  }
  %handle, %one, %two = sched.scope -> !sched.future<!llm.text>, !sched.future<!llm.text> do {
    %idle = sched.task(%v = %q : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      %y = sched.request @m(%v) draw <2>
      sched.yield %y : !llm.text
    }
    %busy = sched.task(%v = %q : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      %y = sched.request @m(%v) draw <3>
      sched.yield %y : !llm.text
    }
    sched.yield %idle, %busy : !sched.future<!llm.text>, !sched.future<!llm.text>
  }
  %last = sched.task(%v = %text : !sched.future<!llm.text>, %w = %two : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %t = llm.template "{0}{1}"(%v, %w)
    %y = sched.request @m(%t) draw <4>
    sched.yield %y : !llm.text
  }
  func.return %last, %one : !sched.future<!llm.text>, !sched.future<!llm.text>
}
