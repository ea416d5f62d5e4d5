// RUN: ember-opt %s -p lower-to-exec,verify-level{level=exec} | filecheck %s

llm.model @m from "simulated"
sched.lane @l for @m concurrency 1

// A future of none is a token, and a function waits for it.
// CHECK: exec.frame @send(%[[A:.*]]: !llm.text {{.*}}, %[[GO:.*]]: !exec.token {{.*}}) -> (!llm.text, !exec.token) {
// CHECK-NEXT: %[[S:.*]] = exec.apply effectful @send(%[[A]]) after %[[GO]] at "{{.*}}lower_to_exec_tokens.mlir":13:10 : (!llm.text) -> !llm.text
// CHECK-NEXT: %[[OVER:.*]] = exec.done(%[[S]] : !llm.text)
// CHECK-NEXT: exec.return %[[S]], %[[OVER]] : !llm.text, !exec.token
func.func @send(%a: !sched.future<!llm.text>, %go: !sched.future<none>) -> (!sched.future<!llm.text>, !sched.future<none>) {
  %sent = sched.task(%x = %a : !sched.future<!llm.text>, %g = %go : !sched.future<none>) -> !sched.future<!llm.text> {
    %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
    sched.yield %y : !llm.text
  }
  %over = sched.done(%sent : !sched.future<!llm.text>)
  func.return %sent, %over : !sched.future<!llm.text>, !sched.future<none>
}

// A function without a token fires by its arguments; of several tokens it waits for all.
// CHECK: exec.frame @both
// CHECK-NEXT: exec.apply pure @polite(%{{.*}}) at
// CHECK-NEXT: %[[ALL:.*]] = exec.done(%[[T:.*]], %[[U:.*]] : !exec.token, !exec.token)
// CHECK-NEXT: exec.apply effectful @send(%{{.*}}) after %[[ALL]] at
// CHECK-NEXT: exec.apply idempotent @note(%{{.*}}) after %[[ALL]] at
func.func @both(%a: !sched.future<!llm.text>, %t: !sched.future<none>, %u: !sched.future<none>) -> !sched.future<!llm.text> {
  %polite = sched.task(%x = %a : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
    %y = llm.apply pure @polite(%x) : (!llm.text) -> !llm.text
    sched.yield %y : !llm.text
  }
  %sent = sched.task(%v = %t : !sched.future<none>, %x = %polite : !sched.future<!llm.text>, %w = %u : !sched.future<none>) -> !sched.future<!llm.text> {
    %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
    %z = llm.apply idempotent @note(%y) : (!llm.text) -> !llm.text
    sched.yield %z : !llm.text
  }
  func.return %sent : !sched.future<!llm.text>
}

// Lists of tokens become lists of tokens, and tokens pass through frames.
// CHECK: exec.frame @each(%{{.*}}: !llm.list<!llm.text> {{.*}}, %[[GO:.*]]: !exec.token {{.*}}) -> !exec.token {
// CHECK-NEXT: %[[D:.*]] = exec.fanout @each.over over %{{.*}} : !llm.list<!llm.text> in_order with %[[GO]] : !exec.token -> !llm.list<!exec.token>
// CHECK-NEXT: exec.done(%[[D]] : !llm.list<!exec.token>)
// CHECK: exec.frame @each.over(%[[X:.*]]: !llm.text, %[[G:.*]]: !exec.token) -> !exec.token {
// CHECK-NEXT: %[[Y:.*]] = exec.apply effectful @send(%[[X]]) after %[[G]] at
// CHECK-NEXT: %[[O:.*]] = exec.done(%[[Y]] : !llm.text)
// CHECK-NEXT: exec.return %[[O]] : !exec.token
func.func @each(%xs: !sched.list<!llm.text>, %go: !sched.future<none>) -> !sched.future<none> {
  %done = sched.fanout %x in %xs in_order : !sched.list<!llm.text> -> !sched.list<none> do {
    %sent = sched.task(%v = %x : !sched.future<!llm.text>, %g = %go : !sched.future<none>) -> !sched.future<!llm.text> {
      %y = llm.apply effectful @send(%v) : (!llm.text) -> !llm.text
      sched.yield %y : !llm.text
    }
    %over = sched.done(%sent : !sched.future<!llm.text>)
    sched.yield %over : !sched.future<none>
  }
  %all = sched.done(%done : !sched.list<none>)
  func.return %all : !sched.future<none>
}

// What must wait and cannot say so is held by a frame that returns only as a whole: what a
// request or anything else that can fail reads, and what a task gives.
// CHECK: exec.frame @held(%[[A:.*]]: !llm.text {{.*}}, %[[GO:.*]]: !exec.token {{.*}})
// CHECK-NEXT: %[[P:.*]] = exec.attempt [@held.held] with %[[A]], %[[GO]] : !llm.text, !exec.token -> !llm.text
// CHECK-NEXT: %[[R:.*]] = exec.request @l(%[[P]]) temperature 0 site <0>
// CHECK-NEXT: %[[T:.*]] = exec.format "{0}!"(%[[A]])
// CHECK-NEXT: %[[H:.*]] = exec.attempt [@held.held_1] with %[[T]], %[[GO]] : !llm.text, !exec.token -> !llm.text
// CHECK-NEXT: exec.return %[[R]], %[[H]], %[[GO]] : !llm.text, !llm.text, !exec.token
// CHECK: exec.frame @held.held(%[[V:.*]]: !llm.text, %[[W:.*]]: !exec.token) -> !llm.text {
// CHECK-NEXT: exec.done(%[[W]] : !exec.token)
// CHECK-NEXT: exec.return %[[V]] : !llm.text
// CHECK: exec.frame @held.held_1
func.func @held(%a: !sched.future<!llm.text>, %go: !sched.future<none>) -> (!sched.future<!llm.text>, !sched.future<!llm.text>, !sched.future<none>) {
  %r = sched.task(%x = %a : !sched.future<!llm.text>, %g = %go : !sched.future<none>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = sched.request @m(%x) temperature 0 site <0>
    sched.yield %y : !llm.text
  }
  %h = sched.task(%x = %a : !sched.future<!llm.text>, %g = %go : !sched.future<none>) -> !sched.future<!llm.text> {
    %y = llm.template "{0}!"(%x)
    sched.yield %y : !llm.text
  }
  %same = sched.task(%g = %go : !sched.future<none>) -> !sched.future<none> {
    sched.yield %g : none
  }
  func.return %r, %h, %same : !sched.future<!llm.text>, !sched.future<!llm.text>, !sched.future<none>
}

// What comes of something that waits need not be held.
// CHECK: exec.frame @behind(%[[A:.*]]: !llm.text {{.*}}, %[[GO:.*]]: !exec.token {{.*}})
// CHECK-NEXT: %[[Y:.*]] = exec.apply effectful @send(%[[A]]) after %[[GO]] at
// CHECK-NEXT: %[[P:.*]] = exec.format "{0}!"(%[[Y]])
// CHECK-NEXT: %[[R:.*]] = exec.request @l(%[[P]]) temperature 0 site <0>
// CHECK-NEXT: %[[Z:.*]] = exec.format "{0}?"(%[[R]])
// CHECK-NEXT: exec.return %[[Z]] : !llm.text
func.func @behind(%a: !sched.future<!llm.text>, %go: !sched.future<none>) -> !sched.future<!llm.text> {
  %r = sched.task(%x = %a : !sched.future<!llm.text>, %g = %go : !sched.future<none>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
    %p = llm.template "{0}!"(%y)
    %s = sched.request @m(%p) temperature 0 site <0>
    %z = llm.template "{0}?"(%s)
    sched.yield %z : !llm.text
  }
  func.return %r : !sched.future<!llm.text>
}

// What can fail waits, even if a function behind it does so itself; what cannot, does not.
// CHECK: exec.frame @fails(%[[A:.*]]: !llm.text {{.*}}, %[[GO:.*]]: !exec.token {{.*}})
// CHECK-NEXT: %[[B:.*]] = exec.format "{0}!"(%[[A]])
// CHECK-NEXT: %[[H:.*]] = exec.attempt [@fails.held] with %[[B]], %[[GO]] : !llm.text, !exec.token -> !llm.text
// CHECK-NEXT: %[[N:.*]] = exec.parse %[[H]] as regex "[a-z]+" at
// CHECK-NEXT: exec.apply effectful @send(%[[N]]) after %[[GO]] at
// CHECK-NEXT: exec.return
func.func @fails(%a: !sched.future<!llm.text>, %go: !sched.future<none>) -> !sched.future<!llm.text> {
  %r = sched.task(%x = %a : !sched.future<!llm.text>, %g = %go : !sched.future<none>) -> !sched.future<!llm.text> {
    %t = llm.template "{0}!"(%x)
    %n = llm.parse %t as regex "[a-z]+" : !llm.text
    %y = llm.apply effectful @send(%n) : (!llm.text) -> !llm.text
    sched.yield %y : !llm.text
  }
  func.return %r : !sched.future<!llm.text>
}
