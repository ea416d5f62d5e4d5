// RUN: ember-opt %s -p lower-to-sched,verify-level{level=sched} | filecheck %s

llm.model @m from "simulated"

// Regions of their own run at once.
// CHECK-LABEL: func.func @parallel(
func.func @parallel(%a: !llm.text, %b: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK-NEXT: %some = sched.parallel on_error drop -> !sched.list<!llm.text> attributes {note = "kept"} do {
  // CHECK-NEXT: %x = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_1 = sched.request @m(%a_1) draw <0>
  // CHECK-NEXT: sched.yield %x_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %x : !sched.future<!llm.text>
  // CHECK-NEXT: } and {
  // CHECK-NEXT: sched.yield %b : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %all = sched.parallel on_error use %b -> !sched.list<!llm.text> do {
  // CHECK-NEXT: sched.yield %a : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %some, %all : !sched.list<!llm.text>, !sched.list<!llm.text>
  %some = ensemble.parallel on_error drop : !llm.list<!llm.text> attributes {note = "kept"} do {
    %x = llm.generate @m(%a) draw <0>
    ensemble.yield %x : !llm.text
  } and {
    ensemble.yield %b : !llm.text
  }
  %all = ensemble.parallel on_error use %b : !llm.list<!llm.text> do {
    ensemble.yield %a : !llm.text
  }
  func.return %some, %all : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// A fallback tries one arm after the other, a race all of them; one alone does not race.
// CHECK-LABEL: func.func @one_that_works(
func.func @one_that_works(%a: !llm.text, %b: !llm.text) -> (!llm.text, !llm.text, !llm.text) {
  // CHECK-NEXT: %sure = sched.attempt -> !sched.future<!llm.text> do {
  // CHECK-NEXT: %x = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_1 = sched.request @m(%a_1) draw <0>
  // CHECK-NEXT: sched.yield %x_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %x : !sched.future<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sched.yield %b : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %quick = sched.first -> !sched.future<!llm.text> do {
  // CHECK-NEXT: %x_1 = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_2 = sched.request @m(%a_1) draw <1>
  // CHECK-NEXT: sched.yield %x_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %x_1 : !sched.future<!llm.text>
  // CHECK-NEXT: } or {
  // CHECK-NEXT: %x_2 = sched.task(%b_1 = %b : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_3 = sched.request @m(%b_1) draw <2>
  // CHECK-NEXT: sched.yield %x_3 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %x_2 : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %alone = sched.attempt -> !sched.future<!llm.text> do {
  // CHECK-NEXT: sched.yield %a : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %sure, %quick, %alone : !sched.future<!llm.text>, !sched.future<!llm.text>, !sched.future<!llm.text>
  %sure = ensemble.fallback : !llm.text do {
    %x = llm.generate @m(%a) draw <0>
    ensemble.yield %x : !llm.text
  } else {
    ensemble.yield %b : !llm.text
  }
  %quick = ensemble.race : !llm.text do {
    %x = llm.generate @m(%a) draw <1>
    ensemble.yield %x : !llm.text
  } or {
    %x = llm.generate @m(%b) draw <2>
    ensemble.yield %x : !llm.text
  }
  %alone = ensemble.race : !llm.text do {
    ensemble.yield %a : !llm.text
  }
  func.return %sure, %quick, %alone : !llm.text, !llm.text, !llm.text
}

// Rungs behind the first run unless one before is accepted; the last may have to be, too.
// CHECK-LABEL: func.func @cascade(
func.func @cascade(%a: !llm.text, %c: i1, %d: i1) -> (!llm.text, !llm.text, !llm.text) {
  // CHECK-NEXT: %x = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %x_1 = sched.request @m(%a_1) draw <0>
  // CHECK-NEXT: sched.yield %x_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %two = sched.if %c -> !sched.future<!llm.text> do {
  // CHECK-NEXT: sched.yield %x : !sched.future<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %y = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %y_1 = sched.request @m(%a_1) draw <1>
  // CHECK-NEXT: sched.yield %y_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %y : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %three, %three_1 = sched.if %c -> !sched.future<!llm.text>, !sched.future<i1> do {
  // CHECK-NEXT: sched.yield %a, %c : !sched.future<!llm.text>, !sched.future<i1>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %y_1 = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %y_2 = sched.request @m(%a_1) draw <2>
  // CHECK-NEXT: sched.yield %y_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %y_1, %d : !sched.future<!llm.text>, !sched.future<i1>
  // CHECK-NEXT: }
  // CHECK-NEXT: %three_2, %three_3 = sched.if %three_1 -> !sched.future<!llm.text>, !sched.future<i1> do {
  // CHECK-NEXT: sched.yield %three, %three_1 : !sched.future<!llm.text>, !sched.future<i1>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %z = sched.task(%a_1 = %a : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %z_1 = sched.request @m(%a_1) draw <3>
  // CHECK-NEXT: sched.yield %z_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %z, %d : !sched.future<!llm.text>, !sched.future<i1>
  // CHECK-NEXT: }
  // CHECK-NEXT: %three_4 = sched.task(%[[V0:\d+]] = %three_2 : !sched.future<!llm.text>, %[[V1:\d+]] = %three_3 : !sched.future<i1>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %[[V2:\d+]] = sched.accept %[[V0]] if %[[V1]] : !llm.text
  // CHECK-NEXT: sched.yield %[[V2]] : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %one = sched.attempt -> !sched.future<!llm.text> do {
  // CHECK-NEXT: sched.yield %a : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %two, %three_4, %one : !sched.future<!llm.text>, !sched.future<!llm.text>, !sched.future<!llm.text>
  %two = ensemble.cascade : !llm.text do {
    %x = llm.generate @m(%a) draw <0>
    ensemble.accept %x if %c : !llm.text
  } else {
    %y = llm.generate @m(%a) draw <1>
    ensemble.yield %y : !llm.text
  }
  %three = ensemble.cascade : !llm.text do {
    ensemble.accept %a if %c : !llm.text
  } else {
    %y = llm.generate @m(%a) draw <2>
    ensemble.accept %y if %d : !llm.text
  } else {
    %z = llm.generate @m(%a) draw <3>
    ensemble.accept %z if %d : !llm.text
  }
  %one = ensemble.cascade : !llm.text do {
    ensemble.yield %a : !llm.text
  }
  func.return %two, %three, %one : !llm.text, !llm.text, !llm.text
}
