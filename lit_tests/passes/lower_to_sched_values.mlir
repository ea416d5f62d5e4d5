// RUN: ember-opt %s -p lower-to-sched,verify-level{level=sched} | filecheck %s

llm.tool @search "finds" takes "{\"type\": \"object\"}"

// Arithmetic is local; what one task alone reads stands in it.
// CHECK-LABEL: func.func @arith(
func.func @arith(%n: i64, %i: index) -> (i64, index, f64, i1) {
  // CHECK-NEXT: %s = sched.task(%n_1 = %n : !sched.future<i64>) -> !sched.future<i64> {
  // CHECK-NEXT: %k = arith.constant 7 : i64
  // CHECK-NEXT: %s_1 = arith.addi %n_1, %k : i64
  // CHECK-NEXT: sched.yield %s_1 : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: %j = sched.task(%s_1 = %s : !sched.future<i64>, %i_1 = %i : !sched.future<index>) -> !sched.future<index> {
  // CHECK-NEXT: %x = arith.index_cast %i_1 : index to i64
  // CHECK-NEXT: %m = arith.maxsi %x, %s_1 : i64
  // CHECK-NEXT: %j_1 = arith.index_cast %m : i64 to index
  // CHECK-NEXT: sched.yield %j_1 : index
  // CHECK-NEXT: }
  // CHECK-NEXT: %f = sched.task(%n_1 = %n : !sched.future<i64>) -> !sched.future<f64> {
  // CHECK-NEXT: %f_1 = arith.sitofp %n_1 : i64 to f64
  // CHECK-NEXT: sched.yield %f_1 : f64
  // CHECK-NEXT: }
  // CHECK-NEXT: %c = sched.task(%n_1 = %n : !sched.future<i64>, %s_1 = %s : !sched.future<i64>) -> !sched.future<i1> {
  // CHECK-NEXT: %c_1 = arith.cmpi slt, %n_1, %s_1 : i64
  // CHECK-NEXT: sched.yield %c_1 : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %s, %j, %f, %c : !sched.future<i64>, !sched.future<index>, !sched.future<f64>, !sched.future<i1>
  %k = arith.constant 7 : i64
  %s = arith.addi %n, %k : i64
  %x = arith.index_cast %i : index to i64
  %m = arith.maxsi %x, %s : i64
  %j = arith.index_cast %m : i64 to index
  %f = arith.sitofp %n : i64 to f64
  %c = arith.cmpi slt, %n, %s : i64
  func.return %s, %j, %f, %c : i64, index, f64, i1
}

// So are conversations.
// CHECK-LABEL: func.func @talk(
func.func @talk(%q: !llm.text, %talk: !llm.messages) -> (!llm.text, !llm.list<!llm.record<"id": !llm.text, "tool": !llm.text, "arguments": !llm.text>>) {
  // CHECK-NEXT: %all = sched.task(%talk_1 = %talk : !sched.future<!llm.messages>, %q_1 = %q : !sched.future<!llm.text>) -> !sched.future<!llm.messages> {
  // CHECK-NEXT: %all_1 = llm.messages after(%talk_1) user(%q_1)
  // CHECK-NEXT: sched.yield %all_1 : !llm.messages
  // CHECK-NEXT: }
  // CHECK-NEXT: %last = sched.task(%all_1 = %all : !sched.future<!llm.messages>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %last_1 = llm.content %all_1
  // CHECK-NEXT: sched.yield %last_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %calls = sched.task(%all_1 = %all : !sched.future<!llm.messages>) -> !sched.list<!llm.record<"id": !llm.text, "tool": !llm.text, "arguments": !llm.text>> {
  // CHECK-NEXT: %calls_1 = llm.tool_calls %all_1
  // CHECK-NEXT: sched.yield %calls_1 : !llm.list<!llm.record<"id": !llm.text, "tool": !llm.text, "arguments": !llm.text>>
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %last, %calls : !sched.future<!llm.text>, !sched.list<!llm.record<"id": !llm.text, "tool": !llm.text, "arguments": !llm.text>>
  %all = llm.messages after(%talk) user(%q)
  %last = llm.content %all
  %calls = llm.tool_calls %all
  func.return %last, %calls : !llm.text, !llm.list<!llm.record<"id": !llm.text, "tool": !llm.text, "arguments": !llm.text>>
}

// So are lists and records; a list that is computed comes out of its task whole.
// CHECK-LABEL: func.func @structures(
func.func @structures(%a: !llm.text, %xs: !llm.list<!llm.text>, %v: tensor<?xf32>, %vs: !llm.list<tensor<?xf32>>) -> (!llm.list<i64>, i1, i64) {
  // CHECK-NEXT: %near = sched.task(%vs_1 = %vs : !sched.list<tensor<?xf32>>, %v_1 = %v : !sched.future<tensor<?xf32>>) -> !sched.list<i64> {
  // CHECK-NEXT: %near_1 = llm.top_k 3 of %vs_1 near %v_1
  // CHECK-NEXT: sched.yield %near_1 : !llm.list<i64>
  // CHECK-NEXT: }
  // CHECK-NEXT: %ys = sched.task(%xs_1 = %xs : !sched.list<!llm.text>) -> !sched.list<!llm.text> {
  // CHECK-NEXT: %ys_1 = llm.concat(%xs_1, %xs_1) : !llm.list<!llm.text>
  // CHECK-NEXT: sched.yield %ys_1 : !llm.list<!llm.text>
  // CHECK-NEXT: }
  // CHECK-NEXT: %has = sched.task(%ys_1 = %ys : !sched.list<!llm.text>, %a_1 = %a : !sched.future<!llm.text>) -> !sched.future<i1> {
  // CHECK-NEXT: %p = llm.parse %a_1 as regex "(?P<name>[a-z]+)" : !llm.record<"name": !llm.text>
  // CHECK-NEXT: %name = llm.field "name" of %p : !llm.record<"name": !llm.text>
  // CHECK-NEXT: %has_1 = llm.contains %ys_1, %name : !llm.list<!llm.text>, !llm.text
  // CHECK-NEXT: sched.yield %has_1 : i1
  // CHECK-NEXT: }
  // CHECK-NEXT: %long = sched.task(%ys_1 = %ys : !sched.list<!llm.text>) -> !sched.future<i64> {
  // CHECK-NEXT: %long_1 = llm.length of %ys_1 : !llm.list<!llm.text>
  // CHECK-NEXT: sched.yield %long_1 : i64
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %near, %has, %long : !sched.list<i64>, !sched.future<i1>, !sched.future<i64>
  %near = llm.top_k 3 of %vs near %v
  %p = llm.parse %a as regex "(?P<name>[a-z]+)" : !llm.record<"name": !llm.text>
  %name = llm.field "name" of %p : !llm.record<"name": !llm.text>
  %ys = llm.concat(%xs, %xs) : !llm.list<!llm.text>
  %has = llm.contains %ys, %name : !llm.list<!llm.text>, !llm.text
  %long = llm.length of %ys : !llm.list<!llm.text>
  func.return %near, %has, %long : !llm.list<i64>, i1, i64
}

// Votes with all that they may say, and choices by score.
// CHECK-LABEL: func.func @chosen(
func.func @chosen(%xs: !llm.list<!llm.text>, %keys: !llm.list<i64>) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %v = sched.task(%xs_1 = %xs : !sched.list<!llm.text>, %keys_1 = %keys : !sched.list<i64>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %v_1 = ensemble.vote %xs_1 by %keys_1 min_valid 2 : !llm.list<!llm.text>, !llm.list<i64>
  // CHECK-NEXT: sched.yield %v_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %b = sched.task(%xs_1 = %xs : !sched.list<!llm.text>, %keys_1 = %keys : !sched.list<i64>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %b_1 = ensemble.best %xs_1 by %keys_1 : !llm.list<!llm.text>, !llm.list<i64>
  // CHECK-NEXT: sched.yield %b_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %v, %b : !sched.future<!llm.text>, !sched.future<!llm.text>
  %v = ensemble.vote %xs by %keys min_valid 2 : !llm.list<!llm.text>, !llm.list<i64>
  %b = ensemble.best %xs by %keys : !llm.list<!llm.text>, !llm.list<i64>
  func.return %v, %b : !llm.text, !llm.text
}

// A redaction is two tasks, as a task gives one result; what is written on it stands on both.
// CHECK-LABEL: func.func @labels(
func.func @labels(%letter: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %masked = sched.task(%letter_1 = %letter : !sched.future<!llm.text>) -> !sched.future<!llm.text> attributes {note = "kept"} {
  // CHECK-NEXT: %masked_1, %hidden = llm.redact %letter_1 hiding ["email"] to "public" {note = "kept"}
  // CHECK-NEXT: sched.yield %masked_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %open = sched.task(%masked_1 = %masked : !sched.future<!llm.text>, %letter_1 = %letter : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %masked_2, %hidden = llm.redact %letter_1 hiding ["email"] to "public" {note = "kept"}
  // CHECK-NEXT: %back = llm.restore %masked_1 from %hidden
  // CHECK-NEXT: %open_1 = llm.declassify %back to "public" because "r" : !llm.text
  // CHECK-NEXT: sched.yield %open_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %open, %masked : !sched.future<!llm.text>, !sched.future<!llm.text>
  %masked, %hidden = llm.redact %letter hiding ["email"] to "public" {note = "kept"}
  %back = llm.restore %masked from %hidden
  %open = llm.declassify %back to "public" because "r" : !llm.text
  func.return %open, %masked : !llm.text, !llm.text
}

// A function takes its time: what it needs moves into its task, and it into no other.
// CHECK-LABEL: func.func @applied(
func.func @applied(%q: !llm.text) -> !llm.text {
  // CHECK-NEXT: %up = sched.task(%q_1 = %q : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %p = llm.template "{0}!"(%q_1)
  // CHECK-NEXT: %up_1 = llm.apply pure @upper(%p) : (!llm.text) -> !llm.text
  // CHECK-NEXT: sched.yield %up_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: %t = sched.task(%up_1 = %up : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  // CHECK-NEXT: %t_1 = llm.template "{0}?"(%up_1)
  // CHECK-NEXT: sched.yield %t_1 : !llm.text
  // CHECK-NEXT: }
  // CHECK-NEXT: func.return %t : !sched.future<!llm.text>
  %p = llm.template "{0}!"(%q)
  %up = llm.apply pure @upper(%p) : (!llm.text) -> !llm.text
  %t = llm.template "{0}?"(%up)
  func.return %t : !llm.text
}
