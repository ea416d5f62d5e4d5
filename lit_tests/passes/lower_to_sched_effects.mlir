// RUN: ember-opt %s -p lower-to-sched,verify-level{level=sched} | filecheck %s

llm.model @m from "simulated"

// An effect waits for what can fail before it, unless something has that waits as well.
// CHECK-LABEL: func.func @straight(
func.func @straight(%a: !llm.text) -> !llm.text {
  // CHECK-NEXT: %x = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_1 = sched.request @m(%a_1) draw <0>
  // CHECK-NEXT: sched.yield %x_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %t = sched.task(%x_1 = %x : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %t_1 = llm.template "{0}!"(%x_1)
  // CHECK-NEXT: sched.yield %t_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %y = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %y_1 = sched.request @m(%a_1) draw <1>
  // CHECK-NEXT: sched.yield %y_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %over = sched.done(%t, %y : !sched.future<!llm.text>, !sched.future<!llm.text>)
  // CHECK-NEXT: %one = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_1 = %over : !sched.future<none>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %one_1 = llm.apply effectful @send(%a_1) : (!llm.text) -> !llm.text
  // CHECK-NEXT: sched.yield %one_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %z = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %z_1 = sched.request @m(%a_1) draw <2>
  // CHECK-NEXT: sched.yield %z_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %over_1 = sched.done(%one, %z : !sched.future<!llm.text>, !sched.future<!llm.text>)
  // CHECK-NEXT: %two = sched.task(%t_1 = %t : !sched.future<!llm.text>, %over_2 = %over_1 : !sched.future<none>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %two_1 = llm.apply effectful @send(%t_1) : (!llm.text) -> !llm.text
  // CHECK-NEXT: sched.yield %two_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %two : !sched.future<!llm.text>
  %x = llm.generate @m(%a) draw <0>
  %t = llm.template "{0}!"(%x)
  %y = llm.generate @m(%a) draw <1>
  %one = llm.apply effectful @send(%a) : (!llm.text) -> !llm.text
  %z = llm.generate @m(%a) draw <2>
  %two = llm.apply effectful @send(%t) : (!llm.text) -> !llm.text
  func.return %two : !llm.text
}

// The first of all waits for nothing, and says so.
// CHECK-LABEL: func.func @first(
func.func @first(%a: !llm.text) -> i64 {
  // CHECK-NEXT: %over = sched.done
  // CHECK-NEXT: %one = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_1 = %over : !sched.future<none>) -> !sched.future<i64> {
  // CHECK-NEXT: %one_1 = llm.apply effectful @send(%a_1) : (!llm.text) -> i64
  // CHECK-NEXT: sched.yield %one_1 : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %one : !sched.future<i64>
  %one = llm.apply effectful @send(%a) : (!llm.text) -> i64
  func.return %one : i64
}

// What stands before a region that acts comes before the effect in there; a region that an
// effect stands behind gives a token, unless its results tell as much.
// CHECK-LABEL: func.func @branches(
func.func @branches(%c: i1, %a: !llm.text) -> !llm.text {
  // CHECK-NEXT: %told = sched.if %c -> !sched.future<!llm.text> do {
  // CHECK-NEXT: %x = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_1 = sched.request @m(%a_1) draw <0>
  // CHECK-NEXT: sched.yield %x_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %x : !sched.future<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield %a : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %hidden, %over = sched.if %c -> !sched.future<!llm.text>, !sched.future<none> do {
  // CHECK-NEXT: %x_1 = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_2 = sched.request @m(%a_1) draw <1>
  // CHECK-NEXT: sched.yield %x_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %over_1 = sched.done(%x_1 : !sched.future<!llm.text>)
  // CHECK-NEXT: sched.yield %a, %over_1 : !sched.future<!llm.text>, !sched.future<none>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %over_2 = sched.done
  // CHECK-NEXT: sched.yield %a, %over_2 : !sched.future<!llm.text>, !sched.future<none>
  // CHECK-NEXT: }
  // CHECK-NEXT: %over_3 = sched.done(%told, %over : !sched.future<!llm.text>, !sched.future<none>)
  // CHECK-NEXT: %over_4 = sched.if %c -> !sched.future<none> do {
  // CHECK-NEXT: %one = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_5 = %over_3 : !sched.future<none>) -> !sched.future<i64> {
  // CHECK-NEXT: %one_1 = llm.apply effectful @send(%a_1) : (!llm.text) -> i64
  // CHECK-NEXT: sched.yield %one_1 : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: %over_5 = sched.done(%one : !sched.future<i64>)
  // CHECK-NEXT: sched.yield %over_5 : !sched.future<none>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield %over_3 : !sched.future<none>
  // CHECK-NEXT: }
  // CHECK-NEXT: %two = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_6 = %over_4 : !sched.future<none>) -> !sched.future<i64> {
  // CHECK-NEXT: %two_1 = llm.apply effectful @send(%a_1) : (!llm.text) -> i64
  // CHECK-NEXT: sched.yield %two_1 : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %told : !sched.future<!llm.text>
  %told = scf.if %c -> (!llm.text) {
    %x = llm.generate @m(%a) draw <0>
    scf.yield %x : !llm.text
  } else {
    scf.yield %a : !llm.text
  }
  %hidden = scf.if %c -> (!llm.text) {
    %x = llm.generate @m(%a) draw <1>
    scf.yield %a : !llm.text
  } else {
    scf.yield %a : !llm.text
  }
  scf.if %c {
    %one = llm.apply effectful @send(%a) : (!llm.text) -> i64
  }
  %two = llm.apply effectful @send(%a) : (!llm.text) -> i64
  func.return %told : !llm.text
}

// A member's piece comes when all of it has succeeded; with effects, members have an order.
// CHECK-LABEL: func.func @maps(
func.func @maps(%xs: !llm.list<!llm.text>) -> (!llm.list<!llm.text>, !llm.list<i64>) {
  // CHECK-NEXT: %ys = sched.fanout %x in %xs : !sched.list<!llm.text> -> !sched.list<!llm.text> do {
  // CHECK-NEXT: %y = sched.task(%x_1 = %x : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %y_1 = sched.request @m(%x_1) draw <0[*]>
  // CHECK-NEXT: sched.yield %y_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %over = sched.done(%y : !sched.future<!llm.text>)
  // CHECK-NEXT: %x_1 = sched.task(%x_2 = %x : !sched.future<!llm.text>, %over_1 = %over : !sched.future<none>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: sched.yield %x_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %x_1 : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %over_1 = sched.done(%ys : !sched.list<!llm.text>)
  // CHECK-NEXT: %ns = sched.fanout %x_2 in %xs in_order : !sched.list<!llm.text> -> !sched.list<i64> do {
  // CHECK-NEXT: %n = sched.task(%x_3 = %x_2 : !sched.future<!llm.text>, %over_2 = %over_1 : !sched.future<none>) -> !sched.future<i64> {
  // CHECK-NEXT: %n_1 = llm.apply effectful @send(%x_3) : (!llm.text) -> i64
  // CHECK-NEXT: sched.yield %n_1 : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %n : !sched.future<i64>
  // CHECK-NEXT: }
  // CHECK-NEXT: %over_2 = sched.done(%over_1, %ns : !sched.future<none>, !sched.list<i64>)
  // CHECK-NEXT: %r = sched.reduce %g in %xs by 2 in_order : !sched.list<!llm.text> do {
  // CHECK-NEXT: %n_1 = sched.task(%over_3 = %over_2 : !sched.future<none>, %g_1 = %g : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %t = llm.join %g_1 with ""
  // CHECK-NEXT: %n_2 = llm.apply effectful @send(%t) : (!llm.text) -> !llm.text
  // CHECK-NEXT: sched.yield %n_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %n_1 : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %ys, %ns : !sched.list<!llm.text>, !sched.list<i64>
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.generate @m(%x) draw <0[*]>
    ensemble.yield %x : !llm.text
  }
  %ns = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<i64> do {
    %n = llm.apply effectful @send(%x) : (!llm.text) -> i64
    ensemble.yield %n : i64
  }
  %r = ensemble.reduce %g in %xs by 2 : !llm.list<!llm.text> do {
    %t = llm.join %g with ""
    %n = llm.apply effectful @send(%t) : (!llm.text) -> !llm.text
    ensemble.yield %n : !llm.text
  }
  func.return %ys, %ns : !llm.list<!llm.text>, !llm.list<i64>
}

// The token goes from round to round.
// CHECK-LABEL: func.func @rounds(
func.func @rounds(%a: !llm.text, %goal: !llm.text) -> !llm.text {
  // CHECK-NEXT: %over = sched.done
  // CHECK-NEXT: %r, %r_1, %over_1 = sched.loop %x = %a, %over_2 = %over at_most 3 : !sched.future<!llm.text>, !sched.future<none> do {
  // CHECK-NEXT: %y = sched.task(%x_1 = %x : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %y_1 = sched.request @m(%x_1) draw <0[*]>
  // CHECK-NEXT: sched.yield %y_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %over_3 = sched.done(%over_2, %y : !sched.future<none>, !sched.future<!llm.text>)
  // CHECK-NEXT: %n = sched.task(%x_1 = %x : !sched.future<!llm.text>, %over_4 = %over_3 : !sched.future<none>) -> !sched.future<i64> {
  // CHECK-NEXT: %n_1 = llm.apply effectful @send(%x_1) : (!llm.text) -> i64
  // CHECK-NEXT: sched.yield %n_1 : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: %again = sched.task(%y_1 = %y : !sched.future<!llm.text>, %goal_1 = %goal : !sched.future<!llm.text>) -> !sched.future<i1> {
  // CHECK-NEXT: %done = llm.equal %y_1, %goal_1 : !llm.text
  // CHECK-NEXT: %[[V0:\d+]] = arith.constant true
  // CHECK-NEXT: %[[V1:\d+]] = arith.xori %done, %[[V0]] : i1
  // CHECK-NEXT: sched.yield %[[V1]] : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: %over_4 = sched.done(%n : !sched.future<i64>)
  // CHECK-NEXT: sched.yield %again, %y, %over_4 : !sched.future<i1>, !sched.future<!llm.text>, !sched.future<none>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %r_1 : !sched.future<!llm.text>
  %r = ensemble.refine %x from %a at_most 3 : !llm.text do {
    %y = llm.generate @m(%x) draw <0[*]>
    %n = llm.apply effectful @send(%x) : (!llm.text) -> i64
    %done = llm.equal %y, %goal : !llm.text
    ensemble.accept %y if %done : !llm.text
  }
  func.return %r : !llm.text
}

// Where somebody goes on after a failure, what can fail behind an effect waits for it.
// CHECK-LABEL: func.func @handled(
func.func @handled(%a: !llm.text) -> !llm.text {
  // CHECK-NEXT: %over = sched.done
  // CHECK-NEXT: %r = sched.attempt -> !sched.future<!llm.text> do {
  // CHECK-NEXT: %n = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_1 = %over : !sched.future<none>) -> !sched.future<i64> {
  // CHECK-NEXT: %n_1 = llm.apply effectful @send(%a_1) : (!llm.text) -> i64
  // CHECK-NEXT: sched.yield %n_1 : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: %over_1 = sched.done(%n : !sched.future<i64>)
  // CHECK-NEXT: %x = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_2 = %over_1 : !sched.future<none>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_1 = sched.request @m(%a_1) draw <0>
  // CHECK-NEXT: sched.yield %x_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %x : !sched.future<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %n_1 = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_2 = %over : !sched.future<none>) -> !sched.future<i64> {
  // CHECK-NEXT: %n_2 = llm.apply effectful @send(%a_1) : (!llm.text) -> i64
  // CHECK-NEXT: sched.yield %n_2 : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: %x_1 = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_2 = sched.request @m(%a_1) draw <1>
  // CHECK-NEXT: sched.yield %x_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %x_1 : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %r : !sched.future<!llm.text>
  %r = ensemble.fallback : !llm.text do {
    %n = llm.apply effectful @send(%a) : (!llm.text) -> i64
    %x = llm.generate @m(%a) draw <0>
    ensemble.yield %x : !llm.text
  } else {
    %n = llm.apply effectful @send(%a) : (!llm.text) -> i64
    %x = llm.generate @m(%a) draw <1>
    ensemble.yield %x : !llm.text
  }
  func.return %r : !llm.text
}

// Arms with effects run one after the other.
// CHECK-LABEL: func.func @one_by_one(
func.func @one_by_one(%a: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>, !llm.list<!llm.text>, !llm.text) {
  // CHECK-NEXT: %over = sched.done
  // CHECK-NEXT: %n = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_1 = %over : !sched.future<none>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %n_1 = llm.apply effectful @send(%a_1) : (!llm.text) -> !llm.text
  // CHECK-NEXT: sched.yield %n_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %all = sched.list(%n, %a) : !sched.list<!llm.text>
  // CHECK-NEXT: %over_1 = sched.done(%n : !sched.future<!llm.text>)
  // CHECK-NEXT: %used = sched.attempt -> !sched.future<!llm.text> do {
  // CHECK-NEXT: %n_1 = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_2 = %over_1 : !sched.future<none>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %n_2 = llm.apply effectful @send(%a_1) : (!llm.text) -> !llm.text
  // CHECK-NEXT: sched.yield %n_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %n_1 : !sched.future<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield %a : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %used_1 = sched.list(%used) : !sched.list<!llm.text>
  // CHECK-NEXT: %over_2 = sched.done(%over_1, %used : !sched.future<none>, !sched.future<!llm.text>)
  // CHECK-NEXT: %some = sched.attempt -> !sched.list<!llm.text> do {
  // CHECK-NEXT: %n_2 = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_3 = %over_2 : !sched.future<none>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %n_3 = llm.apply effectful @send(%a_1) : (!llm.text) -> !llm.text
  // CHECK-NEXT: sched.yield %n_3 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %[[V0:\d+]] = sched.list(%n_2) : !sched.list<!llm.text>
  // CHECK-NEXT: sched.yield %[[V0]] : !sched.list<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %[[V1:\d+]] = sched.list() : !sched.list<!llm.text>
  // CHECK-NEXT: sched.yield %[[V1]] : !sched.list<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %some_1 = sched.attempt -> !sched.list<!llm.text> do {
  // CHECK-NEXT: %[[V2:\d+]] = sched.list(%a) : !sched.list<!llm.text>
  // CHECK-NEXT: sched.yield %[[V2]] : !sched.list<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %[[V3:\d+]] = sched.list() : !sched.list<!llm.text>
  // CHECK-NEXT: sched.yield %[[V3]] : !sched.list<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %some_2 = sched.task(%[[V4:\d+]] = %some : !sched.list<!llm.text>, %[[V5:\d+]] = %some_1 : !sched.list<!llm.text>) -> !sched.list<!llm.text> {
  // CHECK-NEXT: %[[V6:\d+]] = llm.concat(%[[V4]], %[[V5]]) : !llm.list<!llm.text>
  // CHECK-NEXT: sched.yield %[[V6]] : !llm.list<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %over_3 = sched.done(%over_2, %some : !sched.future<none>, !sched.list<!llm.text>)
  // CHECK-NEXT: %race = sched.attempt -> !sched.future<!llm.text> do {
  // CHECK-NEXT: %n_3 = sched.task(%a_1 = %a : !sched.future<!llm.text>, %over_4 = %over_3 : !sched.future<none>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %n_4 = llm.apply effectful @send(%a_1) : (!llm.text) -> !llm.text
  // CHECK-NEXT: sched.yield %n_4 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %n_3 : !sched.future<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield %a : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %all, %used_1, %some_2, %race : !sched.list<!llm.text>, !sched.list<!llm.text>, !sched.list<!llm.text>, !sched.future<!llm.text>
  %all = ensemble.parallel : !llm.list<!llm.text> do {
    %n = llm.apply effectful @send(%a) : (!llm.text) -> !llm.text
    ensemble.yield %n : !llm.text
  } and {
    ensemble.yield %a : !llm.text
  }
  %used = ensemble.parallel on_error use %a : !llm.list<!llm.text> do {
    %n = llm.apply effectful @send(%a) : (!llm.text) -> !llm.text
    ensemble.yield %n : !llm.text
  }
  %some = ensemble.parallel on_error drop : !llm.list<!llm.text> do {
    %n = llm.apply effectful @send(%a) : (!llm.text) -> !llm.text
    ensemble.yield %n : !llm.text
  } and {
    ensemble.yield %a : !llm.text
  }
  %race = ensemble.race : !llm.text do {
    %n = llm.apply effectful @send(%a) : (!llm.text) -> !llm.text
    ensemble.yield %n : !llm.text
  } or {
    ensemble.yield %a : !llm.text
  }
  func.return %all, %used, %some, %race : !llm.list<!llm.text>, !llm.list<!llm.text>, !llm.list<!llm.text>, !llm.text
}
