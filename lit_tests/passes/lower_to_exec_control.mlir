// RUN: ember-opt %s -p lower-to-exec,verify-level{level=exec} | filecheck %s

// One of two frames, with the same captures.
// CHECK: exec.frame @choose(%[[C:.*]]: i1 {{.*}}, %[[A:.*]]: !llm.text {{.*}}, %[[B:.*]]: !llm.text {{.*}})
// CHECK-NEXT: %{{.*}}, %{{.*}} = exec.select %[[C]] then @choose.b else @choose.a with %[[A]], %[[B]] : !llm.text, !llm.text -> !llm.text, !llm.text
// CHECK: exec.frame @choose.b(%[[X:.*]]: !llm.text, %[[Y:.*]]: !llm.text) -> (!llm.text, !llm.text) {
// CHECK-NEXT: exec.return %[[X]], %[[Y]] : !llm.text, !llm.text
// CHECK: exec.frame @choose.a(%[[X:.*]]: !llm.text, %[[Y:.*]]: !llm.text) -> (!llm.text, !llm.text) {
// CHECK-NEXT: exec.return %[[Y]], %[[X]] : !llm.text, !llm.text
func.func @choose(%c: !sched.future<i1>, %a: !sched.future<!llm.text>, %b: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  %chosen, %other = sched.if %c -> !sched.future<!llm.text>, !sched.future<!llm.text> do {
    sched.yield %a, %b : !sched.future<!llm.text>, !sched.future<!llm.text>
  } else {
    sched.yield %b, %a : !sched.future<!llm.text>, !sched.future<!llm.text>
  }
  func.return %chosen : !sched.future<!llm.text>
}

// A branch may give nothing, and have nothing to do.
// CHECK: exec.frame @maybe(%[[C:.*]]: i1 {{.*}}, %[[A:.*]]: !llm.text {{.*}}, %[[GO:.*]]: !exec.token {{.*}})
// CHECK-NEXT: exec.select %[[C]] then @maybe.body else @maybe.body_1 with %[[A]], %[[GO]] : !llm.text, !exec.token
// CHECK-NEXT: exec.return
// CHECK: exec.frame @maybe.body(%[[X:.*]]: !llm.text, %[[G:.*]]: !exec.token) {
// CHECK-NEXT: exec.apply effectful @send(%[[X]]) after %[[G]] at
// CHECK-NEXT: exec.return
// CHECK: exec.frame @maybe.body_1(%{{.*}}: !llm.text, %{{.*}}: !exec.token) {
// CHECK-NEXT: exec.return
func.func @maybe(%c: !sched.future<i1>, %a: !sched.future<!llm.text>, %go: !sched.future<none>) {
  sched.if %c do {
    %sent = sched.task(%x = %a : !sched.future<!llm.text>, %g = %go : !sched.future<none>) -> !sched.future<!llm.text> {
      %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
      sched.yield %y : !llm.text
    }
    sched.yield
  } else {
    sched.yield
  }
  func.return
}

// A loop's frame takes the state, then what it captures; a token may be part of the state.
// CHECK: exec.frame @again(%[[D:.*]]: !llm.text {{.*}}, %[[GO:.*]]: i1 {{.*}}, %[[T:.*]]: !exec.token {{.*}})
// CHECK-NEXT: %{{.*}}, %[[LAST:.*]], %{{.*}} = exec.loop @again.over from %[[D]], %[[T]] : !llm.text, !exec.token at_most 3 with %[[GO]] : i1
// CHECK-NEXT: %{{.*}} = exec.loop @again.go with %[[GO]] : i1
// CHECK-NEXT: exec.return %[[LAST]] : !llm.text
// CHECK: exec.frame @again.over(%[[X:.*]]: !llm.text, %[[O:.*]]: !exec.token, %[[MORE:.*]]: i1) -> (i1, !llm.text, !exec.token) {
// CHECK-NEXT: %[[L:.*]] = exec.apply effectful @grow(%[[X]]) after %[[O]] at
// CHECK-NEXT: %[[N:.*]] = exec.done(%[[L]] : !llm.text)
// CHECK-NEXT: exec.return %[[MORE]], %[[L]], %[[N]] : i1, !llm.text, !exec.token
// CHECK: exec.frame @again.go(%[[ON:.*]]: i1) -> i1 {
// CHECK-NEXT: exec.return %[[ON]] : i1
func.func @again(%draft: !sched.future<!llm.text>, %go: !sched.future<i1>, %token: !sched.future<none>) -> !sched.future<!llm.text> {
  %more, %last, %done = sched.loop %text = %draft, %order = %token at_most 3 : !sched.future<!llm.text>, !sched.future<none> do {
    %longer = sched.task(%t = %text : !sched.future<!llm.text>, %o = %order : !sched.future<none>) -> !sched.future<!llm.text> {
      %grown = llm.apply effectful @grow(%t) : (!llm.text) -> !llm.text
      sched.yield %grown : !llm.text
    }
    %over = sched.done(%longer : !sched.future<!llm.text>)
    sched.yield %go, %longer, %over : !sched.future<i1>, !sched.future<!llm.text>, !sched.future<none>
  }
  %endless = sched.loop do {
    sched.yield %go : !sched.future<i1>
  }
  func.return %last : !sched.future<!llm.text>
}

// A scope is a frame under way, which a handle cancels, from within another one too.
// CHECK: exec.frame @drop(%[[A:.*]]: !llm.text {{.*}}, %[[E:.*]]: i1 {{.*}})
// CHECK-NEXT: %[[G:.*]], %{{.*}} = exec.spawn @drop.a budget 1.50 usd deadline 30 seconds with %[[A]] : !llm.text -> !llm.text
// CHECK-NEXT: %{{.*}} = exec.spawn @drop.body with %[[G]], %[[E]] : !exec.handle, i1
// CHECK-NEXT: %{{.*}} = exec.cancel %[[G]] when %[[E]]
// CHECK: exec.frame @drop.a(%[[X:.*]]: !llm.text) -> !llm.text {
// CHECK-NEXT: exec.return %[[X]] : !llm.text
// CHECK: exec.frame @drop.body(%[[H:.*]]: !exec.handle, %[[C:.*]]: i1) {
// CHECK-NEXT: %{{.*}} = exec.cancel %[[H]] when %[[C]]
// CHECK-NEXT: exec.return
func.func @drop(%a: !sched.future<!llm.text>, %enough: !sched.future<i1>) {
  %guess, %text = sched.scope budget 1.50 usd deadline 30 seconds -> !sched.future<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  %other = sched.scope do {
    sched.cancel %guess when %enough
    sched.yield
  }
  sched.cancel %guess when %enough
  func.return
}

// What is over is a token; of nothing, at once.
// CHECK: exec.frame @over
// CHECK-NEXT: %[[N:.*]] = exec.done
// CHECK-NEXT: exec.done(%{{.*}}, %[[N]] : !llm.list<!llm.text>, !exec.token)
func.func @over(%a: !sched.list<!llm.text>) -> !sched.future<none> {
  %none = sched.done
  %all = sched.done(%a, %none : !sched.list<!llm.text>, !sched.future<none>)
  func.return %all : !sched.future<none>
}
