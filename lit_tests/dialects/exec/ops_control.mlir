// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

// Frames run once, by a condition, again and again, side by side, or until one succeeds.
// CHECK: exec.frame @main
exec.frame @main(%c: i1, %a: !llm.text, %xs: !llm.list<!llm.text>) -> () {
  // CHECK-NEXT: exec.spawn @same budget 1.50 usd deadline 30 seconds with %{{.*}} : !llm.text -> !llm.text
  %h, %b = exec.spawn @same budget 1.50 usd deadline 30 seconds with %a : !llm.text -> !llm.text
  // CHECK-NEXT: exec.spawn @nothing
  %i = exec.spawn @nothing
  // CHECK-NEXT: exec.select %{{.*}} then @same else @loud with %{{.*}} : !llm.text -> !llm.text
  %d = exec.select %c then @same else @loud with %a : !llm.text -> !llm.text
  // CHECK-NEXT: exec.select %{{.*}} then @nothing else @nothing
  exec.select %c then @nothing else @nothing
  // CHECK-NEXT: %[[MORE:.*]], %[[LAST:.*]] = exec.loop @again from %{{.*}} : !llm.text at_most 3 with %{{.*}} : i1
  %more, %last = exec.loop @again from %a : !llm.text at_most 3 with %c : i1
  // CHECK-NEXT: exec.loop @yes with %[[MORE]] : i1
  %ever = exec.loop @yes with %more : i1
  // CHECK-NEXT: exec.first [@same, @loud] with %[[LAST]] : !llm.text -> !llm.text
  %e = exec.first [@same, @loud] with %last : !llm.text -> !llm.text
  // CHECK-NEXT: exec.first [@same, @same] after 2.5 seconds by_token with %{{.*}} : !llm.text -> !llm.text
  %f = exec.first [@same, @same] after 2.5 seconds by_token with %a : !llm.text -> !llm.text
  // CHECK-NEXT: exec.attempt [@same, @loud] at_most 8 backoff 0.5 to 30 seconds with %{{.*}} : !llm.text -> !llm.text
  %g = exec.attempt [@same, @loud] at_most 8 backoff 0.5 to 30 seconds with %a : !llm.text -> !llm.text
  // CHECK-NEXT: exec.attempt [@same] at_most 3 redraw with %{{.*}} : !llm.text -> !llm.text
  %j = exec.attempt [@same] at_most 3 redraw with %a : !llm.text -> !llm.text
  // CHECK-NEXT: exec.parallel [@same, @loud] with %{{.*}} : !llm.text on_error drop -> !llm.list<!llm.text>
  %k = exec.parallel [@same, @loud] with %a : !llm.text on_error drop -> !llm.list<!llm.text>
  // CHECK-NEXT: exec.parallel [@same] with %{{.*}} : !llm.text on_error use %{{.*}} -> !llm.list<!llm.text>
  %l = exec.parallel [@same] with %a : !llm.text on_error use %b -> !llm.list<!llm.text>
  // CHECK-NEXT: exec.fanout @same over %{{.*}} : !llm.list<!llm.text> in_order on_error use %{{.*}} -> !llm.list<!llm.text>
  %m = exec.fanout @same over %xs : !llm.list<!llm.text> in_order on_error use %a -> !llm.list<!llm.text>
  // CHECK-NEXT: exec.fanout @same times 3 with %{{.*}} : !llm.text on_error drop -> !llm.list<!llm.text>
  %n = exec.fanout @same times 3 with %a : !llm.text on_error drop -> !llm.list<!llm.text>
  // CHECK-NEXT: exec.quorum %{{.*}} min_valid 3 stop lossless : !llm.list<!llm.text>
  %o = exec.quorum %n min_valid 3 stop lossless : !llm.list<!llm.text>
  // CHECK-NEXT: exec.quorum %{{.*}} by %{{.*}} stop adaptive confidence 0.95 : !llm.list<!llm.text>, !llm.list<!llm.text>
  %p = exec.quorum %m by %xs stop adaptive confidence 0.95 : !llm.list<!llm.text>, !llm.list<!llm.text>
  // CHECK-NEXT: exec.vote %{{.*}} by %{{.*}} min_valid 2 : !llm.list<!llm.text>, !llm.list<!llm.text>
  %q = exec.vote %k by %xs min_valid 2 : !llm.list<!llm.text>, !llm.list<!llm.text>
  // CHECK-NEXT: exec.vote %{{.*}} stop adaptive confidence 0.9 : !llm.list<!llm.text>
  %row = exec.vote %k stop adaptive confidence 0.9 : !llm.list<!llm.text>
  // CHECK-NEXT: exec.release %{{.*}}, %{{.*}} : !llm.list<!llm.text>, !llm.text
  exec.release %k, %q : !llm.list<!llm.text>, !llm.text
  exec.return
}
exec.frame @nothing() -> () {
  exec.return
}
exec.frame @same(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}
exec.frame @loud(%a: !llm.text) -> !llm.text {
  %b = exec.format "{0}!"(%a)
  exec.return %b : !llm.text
}
exec.frame @again(%a: !llm.text, %c: i1) -> (i1, !llm.text) {
  exec.return %c, %a : i1, !llm.text
}
exec.frame @yes(%c: i1) -> i1 {
  exec.return %c : i1
}
