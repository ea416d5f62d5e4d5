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
