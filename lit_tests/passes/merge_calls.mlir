// RUN: ember-opt %s -p merge-calls --verify-each | filecheck %s

llm.model @m from "simulated"
llm.model @other from "simulated"

// Two greedy calls of one request are one, whatever their sites; so are their prompts.
// CHECK-LABEL: func.func @greedy_duplicates
func.func @greedy_duplicates(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: %[[P:.*]] = llm.template
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%[[P]]) temperature 0 site <0>
  // CHECK-NEXT: llm.list(%[[A]], %[[A]])
  %p1 = llm.template "Q: {0}"(%q)
  %p2 = llm.template "Q: {0}"(%q)
  %a = llm.generate @m(%p1) temperature 0 site <0>
  %b = llm.generate @m(%p2) temperature 0 site <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Two samples of one request stay two samples: they have different draws.
// CHECK-LABEL: func.func @samples_stay
func.func @samples_stay(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: llm.generate @m(%{{.*}}) temperature 0.7 draw <0>
  // CHECK-NEXT: llm.generate @m(%{{.*}}) temperature 0.7 draw <1>
  %a = llm.generate @m(%q) temperature 0.7 draw <0>
  %b = llm.generate @m(%q) temperature 0.7 draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// The same request with the same draw is the same value.
// CHECK-LABEL: func.func @same_draw
func.func @same_draw(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: %[[A:.*]] = llm.generate @m(%{{.*}}) draw <0>
  // CHECK-NEXT: llm.list(%[[A]], %[[A]])
  %a = llm.generate @m(%q) draw <0>
  %b = llm.generate @m(%q) draw <0>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Fresh calls are never one: each will have a draw of its own.
// CHECK-LABEL: func.func @fresh_calls_stay
func.func @fresh_calls_stay(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate @m
  %a = llm.generate @m(%q)
  %b = llm.generate @m(%q)
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Another model or another limit is another request.
// CHECK-LABEL: func.func @other_requests_stay
func.func @other_requests_stay(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-3: llm.generate
  %a = llm.generate @m(%q) temperature 0 site <0>
  %b = llm.generate @other(%q) temperature 0 site <1>
  %c = llm.generate @m(%q) temperature 0 max_tokens 5 site <2>
  %l = llm.list(%a, %b, %c) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// A greedy call in a map is the one in front of the map: it would be asked every time.
// CHECK-LABEL: func.func @into_an_outer_call
func.func @into_an_outer_call(%q: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: %[[A:.*]] = llm.generate @m
  // CHECK-NEXT: ensemble.map
  // CHECK-NEXT: llm.template "{0}{1}"(%[[A]], %{{.*}})
  %a = llm.generate @m(%q) temperature 0 site <0>
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %b = llm.generate @m(%q) temperature 0 site <1[*]>
    %t = llm.template "{0}{1}"(%b, %x)
    ensemble.yield %t : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// Calls in sibling regions stay: neither can see the other.
// CHECK-LABEL: func.func @siblings_stay
func.func @siblings_stay(%q: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate @m
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <0[*]>
    ensemble.yield %a : !llm.text
  }
  %s = ensemble.map %x in %r : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %b = llm.generate @m(%q) temperature 0 site <1[*]>
    ensemble.yield %b : !llm.text
  }
  func.return %s : !llm.list<!llm.text>
}

// Greedy calls merge before they have sites, too.
// CHECK-LABEL: func.func @greedy_without_sites
func.func @greedy_without_sites(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: %[[A:.*]] = llm.generate @m(%{{.*}}) temperature 0
  // CHECK-NEXT: llm.list(%[[A]], %[[A]])
  %a = llm.generate @m(%q) temperature 0
  %b = llm.generate @m(%q) temperature 0
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Empty lists of different types stay two lists.
// CHECK-LABEL: func.func @types_stay
func.func @types_stay() -> (!llm.list<!llm.text>, !llm.list<!llm.list<!llm.text>>) {
  // CHECK: llm.list() : !llm.list<!llm.text>
  // CHECK-NEXT: llm.list() : !llm.list<!llm.list<!llm.text>>
  %a = llm.list() : !llm.list<!llm.text>
  %b = llm.list() : !llm.list<!llm.list<!llm.text>>
  func.return %a, %b : !llm.list<!llm.text>, !llm.list<!llm.list<!llm.text>>
}

// What another function knows is not visible here.
// CHECK-LABEL: func.func @one_function
// CHECK: llm.constant "shared"
// CHECK-LABEL: func.func @another_function
// CHECK: llm.constant "shared"
func.func @one_function() -> !llm.text {
  %a = llm.constant "shared"
  func.return %a : !llm.text
}
func.func @another_function() -> !llm.text {
  %a = llm.constant "shared"
  func.return %a : !llm.text
}

// What has a label is not what has none: merged, the label would be lost.
// CHECK-LABEL: func.func @labels_stay
func.func @labels_stay(%a: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %[[A:.*]] = llm.template "x{0}"(%{{.*}})
  // CHECK-NEXT: %[[B:.*]] = llm.template "x{0}"(%{{.*}}) {ember.label = #llm.label"pii"}
  %b = llm.template "x{0}"(%a)
  %c = llm.template "x{0}"(%a) {ember.label = #llm.label"pii"}
  // CHECK-NEXT: func.return %[[A]], %[[B]]
  func.return %b, %c : !llm.text, !llm.text
}

// Other prompts are other requests, even if nobody draws.
// CHECK-LABEL: func.func @other_prompts
func.func @other_prompts(%q: !llm.text, %r: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: %[[P:.*]] = llm.template
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%[[P]])
  // CHECK-NEXT: %[[O:.*]] = llm.template
  // CHECK-NEXT: %[[B:.*]] = llm.generate @m(%[[O]])
  // CHECK-NEXT: llm.list(%[[A]], %[[B]])
  %p = llm.template "Q: {0}"(%q)
  %a = llm.generate @m(%p) temperature 0 site <0>
  %o = llm.template "Q: {0}"(%r)
  %b = llm.generate @m(%o) temperature 0 site <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Nor is what has one label what has another.
// CHECK-LABEL: func.func @two_labels
func.func @two_labels(%a: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %[[A:.*]] = llm.template "x{0}"(%{{.*}}) {ember.label = #llm.label"pii"}
  // CHECK-NEXT: %[[B:.*]] = llm.template "x{0}"(%{{.*}}) {ember.label = #llm.label"internal"}
  %b = llm.template "x{0}"(%a) {ember.label = #llm.label"pii"}
  %c = llm.template "x{0}"(%a) {ember.label = #llm.label"internal"}
  // CHECK-NEXT: func.return %[[A]], %[[B]]
  func.return %b, %c : !llm.text, !llm.text
}

// What has regions is not compared: these two branches are not one.
// CHECK-LABEL: func.func @branches
func.func @branches(%c: i1, %a: !llm.text, %b: !llm.text) -> (!llm.text, !llm.text) {
  // CHECK-NEXT: %[[A:.*]] = scf.if
  %r = scf.if %c -> (!llm.text) {
    scf.yield %a : !llm.text
  } else {
    scf.yield %b : !llm.text
  }
  // CHECK: %[[B:.*]] = scf.if
  %s = scf.if %c -> (!llm.text) {
    scf.yield %b : !llm.text
  } else {
    scf.yield %a : !llm.text
  }
  // CHECK: func.return %[[A]], %[[B]]
  func.return %r, %s : !llm.text, !llm.text
}

// Greedy samples are one answer, which is asked for once, and is one with a call before it.
// CHECK-LABEL: func.func @greedy_samples
func.func @greedy_samples(%q: !llm.text) -> (!llm.text, !llm.list<!llm.text>) {
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%{{.*}}) temperature 0 max_tokens 8 site <0>
  // CHECK-NEXT: %[[D:.*]] = llm.list(%[[A]], %[[A]], %[[A]]) : !llm.list<!llm.text> {note = "kept"}
  // CHECK-NEXT: func.return %[[A]], %[[D]]
  %a = llm.generate @m(%q) temperature 0 max_tokens 8 site <0>
  %d = ensemble.sample 3 of @m(%q) temperature 0 max_tokens 8 site <1[*]> {note = "kept"}
  func.return %a, %d : !llm.text, !llm.list<!llm.text>
}

// Their one call has the site of the first, also where a region repeats them.
// CHECK-LABEL: func.func @greedy_samples_in_a_map
func.func @greedy_samples_in_a_map(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK: %[[A:.*]] = llm.generate @m(%x) temperature 0 site <4[*, 0]>
  // CHECK-NEXT: llm.list(%[[A]], %[[A]])
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    %d = ensemble.sample 2 of @m(%x) temperature 0 site <4[*, *]>
    ensemble.yield %d : !llm.list<!llm.text>
  }
  // CHECK: llm.generate @m(%{{.*}}) temperature 0 site <7[*]>
  %s = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    %d = ensemble.sample 2 of @m(%x) temperature 0 site [<7[*]>, <8[*]>]
    ensemble.yield %d : !llm.list<!llm.text>
  }
  %l = llm.concat(%r, %s) : !llm.list<!llm.list<!llm.text>>
  func.return %l : !llm.list<!llm.list<!llm.text>>
}

// If they may fail, all of them do: each is left out then, or replaced.
// CHECK-LABEL: func.func @greedy_samples_that_fail
func.func @greedy_samples_that_fail(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: %[[D:.*]] = ensemble.parallel on_error drop : !llm.list<!llm.text> do {
  // CHECK-NEXT:   %[[A:.*]] = llm.generate @m(%q) temperature 0 as regex "[0-9]+"
  // CHECK-NEXT:   ensemble.yield %[[A]]
  // CHECK-NEXT: }
  // CHECK-NEXT: %[[DD:.*]] = llm.concat(%[[D]], %[[D]])
  %d = ensemble.sample 2 of @m(%q) temperature 0 as regex "[0-9]+" on_error drop
  // CHECK-NEXT: %[[E:.*]] = ensemble.parallel on_error use %q : !llm.list<!llm.text> do {
  // CHECK: }
  // CHECK-NEXT: %[[EE:.*]] = llm.concat(%[[E]], %[[E]], %[[E]])
  %e = ensemble.sample 3 of @m(%q) temperature 0 on_error use %q
  // CHECK-NEXT: llm.concat(%[[DD]], %[[EE]])
  %l = llm.concat(%d, %e) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Arms that are equal, but for sites, are one.
// CHECK-LABEL: func.func @equal_arms
func.func @equal_arms(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: %[[D:.*]] = ensemble.parallel on_error drop : !llm.list<!llm.text> do {
  // CHECK-NEXT:   llm.template "Q: {0}"
  // CHECK-NEXT:   llm.generate @m({{.*}}) temperature 0 site <1>
  // CHECK-NEXT:   ensemble.yield
  // CHECK-NEXT: }
  // CHECK-NEXT: llm.concat(%[[D]], %[[D]])
  %d = ensemble.parallel on_error drop : !llm.list<!llm.text> do {
    %p = llm.template "Q: {0}"(%q)
    %a = llm.generate @m(%p) temperature 0 site <1>
    ensemble.yield %a : !llm.text
  } and {
    %o = llm.template "Q: {0}"(%q)
    %b = llm.generate @m(%o) temperature 0 site <2>
    ensemble.yield %b : !llm.text
  }
  func.return %d : !llm.list<!llm.text>
}

// Samples that draw stay as many as they are, as does what has another prompt or yields another.
// CHECK-LABEL: func.func @other_members
func.func @other_members(%q: !llm.text, %r: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.sample 2 of @m(%q) temperature 0.1 draw <0[*]>
  %c = ensemble.sample 2 of @m(%q) temperature 0.1 draw <0[*]>
  // CHECK-NEXT: ensemble.sample 2 of @m(%q) draw <1[*]>
  %d = ensemble.sample 2 of @m(%q) draw <1[*]>
  // CHECK-NEXT: ensemble.parallel
  // CHECK: } and {
  %e = ensemble.parallel : !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <2>
    ensemble.yield %a : !llm.text
  } and {
    %b = llm.generate @m(%r) temperature 0 site <3>
    ensemble.yield %b : !llm.text
  }
  // CHECK: ensemble.parallel
  // CHECK: } and {
  %f = ensemble.parallel : !llm.list<!llm.text> do {
    %a = llm.generate @other(%r) temperature 0 site <4>
    ensemble.yield %a : !llm.text
  } and {
    %b = llm.generate @other(%r) temperature 0 site <5>
    ensemble.yield %r : !llm.text
  }
  // CHECK: ensemble.parallel
  // CHECK: } and {
  %g = ensemble.parallel : !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) draw <6>
    ensemble.yield %a : !llm.text
  } and {
    %b = llm.generate @m(%q) draw <7>
    ensemble.yield %b : !llm.text
  }
  %l = llm.concat(%c, %d, %e, %f, %g) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// What a label is written on stays, as the call that it becomes would have none.
// CHECK-LABEL: func.func @labelled_samples
func.func @labelled_samples(%q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.sample 2 of @m(%q) temperature 0 {ember.label = #llm.label"pii"}
  %d = ensemble.sample 2 of @m(%q) temperature 0 {ember.label = #llm.label"pii"}
  func.return %d : !llm.list<!llm.text>
}

// An arm that does more with the same answer is another one, as is one that does something else.
// CHECK-LABEL: func.func @arms_go_on
func.func @arms_go_on(%q: !llm.text, %c: i1) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK: ensemble.parallel
  // CHECK: } and {
  // CHECK: llm.template "{0}!"
  // CHECK: ensemble.parallel
  // CHECK: } and {
  // CHECK: scf.if
  %l = ensemble.parallel : !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <100>
    ensemble.yield %a : !llm.text
  } and {
    %a = llm.generate @m(%q) temperature 0 site <101>
    %t = llm.template "{0}!"(%a)
    ensemble.yield %t : !llm.text
  }
  %k = ensemble.parallel : !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 max_tokens 5 site <102>
    ensemble.yield %a : !llm.text
  } and {
    %a = scf.if %c -> (!llm.text) {
      scf.yield %q : !llm.text
    } else {
      %b = llm.generate @m(%q) temperature 0 max_tokens 6 site <103>
      scf.yield %b : !llm.text
    }
    ensemble.yield %a : !llm.text
  }
  func.return %l, %k : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// One of three arms that is not equal to the others is asked for, too.
// CHECK-LABEL: func.func @one_other_arm
func.func @one_other_arm(%q: !llm.text, %r: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.parallel
  // CHECK-NEXT: llm.generate @m(%q)
  // CHECK: llm.generate @m(%q)
  // CHECK: llm.generate @m(%r)
  %d = ensemble.parallel : !llm.list<!llm.text> do {
    %a = llm.generate @m(%q) temperature 0 site <110>
    ensemble.yield %a : !llm.text
  } and {
    %a = llm.generate @m(%q) temperature 0 site <111>
    ensemble.yield %a : !llm.text
  } and {
    %a = llm.generate @m(%r) temperature 0 site <112>
    ensemble.yield %a : !llm.text
  }
  func.return %d : !llm.list<!llm.text>
}

// What may fail stays as many samples as it is if it draws, or has a label; else it has the first site.
// CHECK-LABEL: func.func @samples_that_fail
func.func @samples_that_fail(%q: !llm.text, %r: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.sample 2 of @m(%q) temperature 0.1 on_error drop draw <120[*]>
  %a = ensemble.sample 2 of @m(%q) temperature 0.1 on_error drop draw <120[*]>
  // CHECK-NEXT: ensemble.sample 2 of @m(%q) temperature 0 on_error drop {ember.label
  %b = ensemble.sample 2 of @m(%q) temperature 0 on_error drop {ember.label = #llm.label"pii"}
  // CHECK-NEXT: ensemble.parallel
  // CHECK-NEXT: llm.generate @m(%r) temperature 0 site <121[0]>
  %c = ensemble.sample 2 of @m(%r) temperature 0 on_error drop site <121[*]>
  %l = llm.concat(%a, %b, %c) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Arms are one, too, if they are equal since the greedy samples of one are one answer.
// CHECK-LABEL: func.func @samples_in_arms
func.func @samples_in_arms(%q: !llm.text) -> !llm.list<!llm.list<!llm.text>> {
  // CHECK-NEXT: %[[D:.*]] = ensemble.parallel
  // CHECK-NEXT:   %[[A:.*]] = llm.generate @m(%q) temperature 0 max_tokens 7 site <130>
  // CHECK-NEXT:   %[[L:.*]] = llm.list(%[[A]], %[[A]])
  // CHECK-NEXT:   ensemble.yield %[[L]]
  // CHECK-NEXT: }
  // CHECK-NEXT: llm.concat(%[[D]], %[[D]])
  %d = ensemble.parallel : !llm.list<!llm.list<!llm.text>> do {
    %a = ensemble.sample 2 of @m(%q) temperature 0 max_tokens 7 site [<130>, <131>]
    ensemble.yield %a : !llm.list<!llm.text>
  } and {
    %b = llm.generate @m(%q) temperature 0 max_tokens 7 site <132>
    %a = llm.list(%b, %b) : !llm.list<!llm.text>
    ensemble.yield %a : !llm.list<!llm.text>
  }
  func.return %d : !llm.list<!llm.list<!llm.text>>
}
