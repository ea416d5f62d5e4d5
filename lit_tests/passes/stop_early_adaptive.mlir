// RUN: ember-opt %s --optimize-for=cost -p stop-early --allow=bounded(0.05) --verify-each | filecheck %s
// RUN: ember-opt %s --optimize-for=cost -p stop-early --allow=bounded(0.05) --explain 2>&1 | filecheck %s --check-prefix=WHY

// What the votes spend adds up, and is written down.
// CHECK: builtin.module attributes {ember.kept = #llm.utf8"bounded(0.0224)"}

llm.model @m from "simulated"

// A sample of two answers stops once its lead is likely to last: at .0164 of difference.
// CHECK-LABEL: func.func @two_texts
func.func @two_texts(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d stop adaptive confidence 0.95 :
  %d = ensemble.sample 15 of @m(%q) as lark "start: \22yes\22i | \22no\22" draw <0[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// A condition is one of two as well; three such votes are three times as uncertain.
// CHECK-LABEL: func.func @two_conditions
func.func @two_conditions(%q: !llm.text) -> !llm.list<i1> {
  // CHECK: ensemble.vote %bs stop adaptive confidence 0.95 :
  %three = llm.list(%q, %q, %q) : !llm.list<!llm.text>
  %vs = ensemble.map %x in %three : !llm.list<!llm.text> -> !llm.list<i1> do {
    %d = ensemble.sample 10 of @m(%x) draw <1[*, *]>
    %bs = ensemble.map %y in %d : !llm.list<!llm.text> -> !llm.list<i1> do {
      %b = llm.contains %y, %x : !llm.text, !llm.text
      ensemble.yield %b : i1
    }
    %v = ensemble.vote %bs : !llm.list<i1>
    ensemble.yield %v : i1
  }
  func.return %vs : !llm.list<i1>
}

// What is left of the allowance does not suffice for a vote over many.
// CHECK-LABEL: func.func @too_uncertain
func.func @too_uncertain(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d stop lossless :
  // WHY-DAG: 'ensemble.vote' would keep bounded(0.0576) adaptively, which is above the allowance
  %d = ensemble.sample 39 of @m(%q) as lark "start: \22yes\22 | \22no\22" draw <2[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Of few answers, the lossless stop is as good.
// CHECK-LABEL: func.func @few
func.func @few(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d stop lossless :
  %d = ensemble.sample 5 of @m(%q) as lark "start: \22yes\22 | \22no\22" draw <3[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Of more than two answers no bound is known.
// CHECK-LABEL: func.func @three_texts
func.func @three_texts(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d stop lossless :
  // WHY-DAG: 'ensemble.vote' is over answers that are not known to be one of two: it does not stop adaptively
  %d = ensemble.sample 15 of @m(%q) as lark "start: \22yes\22 | \22no\22 | \22?\22" draw <4[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Nor is one where the text that was asked for is changed before it is counted.
// CHECK-LABEL: func.func @changed_texts
func.func @changed_texts(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %ts stop lossless :
  %d = ensemble.sample 15 of @m(%q) as lark "start: \22yes\22 | \22no\22" draw <5[*]>
  %ts = ensemble.map %x in %d : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %t = llm.generate @m(%x) draw <6[*]>
    ensemble.yield %t : !llm.text
  }
  %v = ensemble.vote %ts : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Answers to different questions are not as likely as each other.
// CHECK-LABEL: func.func @several_questions
func.func @several_questions(%xs: !llm.list<!llm.text>) -> i1 {
  // CHECK: ensemble.vote %bs stop lossless :
  // WHY-DAG: 'ensemble.vote' is over answers to several requests, of which one may be likelier than another: it does not stop adaptively
  %bs = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<i1> do {
    %y = llm.generate @m(%x) draw <7[*]>
    %b = llm.contains %y, %x : !llm.text, !llm.text
    ensemble.yield %b : i1
  }
  %v = ensemble.vote %bs : !llm.list<i1>
  func.return %v : i1
}

// What stands in for a member that fails is a third answer.
// CHECK-LABEL: func.func @replaced
func.func @replaced(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d stop lossless :
  // WHY-DAG: 'ensemble.vote' is over answers that may be left out or replaced: it does not stop adaptively
  %d = ensemble.sample 15 of @m(%q) as lark "start: \22yes\22 | \22no\22" on_error use %q draw <8[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Samples that another call has too are not independent of what was asked before.
// CHECK-LABEL: func.func @shared_draws
func.func @shared_draws(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d stop lossless :
  // WHY-DAG: 'ensemble.vote' is over samples whose draws other samples have too: it does not stop adaptively
  %a = llm.generate @m(%q) draw <9[3]>
  %d = ensemble.sample 15 of @m(%a) as lark "start: \22yes\22 | \22no\22" draw <9[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Nor are samples independent of which one is there twice.
// CHECK-LABEL: func.func @one_draw_twice
func.func @one_draw_twice(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d stop lossless :
  %d = ensemble.sample 9 of @m(%q) as lark "start: \22yes\22 | \22no\22"
      draw [<20>, <21>, <22>, <23>, <24>, <25>, <26>, <27>, <20>]
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// A vote that runs for each of a list differs the oftener the longer the list is.
// CHECK-LABEL: func.func @many_votes
func.func @many_votes(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.vote %d stop lossless :
  // WHY-DAG: 'ensemble.vote' runs nobody knows how often, each time with a chance of another winner: it does not stop adaptively
  %vs = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %d = ensemble.sample 15 of @m(%x) as lark "start: \22yes\22 | \22no\22" draw <10[*, *]>
    %v = ensemble.vote %d : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  }
  func.return %vs : !llm.list<!llm.text>
}

// A vote that needs most of its answers anyhow is not off at all: the lossless stop is as good.
// CHECK-LABEL: func.func @most_are_needed
func.func @most_are_needed(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d min_valid 14 stop lossless
  %d = ensemble.sample 15 of @m(%q) as lark "start: \22yes\22 | \22no\22" draw <11[*]>
  %v = ensemble.vote %d min_valid 14 : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Of very many answers no bound is computed, as it would take long.
// CHECK-LABEL: func.func @too_many
func.func @too_many(%q: !llm.text) -> !llm.text {
  // CHECK: ensemble.vote %d stop lossless
  // WHY-DAG: 'ensemble.vote' is over more than 200 answers, for which no bound is computed: it does not stop adaptively
  %d = ensemble.sample 201 of @m(%q) as lark "start: \22yes\22 | \22no\22" draw <12[*]>
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v : !llm.text
}
