// RUN: ember-opt %s -p raise-ensembles --verify-each | filecheck %s

llm.model @m from "simulated"
llm.model @other from "simulated"
llm.tool @time "Tells the time." takes "{\"type\": \"object\", \"properties\": {}}"

// Calls that differ in nothing but their draws are samples, which keep their draws in the order of the list.
// CHECK-LABEL: func.func @calls
func.func @calls(%p: !llm.text) -> !llm.text {
  // CHECK-NEXT: %[[L:.*]] = ensemble.sample 3 of @m(%p) temperature 0.7 max_tokens 9 as regex "[0-9]+" retries 2 draw [<7[2]>, <0>, <4/1>] {note = "kept"}
  // CHECK-NEXT: ensemble.vote %[[L]]
  %a = llm.generate @m(%p) temperature 0.7 max_tokens 9 as regex "[0-9]+" retries 2 draw <0> {note = "kept"}
  %b = llm.generate @m(%p) temperature 0.7 max_tokens 9 as regex "[0-9]+" retries 2 draw <4/1> {note = "kept"}
  %c = llm.generate @m(%p) temperature 0.7 max_tokens 9 as regex "[0-9]+" retries 2 draw <7[2]> {note = "kept"}
  %l = llm.list(%c, %a, %b) : !llm.list<!llm.text>
  %v = ensemble.vote %l : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// Draws that count from 0 are written short.
// CHECK-LABEL: func.func @counted_draws
func.func @counted_draws(%ps: !llm.list<!llm.messages>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.sample 2 of @m(%{{.*}} : !llm.messages) draw <0/3[*, *, 7]>
  %r = ensemble.map %p in %ps : !llm.list<!llm.messages> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%p : !llm.messages) draw <0/3[*, 0, 7]>
    %b = llm.generate @m(%p : !llm.messages) draw <0/3[*, 1, 7]>
    %l = llm.list(%a, %b) : !llm.list<!llm.text>
    %v = ensemble.vote %l : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// An index that counts outside of the region around is listed: the innermost index is the sample's.
// CHECK-LABEL: func.func @counted_outside
func.func @counted_outside(%ps: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.sample 2 of @m(%{{.*}}) draw [<0[0, *]>, <0[1, *]>]
  %r = ensemble.map %p in %ps : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%p) draw <0[0, *]>
    %b = llm.generate @m(%p) draw <0[1, *]>
    %l = llm.list(%a, %b) : !llm.list<!llm.text>
    %v = ensemble.vote %l : !llm.list<!llm.text>
    ensemble.yield %v : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// Draws that count in another order are listed.
// CHECK-LABEL: func.func @other_order
func.func @other_order(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.sample 2 of @m(%p) draw [<0[1]>, <0[0]>]
  %a = llm.generate @m(%p) draw <0[0]>
  %b = llm.generate @m(%p) draw <0[1]>
  %l = llm.list(%b, %a) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Greedy calls stay calls: equal ones are one value, which is the business of merge-calls.
// CHECK-LABEL: func.func @greedy
func.func @greedy(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) temperature 0 site <0>
  %b = llm.generate @m(%p) temperature 0 site <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Calls of another model are other requests.
// CHECK-LABEL: func.func @other_model
func.func @other_model(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) draw <0>
  %b = llm.generate @other(%p) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Calls with another prompt are other requests.
// CHECK-LABEL: func.func @other_prompt
func.func @other_prompt(%p: !llm.text, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) draw <0>
  %b = llm.generate @m(%q) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Calls with another limit are other requests.
// CHECK-LABEL: func.func @other_parameters
func.func @other_parameters(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) max_tokens 8 draw <0>
  %b = llm.generate @m(%p) max_tokens 9 draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// What is written on one call is not said of the others.
// CHECK-LABEL: func.func @other_attributes
func.func @other_attributes(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) draw <0> {ember.label = #llm.label"internal"}
  %b = llm.generate @m(%p) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// A label that is written on all of them is that of the sample.
// CHECK-LABEL: func.func @same_labels
func.func @same_labels(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.sample 2 of @m(%p) draw [<0>, <1>] {ember.label = #llm.label"internal"}
  %a = llm.generate @m(%p) draw <0> {ember.label = #llm.label"internal"}
  %b = llm.generate @m(%p) draw <1> {ember.label = #llm.label"internal"}
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// The label of a list is not one of requests.
// CHECK-LABEL: func.func @labelled_list
func.func @labelled_list(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) draw <0>
  %b = llm.generate @m(%p) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text> {ember.label = #llm.label"internal"}
  func.return %l : !llm.list<!llm.text>
}

// Turns that may ask for tools are no samples, which are texts.
// CHECK-LABEL: func.func @tools
func.func @tools(%p: !llm.text) -> !llm.list<!llm.messages> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) tools [@time] draw <0> -> !llm.messages
  %b = llm.generate @m(%p) tools [@time] draw <1> -> !llm.messages
  %l = llm.list(%a, %b) : !llm.list<!llm.messages>
  func.return %l : !llm.list<!llm.messages>
}

// Calls without draws have none to list.
// CHECK-LABEL: func.func @fresh
func.func @fresh(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p)
  %b = llm.generate @m(%p)
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Calls with one draw are one value, not two samples.
// CHECK-LABEL: func.func @one_draw
func.func @one_draw(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) draw <0>
  %b = llm.generate @m(%p) draw <0>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// A call that others read too would have to be taken out of the list again.
// CHECK-LABEL: func.func @read_elsewhere
func.func @read_elsewhere(%p: !llm.text) -> (!llm.list<!llm.text>, !llm.text) {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) draw <0>
  %b = llm.generate @m(%p) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l, %a : !llm.list<!llm.text>, !llm.text
}

// A call from outside of a region is not made inside of it.
// CHECK-LABEL: func.func @from_outside
func.func @from_outside(%p: !llm.text, %sure: i1, %none: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) draw <0>
  %r = scf.if %sure -> (!llm.list<!llm.text>) {
    %b = llm.generate @m(%p) draw <1>
    %l = llm.list(%a, %b) : !llm.list<!llm.text>
    scf.yield %l : !llm.list<!llm.text>
  } else {
    scf.yield %none : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// What may fail does not come after a function that is not pure, if it came before it.
// CHECK-LABEL: func.func @effect_between
func.func @effect_between(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) draw <0>
  %s = llm.apply effectful @send(%p) : (!llm.text) -> !llm.text
  %b = llm.generate @m(%p) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// Nor does it if the function stands inside of a region.
// CHECK-LABEL: func.func @effect_behind
func.func @effect_behind(%p: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %a = llm.generate @m(%p) draw <0>
  %b = llm.generate @m(%p) draw <1>
  %m = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %s = llm.apply idempotent @send(%x) : (!llm.text) -> !llm.text
    ensemble.yield %s : !llm.text
  }
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// A pure function, or another call, may stand between them.
// CHECK-LABEL: func.func @others_between
func.func @others_between(%p: !llm.text) -> (!llm.list<!llm.text>, !llm.text) {
  // CHECK-NEXT: llm.apply pure
  // CHECK-NEXT: llm.generate @other
  // CHECK-NEXT: ensemble.sample 2 of @m(%p) draw [<0>, <2>]
  %a = llm.generate @m(%p) draw <0>
  %s = llm.apply pure @shorten(%p) : (!llm.text) -> !llm.text
  %o = llm.generate @other(%s) draw <1>
  %b = llm.generate @m(%p) draw <2>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l, %o : !llm.list<!llm.text>, !llm.text
}

// Where a failure is handled, what is asked before it counts: calls in a row stay so.
// CHECK-LABEL: func.func @handled
func.func @handled(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: ensemble.sample 2 of @m(%p) draw [<0>, <1>]
  %r = ensemble.fallback : !llm.list<!llm.text> do {
    %t = llm.template "{0}!"(%p)
    %a = llm.generate @m(%p) draw <0>
    %u = llm.template "{0}?"(%p)
    %b = llm.generate @m(%p) draw <1>
    %l = llm.list(%a, %b) : !llm.list<!llm.text>
    ensemble.yield %l : !llm.list<!llm.text>
  } else {
    %l = llm.list(%p, %p) : !llm.list<!llm.text>
    ensemble.yield %l : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// There, a call between them would be made though the first has failed.
// CHECK-LABEL: func.func @handled_with_others
func.func @handled_with_others(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-3: llm.generate
  %r = ensemble.fallback : !llm.list<!llm.text> do {
    %a = llm.generate @m(%p) draw <0>
    %o = llm.generate @other(%p) draw <2>
    %b = llm.generate @m(%p) draw <1>
    %l = llm.list(%a, %b) : !llm.list<!llm.text>
    ensemble.yield %l : !llm.list<!llm.text>
  } else {
    %l = llm.list(%p, %p) : !llm.list<!llm.text>
    ensemble.yield %l : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// There, the second would be made though the first has failed, if the list turns them round.
// CHECK-LABEL: func.func @handled_and_turned
func.func @handled_and_turned(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  %r = ensemble.fallback : !llm.list<!llm.text> do {
    %a = llm.generate @m(%p) draw <0>
    %b = llm.generate @m(%p) draw <1>
    %l = llm.list(%b, %a) : !llm.list<!llm.text>
    ensemble.yield %l : !llm.list<!llm.text>
  } else {
    %l = llm.list(%p, %p) : !llm.list<!llm.text>
    ensemble.yield %l : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// Arms that differ in nothing but their draws are samples, whose failures are handled alike.
// CHECK-LABEL: func.func @arms
func.func @arms(%p: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK-NEXT: ensemble.sample 2 of @m(%p) on_error drop draw [<0>, <4/1>]
  %a = ensemble.parallel on_error drop : !llm.list<!llm.text> do {
    %x = llm.generate @m(%p) draw <0>
    ensemble.yield %x : !llm.text
  } and {
    %x = llm.generate @m(%p) draw <4/1>
    ensemble.yield %x : !llm.text
  }
  // CHECK-NEXT: ensemble.sample 2 of @m(%p) on_error use %p draw <5[*]> {note = "kept"}
  %b = ensemble.parallel on_error use %p : !llm.list<!llm.text> attributes {note = "kept"} do {
    %x = llm.generate @m(%p) draw <5[0]>
    ensemble.yield %x : !llm.text
  } and {
    %x = llm.generate @m(%p) draw <5[1]>
    ensemble.yield %x : !llm.text
  }
  func.return %a, %b : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// An arm that does more than to ask is no sample.
// CHECK-LABEL: func.func @arm_with_more
func.func @arm_with_more(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.parallel
  %a = ensemble.parallel : !llm.list<!llm.text> do {
    %x = llm.generate @m(%p) draw <0>
    ensemble.yield %x : !llm.text
  } and {
    %x = llm.generate @m(%p) draw <1>
    %y = llm.template "{0}!"(%x)
    ensemble.yield %y : !llm.text
  }
  func.return %a : !llm.list<!llm.text>
}

// An arm that gives something else than its answer is no sample.
// CHECK-LABEL: func.func @arm_with_other
func.func @arm_with_other(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.parallel
  %a = ensemble.parallel : !llm.list<!llm.text> do {
    %x = llm.generate @m(%p) draw <0>
    ensemble.yield %p : !llm.text
  } and {
    %x = llm.generate @m(%p) draw <1>
    ensemble.yield %x : !llm.text
  }
  func.return %a : !llm.list<!llm.text>
}

// The label of arms is not one of requests.
// CHECK-LABEL: func.func @labelled_arms
func.func @labelled_arms(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: ensemble.parallel
  %a = ensemble.parallel : !llm.list<!llm.text> attributes {ember.label = #llm.label"internal"} do {
    %x = llm.generate @m(%p) draw <0>
    ensemble.yield %x : !llm.text
  } and {
    %x = llm.generate @m(%p) draw <1>
    ensemble.yield %x : !llm.text
  }
  func.return %a : !llm.list<!llm.text>
}
