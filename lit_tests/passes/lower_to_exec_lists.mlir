// RUN: ember-opt %s -p lower-to-exec,verify-level{level=exec} | filecheck %s

// A fan-out keeps its order, and what becomes of what fails; a region may yield what it captures.
// CHECK: exec.frame @fan(%[[XS:.*]]: !llm.list<!llm.text> {{.*}}, %[[A:.*]]: !llm.text {{.*}}) -> (!llm.list<!llm.text>, !llm.list<!llm.text>, !llm.list<!llm.text>) {
// CHECK-NEXT: %[[L:.*]] = exec.list(%[[A]], %[[A]]) : !llm.list<!llm.text>
// CHECK-NEXT: %[[B:.*]] = exec.fanout @fan.loud over %[[XS]] : !llm.list<!llm.text> in_order with %[[A]] : !llm.text on_error drop -> !llm.list<!llm.text>
// CHECK-NEXT: %[[C:.*]] = exec.fanout @fan.a times 3 with %[[A]] : !llm.text on_error use %[[A]] -> !llm.list<!llm.text>
// CHECK-NEXT: exec.return %[[L]], %[[B]], %[[C]]
// CHECK: exec.frame @fan.loud(%[[X:.*]]: !llm.text, %[[S:.*]]: !llm.text) -> !llm.text {
// CHECK-NEXT: %[[LOUD:.*]] = exec.format "{0} {1}"(%[[S]], %[[X]])
// CHECK-NEXT: exec.return %[[LOUD]] : !llm.text
// CHECK: exec.frame @fan.a(%[[Y:.*]]: !llm.text) -> !llm.text {
// CHECK-NEXT: exec.return %[[Y]] : !llm.text
func.func @fan(%xs: !sched.list<!llm.text>, %a: !sched.future<!llm.text>) -> (!sched.list<!llm.text>, !sched.list<!llm.text>, !sched.list<!llm.text>) {
  %l = sched.list(%a, %a) : !sched.list<!llm.text>
  %b = sched.fanout %x in %xs in_order on_error drop : !sched.list<!llm.text> -> !sched.list<!llm.text> do {
    %loud = sched.task(%s = %a : !sched.future<!llm.text>, %v = %x : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
      %t = llm.template "{0} {1}"(%s, %v)
      sched.yield %t : !llm.text
    }
    sched.yield %loud : !sched.future<!llm.text>
  }
  %c = sched.fanout times 3 on_error use %a -> !sched.list<!llm.text> do {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return %l, %b, %c : !sched.list<!llm.text>, !sched.list<!llm.text>, !sched.list<!llm.text>
}

// The frames of one operation take the same: what any of its regions reads, in order of first use.
// CHECK: exec.frame @parallel(%[[A:.*]]: !llm.text {{.*}}, %[[B:.*]]: !llm.text {{.*}}) -> !llm.list<!llm.text> {
// CHECK-NEXT: %[[P:.*]] = exec.parallel [@parallel.b, @parallel.t, @parallel.b_1] with %[[B]], %[[A]] : !llm.text, !llm.text on_error use %[[A]] -> !llm.list<!llm.text>
// CHECK: exec.frame @parallel.b(%[[C:.*]]: !llm.text, %{{.*}}: !llm.text) -> !llm.text {
// CHECK-NEXT: exec.return %[[C]] : !llm.text
// CHECK: exec.frame @parallel.t(%[[D:.*]]: !llm.text, %[[E:.*]]: !llm.text) -> !llm.text {
// CHECK-NEXT: %[[T:.*]] = exec.format "{0}{1}"(%[[D]], %[[E]])
// CHECK-NEXT: exec.return %[[T]] : !llm.text
// CHECK: exec.frame @parallel.b_1
func.func @parallel(%a: !sched.future<!llm.text>, %b: !sched.future<!llm.text>) -> !sched.list<!llm.text> {
  %p = sched.parallel on_error use %a -> !sched.list<!llm.text> do {
    sched.yield %b : !sched.future<!llm.text>
  } and {
    %t = sched.task(%x = %b : !sched.future<!llm.text>, %y = %a : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
      %z = llm.template "{0}{1}"(%x, %y)
      sched.yield %z : !llm.text
    }
    sched.yield %t : !sched.future<!llm.text>
  } and {
    sched.yield %b : !sched.future<!llm.text>
  }
  func.return %p : !sched.list<!llm.text>
}

// Regions in regions: the innermost first, each capture handed from frame to frame.
// CHECK: exec.frame @nested(%[[XS:.*]]: !llm.list<!llm.list<!llm.text>> {{.*}}, %[[A:.*]]: !llm.text {{.*}})
// CHECK-NEXT: exec.fanout @nested.r over %[[XS]] : !llm.list<!llm.list<!llm.text>> with %[[A]] : !llm.text on_error drop -> !llm.list<!llm.text>
// CHECK: exec.frame @nested.t(%[[G:.*]]: !llm.list<!llm.text>, %[[H:.*]]: !llm.text) -> !llm.text {
// CHECK-NEXT: %[[J:.*]] = exec.join %[[G]] with ""
// CHECK-NEXT: exec.format "{0}{1}"(%[[J]], %[[H]])
// CHECK: exec.frame @nested.r(%[[YS:.*]]: !llm.list<!llm.text>, %[[B:.*]]: !llm.text) -> !llm.text {
// CHECK-NEXT: exec.reduce @nested.t over %[[YS]] by 2 in_order : !llm.list<!llm.text> with %[[B]] : !llm.text
func.func @nested(%xss: !sched.list<!sched.list<!llm.text>>, %a: !sched.future<!llm.text>) -> !sched.list<!llm.text> {
  %l = sched.fanout %xs in %xss on_error drop : !sched.list<!sched.list<!llm.text>> -> !sched.list<!llm.text> do {
    %r = sched.reduce %g in %xs by 2 in_order : !sched.list<!llm.text> do {
      %t = sched.task(%x = %g : !sched.list<!llm.text>, %y = %a : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
        %j = llm.join %x with ""
        %z = llm.template "{0}{1}"(%j, %y)
        sched.yield %z : !llm.text
      }
      sched.yield %t : !sched.future<!llm.text>
    }
    sched.yield %r : !sched.future<!llm.text>
  }
  func.return %l : !sched.list<!llm.text>
}

// A vote that may stop keeps its rule.
// CHECK: exec.frame @quorum
// CHECK-NEXT: exec.quorum %{{.*}} by %{{.*}} min_valid 2 stop adaptive confidence 0.95 : !llm.list<!llm.text>, !llm.list<i64>
// CHECK-NEXT: exec.quorum %{{.*}} : !llm.list<i64>
func.func @quorum(%answers: !sched.list<!llm.text>, %keys: !sched.list<i64>) -> (!sched.future<!llm.text>, !sched.future<i64>) {
  %a = sched.quorum %answers by %keys min_valid 2 stop adaptive confidence 0.95 : !sched.list<!llm.text>, !sched.list<i64>
  %b = sched.quorum %keys : !sched.list<i64>
  func.return %a, %b : !sched.future<!llm.text>, !sched.future<i64>
}
