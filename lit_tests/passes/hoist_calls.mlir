// RUN: ember-opt %s -p hoist-calls --verify-each | filecheck %s

llm.model @m from "simulated"
llm.tool @time "Tells the time." takes "{\"type\": \"object\", \"properties\": {}}"

// What is asked alike for every element is asked once, if there is an element.
// CHECK-LABEL: func.func @same_for_all
func.func @same_for_all(%xs: !llm.list<!llm.text>, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: %[[N:.*]] = llm.length of %[[XS:.*]] : !llm.list<!llm.text>
  // CHECK-NEXT: %[[ONE:.*]] = arith.constant 1 : i64
  // CHECK-NEXT: %[[SOME:.*]] = arith.cmpi sge, %[[N]], %[[ONE]] : i64
  // CHECK-NEXT: %[[P:.*]] = llm.template "Rules for {0}"(%{{.*}})
  // CHECK-NEXT: %[[A:.*]] = scf.if %[[SOME]] -> (!llm.text) {
  // CHECK-NEXT: %[[B:.*]] = llm.generate @m(%[[P]]) temperature 0 site <0[0]>
  // CHECK-NEXT: scf.yield %[[B]]
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %[[E:.*]] = llm.constant ""
  // CHECK-NEXT: scf.yield %[[E]]
  // CHECK-NEXT: }
  // CHECK-NEXT: ensemble.map %[[X:.*]] in %[[XS]]
  // CHECK-NEXT: llm.template "{0}: {1}"(%[[A]], %[[X]])
  // CHECK-NEXT: llm.generate @m(%{{.*}}) draw <1[*]>
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "Rules for {0}"(%q)
    %a = llm.generate @m(%p) temperature 0 site <0[*]>
    %t = llm.template "{0}: {1}"(%a, %x)
    %b = llm.generate @m(%t) draw <1[*]>
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// Where the list has an element for certain, there is no condition.
// CHECK-LABEL: func.func @list_is_known
func.func @list_is_known(%x: !llm.text, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: llm.list
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 site <0[0]>
  // CHECK-NEXT: ensemble.map
  // CHECK-NEXT: ensemble.yield
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %r = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <0[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// Samples that may be left out may leave an empty list.
// CHECK-LABEL: func.func @samples
func.func @samples(%q: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK-NEXT: ensemble.sample 3
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 site <1[0]>
  // CHECK-NEXT: ensemble.map
  %xs = ensemble.sample 3 of @m(%q) draw <0[*]>
  %r = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <1[*]>
    ensemble.yield %a : !llm.text
  }
  // CHECK: ensemble.sample 3 of @m(%{{.*}}) on_error drop
  // CHECK: scf.if
  // CHECK-NEXT: llm.generate
  %ys = ensemble.sample 3 of @m(%q) on_error drop draw <2[*]>
  %s = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <3[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r, %s : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// A map that may leave out elements may leave an empty list; another keeps the length.
// CHECK-LABEL: func.func @mapped
func.func @mapped(%x: !llm.text, %q: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK: ensemble.map
  // CHECK: llm.generate @m(%{{.*}}) temperature 0 site <1[0]>
  // CHECK-NEXT: ensemble.map
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %ys = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.generate @m(%y) draw <0[*]>
    ensemble.yield %z : !llm.text
  }
  %r = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <1[*]>
    ensemble.yield %a : !llm.text
  }
  // CHECK: ensemble.map %{{.*}} in %{{.*}} on_error drop
  // CHECK: scf.if
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 site <3[0]>
  %zs = ensemble.map %y in %xs on_error drop : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %z = llm.generate @m(%y) draw <2[*]>
    ensemble.yield %z : !llm.text
  }
  %s = ensemble.map %y in %zs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <3[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r, %s : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// Several share one condition, and one may ask about another; what is no text is in a list.
// CHECK-LABEL: func.func @several
func.func @several(%xs: !llm.list<!llm.text>, %q: !llm.text) -> !llm.list<tensor<?xf32>> {
  // CHECK: %[[SOME:.*]] = arith.cmpi
  // CHECK-NEXT: %[[A:.*]] = scf.if %[[SOME]] -> (!llm.text)
  // CHECK: %[[P:.*]] = llm.template "{0}!"(%[[A]])
  // CHECK-NEXT: %[[L:.*]] = scf.if %[[SOME]] -> (!llm.list<tensor<?xf32>>) {
  // CHECK-NEXT: %[[V:.*]] = llm.embed @m(%[[P]]) site <1[0]>
  // CHECK-NEXT: %[[W:.*]] = llm.list(%[[V]]) : !llm.list<tensor<?xf32>>
  // CHECK-NEXT: scf.yield %[[W]]
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %[[NONE:.*]] = llm.list() : !llm.list<tensor<?xf32>>
  // CHECK-NEXT: scf.yield %[[NONE]]
  // CHECK-NEXT: }
  // CHECK-NEXT: ensemble.map
  // CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0 : i64
  // CHECK-NEXT: %[[GOT:.*]] = llm.get %[[L]][%[[ZERO]]]
  // CHECK-NEXT: ensemble.yield %[[GOT]]
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %a = llm.generate @m(%q) temperature 0 site <0[*]>
    %p = llm.template "{0}!"(%a)
    %v = llm.embed @m(%p) site <1[*]>
    ensemble.yield %v : tensor<?xf32>
  }
  func.return %r : !llm.list<tensor<?xf32>>
}

// What reads an answer that is taken out of its list in the body stays there with it.
// CHECK-LABEL: func.func @about_a_turn
func.func @about_a_turn(%xs: !llm.list<!llm.text>, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: llm.generate @m(%{{.*}}) temperature 0 tools [@time] site <0[0]>
  // CHECK: ensemble.map
  // CHECK: llm.get
  // CHECK-NEXT: llm.content
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 site <1[*]>
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %m = llm.generate @m(%q) temperature 0 tools [@time] site <0[*]> -> !llm.messages
    %c = llm.content %m
    %a = llm.generate @m(%c) temperature 0 site <1[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// A call leaves all regions that it does not depend on; the index of each becomes 0.
// CHECK-LABEL: func.func @nested
func.func @nested(%x: !llm.text, %q: !llm.text) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK-NEXT: llm.list
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 site <0[0, 0]>
  // CHECK-NEXT: ensemble.map %[[Y:.*]] in
  // CHECK-NEXT: llm.generate @m(%[[Y]]) temperature 0 site <1[*, 0]>
  // CHECK-NEXT: ensemble.map
  %xs = llm.list(%x, %q) : !llm.list<!llm.text>
  %r = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    %s = ensemble.map %z in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %a = llm.generate @m(%q) temperature 0 site <0[*, *]>
      %b = llm.generate @m(%y) temperature 0 site <1[*, *]>
      %t = llm.template "{0}{1}{2}"(%z, %b, %a)
      ensemble.yield %t : !llm.text
    }
    ensemble.yield %s : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.list<!llm.text>>
}

// A reduction has a node if there are two elements; a refinement has a round in any case.
// CHECK-LABEL: func.func @other_regions
func.func @other_regions(%xs: !llm.list<!llm.text>, %q: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK: arith.constant 2 : i64
  // CHECK-NEXT: arith.cmpi sge
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 site <0[0]>
  // CHECK: ensemble.reduce
  %a = ensemble.reduce %g in %xs by 2 : !llm.list<!llm.text> do {
    %s = llm.generate @m(%q) temperature 0 site <0[*]>
    %j = llm.join %g with " "
    %t = llm.template "{0}{1}"(%s, %j)
    ensemble.yield %t : !llm.text
  }
  // CHECK: ensemble.yield
  // CHECK-NEXT: }
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 site <1[0]>
  // CHECK-NEXT: ensemble.refine
  %b = ensemble.refine %d from %q at_most 3 : !llm.text do {
    %s = llm.generate @m(%q) temperature 0 site <1[*]>
    %done = llm.contains %d, %s : !llm.text, !llm.text
    ensemble.accept %s if %done : !llm.text
  }
  func.return %a, %b : !llm.text, !llm.text
}

// Out of a loop only if it has a round: nothing may be asked that would not be asked.
// CHECK-LABEL: func.func @loops
func.func @loops(%q: !llm.text, %n: i64) -> (!llm.text, !llm.text) {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  // CHECK: llm.generate @m(%{{.*}}) temperature 0 site <0[0]>
  // CHECK-NEXT: scf.for
  %a = scf.for %i = %zero to %one step %one iter_args(%s = %q) -> (!llm.text) : i64 {
    %x = llm.generate @m(%q) temperature 0 site <0[*]>
    scf.yield %x : !llm.text
  }
  // CHECK: scf.for
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 site <1[*]>
  %b = scf.for %i = %zero to %n step %one iter_args(%s = %q) -> (!llm.text) : i64 {
    %x = llm.generate @m(%q) temperature 0 site <1[*]>
    scf.yield %x : !llm.text
  }
  func.return %a, %b : !llm.text, !llm.text
}

// A sample is another one each time.
// CHECK-LABEL: func.func @samples_stay
func.func @samples_stay(%x: !llm.text, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0.7 draw <0[*]>
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %r = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0.7 draw <0[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// What is asked about the element, or under a condition, is asked in the body.
// CHECK-LABEL: func.func @not_the_same
func.func @not_the_same(%x: !llm.text, %q: !llm.text, %c: i1) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map
  // CHECK-NEXT: llm.template
  // CHECK-NEXT: llm.generate
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: llm.generate
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %r = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}{1}"(%q, %y)
    %a = llm.generate @m(%p) temperature 0 site <0[*]>
    %b = scf.if %c -> (!llm.text) {
      %d = llm.generate @m(%q) temperature 0 site <1[*]>
      scf.yield %d : !llm.text
    } else {
      scf.yield %a : !llm.text
    }
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// A prompt that may fail to be made must not fail before its time.
// CHECK-LABEL: func.func @may_fail
func.func @may_fail(%xs: !llm.list<!llm.text>, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.map
  // CHECK-NEXT: llm.parse
  // CHECK-NEXT: llm.generate
  %r = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %n = llm.parse %q as regex "[0-9]+" : !llm.text
    %a = llm.generate @m(%n) temperature 0 site <0[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// The failure of a body that is left out is not the failure of the map.
// CHECK-LABEL: func.func @left_out
func.func @left_out(%x: !llm.text, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map
  // CHECK-NEXT: llm.generate
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %r = ensemble.map %y in %xs on_error drop : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <0[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// Where a failure is handled, what stands before a call in the body may fail before it asks.
// CHECK-LABEL: func.func @handled
func.func @handled(%x: !llm.text, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map
  // CHECK-NEXT: llm.parse
  // CHECK-NEXT: llm.generate
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %r = ensemble.fallback : !llm.list<!llm.text> do {
    %s = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %n = llm.parse %y as regex "[0-9]+" : !llm.text
      %a = llm.generate @m(%q) temperature 0 site <0[*]>
      ensemble.yield %a : !llm.text
    }
    ensemble.yield %s : !llm.list<!llm.text>
  } else {
    ensemble.yield %xs : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// A call stays behind a function that does something, and moves from before one.
// CHECK-LABEL: func.func @around_an_effect
func.func @around_an_effect(%x: !llm.text, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: llm.generate @m(%{{.*}}) temperature 0 site <0[0]>
  // CHECK-NEXT: ensemble.map
  // CHECK-NEXT: llm.apply effectful
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 max_tokens 5 site <1[*]>
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %r = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <0[*]>
    %c = llm.apply effectful @charge(%y) : (!llm.text) -> !llm.text
    %b = llm.generate @m(%q) temperature 0 max_tokens 5 site <1[*]>
    %t = llm.template "{0}{1}"(%a, %b)
    ensemble.yield %t : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// Nothing is asked for a loop that has no round.
// CHECK-LABEL: func.func @no_round
func.func @no_round(%q: !llm.text) -> !llm.text {
  // CHECK: scf.for
  // CHECK-NEXT: llm.generate
  %three = arith.constant 3 : i64
  %one = arith.constant 1 : i64
  %r = scf.for %i = %three to %three step %one iter_args(%s = %q) -> (!llm.text) : i64 {
    %a = llm.generate @m(%q) temperature 0 site <0[*]>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// Members that fail may be left out, so that a list may be shorter than there are regions.
// CHECK-LABEL: func.func @arms_left_out
func.func @arms_left_out(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: ensemble.parallel
  // CHECK: scf.if
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 site <1[0]>
  // CHECK: ensemble.map
  %xs = ensemble.parallel on_error drop : !llm.list<!llm.text> do {
    %x = llm.generate @m(%q) draw <0>
    ensemble.yield %x : !llm.text
  }
  %r = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <1[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// Where the list has an element for certain, what reads an answer that is no text moves, too.
// CHECK-LABEL: func.func @about_a_turn_for_certain
func.func @about_a_turn_for_certain(%x: !llm.text, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: llm.list
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 tools [@time] site <0[0]>
  // CHECK-NEXT: llm.content
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0 site <1[0]>
  // CHECK-NEXT: ensemble.map
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %r = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %m = llm.generate @m(%q) temperature 0 tools [@time] site <0[*]> -> !llm.messages
    %c = llm.content %m
    %a = llm.generate @m(%c) temperature 0 site <1[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// Of several indices, that of the region which the call leaves becomes 0.
// CHECK-LABEL: func.func @three_deep
func.func @three_deep(%x: !llm.text, %q: !llm.text) -> !llm.list<!llm.list<!llm.list<!llm.text>>> {
  // CHECK: ensemble.map
  // CHECK-NEXT: ensemble.map %[[Z:.*]] in
  // CHECK-NEXT: llm.generate @m(%[[Z]]) temperature 0 site <0[*, *, 0]>
  // CHECK-NEXT: ensemble.map
  %xs = llm.list(%x, %q) : !llm.list<!llm.text>
  %r = ensemble.map %y in %xs
      : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.list<!llm.text>>> do {
    %s = ensemble.map %z in %xs : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
      %t = ensemble.map %u in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
        %a = llm.generate @m(%z) temperature 0 site <0[*, *, *]>
        ensemble.yield %a : !llm.text
      }
      ensemble.yield %t : !llm.list<!llm.text>
    }
    ensemble.yield %s : !llm.list<!llm.list<!llm.text>>
  }
  func.return %r : !llm.list<!llm.list<!llm.list<!llm.text>>>
}

// A function counts however far before the call it stands.
// CHECK-LABEL: func.func @far_behind_an_effect
func.func @far_behind_an_effect(%x: !llm.text, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map
  // CHECK-NEXT: llm.apply effectful
  // CHECK-NEXT: llm.template
  // CHECK-NEXT: llm.generate
  %xs = llm.list(%x) : !llm.list<!llm.text>
  %r = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %c = llm.apply effectful @charge(%y) : (!llm.text) -> !llm.text
    %p = llm.template "{0}!"(%q)
    %a = llm.generate @m(%p) temperature 0 site <0[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}
