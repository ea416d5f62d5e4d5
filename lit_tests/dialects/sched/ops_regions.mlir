// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

// What fails is left out or replaced, and the order of effects is kept where it is asked for.
// CHECK-LABEL: func.func @members
func.func @members(%a: !sched.future<!llm.text>, %xs: !sched.list<!llm.text>, %keys: !sched.list<i64>) -> !sched.future<!llm.text> {
  // CHECK: sched.fanout %{{.*}} in %{{.*}} in_order on_error drop : !sched.list<!llm.text> -> !sched.list<!llm.text> attributes {note = "kept"} do {
  %some = sched.fanout %x in %xs in_order on_error drop : !sched.list<!llm.text> -> !sched.list<!llm.text> attributes {note = "kept"} do {
    sched.yield %x : !sched.future<!llm.text>
  }
  // CHECK: sched.fanout times 3 on_error use %{{.*}} -> !sched.list<!llm.text> do {
  %three = sched.fanout times 3 on_error use %a -> !sched.list<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  // CHECK: sched.parallel on_error use %{{.*}} -> !sched.list<!llm.text> do {
  // CHECK-NEXT: sched.yield
  // CHECK-NEXT: } and {
  %both = sched.parallel on_error use %a -> !sched.list<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  } and {
    sched.yield %a : !sched.future<!llm.text>
  }
  // CHECK: sched.quorum %{{.*}} by %{{.*}} min_valid 3 stop lossless : !sched.list<!llm.text>, !sched.list<i64>
  %one = sched.quorum %some by %keys min_valid 3 stop lossless : !sched.list<!llm.text>, !sched.list<i64>
  // CHECK-NEXT: sched.quorum %{{.*}} stop adaptive confidence 0.95 : !sched.list<!llm.text>
  %two = sched.quorum %three stop adaptive confidence 0.95 : !sched.list<!llm.text>
  // CHECK-NEXT: sched.quorum %{{.*}} : !sched.list<!llm.text>
  %other = sched.quorum %both : !sched.list<!llm.text>
  func.return %other : !sched.future<!llm.text>
}

// Regions are chosen by a condition, repeated, raced and tried.
// CHECK-LABEL: func.func @regions
func.func @regions(%c: !sched.future<i1>, %a: !sched.future<!llm.text>, %xs: !sched.list<!llm.text>) {
  // CHECK: sched.if %{{.*}} -> !sched.future<!llm.text>, !sched.list<!llm.text> attributes {note = "kept"} do {
  // CHECK: } else {
  %x, %y = sched.if %c -> !sched.future<!llm.text>, !sched.list<!llm.text> attributes {note = "kept"} do {
    sched.yield %a, %xs : !sched.future<!llm.text>, !sched.list<!llm.text>
  } else {
    sched.yield %a, %xs : !sched.future<!llm.text>, !sched.list<!llm.text>
  }
  // CHECK: sched.if %{{.*}} do {
  // CHECK-NEXT: sched.yield
  // CHECK-NEXT: } else {
  sched.if %c do {
    sched.yield
  } else {
    sched.yield
  }
  // CHECK: sched.loop %[[T:.*]] = %{{.*}}, %[[ALL:.*]] = %{{.*}} at_most 3 : !sched.future<!llm.text>, !sched.list<!llm.text> do {
  // CHECK-NEXT: sched.yield %{{.*}}, %[[T]], %[[ALL]] : !sched.future<i1>, !sched.future<!llm.text>, !sched.list<!llm.text>
  %more, %text, %all = sched.loop %t = %a, %ts = %xs at_most 3 : !sched.future<!llm.text>, !sched.list<!llm.text> do {
    sched.yield %c, %t, %ts : !sched.future<i1>, !sched.future<!llm.text>, !sched.list<!llm.text>
  }
  // CHECK: sched.loop attributes {note = "kept"} do {
  %again = sched.loop attributes {note = "kept"} do {
    sched.yield %c : !sched.future<i1>
  }
  // CHECK: sched.first -> !sched.future<!llm.text> do {
  // CHECK: } or {
  // CHECK: } or {
  %race = sched.first -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  } or {
    sched.yield %a : !sched.future<!llm.text>
  } or {
    sched.yield %a : !sched.future<!llm.text>
  }
  // CHECK: sched.first after 2.5 seconds by_token -> !sched.list<!llm.text> attributes {note = "kept"} do {
  %hedge = sched.first after 2.5 seconds by_token -> !sched.list<!llm.text> attributes {note = "kept"} do {
    sched.yield %xs : !sched.list<!llm.text>
  } or {
    sched.yield %xs : !sched.list<!llm.text>
  }
  // CHECK: sched.attempt at_most 8 backoff 0.5 to 30 seconds -> !sched.future<!llm.text> do {
  // CHECK: } else {
  %sure = sched.attempt at_most 8 backoff 0.5 to 30 seconds -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  } else {
    sched.yield %a : !sched.future<!llm.text>
  }
  // CHECK: sched.attempt at_most 3 redraw -> !sched.future<!llm.text> do {
  %redrawn = sched.attempt at_most 3 redraw -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// What belongs together ends together and is paid together; what is remembered says for whom.
// CHECK-LABEL: func.func @scopes
func.func @scopes(%c: !sched.future<i1>, %a: !sched.future<!llm.text>, %d: !sched.future<none>) {
  // CHECK: %[[S:.*]] = sched.scope do {
  %s = sched.scope do {
    sched.yield
  }
  // CHECK: sched.cancel %[[S]] when %{{.*}}
  sched.cancel %s when %c
  // CHECK: sched.scope budget 1.50 usd deadline 30 seconds -> !sched.future<!llm.text> attributes {note = "kept"} do {
  %t, %answer = sched.scope budget 1.50 usd deadline 30 seconds -> !sched.future<!llm.text> attributes {note = "kept"} do {
    // CHECK-NEXT: sched.cached per tenant for 3600 seconds -> !sched.future<!llm.text> do {
    %kept = sched.cached per tenant for 3600 seconds -> !sched.future<!llm.text> do {
      sched.yield %a : !sched.future<!llm.text>
    }
    sched.yield %kept : !sched.future<!llm.text>
  }
  func.return
}

// Effects may stand in a branch, a loop, a scope, a fallback, and where members are in order.
// CHECK-LABEL: func.func @effects
func.func @effects(%c: !sched.future<i1>, %a: !sched.future<!llm.text>, %d: !sched.future<none>) {
  %s = sched.scope do {
    %more, %over = sched.loop %go = %d : !sched.future<none> do {
      %all = sched.fanout times 2 in_order -> !sched.list<!llm.text> do {
        %tried = sched.attempt -> !sched.future<!llm.text> do {
          // CHECK: llm.apply effectful @send
          %sent = sched.task(%x = %a : !sched.future<!llm.text>, %g = %go : !sched.future<none>) -> !sched.future<!llm.text> {
            %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
            sched.yield %y : !llm.text
          }
          sched.yield %sent : !sched.future<!llm.text>
        } else {
          sched.yield %a : !sched.future<!llm.text>
        }
        sched.yield %tried : !sched.future<!llm.text>
      }
      // CHECK: sched.reduce %{{.*}} in %{{.*}} by 2 in_order : !sched.list<!llm.text> do {
      %one = sched.reduce %group in %all by 2 in_order : !sched.list<!llm.text> do {
        %sent = sched.task(%x = %a : !sched.future<!llm.text>, %g = %go : !sched.future<none>) -> !sched.future<!llm.text> {
          %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
          sched.yield %y : !llm.text
        }
        sched.yield %sent : !sched.future<!llm.text>
      }
      %done = sched.done(%all, %one : !sched.list<!llm.text>, !sched.future<!llm.text>)
      sched.yield %c, %done : !sched.future<i1>, !sched.future<none>
    }
    sched.yield
  }
  func.return
}
