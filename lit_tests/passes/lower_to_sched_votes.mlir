// RUN: ember-opt %s -p lower-to-sched,verify-level{level=sched} --verify-each | filecheck %s
// RUN: ember-opt %s -p lower-to-sched,lower-to-exec,verify-level{level=exec} --verify-each | filecheck %s --check-prefix=EXEC

llm.model @m from "simulated"

// A vote that stops takes its samples piece by piece.
// CHECK-LABEL: func.func @lossless
// EXEC-LABEL: exec.frame @lossless
func.func @lossless(%q: !llm.text) -> !llm.text {
  // CHECK: %v = sched.quorum %d min_valid 2 stop lossless : !sched.list<!llm.text> {note = "kept"}
  // CHECK-NEXT: func.return %v
  // EXEC: exec.quorum %d min_valid 2 stop lossless
  %d = ensemble.sample 5 of @m(%q) on_error drop draw <0[*]>
  %v = ensemble.vote %d min_valid 2 stop lossless : !llm.list<!llm.text> {note = "kept"}
  func.return %v : !llm.text
}

// So does one that stops adaptively, over what is made of samples.
// CHECK-LABEL: func.func @adaptive
// EXEC-LABEL: exec.frame @adaptive
func.func @adaptive(%q: !llm.text) -> !llm.text {
  // CHECK: %v = sched.quorum %ts stop adaptive confidence 0.9 : !sched.list<!llm.text>
  // EXEC: exec.quorum %ts stop adaptive confidence 0.9
  %d = ensemble.sample 40 of @m(%q) draw <0[*]>
  %ts = ensemble.map %x in %d : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %t = llm.template "{0}!"(%x)
    ensemble.yield %t : !llm.text
  }
  %v = ensemble.vote %ts stop adaptive confidence 0.9 : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Where all is needed, an adaptive vote looks at less all the same, in a task of its own.
// CHECK-LABEL: func.func @read_elsewhere
// EXEC-LABEL: exec.frame @read_elsewhere
func.func @read_elsewhere(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: sched.task(%{{.*}} = %d : !sched.list<!llm.text>)
  // CHECK-NEXT: ensemble.vote %{{.*}} stop adaptive confidence 0.95 : !llm.list<!llm.text>
  // EXEC: exec.vote %d stop adaptive confidence 0.95 : !llm.list<!llm.text>
  %d = ensemble.sample 40 of @m(%q) draw <0[*]>
  %v = ensemble.vote %d stop adaptive confidence 0.95 : !llm.list<!llm.text>
  %j = llm.join %d with ", "
  func.return %v, %j : !llm.text, !llm.text
}

// So does one by keys, which come from elsewhere.
// CHECK-LABEL: func.func @by_keys
func.func @by_keys(%q: !llm.text, %keys: !llm.list<i64>) -> !llm.text {
  // CHECK: sched.task(%{{.*}} = %d : !sched.list<!llm.text>, %{{.*}} = %keys : !sched.list<i64>)
  // CHECK-NEXT: ensemble.vote %{{.*}} by %{{.*}} stop lossless
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %v = ensemble.vote %d by %keys stop lossless : !llm.list<!llm.text>, !llm.list<i64>
  func.return %v : !llm.text
}

// A list from outside of the region is read there as a whole, as it may be read again.
// CHECK-LABEL: func.func @from_outside
func.func @from_outside(%q: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.vote %{{.*}} stop lossless
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %v = ensemble.vote %d stop lossless : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  }
  func.return %ys : !llm.list<!llm.text>
}

// An effect comes only after all samples before it have succeeded: the vote waits for all.
// CHECK-LABEL: func.func @before_an_effect
func.func @before_an_effect(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: ensemble.vote %{{.*}} stop lossless
  // CHECK: %over = sched.done(
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %v = ensemble.vote %d stop lossless : !llm.list<!llm.text>
  %s = llm.apply effectful @send(%q) : (!llm.text) -> !llm.text
  func.return %v, %s : !llm.text, !llm.text
}

// A failure that another arm handles must be noticed: the vote waits for all.
// CHECK-LABEL: func.func @failure_handled
func.func @failure_handled(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %{{.*}} stop adaptive confidence 0.95
  %a = ensemble.fallback : !llm.text do {
    %d = ensemble.sample 5 of @m(%q) draw <0[*]>
    %v = ensemble.vote %d stop adaptive confidence 0.95 : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  } else {
    ensemble.yield %q : !llm.text
  }
  func.return %a : !llm.text
}

// A function that does something is called for every member.
// CHECK-LABEL: func.func @members_that_act
func.func @members_that_act(%xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK: ensemble.vote %{{.*}} stop lossless
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.apply effectful @log(%x) : (!llm.text) -> !llm.text
    ensemble.yield %y : !llm.text
  }
  %v = ensemble.vote %ys stop lossless : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// A list that has won is not there before all of it is, so no quorum gives one.
// CHECK-LABEL: func.func @lists
func.func @lists(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.vote %{{.*}} stop lossless : !llm.list<!llm.list<!llm.text>>
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    %y = llm.generate @m(%x) draw <0[*]>
    %l = llm.list(%y, %x) : !llm.list<!llm.text>
    ensemble.yield %l : !llm.list<!llm.text>
  }
  %v = ensemble.vote %ys stop lossless : !llm.list<!llm.list<!llm.text>>
  func.return %v : !llm.list<!llm.text>
}
