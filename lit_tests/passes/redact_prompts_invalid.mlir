// RUN: ember-opt %s --allow=meaning --split-input-file --verify-diagnostics -p redact-prompts

// Masks do not hide that a request is sent.
llm.model @m from "simulated"
func.func @f(%c: i1 {ember.label = #llm.label"pii"}, %q: !llm.text) {
  scf.if %c {
    // expected-error @+1 {{'llm.generate' must have a prompt that can be redacted, but that it is sent at all is sensitive: argument %c}}
    %a = llm.generate @m(%q) draw <0>
  }
  func.return
}

// -----

// Calls of tools hold texts that cannot be restored.
llm.model @m from "simulated"
llm.tool @search "Searches." takes "{\"type\": \"object\"}"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}) {
  // expected-error @+1 {{but calls of tools in its answer cannot be restored; redact or declassify it by hand}}
  %a = llm.generate @m(%letter) tools [@search] draw <0> -> !llm.messages
  func.return
}

// -----

// A conversation must be written out.
llm.model @m from "simulated"
func.func @f(%talk: !llm.messages {ember.label = #llm.label"pii"}) {
  // expected-error @+1 {{but its conversation is not written out in 'llm.messages'}}
  %a = llm.generate @m(%talk : !llm.messages) draw <0>
  func.return
}

// -----

// Two texts would have the same masks for different things.
llm.model @m from "simulated"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"},
    %other: !llm.text {ember.label = #llm.label"pii"}) {
  %talk = llm.messages user(%letter) user(%other)
  // expected-error @+1 {{but several of its texts are sensitive, which share masks}}
  %a = llm.generate @m(%talk : !llm.messages) draw <0>
  func.return
}

// -----

// The address of an image means nothing once it is masked.
llm.model @m from "simulated"
func.func @f(%picture: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) {
  %talk = llm.messages user(%q, image %picture)
  // expected-error @+1 {{but the address of an image is sensitive}}
  %a = llm.generate @m(%talk : !llm.messages) draw <0>
  func.return
}

// -----

// Masks do not hide how many there are.
llm.model @m from "simulated"
func.func @f(%letters: !llm.list<!llm.text> {ember.label = #llm.label"pii"}, %q: !llm.text) {
  // expected-error @+1 {{but how many texts there are is sensitive itself}}
  %a = ensemble.judge @m(%q) among %letters temperature 0 site <0>
  func.return
}

// -----

// What is lowered has its masks already, or never will.
llm.model @m from "simulated"
sched.lane @lane for @m concurrency 4
func.func @f(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"}) {
  %r = sched.task(%t = %letter : !sched.future<!llm.text>) on @lane
      estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    // expected-error @+1 {{but it is lowered already}}
    %a = sched.request @m(%t) draw <0>
    sched.yield %a : !llm.text
  }
  func.return
}
