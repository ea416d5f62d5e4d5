// RUN: ember-opt %s -p assign-draws | filecheck %s

llm.model @m from "simulated"

// Numbers count in program order, from one above the largest that is there.
// CHECK-LABEL: func.func @from_the_largest
func.func @from_the_largest(%p: !llm.text) -> !llm.text {
  // CHECK: llm.generate @m(%{{.*}}) draw <8>
  %a = llm.generate @m(%p)
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <7/2>
  %b = llm.generate @m(%a) draw <7/2>
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <9>
  %c = llm.generate @m(%b)
  func.return %c : !llm.text
}

// Every function counts for itself, and greedy calls have sites too.
// CHECK-LABEL: func.func @greedy
func.func @greedy(%p: !llm.text) -> !llm.text {
  // CHECK: llm.generate @m(%{{.*}}) temperature 0 site <0>
  %a = llm.generate @m(%p) temperature 0
  func.return %a : !llm.text
}

// There is one dynamic index per region that repeats, and one for the samples.
// CHECK-LABEL: func.func @repeated
func.func @repeated(%xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK: llm.generate @m(%{{.*}}) draw <0[*]>
  // CHECK: ensemble.sample 3 of @m(%{{.*}}) draw <1[*, *]>
  // CHECK: ensemble.sample 2 of @m(%{{.*}}) draw <2[*]>
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.generate @m(%x)
    %ds = ensemble.sample 3 of @m(%y)
    %v = ensemble.vote %ds : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  }
  %j = llm.join %ys with ""
  %s = ensemble.sample 2 of @m(%j)
  %r = ensemble.reduce %g in %s by 2 : !llm.list<!llm.text> do {
    %t = llm.join %g with ""
    // CHECK: llm.generate @m(%{{.*}}) draw <3[*]>
    %z = llm.generate @m(%t)
    ensemble.yield %z : !llm.text
  }
  func.return %r : !llm.text
}

// Numbering twice changes nothing: the program keeps its numbers and its stamp.
// RUN: ember-opt %s -p assign-draws,assign-draws | filecheck %s --check-prefix=TWICE
// TWICE: builtin.module attributes {ember.program = #llm.utf8"{{[0-9a-f]+}}"}
// TWICE-LABEL: func.func @greedy
// TWICE: site <0>

// Numbers in a list of draws are taken, and the list stays.
// CHECK-LABEL: func.func @listed
func.func @listed(%p: !llm.text) -> !llm.text {
  // CHECK: ensemble.sample 2 of @m(%{{.*}}) draw [<3>, <12/1>]
  %s = ensemble.sample 2 of @m(%p) draw [<3>, <12/1>]
  %j = llm.join %s with ""
  // CHECK: llm.generate @m(%{{.*}}) draw <13>
  %a = llm.generate @m(%j)
  func.return %a : !llm.text
}

// Of a list of texts, one more index counts the texts, in a region that repeats too.
// CHECK-LABEL: func.func @lists
func.func @lists(%xss: !llm.list<!llm.list<!llm.text>>, %xs: !llm.list<!llm.text>) -> (!llm.list<tensor<?xf32>>, !llm.list<!llm.list<!llm.list<f64>>>) {
  // CHECK: llm.embed @m(%{{.*}} : !llm.list<!llm.text>) site <0[*]>
  %v = llm.embed @m(%xs : !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>>
  %s = ensemble.map %ys in %xss : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.list<!llm.list<f64>>> do {
    // CHECK: llm.score @m(%{{.*}} : !llm.list<!llm.text>) among %{{.*}} site <1[*, *]>
    %t = llm.score @m(%ys : !llm.list<!llm.text>) among %xs -> !llm.list<!llm.list<f64>>
    ensemble.yield %t : !llm.list<!llm.list<f64>>
  }
  func.return %v, %s : !llm.list<tensor<?xf32>>, !llm.list<!llm.list<!llm.list<f64>>>
}
