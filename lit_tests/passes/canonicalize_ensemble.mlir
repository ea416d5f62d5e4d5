// RUN: ember-opt %s -p canonicalize --verify-each | filecheck %s

llm.model @m from "simulated"

// One sample is a call; its index is 0, and all else stays as it is.
// CHECK-LABEL: func.func @sample_of_one
func.func @sample_of_one(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%p) temperature 0.7 top_p 0.5 max_tokens 9 stop ["."] as regex "[a-z]+" retries 2 draw <3[1, 0]>
  // CHECK-NEXT: llm.list(%[[A]]) : !llm.list<!llm.text>
  %a = ensemble.sample 1 of @m(%p) temperature 0.7 top_p 0.5 max_tokens 9 stop ["."] as regex "[a-z]+" retries 2 draw <3[1, *]>
  func.return %a : !llm.list<!llm.text>
}

// In a region that repeats only the sample's own index becomes a number.
// CHECK-LABEL: func.func @sample_of_one_in_map
func.func @sample_of_one_in_map(%ps: !llm.list<!llm.messages>) -> !llm.list<!llm.text> {
  // CHECK: llm.generate @m(%{{.*}} : !llm.messages) temperature 0 site <3[*, 0]>
  // CHECK-NEXT: ensemble.yield
  %r = ensemble.map %p in %ps : !llm.list<!llm.messages> -> !llm.list<!llm.text> do {
    %a = ensemble.sample 1 of @m(%p : !llm.messages) temperature 0 site <3[*, *]>
    %v = ensemble.vote %a : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// One sample that lists its draw has just that.
// CHECK-LABEL: func.func @listed_sample_of_one
func.func @listed_sample_of_one(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%p) draw <3/1[7]>
  // CHECK-NEXT: llm.list(%[[A]]) : !llm.list<!llm.text>
  %a = ensemble.sample 1 of @m(%p) draw [<3/1[7]>]
  func.return %a : !llm.list<!llm.text>
}

// Where a region around no longer repeats, each of listed draws has the number of its run.
// CHECK-LABEL: func.func @listed_sample_in_map
func.func @listed_sample_in_map(%p: !llm.text, %q: !llm.text) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK-NEXT: ensemble.sample 2 of @m(%p) draw [<3[0]>, <4[9, 0]>]
  // CHECK-NEXT: ensemble.sample 2 of @m(%q) draw [<3[1]>, <4[9, 1]>]
  %l = llm.list(%p, %q) : !llm.list<!llm.text>
  %r = ensemble.map %x in %l : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    %a = ensemble.sample 2 of @m(%x) draw [<3[*]>, <4[9, *]>]
    ensemble.yield %a : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.list<!llm.text>>
}

// A fresh sample stays fresh.
// CHECK-LABEL: func.func @fresh_sample_of_one
func.func @fresh_sample_of_one(%p: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%p)
  // CHECK-NEXT: func.return %[[A]]
  %a = ensemble.sample 1 of @m(%p)
  %v = ensemble.vote %a : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Several samples are several draws; one that may be left out or replaced is no plain call.
// CHECK-LABEL: func.func @samples
func.func @samples(%p: !llm.text) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK-NEXT: ensemble.sample 2 of
  // CHECK-NEXT: ensemble.sample 1 of @m(%p) on_error drop
  // CHECK-NEXT: ensemble.sample 1 of @m(%p) on_error use %p
  %a = ensemble.sample 2 of @m(%p) temperature 0 site <0[*]>
  %b = ensemble.sample 1 of @m(%p) on_error drop draw <1[*]>
  %c = ensemble.sample 1 of @m(%p) on_error use %p draw <2[*]>
  %r = llm.list(%a, %b, %c) : !llm.list<!llm.list<!llm.text>>
  func.return %r : !llm.list<!llm.list<!llm.text>>
}

// A map that gives each element as it is gives the list; nothing fails in it.
// CHECK-LABEL: func.func @map_of_same
func.func @map_of_same(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-NEXT: func.return %xs
  %r = ensemble.map %x in %xs on_error drop : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    ensemble.yield %x : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// A map that gives another value for each element is no copy.
// CHECK-LABEL: func.func @map_of_other
func.func @map_of_other(%xs: !llm.list<!llm.text>, %y: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.map
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    ensemble.yield %y : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// A map over a list that is written out is its body for each element, each with its index.
// CHECK-LABEL: func.func @map_of_known
func.func @map_of_known(%x: !llm.text, %y: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: %[[P:.*]] = llm.template "Q: {0}"(%x)
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%[[P]]) draw <0[0]>
  // CHECK-NEXT: %[[Q:.*]] = llm.template "Q: {0}"(%y)
  // CHECK-NEXT: %[[B:.*]] = llm.generate @m(%[[Q]]) draw <0[1]>
  // CHECK-NEXT: llm.list(%[[A]], %[[B]])
  %xs = llm.list(%x, %y) : !llm.list<!llm.text>
  %r = ensemble.map %e in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "Q: {0}"(%e)
    %a = llm.generate @m(%p) draw <0[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// Inside of another map the inner index becomes a number, the outer one stays.
// CHECK-LABEL: func.func @map_of_known_in_map
func.func @map_of_known_in_map(%zs: !llm.list<!llm.text>) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK-NEXT: ensemble.map
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <0[*, 0, 5]>
  // CHECK-NEXT: ensemble.sample 2 of @m(%{{.*}}) draw <1[*, 0, *]>
  // CHECK-NEXT: ensemble.vote
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <0[*, 1, 5]>
  // CHECK-NEXT: ensemble.sample 2 of @m(%{{.*}}) draw <1[*, 1, *]>
  %r = ensemble.map %z in %zs : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    %xs = llm.list(%z, %z) : !llm.list<!llm.text>
    %i = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %a = llm.generate @m(%x) draw <0[*, *, 5]>
      %b = ensemble.sample 2 of @m(%a) draw <1[*, *, *]>
      %v = ensemble.vote %b : !llm.list<!llm.text>
      ensemble.yield %v : !llm.text
    }
    ensemble.yield %i : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.list<!llm.text>>
}

// A map over no element is the empty list.
// CHECK-LABEL: func.func @map_of_none
func.func @map_of_none() -> !llm.list<!llm.text> {
  // CHECK-NEXT: llm.list() : !llm.list<!llm.text>
  // CHECK-NEXT: func.return
  %xs = llm.list() : !llm.list<!llm.text>
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%x) draw <0[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// A map over a list that comes from outside stays, as does one that handles errors.
// CHECK-LABEL: func.func @map_of_unknown
func.func @map_of_unknown(%x: !llm.text, %ys: !llm.list<!llm.text>) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK: ensemble.map %{{.*}} in %ys :
  // CHECK: ensemble.map %{{.*}} on_error drop
  // CHECK: ensemble.map %{{.*}} on_error use %x
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %r = ensemble.map %e in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%e) draw <0[*]>
    ensemble.yield %a : !llm.text
  }
  %s = ensemble.map %e in %xs on_error drop : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%e) draw <1[*]>
    ensemble.yield %a : !llm.text
  }
  %t = ensemble.map %e in %xs on_error use %x : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%e) draw <2[*]>
    ensemble.yield %a : !llm.text
  }
  %l = llm.list(%r, %s, %t) : !llm.list<!llm.list<!llm.text>>
  func.return %l : !llm.list<!llm.list<!llm.text>>
}

// The reduction of one element is that element; no node runs.
// CHECK-LABEL: func.func @reduce_of_one
func.func @reduce_of_one(%x: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return %x
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %r = ensemble.reduce %g in %xs by 2 : !llm.list<!llm.text> do {
    %j = llm.join %g with ""
    %a = llm.generate @m(%j) draw <0[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// The reduction of nothing fails when the program runs; of two it has a node.
// CHECK-LABEL: func.func @reduce_of_others
func.func @reduce_of_others(%x: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: ensemble.reduce
  // CHECK: ensemble.reduce
  %none = llm.list() : !llm.list<!llm.text>
  %r = ensemble.reduce %g in %none by 2 : !llm.list<!llm.text> do {
    %j = llm.join %g with ""
    ensemble.yield %j : !llm.text
  }
  %two = llm.list(%x, %x) : !llm.list<!llm.text>
  %s = ensemble.reduce %g in %two by 2 : !llm.list<!llm.text> do {
    %j = llm.join %g with ""
    ensemble.yield %j : !llm.text
  }
  %l = llm.list(%r, %s) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// The vote of one answer is that answer, as it was given.
// CHECK-LABEL: func.func @vote_of_one
func.func @vote_of_one(%x: !llm.text, %k: i64) -> !llm.list<!llm.text> {
  // CHECK-NEXT: llm.list(%x, %x)
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %v = ensemble.vote %xs min_valid 1 : !llm.list<!llm.text>
  %ks = llm.list(%k) : !llm.list<i64>
  %w = ensemble.vote %xs by %ks : !llm.list<!llm.text>, !llm.list<i64>
  %l = llm.list(%v, %w) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// One answer is not enough where two are needed, or where its keys may be none.
// CHECK-LABEL: func.func @vote_that_may_fail
func.func @vote_that_may_fail(%x: !llm.text, %ks: !llm.list<i64>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.vote %{{.*}} min_valid 2
  // CHECK: ensemble.vote %{{.*}} by %ks
  // CHECK: ensemble.vote
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %v = ensemble.vote %xs min_valid 2 : !llm.list<!llm.text>
  %w = ensemble.vote %xs by %ks : !llm.list<!llm.text>, !llm.list<i64>
  %none = llm.list() : !llm.list<!llm.text>
  %u = ensemble.vote %none : !llm.list<!llm.text>
  %l = llm.list(%v, %w, %u) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Where there is one answer nobody judges.
// CHECK-LABEL: func.func @judge_of_one
func.func @judge_of_one(%p: !llm.text, %x: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return %x
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %j = ensemble.judge @m(%p) among %xs draw <0>
  func.return %j : !llm.text
}

// Between two equal answers somebody judges, as the choice costs a draw; of none it fails.
// CHECK-LABEL: func.func @judge_of_others
func.func @judge_of_others(%p: !llm.text, %x: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: ensemble.judge
  // CHECK: ensemble.judge
  %xs = llm.list(%x, %x) : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
  %j = ensemble.judge @m(%p) among %xs draw <0>
  %k = ensemble.judge @m(%p) among %none draw <1>
  %l = llm.list(%j, %k) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// The best of one answer is that answer, if it has one score.
// CHECK-LABEL: func.func @best_of_one
func.func @best_of_one(%x: !llm.text, %s: f64, %ss: !llm.list<f64>) -> !llm.list<!llm.text> {
  // CHECK: %[[B:.*]] = ensemble.best %{{.*}} by %ss
  // CHECK-NEXT: llm.list(%x, %[[B]])
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %one = llm.list(%s) : !llm.list<f64>
  %a = ensemble.best %xs by %one : !llm.list<!llm.text>, !llm.list<f64>
  %b = ensemble.best %xs by %ss : !llm.list<!llm.text>, !llm.list<f64>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}
