// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

// Effects are ordered by tokens.
// CHECK: exec.frame @send
exec.frame @send(%a: !llm.text, %xs: !llm.list<!llm.text>, %enough: i1) -> !exec.token {
  // CHECK-NEXT: %[[START:.*]] = exec.done
  %start = exec.done
  // CHECK-NEXT: %[[LOUD:.*]] = exec.apply pure @upper(%{{.*}}) at "élan.py":3:7 : (!llm.text) -> !llm.text
  %loud = exec.apply pure @upper(%a) at "élan.py":3:7 : (!llm.text) -> !llm.text
  // CHECK-NEXT: %[[ID:.*]] = exec.apply idempotent @put(%[[LOUD]], %{{.*}}) at "élan.py":4:7 : (!llm.text, !llm.list<!llm.text>) -> !llm.object
  %id = exec.apply idempotent @put(%loud, %xs) at "élan.py":4:7 : (!llm.text, !llm.list<!llm.text>) -> !llm.object
  // CHECK-NEXT: %[[OVER:.*]] = exec.done(%[[START]], %{{.*}}, %[[ID]] : !exec.token, !llm.list<!llm.text>, !llm.object)
  %over = exec.done(%start, %xs, %id : !exec.token, !llm.list<!llm.text>, !llm.object)
  // CHECK-NEXT: exec.apply effectful @send() after %[[OVER]] at "{{.*}}ops_effects.mlir":16:1 : () -> !llm.object
  %sent = exec.apply effectful @send() after %over : () -> !llm.object
  // CHECK-NEXT: %[[SOON:.*]] = exec.after 0.5 seconds
  %soon = exec.after 0.5 seconds
  // CHECK-NEXT: %[[LATE:.*]] = exec.after 2 seconds from %[[SOON]]
  %late = exec.after 2 seconds from %soon
  // CHECK-NEXT: %[[TASK:.*]], %{{.*}} = exec.spawn @remember with %{{.*}} : !llm.text -> !llm.text
  %run, %b = exec.spawn @remember with %a : !llm.text -> !llm.text
  // CHECK-NEXT: %[[ENDED:.*]] = exec.cancel %[[TASK]] when %{{.*}} after %[[LATE]]
  %ended = exec.cancel %run when %enough after %late
  // CHECK-NEXT: exec.cancel %[[TASK]] after %[[ENDED]]
  %again = exec.cancel %run after %ended
  // CHECK-NEXT: exec.cancel %[[TASK]]{{$}}
  %last = exec.cancel %run
  exec.return %last : !exec.token
}

// A result is looked up under a key, and kept under it by the frame that makes it.
// CHECK: exec.frame @remember
exec.frame @remember(%a: !llm.text) -> !llm.text {
  // CHECK-NEXT: exec.cache_lookup "9f86" per user sampled label "pii" else @make with %{{.*}} : !llm.text -> !llm.text
  %b = exec.cache_lookup "9f86" per user sampled label "pii" else @make with %a : !llm.text -> !llm.text
  // CHECK-NEXT: exec.cache_lookup "d081" per shared label "public" else @make with %{{.*}} : !llm.text -> !llm.text
  %c = exec.cache_lookup "d081" per shared label "public" else @make with %b : !llm.text -> !llm.text
  exec.return %c : !llm.text
}
// CHECK: exec.frame @make(%[[KEY:.*]]: !exec.key, %[[A:.*]]: !llm.text) -> !llm.text {
exec.frame @make(%key: !exec.key, %a: !llm.text) -> !llm.text {
  // CHECK-NEXT: exec.cache_store %[[A]] under %[[KEY]] for 3600 seconds : !llm.text
  %kept = exec.cache_store %a under %key for 3600 seconds : !llm.text
  exec.return %a : !llm.text
}

// A function with an effect may run in what runs once and in order.
// CHECK: exec.frame @orderly
exec.frame @orderly(%a: !llm.text, %c: i1, %d: !exec.token) -> !llm.object {
  %h, %r = exec.spawn @post with %a, %d : !llm.text, !exec.token -> !llm.object
  %s = exec.select %c then @post else @post with %a, %d : !llm.text, !exec.token -> !llm.object
  %l = exec.fanout @post times 2 in_order with %a, %d : !llm.text, !exec.token -> !llm.list<!llm.object>
  %m, %t = exec.loop @more from %d : !exec.token at_most 2 with %a, %c : !llm.text, i1
  // CHECK: exec.attempt [@post, @post] with %{{.*}}, %{{.*}} : !llm.text, !exec.token -> !llm.object
  %e = exec.attempt [@post, @post] with %a, %t : !llm.text, !exec.token -> !llm.object
  exec.return %e : !llm.object
}
exec.frame @post(%a: !llm.text, %d: !exec.token) -> !llm.object {
  %r = exec.apply effectful @post(%a) after %d : (!llm.text) -> !llm.object
  exec.return %r : !llm.object
}
exec.frame @more(%d: !exec.token, %a: !llm.text, %c: i1) -> (i1, !exec.token) {
  %r = exec.apply effectful @post(%a) after %d : (!llm.text) -> !llm.object
  %t = exec.done(%r : !llm.object)
  exec.return %c, %t : i1, !exec.token
}
