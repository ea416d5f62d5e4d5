// RUN: ember-opt %s -p prune-branches --verify-each | filecheck %s

llm.model @m from "simulated"

// In its arms a condition is known, however deep, and so is what it is made of.
// CHECK-LABEL: func.func @known_in_an_arm
func.func @known_in_an_arm(%c: i1, %d: i1, %q: !llm.text) -> !llm.text {
  // CHECK: scf.if
  // CHECK-NEXT: %[[T:.*]] = arith.constant true
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%{{.*}}) draw <0>
  // CHECK-NEXT: llm.apply pure @tell(%[[A]], %[[T]])
  // CHECK-NEXT: scf.yield
  // CHECK-NEXT: } else {
  // CHECK-NOT: scf.if
  // CHECK: llm.generate @m(%{{.*}}) draw <3>
  // CHECK-NEXT: scf.yield
  %both = arith.andi %c, %d : i1
  %r = scf.if %both -> (!llm.text) {
    %s = scf.if %c -> (!llm.text) {
      %a = llm.generate @m(%q) draw <0>
      %t = llm.apply pure @tell(%a, %d) : (!llm.text, i1) -> !llm.text
      scf.yield %t : !llm.text
    } else {
      %a = llm.generate @m(%q) draw <1>
      scf.yield %a : !llm.text
    }
    scf.yield %s : !llm.text
  } else {
    %s = scf.if %both -> (!llm.text) {
      %a = llm.generate @m(%q) draw <2>
      scf.yield %a : !llm.text
    } else {
      %a = llm.generate @m(%q) draw <3>
      scf.yield %a : !llm.text
    }
    scf.yield %s : !llm.text
  }
  func.return %r : !llm.text
}

// What is not so holds in the other arm.
// CHECK-LABEL: func.func @negated
func.func @negated(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK: arith.xori
  // CHECK-NEXT: scf.if
  // CHECK-NOT: scf.if
  // CHECK: draw <1>
  // CHECK-NOT: draw <0>
  // CHECK: } else {
  %true = arith.constant true
  %not = arith.xori %c, %true : i1
  %r = scf.if %not -> (!llm.text) {
    %s = scf.if %c -> (!llm.text) {
      %a = llm.generate @m(%q) draw <0>
      scf.yield %a : !llm.text
    } else {
      %a = llm.generate @m(%q) draw <1>
      scf.yield %a : !llm.text
    }
    scf.yield %s : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// That "and" does not hold tells neither of both, nor does "or" that holds.
// CHECK-LABEL: func.func @not_known
func.func @not_known(%c: i1, %d: i1, %q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: arith.andi
  // CHECK: scf.if
  // CHECK: scf.if %c
  // CHECK: arith.ori
  // CHECK: scf.if
  // CHECK: scf.if %d
  %both = arith.andi %c, %d : i1
  %r = scf.if %both -> (!llm.text) {
    scf.yield %q : !llm.text
  } else {
    %s = scf.if %c -> (!llm.text) {
      %a = llm.generate @m(%q) draw <0>
      scf.yield %a : !llm.text
    } else {
      scf.yield %q : !llm.text
    }
    scf.yield %s : !llm.text
  }
  %one = arith.ori %c, %d : i1
  %t = scf.if %one -> (!llm.text) {
    %s = scf.if %d -> (!llm.text) {
      %a = llm.generate @m(%q) draw <1>
      scf.yield %a : !llm.text
    } else {
      scf.yield %q : !llm.text
    }
    scf.yield %s : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r, %t : !llm.text, !llm.text
}

// Behind a branch nothing is known any more.
// CHECK-LABEL: func.func @behind
func.func @behind(%c: i1, %q: !llm.text) -> (!llm.text, i1) {
  // CHECK: scf.if
  // CHECK: func.return %{{.*}}, %c
  %r = scf.if %c -> (!llm.text) {
    %a = llm.generate @m(%q) draw <0>
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r, %c : !llm.text, i1
}

// An answer is never a text that does not fit its grammar, so that arm is never taken.
// CHECK-LABEL: func.func @never_that_answer
func.func @never_that_answer(%q: !llm.text) -> !llm.text {
  // CHECK: llm.generate @m(%{{.*}}) as lark "start: \"yes\" | \"no\"" draw <0>
  // CHECK-NOT: scf.if
  // CHECK-NOT: draw <1>
  // CHECK: func.return
  %maybe = llm.constant "maybe"
  %a = llm.generate @m(%q) as lark "start: \"yes\" | \"no\"" draw <0>
  %e = llm.equal %a, %maybe : !llm.text
  %r = scf.if %e -> (!llm.text) {
    %b = llm.generate @m(%a) draw <1>
    scf.yield %b : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// A model may write white space around its answer; case counts.
// CHECK-LABEL: func.func @white_space_and_case
func.func @white_space_and_case(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: llm.equal %{{.*}}, %spaced
  // CHECK-NEXT: scf.if
  // CHECK-NOT: llm.equal
  // CHECK: func.return
  %spaced = llm.constant " yes\n"
  %upper = llm.constant "Yes"
  %a = llm.generate @m(%q) as regex "yes|no" draw <0>
  %e = llm.equal %a, %spaced : !llm.text
  %r = scf.if %e -> (!llm.text) {
    %b = llm.generate @m(%a) draw <1>
    scf.yield %b : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %f = llm.equal %a, %upper : !llm.text
  %s = scf.if %f -> (!llm.text) {
    %b = llm.generate @m(%a) draw <2>
    scf.yield %b : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r, %s : !llm.text, !llm.text
}

// What is parsed has no white space around it, and of JSON it is the value.
// CHECK-LABEL: func.func @parsed
func.func @parsed(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: llm.parse
  // CHECK-NOT: llm.equal %quoted
  // CHECK: llm.equal %{{.*}}, %bare
  // CHECK-NEXT: scf.if
  %quoted = llm.constant "\"yes\""
  %bare = llm.constant "yes"
  %a = llm.parse %q as json_schema "{\"enum\": [\"yes\", \"no\"]}" : !llm.text
  %e = llm.equal %quoted, %a : !llm.text
  %r = scf.if %e -> (!llm.text) {
    %b = llm.generate @m(%a) draw <1>
    scf.yield %b : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %f = llm.equal %a, %bare : !llm.text
  %s = scf.if %f -> (!llm.text) {
    %b = llm.generate @m(%a) draw <2>
    scf.yield %b : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r, %s : !llm.text, !llm.text
}

// What an answer cannot contain; around JSON, and in its escapes, anything may stand.
// CHECK-LABEL: func.func @contains
func.func @contains(%q: !llm.text) -> (!llm.text, !llm.text, !llm.text) {
  // CHECK: as lark
  // CHECK-NOT: llm.contains %{{.*}}, %maybe
  // CHECK: as json_schema
  // CHECK-NEXT: llm.contains %{{.*}}, %maybe
  // CHECK: llm.contains %{{.*}}, %part
  %maybe = llm.constant "maybe"
  %part = llm.constant "s "
  %a = llm.generate @m(%q) as lark "start: \"yes\" | \"no\"" draw <0>
  %e = llm.contains %a, %maybe : !llm.text, !llm.text
  %r = scf.if %e -> (!llm.text) {
    %x = llm.generate @m(%a) draw <1>
    scf.yield %x : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %b = llm.generate @m(%q) as json_schema "{\"enum\": [\"yes\", \"no\"]}" draw <2>
  %f = llm.contains %b, %maybe : !llm.text, !llm.text
  %s = scf.if %f -> (!llm.text) {
    %x = llm.generate @m(%b) draw <3>
    scf.yield %x : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %g = llm.contains %a, %part : !llm.text, !llm.text
  %t = scf.if %g -> (!llm.text) {
    %x = llm.generate @m(%b) draw <4>
    scf.yield %x : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r, %s, %t : !llm.text, !llm.text, !llm.text
}

// One of several samples fits as each does; what stands in for a sample need not.
// CHECK-LABEL: func.func @voted
func.func @voted(%q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: ensemble.vote
  // CHECK-NOT: llm.equal
  // CHECK: ensemble.vote
  // CHECK-NEXT: llm.equal
  %maybe = llm.constant "maybe"
  %as = ensemble.sample 3 of @m(%q) as regex "yes|no" on_error drop draw <0[*]>
  %a = ensemble.vote %as : !llm.list<!llm.text>
  %e = llm.equal %a, %maybe : !llm.text
  %r = scf.if %e -> (!llm.text) {
    %x = llm.generate @m(%a) draw <1>
    scf.yield %x : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %bs = ensemble.sample 3 of @m(%q) as regex "yes|no" on_error use %maybe draw <2[*]>
  %b = ensemble.vote %bs : !llm.list<!llm.text>
  %f = llm.equal %b, %maybe : !llm.text
  %s = scf.if %f -> (!llm.text) {
    %x = llm.generate @m(%b) draw <3>
    scf.yield %x : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r, %s : !llm.text, !llm.text
}

// A branch whose arms give the same value gives it, unless an arm may fail or ask.
// CHECK-LABEL: func.func @same_in_both
func.func @same_in_both(%c: i1, %q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %[[R:.*]] = scf.if
  // CHECK-NEXT: llm.parse
  // CHECK: func.return %q, %[[R]]
  %r = scf.if %c -> (!llm.text) {
    %t = llm.template "{0}!"(%q)
    scf.yield %q : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %s = scf.if %c -> (!llm.text) {
    %n = llm.parse %q as regex "[0-9]+" : !llm.text
    scf.yield %q : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r, %s : !llm.text, !llm.text
}

// No rung comes behind one that is accepted, and one that is not accepted gives nothing.
// CHECK-LABEL: func.func @rungs
func.func @rungs(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK: ensemble.cascade
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <0>
  // CHECK-NEXT: ensemble.accept
  // CHECK-NEXT: } else {
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <2>
  // CHECK-NEXT: ensemble.yield
  // CHECK-NEXT: }
  %true = arith.constant true
  %false = arith.constant false
  %r = ensemble.cascade : !llm.text do {
    %a = llm.generate @m(%q) draw <0>
    ensemble.accept %a if %c : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <1>
    ensemble.accept %a if %false : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <2>
    ensemble.accept %a if %true : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <3>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// A cascade that is not accepted at all fails as it did.
// CHECK-LABEL: func.func @last_rung
func.func @last_rung(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK: ensemble.accept %{{.*}} if %c
  // CHECK-NEXT: } else {
  // CHECK-NEXT: ensemble.accept
  %false = arith.constant false
  %r = ensemble.cascade : !llm.text do {
    ensemble.accept %q if %c : !llm.text
  } else {
    ensemble.accept %q if %false : !llm.text
  }
  func.return %r : !llm.text
}

// A rung that does something is run, accepted or not.
// CHECK-LABEL: func.func @acting_rung
func.func @acting_rung(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK: llm.apply effectful @charge
  %false = arith.constant false
  %r = ensemble.cascade : !llm.text do {
    ensemble.accept %q if %c : !llm.text
  } else {
    %a = llm.apply effectful @charge(%q) : (!llm.text) -> !llm.text
    ensemble.accept %a if %false : !llm.text
  } else {
    ensemble.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// Where a failure is handled, that of a rung counts, accepted or not.
// CHECK-LABEL: func.func @handled_rung
func.func @handled_rung(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK: llm.parse
  // CHECK-NEXT: ensemble.accept
  %false = arith.constant false
  %r = ensemble.fallback : !llm.text do {
    %s = ensemble.cascade : !llm.text do {
      ensemble.accept %q if %c : !llm.text
    } else {
      %n = llm.parse %q as regex "[0-9]+" : !llm.text
      ensemble.accept %n if %false : !llm.text
    } else {
      ensemble.yield %q : !llm.text
    }
    ensemble.yield %s : !llm.text
  } else {
    ensemble.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// A branch with a label stays, as the label would be lost.
// CHECK-LABEL: func.func @labelled
func.func @labelled(%q: !llm.text) -> !llm.text {
  // CHECK: scf.if
  %true = arith.constant true
  %r = scf.if %true -> (!llm.text) {
    scf.yield %q : !llm.text
  } else {
    scf.yield %q : !llm.text
  } {ember.label = #llm.label"pii"}
  func.return %r : !llm.text
}

// A text may contain an answer that cannot contain it.
// CHECK-LABEL: func.func @contained
func.func @contained(%q: !llm.text) -> !llm.text {
  // CHECK: llm.contains
  // CHECK-NEXT: scf.if
  %both = llm.constant "yes and no"
  %a = llm.generate @m(%q) as lark "start: \"yes\" | \"no\"" draw <0>
  %e = llm.contains %both, %a : !llm.text, !llm.text
  %r = scf.if %e -> (!llm.text) {
    %x = llm.generate @m(%a) draw <1>
    scf.yield %x : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What an answer is compared with may be such a text, if it is not known.
// CHECK-LABEL: func.func @unknown_text
func.func @unknown_text(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK: llm.equal %{{.*}}, %q
  // CHECK-NEXT: scf.if
  %a = llm.generate @m(%q) as regex "yes|no" draw <0>
  %e = llm.equal %a, %q : !llm.text
  %r = scf.if %e -> (!llm.text) {
    %x = llm.generate @m(%a) draw <1>
    scf.yield %x : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// A branch that gives nothing and has one arm goes, too, if that does nothing.
// CHECK-LABEL: func.func @one_arm
func.func @one_arm(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return
  scf.if %c {
    %t = llm.template "{0}!"(%q)
  }
  func.return %q : !llm.text
}

// Once a branch within an arm is gone, both arms may give the same.
// CHECK-LABEL: func.func @same_in_the_end
func.func @same_in_the_end(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK-NEXT: func.return %q
  %r = scf.if %c -> (!llm.text) {
    %s = scf.if %c -> (!llm.text) {
      scf.yield %q : !llm.text
    } else {
      %a = llm.generate @m(%q) draw <0>
      scf.yield %a : !llm.text
    }
    scf.yield %s : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What neither fails nor asks goes with its rung wherever it stands.
// CHECK-LABEL: func.func @handled_sure_rung
func.func @handled_sure_rung(%c: i1, %q: !llm.text) -> !llm.text {
  // CHECK: ensemble.cascade
  // CHECK-NEXT: ensemble.accept %{{.*}} if %c
  // CHECK-NEXT: } else {
  // CHECK-NEXT: ensemble.yield
  %false = arith.constant false
  %r = ensemble.fallback : !llm.text do {
    %s = ensemble.cascade : !llm.text do {
      ensemble.accept %q if %c : !llm.text
    } else {
      %t = llm.template "{0}!"(%q)
      ensemble.accept %t if %false : !llm.text
    } else {
      ensemble.yield %q : !llm.text
    }
    ensemble.yield %s : !llm.text
  } else {
    ensemble.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// What a judge takes, or is best, fits as each answer does; without a grammar all may be.
// CHECK-LABEL: func.func @chosen
func.func @chosen(%q: !llm.text, %ss: !llm.list<f64>) -> (!llm.text, !llm.text, !llm.text) {
  // CHECK: ensemble.judge
  // CHECK-NOT: scf.if
  // CHECK: ensemble.best
  // CHECK-NOT: scf.if
  // CHECK: draw <4>
  // CHECK-NEXT: llm.equal
  // CHECK-NEXT: scf.if
  %maybe = llm.constant "maybe"
  %as = ensemble.sample 3 of @m(%q) as regex "yes|no" draw <0[*]>
  %a = ensemble.judge @m(%q) among %as draw <1>
  %e = llm.equal %a, %maybe : !llm.text
  %r = scf.if %e -> (!llm.text) {
    %x = llm.generate @m(%a) draw <2>
    scf.yield %x : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %b = ensemble.best %as by %ss : !llm.list<!llm.text>, !llm.list<f64>
  %f = llm.equal %b, %maybe : !llm.text
  %s = scf.if %f -> (!llm.text) {
    %x = llm.generate @m(%b) draw <3>
    scf.yield %x : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %d = llm.generate @m(%q) draw <4>
  %g = llm.equal %d, %maybe : !llm.text
  %t = scf.if %g -> (!llm.text) {
    %x = llm.generate @m(%d) draw <5>
    scf.yield %x : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r, %s, %t : !llm.text, !llm.text, !llm.text
}
