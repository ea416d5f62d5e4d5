// RUN: ember-opt %s --split-input-file --verify-diagnostics -p verify-labels

// What a model is cleared for may be sent to it, and what is public to all.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> (!llm.text, !llm.text) {
  %a = llm.generate @house(%letter) draw <0>
  %b = llm.generate @m(%q) draw <1>
  func.return %a, %b : !llm.text, !llm.text
}

// -----

// A prompt is sent to a model without clearance: the path says how it came there.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %p = llm.template "Sum up: {0}"(%letter)
  %a = llm.generate @house(%p) draw <0>
  %b = llm.template "Translate: {0}"(%a)
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public': argument %letter}}
  %c = llm.generate @m(%b) draw <1>
  func.return %c : !llm.text
}

// -----

// A constant is as sensitive as it says.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f() -> !llm.text {
  %t = llm.constant "ada@example.com" label "internal"
  // expected-error @+1 {{must go to a model cleared for 'internal', but @m is cleared for 'public': 'llm.constant'}}
  %a = llm.generate @m(%t) draw <0>
  func.return %a : !llm.text
}

// -----

// A sample, a judge, an embedding and a score are requests as well: a sample.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.list<!llm.text> {
  // expected-error @+1 {{'ensemble.sample' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = ensemble.sample 2 of @m(%letter) draw <0[*]>
  func.return %a : !llm.list<!llm.text>
}

// -----

// A judge sees the answers, not the prompt alone.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %xs = llm.list(%letter, %q) : !llm.list<!llm.text>
  // expected-error @+1 {{'ensemble.judge' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = ensemble.judge @m(%q) among %xs temperature 0 site <0>
  func.return %a : !llm.text
}

// -----

// Whether a judge is asked at all depends on how many answers there are.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%xs: !llm.list<!llm.text> {ember.label = #llm.label"public", ember.length_label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  // expected-error @+1 {{'ensemble.judge' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = ensemble.judge @m(%q) among %xs temperature 0 site <0>
  func.return %a : !llm.text
}

// -----

// An embedding.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> tensor<?xf32> {
  // expected-error @+1 {{'llm.embed' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.embed @m(%letter) site <0>
  func.return %a : tensor<?xf32>
}

// -----

// A score: the labels to choose from are told, too.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.list<f64> {
  %xs = llm.list(%q, %letter) : !llm.list<!llm.text>
  // expected-error @+1 {{'llm.score' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.score @m(%q) among %xs site <0>
  func.return %a : !llm.list<f64>
}

// -----

// A conversation holds what its turns hold, and those before them.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %first = llm.messages user(%letter)
  %more = llm.messages after(%first) assistant(%q) user(%q)
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.generate @m(%more : !llm.messages) draw <0>
  func.return %a : !llm.text
}

// -----

// A number that was counted in a secret is one.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %n = llm.length of %letter : !llm.text
  %t = llm.apply pure @spell(%n) : (i64) -> !llm.text
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.generate @m(%t) draw <0>
  func.return %a : !llm.text
}

// -----

// What is hidden keeps its label, so restoring too early is a leak.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %masked, %hidden = llm.redact %letter hiding ["email"] to "public"
  %t = llm.restore %masked from %hidden
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.generate @m(%t) draw <0>
  func.return %a : !llm.text
}

// -----

// A branch: that the request is sent tells the condition.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %c = llm.contains %letter, %q : !llm.text, !llm.text
  %r = scf.if %c -> (!llm.text) {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%q) draw <0>
    scf.yield %a : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// A branch: which of two public texts is sent later tells the condition.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %c = llm.contains %letter, %q : !llm.text, !llm.text
  %yes = llm.constant "yes"
  %no = llm.constant "no"
  %r = scf.if %c -> (!llm.text) {
    scf.yield %yes : !llm.text
  } else {
    scf.yield %no : !llm.text
  }
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.generate @m(%r) draw <0>
  func.return %a : !llm.text
}

// -----

// A choice without a branch tells the condition as well.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %c = llm.contains %letter, %q : !llm.text, !llm.text
  %no = llm.constant "no"
  %r = arith.select %c, %q, %no : !llm.text
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.generate @m(%r) draw <0>
  func.return %a : !llm.text
}

// -----

// A loop: the number of its rounds is told by the number of requests.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %letter : !llm.text
  %r = scf.for %i = %zero to %n step %one iter_args(%t = %q) -> (!llm.text) : i64 {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%q) draw <0[*]>
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// A loop: what it gives tells the number of its rounds.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %letter : !llm.text
  %r = scf.for %i = %zero to %n step %one iter_args(%t = %q) -> (!llm.text) : i64 {
    %u = llm.template "{0}!"(%t)
    scf.yield %u : !llm.text
  }
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.generate @m(%r) draw <0>
  func.return %a : !llm.text
}

// -----

// A loop with a condition asks once more than the condition held.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = scf.while (%t = %q) : (!llm.text) -> !llm.text {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%t) draw <0[*]>
    %go = llm.contains %letter, %a : !llm.text, !llm.text
    scf.condition(%go) %a : !llm.text
  } do {
  ^bb0(%u: !llm.text):
    scf.yield %u : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// A map sends as many requests as there are elements.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%xs: !llm.list<!llm.text> {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.list<!llm.text> {
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%q) draw <0[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// -----

// A map of nothing but public texts still is as long as its list.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%xs: !llm.list<!llm.text> {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    ensemble.yield %q : !llm.text
  }
  %t = llm.join %r with ","
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.generate @m(%t) draw <0>
  func.return %a : !llm.text
}

// -----

// A reduction has as many nodes as its length needs.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%xs: !llm.list<!llm.text> {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.reduce %g in %xs by 2 : !llm.list<!llm.text> do {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%q) draw <0[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// A rung runs if the one before was refused.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.cascade : !llm.text do {
    %ok = llm.contains %letter, %q : !llm.text, !llm.text
    ensemble.accept %q if %ok : !llm.text
  } else {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%q) draw <0>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// Which rung was accepted, the result of a cascade tells.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %no = llm.constant "no"
  %r = ensemble.cascade : !llm.text do {
    %ok = llm.contains %letter, %q : !llm.text, !llm.text
    ensemble.accept %q if %ok : !llm.text
  } else {
    ensemble.yield %no : !llm.text
  }
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.generate @m(%r) draw <0>
  func.return %a : !llm.text
}

// -----

// A round of a refinement runs if the one before was refused.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.refine %t from %q at_most 3 : !llm.text do {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%t) draw <0[*]>
    %ok = llm.contains %letter, %a : !llm.text, !llm.text
    ensemble.accept %a if %ok : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// An arm runs if the one before has failed: a parse tells what a text looks like.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.fallback : !llm.text do {
    %n = llm.parse %letter as regex "[0-9]+" : !llm.text
    ensemble.yield %q : !llm.text
  } else {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%q) draw <0>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// What stands behind an operation that can fail runs if it did not, where somebody goes on.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.fallback : !llm.text do {
    %n = llm.parse %letter as regex "[0-9]+" : !llm.text
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%q) draw <0>
    ensemble.yield %a : !llm.text
  } else {
    ensemble.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// The same, where what fails is a loop around it.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %xs = llm.list(%letter, %letter) : !llm.list<!llm.text>
  %r = ensemble.fallback : !llm.text do {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
      %a = llm.generate @m(%q) draw <0[*]>
      %n = llm.parse %x as regex "[0-9]+" : !llm.text
      ensemble.yield %a : !llm.text
    }
    %j = llm.join %ys with ","
    ensemble.yield %j : !llm.text
  } else {
    ensemble.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// Which arm succeeded, the result of a fallback tells.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %no = llm.constant "no"
  %r = ensemble.fallback : !llm.text do {
    %n = llm.parse %letter as regex "[0-9]+" : !llm.text
    ensemble.yield %q : !llm.text
  } else {
    ensemble.yield %no : !llm.text
  }
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.generate @m(%r) draw <0>
  func.return %a : !llm.text
}

// -----

// A vote that fails for want of answers is a failure as any other.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%xs: !llm.list<!llm.text> {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.fallback : !llm.text do {
    %v = ensemble.vote %xs min_valid 3 : !llm.list<!llm.text>
    ensemble.yield %q : !llm.text
  } else {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%q) draw <0>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// Members that fail are left out: how many are left tells what they were.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.list<!llm.text> {
  %xs = llm.list(%letter, %letter) : !llm.list<!llm.text>
  %ys = ensemble.map %x in %xs on_error drop : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %n = llm.parse %x as regex "[0-9]+" : !llm.text
    ensemble.yield %q : !llm.text
  }
  %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%q) draw <0[*]>
    ensemble.yield %a : !llm.text
  }
  func.return %zs : !llm.list<!llm.text>
}

// -----

// Members that fail are replaced: which ones are tells what they were.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %no = llm.constant "no"
  %ys = ensemble.parallel on_error use %no : !llm.list<!llm.text> do {
    %n = llm.parse %letter as regex "[0-9]+" : !llm.text
    ensemble.yield %q : !llm.text
  } and {
    ensemble.yield %q : !llm.text
  }
  %t = llm.join %ys with ","
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.generate @m(%t) draw <0>
  func.return %a : !llm.text
}

// -----

// Samples that fail are left out, and a cleared model may refuse what a secret says.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %ys = ensemble.sample 3 of @house(%letter) on_error drop draw <0[*]>
  %n = llm.length of %ys : !llm.list<!llm.text>
  %t = llm.apply pure @spell(%n) : (i64) -> !llm.text
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %a = llm.generate @m(%t) draw <1>
  func.return %a : !llm.text
}

// -----

// A race is won by time: what one arm is asked may end the other.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.race : !llm.text do {
    %a = llm.generate @house(%letter) draw <0>
    ensemble.yield %a : !llm.text
  } or {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %b = llm.generate @m(%q) draw <1>
    ensemble.yield %b : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// Who has won a race, its result tells, though both arms are public.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %no = llm.constant "no"
  %r = ensemble.race : !llm.text do {
    %a = llm.generate @house(%letter) draw <0>
    ensemble.yield %no : !llm.text
  } or {
    ensemble.yield %q : !llm.text
  }
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
  %b = llm.generate @m(%r) draw <1>
  func.return %b : !llm.text
}

// -----

// A masked text may be sent, but not from where the secret decides.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %c = llm.contains %letter, %q : !llm.text, !llm.text
  scf.if %c {
    %masked, %hidden = llm.redact %letter hiding ["email"] to "public"
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%masked) draw <0>
  }
  func.return %q : !llm.text
}

// -----

// Errors that nobody handles end the program; that it ends is not covered.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %n = llm.parse %letter as regex "[0-9]+" : !llm.text
  %a = llm.generate @house(%n) draw <0>
  %b = llm.generate @m(%q) draw <1>
  func.return %b : !llm.text
}

// -----

// In an arm, what is asked before anything can fail is always asked.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.fallback : !llm.text do {
    %masked, %hidden = llm.redact %letter hiding ["email"] to "public"
    %a = llm.generate @m(%masked) draw <0>
    %b = llm.restore %a from %hidden
    %n = llm.parse %b as regex "[0-9]+" : !llm.text
    ensemble.yield %n : !llm.text
  } else {
    ensemble.yield %q : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// The last arm's failure is the program's: what stands behind it there is not concerned.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.fallback : !llm.text do {
    %a = llm.generate @m(%q) draw <0>
    ensemble.yield %a : !llm.text
  } else {
    %n = llm.parse %letter as regex "[0-9]+" : !llm.text
    ensemble.yield %q : !llm.text
  }
  %b = llm.generate @m(%r) draw <1>
  func.return %b : !llm.text
}

// -----

// A retry by a grammar asks the same model the same: the label is the request's.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %a = llm.generate @m(%q) as regex "[0-9]+" retries 3 draw <0>
  %b = llm.generate @house(%letter) as regex "[0-9]+" retries 3 draw <1>
  %c = llm.generate @m(%a) draw <2>
  func.return %c : !llm.text
}

// -----

// A label that is written must be one that holds.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  // expected-error @+1 {{'llm.generate' must be labelled 'pii' at least, but is written as 'internal': argument %letter}}
  %a = llm.generate @house(%letter) draw <0> {ember.label = #llm.label"internal"}
  func.return %a : !llm.text
}

// -----

// A label that is written counts, even if it is higher than what is inferred.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'internal', but @m is cleared for 'public'; lower the label that is written}}
  %a = llm.generate @m(%q) draw <0> {ember.label = #llm.label"internal"}
  func.return %a : !llm.text
}

// -----

// What is no label is not taken for one.
// expected-error @+1 {{'func.func' must have as 'ember.label' a label such as #llm.label"pii", but got "pii"}}
func.func @f(%letter: !llm.text {ember.label = "pii"}) {
  func.return
}

// -----

// A result must not say that it is less than it is.
// expected-error @+1 {{'func.func' must label its result 'pii' at least, but it is written as 'public'; run infer-labels}}
func.func @f(%a: !llm.text {ember.label = #llm.label"pii"}) -> (!llm.text {ember.label = #llm.label"public"}) {
  func.return %a : !llm.text
}

// -----

// A vote that stops tells by the number of calls what the answers before have been.
llm.model @m from "simulated"
func.func @f(%q: !llm.text, %secret: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
  %xs = llm.list(%q, %q, %q) : !llm.list<!llm.text>
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public': argument %secret}}
    %y = llm.generate @m(%x) draw <1[*]>
    %t = llm.template "{0} {1}"(%y, %secret)
    ensemble.yield %t : !llm.text
  }
  %v = ensemble.vote %ys stop lossless : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// -----

// So it does where the samples are only read by what the vote takes.
llm.model @m from "simulated"
func.func @f(%q: !llm.text, %secret: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
  // expected-error @+1 {{'ensemble.sample' must go to a model cleared for 'pii', but @m is cleared for 'public': argument %secret}}
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %ys = ensemble.map %x in %d : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %t = llm.template "{0} {1}"(%x, %secret)
    ensemble.yield %t : !llm.text
  }
  %v = ensemble.vote %ys stop lossless : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// -----

// A vote that takes all tells nothing by it, nor does one over what is told anyhow.
llm.model @m from "simulated"
func.func @f(%q: !llm.text, %secret: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %ys = ensemble.map %x in %d : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %t = llm.template "{0} {1}"(%x, %secret)
    ensemble.yield %t : !llm.text
  }
  %v = ensemble.vote %ys : !llm.list<!llm.text>
  %e = ensemble.sample 5 of @m(%q) draw <1[*]>
  %w = ensemble.vote %e stop lossless : !llm.list<!llm.text>
  func.return %v : !llm.text
}

// -----

// The embeddings of a list tell all of its texts: one that is sensitive is too much.
llm.model @m from "simulated"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.list<tensor<?xf32>> {
  %xs = llm.list(%q, %letter) : !llm.list<!llm.text>
  // expected-error @+1 {{'llm.embed' must go to a model cleared for 'pii', but @m is cleared for 'public': argument %letter}}
  %v = llm.embed @m(%xs : !llm.list<!llm.text>) site <0[*]> -> !llm.list<tensor<?xf32>>
  func.return %v : !llm.list<tensor<?xf32>>
}

// -----

// That there are so many texts is told by asking about them, whatever they are.
llm.model @m from "simulated"
func.func @f(%letters: !llm.list<!llm.text> {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.list<!llm.list<f64>> {
  %xs = ensemble.map %x in %letters : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    ensemble.yield %q : !llm.text
  }
  %l = llm.list(%q) : !llm.list<!llm.text>
  // expected-error @+1 {{'llm.score' must go to a model cleared for 'pii', but @m is cleared for 'public': argument %letters}}
  %s = llm.score @m(%xs : !llm.list<!llm.text>) among %l site <0[*]> -> !llm.list<!llm.list<f64>>
  func.return %s : !llm.list<!llm.list<f64>>
}

// -----

// Quoted texts are as sensitive as the texts.
llm.model @m from "simulated"
func.func @f(%letters: !llm.list<!llm.text> {ember.label = #llm.label"pii"}) -> !llm.text {
  %p = llm.quote %letters
  // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public': argument %letters}}
  %a = llm.generate @m(%p) draw <0>
  func.return %a : !llm.text
}

// -----

// An error tells of what it comes from.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.fallback errors ["ValueError"] : !llm.text do {
    %n = llm.apply pure @int(%letter) : (!llm.text) -> i64
    ensemble.yield %q : !llm.text
  } else %error {
    %why = llm.apply pure @str(%error) : (!llm.object) -> !llm.text
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%why) draw <0>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}

// -----

// What a fallback does not take tells the one around it that it has failed.
llm.model @m from "simulated"
llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = ensemble.fallback : !llm.text do {
    %b = ensemble.fallback errors ["KeyError"] : !llm.text do {
      %n = llm.apply pure @int(%letter) : (!llm.text) -> i64
      ensemble.yield %q : !llm.text
    } else %error {
      ensemble.yield %q : !llm.text
    }
    ensemble.yield %q : !llm.text
  } else {
    // expected-error @+1 {{'llm.generate' must go to a model cleared for 'pii', but @m is cleared for 'public'}}
    %a = llm.generate @m(%q) draw <0>
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.text
}
