// RUN: ember-opt %s --split-input-file --verify-diagnostics -p verify-labels

// Labels go into frames and come back out of them.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.lane @house_lane model "house" from "simulated" concurrency 4 clearance "pii"
exec.frame @f(%letters: !llm.list<!llm.text> {ember.label = #llm.label"pii"}, %q: !llm.text)
    -> !llm.text {
  %all = exec.fanout @each over %letters : !llm.list<!llm.text> -> !llm.list<!llm.text>
  %j = exec.join %all with ","
  %b = exec.request @lane(%q) sampled site <1> label "public"
  // expected-error @+1 {{'exec.request' must go to a model cleared for 'pii', but @lane is cleared for 'public': argument %letters}}
  %a = exec.request @lane(%j) sampled site <0> label "pii"
  exec.return %a : !llm.text
}
exec.frame @each(%letter: !llm.text) -> !llm.text {
  %p = exec.format "Sum up: {0}"(%letter)
  %a = exec.request @house_lane(%p) sampled site <2[*]> label "pii"
  exec.return %a : !llm.text
}

// -----

// The label of a request is written; it must be what it is, or more.
exec.lane @house_lane model "house" from "simulated" concurrency 4 clearance "pii"
exec.frame @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %b = exec.request @house_lane(%q) sampled site <1> label "internal"
  // expected-error @+1 {{'exec.request' must be labelled 'pii' at least, but is written as 'public': argument %letter}}
  %a = exec.request @house_lane(%letter) sampled site <0> label "public"
  exec.return %a : !llm.text
}

// -----

// A label that is written may not be above the clearance, whatever is sent.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%q: !llm.text) -> !llm.text {
  // expected-error @+1 {{'exec.request' must go to a model cleared for 'internal', but @lane is cleared for 'public'; lower the label that is written}}
  %b = exec.request @lane(%q) sampled site <1> label "internal"
  exec.return %b : !llm.text
}

// -----

// A frame that is run for each element is run as often as there are elements.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letters: !llm.list<!llm.text> {ember.label = #llm.label"pii"}, %q: !llm.text)
    -> !llm.list<!llm.text> {
  %all = exec.fanout @each over %letters : !llm.list<!llm.text> with %q : !llm.text
      -> !llm.list<!llm.text>
  exec.return %all : !llm.list<!llm.text>
}
exec.frame @each(%letter: !llm.text, %q: !llm.text) -> !llm.text {
  // expected-error @+1 {{cleared for 'public': argument %letters}}
  %a = exec.request @lane(%q) sampled site <2[*]> label "public"
  exec.return %a : !llm.text
}

// -----

// What a frame captures keeps its own label, and so does its result.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %run, %a, %b = exec.spawn @both with %letter, %q : !llm.text, !llm.text -> !llm.text, !llm.text
  %c = exec.request @lane(%b) sampled site <1> label "public"
  exec.return %a : !llm.text
}
exec.frame @both(%letter: !llm.text, %q: !llm.text) -> (!llm.text, !llm.text) {
  %a = exec.request @lane(%q) sampled site <0> label "public"
  exec.return %letter, %a : !llm.text, !llm.text
}

// -----

// One of two frames runs, by a secret condition.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%c: i1 {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %r = exec.select %c then @ask else @say with %q : !llm.text -> !llm.text
  exec.return %r : !llm.text
}
exec.frame @ask(%q: !llm.text) -> !llm.text {
  // expected-error @+1 {{cleared for 'public': argument %c}}
  %a = exec.request @lane(%q) sampled site <0> label "public"
  exec.return %a : !llm.text
}
exec.frame @say(%q: !llm.text) -> !llm.text {
  exec.return %q : !llm.text
}

// -----

// A loop whose end a secret decides.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%go: i1 {ember.label = #llm.label"pii"}, %q: !llm.text) -> !llm.text {
  %more, %r = exec.loop @ask from %q : !llm.text at_most 3 with %go : i1
  exec.return %r : !llm.text
}
exec.frame @ask(%q: !llm.text, %go: i1) -> (i1, !llm.text) {
  // expected-error @+1 {{cleared for 'public': argument %go}}
  %a = exec.request @lane(%q) sampled site <0[*]> label "public"
  exec.return %go, %a : i1, !llm.text
}

// -----

// A frame runs if the one before has failed.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letter: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
  %r = exec.attempt [@read, @ask] with %letter : !llm.text -> !llm.text
  exec.return %r : !llm.text
}
exec.frame @read(%letter: !llm.text) -> !llm.text {
  %n = exec.parse %letter as regex "[0-9]+" : !llm.text
  exec.return %n : !llm.text
}
exec.frame @ask(%letter: !llm.text) -> !llm.text {
  %q = exec.constant "What now?"
  // expected-error @+1 {{cleared for 'public': argument %letter}}
  %a = exec.request @lane(%q) sampled site <0> label "public"
  exec.return %a : !llm.text
}

// -----

// Frames within frames whose failure somebody handles.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letter: !llm.text {ember.label = #llm.label"pii"}) -> !llm.list<!llm.text> {
  %r = exec.parallel [@outer] with %letter : !llm.text on_error drop -> !llm.list<!llm.text>
  exec.return %r : !llm.list<!llm.text>
}
exec.frame @outer(%letter: !llm.text) -> !llm.text {
  %run, %n = exec.spawn @read with %letter : !llm.text -> !llm.text
  %q = exec.constant "What now?"
  // expected-error @+1 {{cleared for 'public': argument %letter}}
  %a = exec.request @lane(%q) sampled site <0> label "public"
  exec.return %a : !llm.text
}
exec.frame @read(%letter: !llm.text) -> !llm.text {
  %n = exec.parse %letter as regex "[0-9]+" : !llm.text
  exec.return %n : !llm.text
}

// -----

// Computations are known by their names.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letter: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
  %masked, %hidden = exec.compute "llm.redact"(%letter)
      where {policies = [#llm.utf8"email"], label = #llm.label"public"}
      : (!llm.text) -> (!llm.text, !llm.list<!llm.text>)
  %a = exec.request @lane(%masked) sampled site <0> label "public"
  %b = exec.compute "llm.restore"(%a, %hidden)
      : (!llm.text, !llm.list<!llm.text>) -> !llm.text
  // expected-error @+1 {{cleared for 'public': argument %letter}}
  %c = exec.request @lane(%b) sampled site <1> label "pii"
  exec.return %c : !llm.text
}

// -----

// A constant keeps its label as an attribute.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f() -> !llm.text {
  %t = exec.constant "ada@example.com" {ember.label = #llm.label"pii"}
  // expected-error @+1 {{cleared for 'public': 'exec.constant'}}
  %c = exec.request @lane(%t) sampled site <1> label "pii"
  exec.return %c : !llm.text
}

// -----

// Nobody goes on after the failure of the last frame, so that what is behind it may be told.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letter: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
  %r = exec.attempt [@ask, @read] with %letter : !llm.text -> !llm.text
  exec.return %r : !llm.text
}
exec.frame @ask(%letter: !llm.text) -> !llm.text {
  %q = exec.constant "What now?"
  %a = exec.request @lane(%q) sampled site <0> label "public"
  exec.return %a : !llm.text
}
exec.frame @read(%letter: !llm.text) -> !llm.text {
  %n = exec.parse %letter as regex "[0-9]+" : !llm.text
  %q = exec.constant "What then?"
  %a = exec.request @lane(%q) sampled site <1> label "public"
  exec.return %a : !llm.text
}

// -----

// If the last frame is tried again, it is known to have failed.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letter: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
  %r = exec.attempt [@read] at_most 2 backoff 0.5 to 30 seconds with %letter : !llm.text -> !llm.text
  exec.return %r : !llm.text
}
exec.frame @read(%letter: !llm.text) -> !llm.text {
  %n = exec.parse %letter as regex "[0-9]+" : !llm.text
  %q = exec.constant "What then?"
  // expected-error @+1 {{cleared for 'public': argument %letter}}
  %a = exec.request @lane(%q) sampled site <1> label "public"
  exec.return %a : !llm.text
}

// -----

// How long a list is that is accepted, its elements do not tell.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letters: !llm.list<!llm.text> {ember.label = #llm.label"pii", ember.length_label = #llm.label"public"}, %ok: i1) -> !llm.list<!llm.text> {
  %some = exec.accept %letters if %ok : !llm.list<!llm.text>
  %all = exec.fanout @each over %some : !llm.list<!llm.text> -> !llm.list<!llm.text>
  exec.return %all : !llm.list<!llm.text>
}
exec.frame @each(%letter: !llm.text) -> !llm.text {
  %q = exec.constant "What now?"
  %a = exec.request @lane(%q) sampled site <0[*]> label "public"
  exec.return %a : !llm.text
}

// -----

// What accepts a list is known from its length.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letters: !llm.list<!llm.text>, %ok: i1 {ember.label = #llm.label"pii"}) -> !llm.list<!llm.text> {
  %some = exec.accept %letters if %ok : !llm.list<!llm.text>
  %all = exec.fanout @each over %some : !llm.list<!llm.text> -> !llm.list<!llm.text>
  exec.return %all : !llm.list<!llm.text>
}
exec.frame @each(%letter: !llm.text) -> !llm.text {
  %q = exec.constant "What now?"
  // expected-error @+1 {{cleared for 'public': argument %ok}}
  %a = exec.request @lane(%q) sampled site <0[*]> label "public"
  exec.return %a : !llm.text
}

// -----

// What a loop gives is what its last round leaves, not what one that goes on does.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %go: i1) -> !llm.text {
  %q = exec.constant "What now?"
  %more, %last = exec.loop @round from %q : !llm.text with %letter, %go : !llm.text, i1
  %a = exec.request @lane(%last) sampled site <0> label "public"
  exec.return %a : !llm.text
}
exec.frame @round(%state: !llm.text, %letter: !llm.text, %go: i1) -> (i1, !llm.text) {
  %next = exec.select %go then @secret else @open with %letter : !llm.text -> !llm.text
  exec.return %go, %next : i1, !llm.text
}
exec.frame @secret(%letter: !llm.text) -> !llm.text {
  exec.return %letter : !llm.text
}
exec.frame @open(%letter: !llm.text) -> !llm.text {
  %x = exec.constant "x"
  exec.return %x : !llm.text
}

// -----

// What a round reads is what the one before it left that went on.
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %go: i1) -> !llm.text {
  %q = exec.constant "What now?"
  %more, %last = exec.loop @round from %q : !llm.text with %letter, %go : !llm.text, i1
  exec.return %last : !llm.text
}
exec.frame @round(%state: !llm.text, %letter: !llm.text, %go: i1) -> (i1, !llm.text) {
  // expected-error @+1 {{cleared for 'public': argument %letter}}
  %a = exec.request @lane(%state) sampled site <0[*]> label "public"
  %next = exec.select %go then @secret else @open with %letter : !llm.text -> !llm.text
  exec.return %go, %next : i1, !llm.text
}
exec.frame @secret(%letter: !llm.text) -> !llm.text {
  exec.return %letter : !llm.text
}
exec.frame @open(%letter: !llm.text) -> !llm.text {
  %x = exec.constant "x"
  exec.return %x : !llm.text
}
