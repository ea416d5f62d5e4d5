// RUN: ember-opt %s --optimize-for=cost -p stop-early --allow=bounded(0.05) --verify-each | filecheck %s
// RUN: ember-opt %s --optimize-for=cost -p stop-early --allow=bounded(0.05) --explain 2>&1 >/dev/null | filecheck %s --check-prefix=WHY

// WHY-COUNT-2: is over samples whose draws other samples have too: it does not stop adaptively
// WHY-NEXT: is over answers that may be left out or replaced: it does not stop adaptively
// WHY-NEXT: is over answers that may be left out or replaced: it does not stop adaptively
// WHY-NEXT: is over samples whose draws other samples have too: it does not stop adaptively

llm.model @m from "simulated"

// Samples whose index counts in two places may be the same one in two runs.
// CHECK-LABEL: func.func @two_places
func.func @two_places(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: ensemble.vote %d stop lossless :
  %xs = llm.list(%p, %p) : !llm.list<!llm.text>
  %vs = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %d = ensemble.sample 10 of @m(%x) as lark "start: \22yes\22 | \22no\22"
        draw [<0[0, *]>, <0[*, 1]>, <0[*, 2]>, <0[*, 3]>, <0[*, 4]>,
              <0[*, 5]>, <0[*, 6]>, <0[*, 7]>, <0[*, 8]>, <0[*, 9]>]
    %v = ensemble.vote %d : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  }
  func.return %vs : !llm.list<!llm.text>
}

// One of them that another call has is enough.
// CHECK-LABEL: func.func @one_of_another
func.func @one_of_another(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d stop lossless :
  %a = llm.generate @m(%q) draw <19>
  %d = ensemble.sample 10 of @m(%a) as lark "start: \22yes\22 | \22no\22"
      draw [<10>, <11>, <12>, <13>, <14>, <15>, <16>, <17>, <18>, <19>]
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Of members that are left out, nobody knows how many there are.
// CHECK-LABEL: func.func @left_out
func.func @left_out(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d stop lossless :
  %d = ensemble.sample 10 of @m(%q) as lark "start: \22yes\22 | \22no\22" on_error drop draw <20[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// What is made of a sample may be replaced, though the sample is not.
// CHECK-LABEL: func.func @replaced_later
func.func @replaced_later(%q: !llm.text, %c: i1) -> i1 {
  // CHECK: ensemble.vote %bs stop lossless :
  %d = ensemble.sample 10 of @m(%q) draw <21[*]>
  %bs = ensemble.map %y in %d on_error use %c : !llm.list<!llm.text> -> !llm.list<i1> do {
    %b = llm.contains %y, %q : !llm.text, !llm.text
    ensemble.yield %b : i1
  }
  %v = ensemble.vote %bs : !llm.list<i1>
  func.return %v : i1
}

// Nor is what is made of samples more independent than they are.
// CHECK-LABEL: func.func @made_of_shared_draws
func.func @made_of_shared_draws(%q: !llm.text) -> i1 {
  // CHECK: ensemble.vote %bs stop lossless :
  %a = llm.generate @m(%q) draw <22[3]>
  %d = ensemble.sample 10 of @m(%a) draw <22[*]>
  %bs = ensemble.map %y in %d : !llm.list<!llm.text> -> !llm.list<i1> do {
    %b = llm.contains %y, %q : !llm.text, !llm.text
    ensemble.yield %b : i1
  }
  %v = ensemble.vote %bs : !llm.list<i1>
  func.return %v : i1
}
