// RUN: ember-opt %s -p lower-to-sched,verify-level{level=sched} | filecheck %s

llm.model @m from "simulated"
llm.tool @search "finds" takes "{\"type\": \"object\"}"

// A request has all that the call says; of tools it gives a turn.
// CHECK-LABEL: func.func @turn(
func.func @turn(%talk: !llm.messages) -> !llm.messages {
  // CHECK-NEXT: %turn = sched.task(%talk_1 = %talk : !sched.future<!llm.messages>) on @m_lane {{.*}} -> !sched.future<!llm.messages> {
  // CHECK-NEXT: %turn_1 = sched.request @m(%talk_1 : !llm.messages) top_p 0.9 stop ["x"] seed 7 extra "{}" tools [@search] draw <0> -> !llm.messages
  // CHECK-NEXT: sched.yield %turn_1 : !llm.messages
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %turn : !sched.future<!llm.messages>
  %turn = llm.generate @m(%talk : !llm.messages) top_p 0.9 stop ["x"] seed 7 extra "{}" tools [@search] draw <0> -> !llm.messages
  func.return %turn : !llm.messages
}

// A grammar travels with the request; one that is asked for again is drawn anew.
// CHECK-LABEL: func.func @fits(
func.func @fits(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %once = sched.task(%q_1 = %q : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %once_1 = sched.request @m(%q_1) temperature 0 as regex "[0-9]+" site <0>
  // CHECK-NEXT: sched.yield %once_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %again = sched.attempt at_most 3 redraw -> !sched.future<!llm.text> attributes {note = "kept"} do {
  // CHECK-NEXT: %again_1 = sched.task(%q_1 = %q : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %again_2 = sched.request @m(%q_1) as regex "[0-9]+" draw <1> label "pii"
  // CHECK-NEXT: sched.yield %again_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %again_1 : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %once, %again : !sched.future<!llm.text>, !sched.future<!llm.text>
  %once = llm.generate @m(%q) temperature 0 as regex "[0-9]+" site <0>
  %again = llm.generate @m(%q) as regex "[0-9]+" retries 2 draw <1> {ember.label = #llm.label"pii", note = "kept"}
  func.return %once, %again : !llm.text, !llm.text
}

// Each sample is tried on its own.
// CHECK-LABEL: func.func @samples(
func.func @samples(%q: !llm.text, %sorry: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK-NEXT: %some = sched.fanout times 4 on_error drop -> !sched.list<!llm.text> do {
  // CHECK-NEXT: %some_1 = sched.task(%q_1 = %q : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %some_2 = sched.request @m(%q_1) draw <0[*]>
  // CHECK-NEXT: sched.yield %some_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %some_1 : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %all = sched.fanout times 4 on_error use %sorry -> !sched.list<!llm.text> do {
  // CHECK-NEXT: %all_1 = sched.attempt at_most 2 redraw -> !sched.future<!llm.text> do {
  // CHECK-NEXT: %all_2 = sched.task(%q_1 = %q : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %all_3 = sched.request @m(%q_1) as regex "[0-9]+" draw <1[*]>
  // CHECK-NEXT: sched.yield %all_3 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %all_2 : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %all_1 : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %some, %all : !sched.list<!llm.text>, !sched.list<!llm.text>
  %some = ensemble.sample 4 of @m(%q) on_error drop draw <0[*]>
  %all = ensemble.sample 4 of @m(%q) as regex "[0-9]+" retries 1 on_error use %sorry draw <1[*]>
  func.return %some, %all : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// Samples that list their draws are runs of one fan-out, whose index picks one.
// CHECK-LABEL: func.func @listed(
func.func @listed(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: sched.fanout times 2 -> !sched.list<!llm.text> do {
  // CHECK: sched.request @m(%{{.*}}) draw [<0>, <4/1>]
  %two = ensemble.sample 2 of @m(%q) draw [<0>, <4/1>]
  func.return %two : !llm.list<!llm.text>
}

// Embeddings are requests, too, and labels are theirs.
// CHECK-LABEL: func.func @embed(
func.func @embed(%q: !llm.text) -> tensor<?xf32> {
  // CHECK-NEXT: %v = sched.task(%q_1 = %q : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<tensor<?xf32>> {
  // CHECK-NEXT: %p = llm.template "{0}!"(%q_1)
  // CHECK-NEXT: %v_1 = sched.embed @m(%p) site <0> label "internal" -> tensor<?xf32>
  // CHECK-NEXT: sched.yield %v_1 : tensor<?xf32>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %v : !sched.future<tensor<?xf32>>
  %p = llm.template "{0}!"(%q)
  %v = llm.embed @m(%p) site <0> {ember.label = #llm.label"internal"}
  func.return %v : tensor<?xf32>
}

// A list is embedded or scored by one task; it sees itself to that nobody is asked about nothing.
// CHECK-LABEL: func.func @lists(
func.func @lists(%xs: !llm.list<!llm.text>, %l: !llm.list<!llm.text>) -> (!llm.list<tensor<?xf32>>, !llm.list<!llm.list<f64>>) {
  // CHECK-NEXT: %v = sched.task(%xs_1 = %xs : !sched.list<!llm.text>) on @m_lane {{.*}} -> !sched.list<tensor<?xf32>> {
  // CHECK-NEXT: sched.embed @m(%xs_1 : !llm.list<!llm.text>) site <0[*]> label "pii" -> !llm.list<tensor<?xf32>>
  // CHECK: %s = sched.task(%xs_1 = %xs : !sched.list<!llm.text>, %l_1 = %l : !sched.list<!llm.text>) on @m_lane {{.*}} -> !sched.list<!sched.list<f64>> {
  // CHECK-NEXT: sched.score @m(%xs_1 : !llm.list<!llm.text>) among %l_1 site <1[*]> -> !llm.list<!llm.list<f64>>
  %v = llm.embed @m(%xs : !llm.list<!llm.text>) site <0[*]> -> !llm.list<tensor<?xf32>> {ember.label = #llm.label"pii"}
  %s = llm.score @m(%xs : !llm.list<!llm.text>) among %l site <1[*]> -> !llm.list<!llm.list<f64>>
  func.return %v, %s : !llm.list<tensor<?xf32>>, !llm.list<!llm.list<f64>>
}

// Of no label no model is asked; of a list that is written out, the length is known.
// CHECK-LABEL: func.func @scored(
func.func @scored(%q: !llm.text, %labels: !llm.list<!llm.text>) -> (!llm.list<f64>, !llm.list<f64>) {
  // CHECK-NEXT: %some = sched.task(%labels_1 = %labels : !sched.list<!llm.text>) -> !sched.future<i1> {
  // CHECK-NEXT: %[[V0:\d+]] = llm.length of %labels_1 : !llm.list<!llm.text>
  // CHECK-NEXT: %[[V1:\d+]] = arith.constant 0 : i64
  // CHECK-NEXT: %[[V2:\d+]] = arith.cmpi ne, %[[V0]], %[[V1]] : i64
  // CHECK-NEXT: sched.yield %[[V2]] : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: %any = sched.if %some -> !sched.list<f64> do {
  // CHECK-NEXT: %[[V3:\d+]] = sched.task(%q_1 = %q : !sched.future<!llm.text>, %labels_1 = %labels : !sched.list<!llm.text>) on @m_lane {{.*}} -> !sched.list<f64> {
  // CHECK-NEXT: %any_1 = sched.score @m(%q_1) among %labels_1 site <0> label "pii" -> !llm.list<f64>
  // CHECK-NEXT: sched.yield %any_1 : !llm.list<f64>
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %[[V3]] : !sched.list<f64>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %[[V4:\d+]] = sched.list() : !sched.list<f64>
  // CHECK-NEXT: sched.yield %[[V4]] : !sched.list<f64>
  // CHECK-NEXT: }
  // CHECK-NEXT: %two = sched.list(%q, %q) : !sched.list<!llm.text>
  // CHECK-NEXT: %sure = sched.task(%q_1 = %q : !sched.future<!llm.text>, %two_1 = %two : !sched.list<!llm.text>) on @m_lane {{.*}} -> !sched.list<f64> {
  // CHECK-NEXT: %sure_1 = sched.score @m(%q_1) among %two_1 site <1> -> !llm.list<f64>
  // CHECK-NEXT: sched.yield %sure_1 : !llm.list<f64>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %any, %sure : !sched.list<f64>, !sched.list<f64>
  %any = llm.score @m(%q) among %labels site <0> {ember.label = #llm.label"pii"}
  %two = llm.list(%q, %q) : !llm.list<!llm.text>
  %sure = llm.score @m(%q) among %two site <1>
  func.return %any, %sure : !llm.list<f64>, !llm.list<f64>
}

// Of one answer no model is asked, of none what would be asked is the error.
// CHECK-LABEL: func.func @judged(
func.func @judged(%q: !llm.text, %xs: !llm.list<!llm.text>) -> (!llm.text, !llm.text, !llm.text) {
  // CHECK-NEXT: %one = sched.task(%xs_1 = %xs : !sched.list<!llm.text>) -> !sched.future<i1> {
  // CHECK-NEXT: %[[V0:\d+]] = llm.length of %xs_1 : !llm.list<!llm.text>
  // CHECK-NEXT: %[[V1:\d+]] = arith.constant 1 : i64
  // CHECK-NEXT: %[[V2:\d+]] = arith.cmpi eq, %[[V0]], %[[V1]] : i64
  // CHECK-NEXT: sched.yield %[[V2]] : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: %any = sched.if %one -> !sched.future<!llm.text> do {
  // CHECK-NEXT: %[[V3:\d+]] = sched.task(%xs_1 = %xs : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %[[V4:\d+]] = arith.constant 0 : i64
  // CHECK-NEXT: %[[V5:\d+]] = llm.get %xs_1[%[[V4]]] : !llm.list<!llm.text>
  // CHECK-NEXT: sched.yield %[[V5]] : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %[[V3]] : !sched.future<!llm.text>
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %reply = sched.task(%q_1 = %q : !sched.future<!llm.text>, %xs_1 = %xs : !sched.list<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %[[V6:\d+]] = sched.ballot %q_1 among %xs_1
  // CHECK-NEXT: %any_1 = sched.request @m(%[[V6]]) temperature 0.5 draw <0>
  // CHECK-NEXT: sched.yield %any_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %[[V7:\d+]] = sched.task(%[[V8:\d+]] = %reply : !sched.future<!llm.text>, %xs_1 = %xs : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %[[V9:\d+]] = sched.elect %[[V8]] among %xs_1
  // CHECK-NEXT: sched.yield %[[V9]] : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %[[V7]] : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %three = sched.fanout times 3 -> !sched.list<!llm.text> do {
  // CHECK-NEXT: %three_1 = sched.task(%q_1 = %q : !sched.future<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %three_2 = sched.request @m(%q_1) draw <1[*]>
  // CHECK-NEXT: sched.yield %three_2 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: sched.yield %three_1 : !sched.future<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %reply_1 = sched.task(%q_1 = %q : !sched.future<!llm.text>, %three_2 = %three : !sched.list<!llm.text>) on @m_lane {{.*}} -> !sched.future<!llm.text> {
  // CHECK-NEXT: %[[V10:\d+]] = sched.ballot %q_1 among %three_2
  // CHECK-NEXT: %sure = sched.request @m(%[[V10]]) temperature 0 site <2>
  // CHECK-NEXT: sched.yield %sure : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %sure = sched.task(%[[V11:\d+]] = %reply_1 : !sched.future<!llm.text>, %three_2 = %three : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %[[V12:\d+]] = sched.elect %[[V11]] among %three_2
  // CHECK-NEXT: sched.yield %[[V12]] : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %one_1 = sched.list(%q) : !sched.list<!llm.text>
  // CHECK-NEXT: %only = sched.task(%one_2 = %one_1 : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %[[V13:\d+]] = arith.constant 0 : i64
  // CHECK-NEXT: %[[V14:\d+]] = llm.get %one_2[%[[V13]]] : !llm.list<!llm.text>
  // CHECK-NEXT: sched.yield %[[V14]] : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %any, %sure, %only : !sched.future<!llm.text>, !sched.future<!llm.text>, !sched.future<!llm.text>
  %any = ensemble.judge @m(%q) among %xs temperature 0.5 draw <0>
  %three = ensemble.sample 3 of @m(%q) draw <1[*]>
  %sure = ensemble.judge @m(%q) among %three temperature 0 site <2>
  %one = llm.list(%q) : !llm.list<!llm.text>
  %only = ensemble.judge @m(%q) among %one temperature 0 site <3>
  func.return %any, %sure, %only : !llm.text, !llm.text, !llm.text
}

// A text for an answer that may be asked for again is made once, before all of its attempts.
// CHECK-LABEL: func.func @made_once
func.func @made_once(%q: !llm.text) -> !llm.text {
  // CHECK-NEXT: %t = sched.task
  // CHECK-NEXT: llm.template
  // CHECK: sched.attempt at_most 3 redraw
  // CHECK-NOT: llm.template
  // CHECK: func.return
  %t = llm.template "Q: {0}"(%q)
  %a = llm.generate @m(%t) as regex "[0-9]+" retries 2 draw <77>
  func.return %a : !llm.text
}
