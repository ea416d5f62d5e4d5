// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

llm.model @small from "simulated"

// Samples have one dynamic index of their own.
// CHECK-LABEL: func.func @sample
func.func @sample(%p: !llm.text, %m: !llm.messages) -> !llm.text {
  // CHECK: %[[D:.*]] = ensemble.sample 5 of @small(%{{.*}}) temperature 0.7 max_tokens 16 draw <0[*]>
  %d = ensemble.sample 5 of @small(%p) temperature 0.7 max_tokens 16 draw <0[*]>
  // CHECK-NEXT: ensemble.sample 2 of @small(%{{.*}}) temperature 0 site <1[*]>
  %g = ensemble.sample 2 of @small(%p) temperature 0 site <1[*]>
  // CHECK-NEXT: ensemble.sample 1 of @small(%{{.*}} : !llm.messages) top_p 0.5 stop ["é"] extra "{\"é\": 1}" as regex "a+" retries 2 on_error drop draw <2[*]> {note = "kept"}
  %l = ensemble.sample 1 of @small(%m : !llm.messages) top_p 0.5 stop ["é"] extra "{\"é\": 1}" as regex "a+" retries 2 on_error drop draw <2[*]> {note = "kept"}
  // CHECK-NEXT: ensemble.sample 2 of @small(%{{.*}}) on_error use %{{.*}}
  %u = ensemble.sample 2 of @small(%p) on_error use %p
  // CHECK-NEXT: ensemble.vote %[[D]] : !llm.list<!llm.text>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Samples that have been calls of their own list their draws, or sites.
// CHECK-LABEL: func.func @listed_draws
func.func @listed_draws(%p: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK-NEXT: ensemble.sample 3 of @small(%{{.*}}) draw [<0>, <4/1>, <7[2]>]
  %d = ensemble.sample 3 of @small(%p) draw [<0>, <4/1>, <7[2]>]
  // CHECK-NEXT: ensemble.sample 2 of @small(%{{.*}}) temperature 0 site [<1>, <2>]
  %g = ensemble.sample 2 of @small(%p) temperature 0 site [<1>, <2>]
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    // CHECK: ensemble.sample 2 of @small(%{{.*}}) draw [<8[*]>, <1[3, *]>]
    %y = ensemble.sample 2 of @small(%x) draw [<8[*]>, <1[3, *]>]
    ensemble.yield %y : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.list<!llm.text>>
}

// A map binds one element; maps nest, and each adds a dynamic index.
// CHECK-LABEL: func.func @nested
func.func @nested(%xss: !llm.list<!llm.list<!llm.text>>) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK: ensemble.map %[[XS:.*]] in %{{.*}} : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.list<!llm.text>> do {
  %r = ensemble.map %xs in %xss : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.list<!llm.text>> do {
    // CHECK-NEXT: ensemble.map %{{.*}} in %[[XS]] : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      // CHECK-NEXT: llm.generate @small(%{{.*}}) draw <0/1[*, *, 3]>
      %y = llm.generate @small(%x) draw <0/1[*, *, 3]>
      ensemble.yield %y : !llm.text
    }
    ensemble.yield %ys : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.list<!llm.text>>
}

// A member that fails is left out, or replaced by a value of its type.
// CHECK-LABEL: func.func @on_error
func.func @on_error(%xs: !llm.list<!llm.text>, %n: i64) {
  // CHECK: ensemble.map %{{.*}} in %{{.*}} on_error drop : !llm.list<!llm.text> -> !llm.list<i64> do {
  %a = ensemble.map %x in %xs on_error drop : !llm.list<!llm.text> -> !llm.list<i64> do {
    %c = llm.length of %x : !llm.text
    ensemble.yield %c : i64
  }
  // CHECK: ensemble.map %{{.*}} in %{{.*}} on_error use %{{.*}} : !llm.list<!llm.text> -> !llm.list<i64> attributes {note = "kept"} do {
  %b = ensemble.map %x in %xs on_error use %n : !llm.list<!llm.text> -> !llm.list<i64> attributes {note = "kept"} do {
    %c = llm.length of %x : !llm.text
    ensemble.yield %c : i64
  }
  // CHECK: ensemble.parallel on_error drop : !llm.list<i64> do {
  %d = ensemble.parallel on_error drop : !llm.list<i64> do {
    ensemble.yield %n : i64
  }
  // CHECK: ensemble.parallel on_error use %{{.*}} : !llm.list<i64> attributes {note = "kept"} do {
  %e = ensemble.parallel on_error use %n : !llm.list<i64> attributes {note = "kept"} do {
    ensemble.yield %n : i64
  // CHECK: } and {
  } and {
    ensemble.yield %n : i64
  }
  func.return
}

// A reduction binds a group, and keeps attributes that it does not know.
// CHECK-LABEL: func.func @reduce
func.func @reduce(%xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK: ensemble.reduce %{{.*}} in %{{.*}} by 4 : !llm.list<!llm.text> attributes {note = "kept"} do {
  %r = ensemble.reduce %g in %xs by 4 : !llm.list<!llm.text> attributes {note = "kept"} do {
    %j = llm.join %g with " "
    // CHECK: ensemble.yield %{{.*}} : !llm.text
    ensemble.yield %j : !llm.text
  }
  func.return %r : !llm.text
}

// One answer out of several, of any type that can be compared.
// CHECK-LABEL: func.func @choices
func.func @choices(%p: !llm.text, %xs: !llm.list<!llm.text>, %ns: !llm.list<i64>, %s: !llm.list<f64>, %os: !llm.list<!llm.object>) {
  // CHECK: ensemble.vote %{{.*}} : !llm.list<i64>
  %a = ensemble.vote %ns : !llm.list<i64>
  // CHECK-NEXT: ensemble.vote %{{.*}} min_valid 2 : !llm.list<!llm.text>
  %b = ensemble.vote %xs min_valid 2 : !llm.list<!llm.text>
  // CHECK-NEXT: ensemble.vote %{{.*}} by %{{.*}} min_valid 3 : !llm.list<!llm.object>, !llm.list<i64> {note = "kept"}
  %c = ensemble.vote %os by %ns min_valid 3 : !llm.list<!llm.object>, !llm.list<i64> {note = "kept"}
  // CHECK-NEXT: ensemble.vote %{{.*}} min_valid 2 stop lossless : !llm.list<!llm.text>
  %likely = ensemble.vote %xs min_valid 2 stop lossless : !llm.list<!llm.text>
  // CHECK-NEXT: ensemble.vote %{{.*}} by %{{.*}} stop adaptive confidence 0.95 : !llm.list<!llm.text>, !llm.list<i64>
  %likelier = ensemble.vote %xs by %ns stop adaptive confidence 0.95 : !llm.list<!llm.text>, !llm.list<i64>
  // CHECK-NEXT: ensemble.judge @small(%{{.*}}) among %{{.*}}
  %d = ensemble.judge @small(%p) among %xs
  // CHECK-NEXT: ensemble.judge @small(%{{.*}}) among %{{.*}} temperature 0 max_tokens 4 site <0>
  %e = ensemble.judge @small(%p) among %xs temperature 0 max_tokens 4 site <0>
  // CHECK-NEXT: ensemble.judge @small(%{{.*}}) among %{{.*}} top_p 0.9 stop ["."] seed 7 extra "{}" draw <1> {note = "kept"}
  %f = ensemble.judge @small(%p) among %xs top_p 0.9 stop ["."] seed 7 extra "{}" draw <1> {note = "kept"}
  // CHECK-NEXT: ensemble.best %{{.*}} by %{{.*}} : !llm.list<!llm.text>, !llm.list<f64>
  %g = ensemble.best %xs by %s : !llm.list<!llm.text>, !llm.list<f64>
  // CHECK-NEXT: ensemble.best %{{.*}} by %{{.*}} : !llm.list<!llm.object>, !llm.list<i64> {note = "kept"}
  %h = ensemble.best %os by %ns : !llm.list<!llm.object>, !llm.list<i64> {note = "kept"}
  func.return
}

// Rungs are accepted on a condition; the last may be taken as it is.
// CHECK-LABEL: func.func @cascade
func.func @cascade(%a: !llm.text, %c: i1) -> !llm.text {
  // CHECK: ensemble.cascade : !llm.text attributes {note = "kept"} do {
  // CHECK-NEXT: ensemble.accept %{{.*}} if %{{.*}} : !llm.text {note = "kept"}
  // CHECK-NEXT: } else {
  // CHECK-NEXT: ensemble.accept %{{.*}} if %{{.*}} : !llm.text
  // CHECK-NEXT: } else {
  // CHECK-NEXT: ensemble.yield %{{.*}} : !llm.text
  // CHECK-NEXT: }
  %r = ensemble.cascade : !llm.text attributes {note = "kept"} do {
    ensemble.accept %a if %c : !llm.text {note = "kept"}
  } else {
    ensemble.accept %a if %c : !llm.text
  } else {
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// Arms that fall back stand behind 'else', those that race behind 'or'.
// CHECK-LABEL: func.func @arms
func.func @arms(%a: i64) {
  // CHECK: ensemble.fallback : i64 do {
  // CHECK-NEXT: ensemble.yield %{{.*}} : i64
  // CHECK-NEXT: } else {
  // CHECK-NEXT: ensemble.yield %{{.*}} : i64 {note = "kept"}
  // CHECK-NEXT: }
  %b = ensemble.fallback : i64 do {
    ensemble.yield %a : i64
  } else {
    ensemble.yield %a : i64 {note = "kept"}
  }
  // CHECK-NEXT: ensemble.race : i64 attributes {note = "kept"} do {
  // CHECK-NEXT: ensemble.yield %{{.*}} : i64
  // CHECK-NEXT: } or {
  // CHECK-NEXT: ensemble.yield %{{.*}} : i64
  // CHECK-NEXT: }
  %c = ensemble.race : i64 attributes {note = "kept"} do {
    ensemble.yield %a : i64
  } or {
    ensemble.yield %a : i64
  }
  func.return
}

// A refinement binds the draft; it repeats, so a draw inside has an index.
// CHECK-LABEL: func.func @refine
func.func @refine(%a: !llm.text, %c: i1) {
  // CHECK: ensemble.refine %[[D:.*]] from %{{.*}} at_most 3 : !llm.text do {
  // CHECK-NEXT: %[[B:.*]] = llm.generate @small(%[[D]]) draw <0[*]>
  // CHECK-NEXT: ensemble.accept %[[B]] if %{{.*}} : !llm.text
  %r = ensemble.refine %draft from %a at_most 3 : !llm.text do {
    %better = llm.generate @small(%draft) draw <0[*]>
    ensemble.accept %better if %c : !llm.text
  }
  // CHECK: ensemble.refine %{{.*}} from %{{.*}} at_most 1 must_accept : !llm.text attributes {note = "kept"} do {
  %s = ensemble.refine %draft from %a at_most 1 must_accept : !llm.text attributes {note = "kept"} do {
    ensemble.accept %draft if %c : !llm.text
  }
  func.return
}
