// RUN: ember-opt %s -p lower-to-sched,verify-level{level=sched} | filecheck %s

llm.model @m from "simulated"

// A branch without another runs nothing else.
// CHECK-LABEL: func.func @branch(
func.func @branch(%c: i1, %a: !llm.text, %xs: !llm.list<!llm.text>) -> (!llm.text, !llm.list<!llm.text>) {
  // CHECK-NEXT: %t, %ys = sched.if %c -> !sched.future<!llm.text>, !sched.list<!llm.text> attributes {note = "kept"} do {
  // CHECK-NEXT: %x = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_1 = sched.request @m(%a_1) draw <0>
  // CHECK-NEXT: sched.yield %x_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %l = sched.list(%x) : !sched.list<!llm.text>
  // CHECK-NEXT: sched.yield %x, %l : !sched.future<!llm.text>, !sched.list<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield %a, %xs : !sched.future<!llm.text>, !sched.list<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.if %c do {
  // CHECK-NEXT: %x_1 = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_2 = sched.request @m(%a_1) draw <1>
  // CHECK-NEXT: sched.yield %x_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %t, %ys : !sched.future<!llm.text>, !sched.list<!llm.text>
  %t, %ys = scf.if %c -> (!llm.text, !llm.list<!llm.text>) {
    %x = llm.generate @m(%a) draw <0>
    %l = llm.list(%x) : !llm.list<!llm.text>
    scf.yield %x, %l : !llm.text, !llm.list<!llm.text>
  } else {
    scf.yield %a, %xs : !llm.text, !llm.list<!llm.text>
  } {note = "kept"}
  scf.if %c {
    %x = llm.generate @m(%a) draw <1>
  }
  func.return %t, %ys : !llm.text, !llm.list<!llm.text>
}

// A refinement goes on while it is not accepted; at the end it may have to be.
// CHECK-LABEL: func.func @refine(
func.func @refine(%a: !llm.text, %goal: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %any, %any_1 = sched.loop %x = %a at_most 3 : !sched.future<!llm.text> do {
  // CHECK-NEXT: %y = sched.task(%x_1 = %x : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %y_1 = sched.request @m(%x_1) draw <0[*]>
  // CHECK-NEXT: sched.yield %y_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %again = sched.task(%y_1 = %y : !sched.future<!llm.text>, %goal_1 = %goal : !sched.future<!llm.text>) -> !sched.future<i1> {
  // CHECK-NEXT: %done = llm.equal %y_1, %goal_1 : !llm.text
  // CHECK-NEXT: %[[V0:\d+]] = arith.constant true
  // CHECK-NEXT: %[[V1:\d+]] = arith.xori %done, %[[V0]] : i1
  // CHECK-NEXT: sched.yield %[[V1]] : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %again, %y : !sched.future<i1>, !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %good, %good_1 = sched.loop %x_1 = %a at_most 3 : !sched.future<!llm.text> do {
  // CHECK-NEXT: %y_1 = sched.task(%x_2 = %x_1 : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %y_2 = sched.request @m(%x_2) draw <1[*]>
  // CHECK-NEXT: sched.yield %y_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %again_1 = sched.task(%y_2 = %y_1 : !sched.future<!llm.text>, %goal_1 = %goal : !sched.future<!llm.text>) -> !sched.future<i1> {
  // CHECK-NEXT: %done = llm.equal %y_2, %goal_1 : !llm.text
  // CHECK-NEXT: %[[V2:\d+]] = arith.constant true
  // CHECK-NEXT: %[[V3:\d+]] = arith.xori %done, %[[V2]] : i1
  // CHECK-NEXT: sched.yield %[[V3]] : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %again_1, %y_1 : !sched.future<i1>, !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %good_2 = sched.task(%[[V4:\d+]] = %good_1 : !sched.future<!llm.text>, %[[V5:\d+]] = %good : !sched.future<i1>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %[[V6:\d+]] = arith.constant true
  // CHECK-NEXT: %[[V7:\d+]] = arith.xori %[[V5]], %[[V6]] : i1
  // CHECK-NEXT: %[[V8:\d+]] = sched.accept %[[V4]] if %[[V7]] : !llm.text
  // CHECK-NEXT: sched.yield %[[V8]] : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %any_1, %good_2 : !sched.future<!llm.text>, !sched.future<!llm.text>
  %any = ensemble.refine %x from %a at_most 3 : !llm.text do {
    %y = llm.generate @m(%x) draw <0[*]>
    %done = llm.equal %y, %goal : !llm.text
    ensemble.accept %y if %done : !llm.text
  }
  %good = ensemble.refine %x from %a at_most 3 must_accept : !llm.text do {
    %y = llm.generate @m(%x) draw <1[*]>
    %done = llm.equal %y, %goal : !llm.text
    ensemble.accept %y if %done : !llm.text
  }
  func.return %any, %good : !llm.text, !llm.text
}

// A loop that counts knows how many rounds are left.
// CHECK-LABEL: func.func @count(
func.func @count(%from: index, %to: index, %by: index, %a: !llm.text) -> !llm.text {
  // CHECK-NEXT: %left = sched.task(%from_1 = %from : !sched.future<index>, %to_1 = %to : !sched.future<index>, %by_1 = %by : !sched.future<index>) -> !sched.future<i64> {
  // CHECK-NEXT: %[[V0:\d+]] = sched.rounds %from_1 to %to_1 step %by_1
  // CHECK-NEXT: sched.yield %[[V0]] : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: %some = sched.task(%[[V1:\d+]] = %left : !sched.future<i64>) -> !sched.future<i1> {
  // CHECK-NEXT: %[[V2:\d+]] = arith.constant 0 : i64
  // CHECK-NEXT: %[[V3:\d+]] = arith.cmpi sgt, %[[V1]], %[[V2]] : i64
  // CHECK-NEXT: sched.yield %[[V3]] : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: %r = sched.if %some -> !sched.future<!llm.text> do {
  // CHECK-NEXT: %[[V4:\d+]], %[[V5:\d+]], %[[V6:\d+]], %[[V7:\d+]] = sched.loop %i = %from, %left_1 = %left, %x = %a : !sched.future<index>, !sched.future<i64>, !sched.future<!llm.text> do {
  // CHECK-NEXT: %y = sched.task(%x_1 = %x : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %y_1 = sched.request @m(%x_1) draw <0[*]>
  // CHECK-NEXT: sched.yield %y_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %more = sched.task(%[[V8:\d+]] = %left_1 : !sched.future<i64>) -> !sched.future<i1> {
  // CHECK-NEXT: %[[V9:\d+]] = arith.constant 1 : i64
  // CHECK-NEXT: %[[V10:\d+]] = arith.cmpi sgt, %[[V8]], %[[V9]] : i64
  // CHECK-NEXT: sched.yield %[[V10]] : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: %i_1 = sched.task(%i_2 = %i : !sched.future<index>, %by_1 = %by : !sched.future<index>) -> !sched.future<index> {
  // CHECK-NEXT: %[[V11:\d+]] = arith.addi %i_2, %by_1 : index
  // CHECK-NEXT: sched.yield %[[V11]] : index
  // CHECK-NEXT: }
  // CHECK-NEXT: %left_2 = sched.task(%[[V12:\d+]] = %left_1 : !sched.future<i64>) -> !sched.future<i64> {
  // CHECK-NEXT: %[[V13:\d+]] = arith.constant 1 : i64
  // CHECK-NEXT: %[[V14:\d+]] = arith.subi %[[V12]], %[[V13]] : i64
  // CHECK-NEXT: sched.yield %[[V14]] : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %more, %i_1, %left_2, %y : !sched.future<i1>, !sched.future<index>, !sched.future<i64>, !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %[[V7]] : !sched.future<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield %a : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %r : !sched.future<!llm.text>
  %r = scf.for %i = %from to %to step %by iter_args(%x = %a) -> (!llm.text) {
    %y = llm.generate @m(%x) draw <0[*]>
    scf.yield %y : !llm.text
  }
  func.return %r : !llm.text
}

// It may count whole numbers, and give nothing.
// CHECK-LABEL: func.func @count_integers(
func.func @count_integers(%n: i64, %xs: !llm.list<!llm.text>) {
  // CHECK-NEXT: %one = sched.task() -> !sched.future<i64> {
  // CHECK-NEXT: %one_1 = arith.constant 1 : i64
  // CHECK-NEXT: sched.yield %one_1 : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: %left = sched.task(%one_1 = %one : !sched.future<i64>, %n_1 = %n : !sched.future<i64>) -> !sched.future<i64> {
  // CHECK-NEXT: %[[V0:\d+]] = arith.index_cast %one_1 : i64 to index
  // CHECK-NEXT: %[[V1:\d+]] = arith.index_cast %n_1 : i64 to index
  // CHECK-NEXT: %[[V2:\d+]] = arith.index_cast %one_1 : i64 to index
  // CHECK-NEXT: %[[V3:\d+]] = sched.rounds %[[V0]] to %[[V1]] step %[[V2]]
  // CHECK-NEXT: sched.yield %[[V3]] : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: %some = sched.task(%[[V4:\d+]] = %left : !sched.future<i64>) -> !sched.future<i1> {
  // CHECK-NEXT: %[[V5:\d+]] = arith.constant 0 : i64
  // CHECK-NEXT: %[[V6:\d+]] = arith.cmpi sgt, %[[V4]], %[[V5]] : i64
  // CHECK-NEXT: sched.yield %[[V6]] : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.if %some do {
  // CHECK-NEXT: %[[V7:\d+]], %[[V8:\d+]], %[[V9:\d+]] = sched.loop %i = %one, %left_1 = %left : !sched.future<i64>, !sched.future<i64> do {
  // CHECK-NEXT: %y = sched.task(%xs_1 = %xs : !sched.list<!llm.text>, %i_1 = %i : !sched.future<i64>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x = llm.get %xs_1[%i_1] : !llm.list<!llm.text>
  // CHECK-NEXT: %y_1 = sched.request @m(%x) draw <0[*]>
  // CHECK-NEXT: sched.yield %y_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %more = sched.task(%[[V10:\d+]] = %left_1 : !sched.future<i64>) -> !sched.future<i1> {
  // CHECK-NEXT: %[[V11:\d+]] = arith.constant 1 : i64
  // CHECK-NEXT: %[[V12:\d+]] = arith.cmpi sgt, %[[V10]], %[[V11]] : i64
  // CHECK-NEXT: sched.yield %[[V12]] : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: %i_1 = sched.task(%i_2 = %i : !sched.future<i64>, %one_1 = %one : !sched.future<i64>) -> !sched.future<i64> {
  // CHECK-NEXT: %[[V13:\d+]] = arith.addi %i_2, %one_1 : i64
  // CHECK-NEXT: sched.yield %[[V13]] : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: %left_2 = sched.task(%[[V14:\d+]] = %left_1 : !sched.future<i64>) -> !sched.future<i64> {
  // CHECK-NEXT: %[[V15:\d+]] = arith.constant 1 : i64
  // CHECK-NEXT: %[[V16:\d+]] = arith.subi %[[V14]], %[[V15]] : i64
  // CHECK-NEXT: sched.yield %[[V16]] : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %more, %i_1, %left_2 : !sched.future<i1>, !sched.future<i64>, !sched.future<i64>
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return
  %one = arith.constant 1 : i64
  scf.for %i = %one to %n step %one : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %y = llm.generate @m(%x) draw <0[*]>
  }
  func.return
}

// A run of a loop is its first region, then its second if the condition holds.
// CHECK-LABEL: func.func @until(
func.func @until(%a: !llm.text, %goal: !llm.text) -> !llm.text {
  // CHECK-NEXT: %r, %r_1 = sched.loop %x = %a : !sched.future<!llm.text> do {
  // CHECK-NEXT: %go_on = sched.task(%x_1 = %x : !sched.future<!llm.text>, %goal_1 = %goal : !sched.future<!llm.text>) -> !sched.future<i1> {
  // CHECK-NEXT: %go_on_1 = llm.contains %x_1, %goal_1 : !llm.text, !llm.text
  // CHECK-NEXT: sched.yield %go_on_1 : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: %[[V0:\d+]] = sched.if %go_on -> !sched.future<!llm.text> do {
  // CHECK-NEXT: %z = sched.task(%x_1 = %x : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %z_1 = sched.request @m(%x_1) draw <0[*]>
  // CHECK-NEXT: sched.yield %z_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %z : !sched.future<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield %x : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %go_on, %[[V0]] : !sched.future<i1>, !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %r_1 : !sched.future<!llm.text>
  %r = scf.while (%x = %a) : (!llm.text) -> !llm.text {
    %go_on = llm.contains %x, %goal : !llm.text, !llm.text
    scf.condition(%go_on) %x : !llm.text
  } do {
  ^bb0(%y: !llm.text):
    %z = llm.generate @m(%y) draw <0[*]>
    scf.yield %z : !llm.text
  }
  func.return %r : !llm.text
}

// What is handed on and is not the state is kept in lists of one element.
// CHECK-LABEL: func.func @until_of_other_types(
func.func @until_of_other_types(%n: i64, %q: !llm.text, %goal: !llm.text) -> (!llm.text, !llm.list<!llm.text>) {
  // CHECK-NEXT: %[[V0:\d+]] = sched.list() : !sched.list<!llm.text>
  // CHECK-NEXT: %[[V1:\d+]] = sched.list() : !sched.list<!sched.list<!llm.text>>
  // CHECK-NEXT: %[[V2:\d+]], %[[V3:\d+]], %[[V4:\d+]], %[[V5:\d+]], %[[V6:\d+]] = sched.loop %k = %n, %t = %q, %[[V7:\d+]] = %[[V0]], %[[V8:\d+]] = %[[V1]] : !sched.future<i64>, !sched.future<!llm.text>, !sched.list<!llm.text>, !sched.list<!sched.list<!llm.text>> do {
  // CHECK-NEXT: %x = sched.task(%t_1 = %t : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_1 = sched.request @m(%t_1) draw <0[*]>
  // CHECK-NEXT: sched.yield %x_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %go_on = sched.task(%x_1 = %x : !sched.future<!llm.text>, %goal_1 = %goal : !sched.future<!llm.text>) -> !sched.future<i1> {
  // CHECK-NEXT: %go_on_1 = llm.contains %x_1, %goal_1 : !llm.text, !llm.text
  // CHECK-NEXT: sched.yield %go_on_1 : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: %xs = sched.list(%x, %t) : !sched.list<!llm.text>
  // CHECK-NEXT: %[[V9:\d+]], %[[V10:\d+]] = sched.if %go_on -> !sched.future<i64>, !sched.future<!llm.text> do {
  // CHECK-NEXT: %l = sched.task(%xs_1 = %xs : !sched.list<!llm.text>) -> !sched.future<i64> {
  // CHECK-NEXT: %l_1 = llm.length of %xs_1 : !llm.list<!llm.text>
  // CHECK-NEXT: sched.yield %l_1 : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %l, %x : !sched.future<i64>, !sched.future<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield %k, %t : !sched.future<i64>, !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %[[V11:\d+]] = sched.list(%x) : !sched.list<!llm.text>
  // CHECK-NEXT: %[[V12:\d+]] = sched.list(%xs) : !sched.list<!sched.list<!llm.text>>
  // CHECK-NEXT: sched.yield %go_on, %[[V9]], %[[V10]], %[[V11]], %[[V12]] : !sched.future<i1>, !sched.future<i64>, !sched.future<!llm.text>, !sched.list<!llm.text>, !sched.list<!sched.list<!llm.text>>
  // CHECK-NEXT: }
  // CHECK-NEXT: %r = sched.task(%[[V13:\d+]] = %[[V5]] : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %[[V14:\d+]] = arith.constant 0 : i64
  // CHECK-NEXT: %[[V15:\d+]] = llm.get %[[V13]][%[[V14]]] : !llm.list<!llm.text>
  // CHECK-NEXT: sched.yield %[[V15]] : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %rs = sched.task(%[[V16:\d+]] = %[[V6]] : !sched.list<!sched.list<!llm.text>>) -> !sched.list<!llm.text> {
  // CHECK-NEXT: %[[V17:\d+]] = arith.constant 0 : i64
  // CHECK-NEXT: %[[V18:\d+]] = llm.get %[[V16]][%[[V17]]] : !llm.list<!llm.list<!llm.text>>
  // CHECK-NEXT: sched.yield %[[V18]] : !llm.list<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %r, %rs : !sched.future<!llm.text>, !sched.list<!llm.text>
  %r, %rs = scf.while (%k = %n, %t = %q) : (i64, !llm.text) -> (!llm.text, !llm.list<!llm.text>) {
    %x = llm.generate @m(%t) draw <0[*]>
    %go_on = llm.contains %x, %goal : !llm.text, !llm.text
    %xs = llm.list(%x, %t) : !llm.list<!llm.text>
    scf.condition(%go_on) %x, %xs : !llm.text, !llm.list<!llm.text>
  } do {
  ^bb0(%y: !llm.text, %ys: !llm.list<!llm.text>):
    %l = llm.length of %ys : !llm.list<!llm.text>
    scf.yield %l, %y : i64, !llm.text
  }
  func.return %r, %rs : !llm.text, !llm.list<!llm.text>
}

// A loop may have no state.
// CHECK-LABEL: func.func @forever_without_state(
func.func @forever_without_state(%c: i1) {
  // CHECK-NEXT: %[[V0:\d+]] = sched.loop do {
  // CHECK-NEXT: sched.if %c do {
  // CHECK-NEXT: sched.yield
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %c : !sched.future<i1>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return
  scf.while () : () -> () {
    scf.condition(%c)
  } do {
    scf.yield
  }
  func.return
}
