// RUN: ember-opt %s --optimize-for=cost -p stop-early --verify-each | filecheck %s
// RUN: ember-opt %s --optimize-for=cost -p stop-early,lower-to-sched,verify-level{level=sched},verify-labels | filecheck %s --check-prefix=SCHED

llm.model @m from "simulated"
llm.model @pii from "simulated" clearance "pii"

// A vote over samples stops when they have decided, and asks for them as it needs them.
// CHECK-LABEL: func.func @samples
// SCHED-LABEL: func.func @samples
func.func @samples(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d min_valid 2 stop lossless : !llm.list<!llm.text> {note = "kept"}
  // SCHED: sched.quorum %d min_valid 2 stop lossless : !sched.list<!llm.text> {note = "kept"}
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %v = ensemble.vote %d min_valid 2 : !llm.list<!llm.text> {note = "kept"}
  func.return %v : !llm.text
}

// Members that fail may be left out or replaced: the vote counts on that.
// CHECK-LABEL: func.func @members_that_fail
func.func @members_that_fail(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: ensemble.vote %d stop lossless
  %d = ensemble.sample 5 of @m(%q) on_error drop draw <0[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  // CHECK: ensemble.vote %e stop lossless
  %e = ensemble.sample 5 of @m(%q) on_error use %q draw <1[*]>
  %w = ensemble.vote %e : !llm.list<!llm.text>
  func.return %v, %w : !llm.text, !llm.text
}

// A vote over a map of calls stops too, however long the list is.
// CHECK-LABEL: func.func @map_of_calls
func.func @map_of_calls(%xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK: ensemble.vote %ys stop lossless
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.generate @m(%x) draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  %v = ensemble.vote %ys : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// So does one over different calls, of which the first decides if they are two.
// CHECK-LABEL: func.func @two_calls
func.func @two_calls(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %ys stop lossless
  %ys = ensemble.parallel : !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) draw <0>
    ensemble.yield %a : !llm.text
  } and {
    %b = llm.generate @pii(%q) draw <1>
    ensemble.yield %b : !llm.text
  }
  %v = ensemble.vote %ys : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// What is only computed from samples needs no more samples than the vote needs of it.
// CHECK-LABEL: func.func @map_of_samples
func.func @map_of_samples(%q: !llm.text) -> i64 {
  // CHECK: ensemble.vote %ns stop lossless
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %ns = ensemble.map %x in %d : !llm.list<!llm.text> -> !llm.list<i64> do {
    %n = llm.parse %x as json_schema "{\22type\22: \22integer\22}" : i64
    ensemble.yield %n : i64
  }
  %v = ensemble.vote %ns : !llm.list<i64>
  func.return %v : i64
}

// Where somebody else reads the answers, all are needed.
// CHECK-LABEL: func.func @read_elsewhere
func.func @read_elsewhere(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: ensemble.vote %d :
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  %j = llm.join %d with ", "
  func.return %v, %j : !llm.text, !llm.text
}

// So it is where somebody else reads the calls that the answers are computed from.
// CHECK-LABEL: func.func @calls_read_elsewhere
func.func @calls_read_elsewhere(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: ensemble.vote %ts :
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %ts = ensemble.map %x in %d : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %t = llm.template "{0}!"(%x)
    ensemble.yield %t : !llm.text
  }
  %v = ensemble.vote %ts : !llm.list<!llm.text>
  %j = llm.join %d with ", "
  func.return %v, %j : !llm.text, !llm.text
}

// A list may be read in another region, which may run often or not at all.
// CHECK-LABEL: func.func @read_in_a_region
func.func @read_in_a_region(%q: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.vote %d :
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %v = ensemble.vote %d : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  }
  func.return %ys : !llm.list<!llm.text>
}

// Keys come from all of the answers.
// CHECK-LABEL: func.func @by_keys
func.func @by_keys(%q: !llm.text, %keys: !llm.list<i64>) -> !llm.text {
  // CHECK: ensemble.vote %d by %keys :
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %v = ensemble.vote %d by %keys : !llm.list<!llm.text>, !llm.list<i64>
  func.return %v : !llm.text
}

// One answer is needed, so nothing is saved.
// CHECK-LABEL: func.func @one_answer
func.func @one_answer(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d :
  %d = ensemble.sample 1 of @m(%q) draw <0[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// A failure that another arm handles decides the result, though nobody needs the answer.
// CHECK-LABEL: func.func @failure_handled
func.func @failure_handled(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d :
  %a = ensemble.fallback : !llm.text do {
    %d = ensemble.sample 5 of @m(%q) draw <0[*]>
    %v = ensemble.vote %d : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  } else {
    ensemble.yield %q : !llm.text
  }
  func.return %a : !llm.text
}

// Nor must a function with an effect be called when a sample before it has failed.
// CHECK-LABEL: func.func @before_an_effect
func.func @before_an_effect(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: ensemble.vote %d :
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  %s = llm.apply effectful @send(%q) : (!llm.text) -> !llm.text
  func.return %v, %s : !llm.text, !llm.text
}

// A function that does something is called for every member.
// CHECK-LABEL: func.func @members_that_act
func.func @members_that_act(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %ys :
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %ys = ensemble.map %x in %d : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.apply idempotent @log(%x) : (!llm.text) -> !llm.text
    ensemble.yield %y : !llm.text
  }
  %v = ensemble.vote %ys : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// What the same models are told anyhow, they may learn from the number of their calls.
// CHECK-LABEL: func.func @told_anyhow
func.func @told_anyhow(%letter: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
  // CHECK: ensemble.vote %d stop lossless
  %d = ensemble.sample 5 of @pii(%letter) draw <0[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// What a model is not told must not show in how often it is asked.
// CHECK-LABEL: func.func @not_told
func.func @not_told(%q: !llm.text, %secret: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
  // CHECK: ensemble.vote %ys :
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %ys = ensemble.map %x in %d : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %t = llm.template "{0} {1}"(%x, %secret)
    ensemble.yield %t : !llm.text
  }
  %v = ensemble.vote %ys : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Without a stated limit nothing less than exact is made of it.
// CHECK-LABEL: func.func @two_answers
func.func @two_answers(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d stop lossless
  %d = ensemble.sample 15 of @m(%q) as lark "start: \22yes\22 | \22no\22" draw <0[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Of samples that may be left out no place is known before the end, so all are asked for.
// CHECK-LABEL: func.func @map_of_what_is_left
func.func @map_of_what_is_left(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %ts :
  %d = ensemble.sample 5 of @m(%q) on_error drop draw <0[*]>
  %ts = ensemble.map %x in %d : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %t = llm.template "{0}!"(%x)
    ensemble.yield %t : !llm.text
  }
  %v = ensemble.vote %ts : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// A list that has won is not there before all of it is, so no quorum gives one.
// CHECK-LABEL: func.func @lists
func.func @lists(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.vote %{{.*}} : !llm.list<!llm.list<!llm.text>>
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    %y = llm.generate @m(%x) draw <0[*]>
    %l = llm.list(%y, %x) : !llm.list<!llm.text>
    ensemble.yield %l : !llm.list<!llm.text>
  }
  %v = ensemble.vote %ys : !llm.list<!llm.list<!llm.text>>
  func.return %v : !llm.list<!llm.text>
}

// Nor is a map cut short that does something for each element after it has asked.
// CHECK-LABEL: func.func @members_that_ask_and_act
func.func @members_that_ask_and_act(%xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK: ensemble.vote %ys :
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%x) draw <0[*]>
    %y = llm.apply idempotent @log(%a) : (!llm.text) -> !llm.text
    ensemble.yield %y : !llm.text
  }
  %v = ensemble.vote %ys : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Calls that are written one by one are arms, with what leads to each of them alone.
// CHECK-LABEL: func.func @written_one_by_one
func.func @written_one_by_one(%q: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[P:.*]] = llm.template "all {0}"
  // CHECK-NEXT: %[[L:.*]] = ensemble.parallel : !llm.list<!llm.text> attributes {note = "kept"} do {
  // CHECK-NEXT:   %[[A:.*]] = llm.generate @m(%[[P]]) draw <0>
  // CHECK-NEXT:   ensemble.yield %[[A]]
  // CHECK-NEXT: } and {
  // CHECK-NEXT:   %[[R:.*]] = llm.template "{0}{1}"
  // CHECK-NEXT:   %[[B:.*]] = llm.generate @pii(%[[R]]) draw <1>
  // CHECK-NEXT:   %[[C:.*]] = llm.generate @m(%[[B]]) draw <2>
  // CHECK-NEXT:   %[[D:.*]] = llm.template "{0}!"(%[[C]])
  // CHECK-NEXT:   ensemble.yield %[[D]]
  // CHECK-NEXT: } and {
  // CHECK-NEXT:   ensemble.yield %q
  // CHECK-NEXT: }
  // CHECK-NEXT: ensemble.vote %[[L]] min_valid 2 stop lossless
  %p = llm.template "all {0}"(%q)
  %r = llm.template "{0}{1}"(%p, %p)
  %a = llm.generate @m(%p) draw <0>
  %b = llm.generate @pii(%r) draw <1>
  %c = llm.generate @m(%b) draw <2>
  %d = llm.template "{0}!"(%c)
  %l = llm.list(%a, %d, %q) : !llm.list<!llm.text> {note = "kept"}
  %v = ensemble.vote %l min_valid 2 : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// One of them that others read is asked in any case, but it is no reason to ask for the others.
// CHECK-LABEL: func.func @one_read_elsewhere
func.func @one_read_elsewhere(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%q) draw <0>
  // CHECK-NEXT: ensemble.parallel
  // CHECK-NEXT: ensemble.yield %[[A]]
  // CHECK: ensemble.vote %{{.*}} stop lossless
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @pii(%q) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  %v = ensemble.vote %l : !llm.list<!llm.text>
  func.return %v, %a : !llm.text, !llm.text
}

// If others read them all, or the list, nothing is left out.
// CHECK-LABEL: func.func @all_read_elsewhere
func.func @all_read_elsewhere(%q: !llm.text) -> (!llm.text, !llm.text, !llm.text) {
  // CHECK-NOT: ensemble.parallel
  // CHECK: ensemble.vote %{{.*}} :
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @pii(%q) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  %v = ensemble.vote %l : !llm.list<!llm.text>
  %t = llm.template "{0}{1}"(%a, %b)
  // CHECK-NOT: ensemble.parallel
  // CHECK: ensemble.vote %{{.*}} :
  %c = llm.generate @m(%q) draw <2>
  %d = llm.generate @pii(%q) draw <3>
  %m = llm.list(%c, %d) : !llm.list<!llm.text>
  %w = ensemble.vote %m : !llm.list<!llm.text>
  %j = llm.join %m with ", "
  %x = llm.template "{0}{1}"(%t, %j)
  func.return %v, %w, %x : !llm.text, !llm.text, !llm.text
}

// Calls whose failure is handled stay where they are.
// CHECK-LABEL: func.func @calls_handled
func.func @calls_handled(%q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: ensemble.vote %{{.*}} :
  %f = ensemble.fallback : !llm.text do {
    %a = llm.generate @m(%q) draw <0>
    %b = llm.generate @pii(%q) draw <1>
    %l = llm.list(%a, %b) : !llm.list<!llm.text>
    %v = ensemble.vote %l : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  } else {
    ensemble.yield %q : !llm.text
  }
  func.return %f : !llm.text
}

// So do calls before a function with an effect, which must not run if one of them fails.
// CHECK-LABEL: func.func @calls_before_an_effect
func.func @calls_before_an_effect(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: llm.generate @m(%q) draw <0>
  // CHECK-NEXT: llm.apply
  // CHECK-NEXT: ensemble.parallel
  // CHECK: llm.generate @pii(%q) draw <1>
  %a = llm.generate @m(%q) draw <0>
  %s = llm.apply effectful @send(%q) : (!llm.text) -> !llm.text
  %b = llm.generate @pii(%q) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  %v = ensemble.vote %l : !llm.list<!llm.text>
  func.return %v, %s : !llm.text, !llm.text
}

// What does something itself is done where it stands.
// CHECK-LABEL: func.func @answers_that_act
func.func @answers_that_act(%q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: ensemble.vote %{{.*}} :
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @pii(%q) draw <1>
  %c = llm.apply idempotent @log(%a) : (!llm.text) -> !llm.text
  %d = llm.apply idempotent @log(%b) : (!llm.text) -> !llm.text
  %l = llm.list(%c, %d) : !llm.list<!llm.text>
  %v = ensemble.vote %l : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// A list with a label keeps it, as it stays.
// CHECK-LABEL: func.func @labelled_list
func.func @labelled_list(%q: !llm.text) -> !llm.text {
  // CHECK-NOT: ensemble.parallel
  // CHECK: ensemble.vote %{{.*}} :
  %c = llm.generate @m(%q) draw <0>
  %d = llm.generate @pii(%q) draw <1>
  %k = llm.list(%c, %d) : !llm.list<!llm.text> {ember.label = #llm.label"public"}
  %w = ensemble.vote %k : !llm.list<!llm.text>
  func.return %w : !llm.text
}

// Keys come from all answers, and a vote in a region may run often, wherever these are written.
// CHECK-LABEL: func.func @written_for_others
func.func @written_for_others(%q: !llm.text, %keys: !llm.list<i64>, %xs: !llm.list<!llm.text>)
    -> (!llm.text, !llm.list<!llm.text>) {
  // CHECK-NOT: ensemble.parallel
  // CHECK: ensemble.vote %{{.*}} by %keys :
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @pii(%q) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  %v = ensemble.vote %l by %keys : !llm.list<!llm.text>, !llm.list<i64>
  // CHECK-NOT: ensemble.parallel
  // CHECK: ensemble.vote %{{.*}} :
  %c = llm.generate @m(%q) draw <2>
  %d = llm.generate @pii(%q) draw <3>
  %m = llm.list(%c, %d) : !llm.list<!llm.text>
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %w = ensemble.vote %m : !llm.list<!llm.text>
    ensemble.yield %w : !llm.text
  }
  func.return %v, %ys : !llm.text, !llm.list<!llm.text>
}
