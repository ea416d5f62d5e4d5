// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

llm.model @small from "simulated"
sched.lane @small_lane for @small concurrency 64
llm.tool @time "Tells the time." takes "{\"type\": \"object\", \"properties\": {}}"

// A request is of one prompt, of one prompt several times, or of a list; embeddings and scores too.
// CHECK-LABEL: func.func @requests
func.func @requests(%a: !sched.future<!llm.text>, %talk: !sched.future<!llm.messages>, %xs: !sched.list<!llm.text>) {
  %drafts = sched.task(%p = %a : !sched.future<!llm.text>) on @small_lane estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    // CHECK: sched.request @small(%{{.*}}) times 5 temperature 0.7 top_p 0.9 max_tokens 16 stop ["\n", "END"] seed 0 extra "{}" as regex "[0-9]+" draw <0[*]> label "pii" -> !llm.list<!llm.text>
    %r = sched.request @small(%p) times 5 temperature 0.7 top_p 0.9 max_tokens 16 stop ["\n", "END"] seed 0 extra "{}" as regex "[0-9]+" draw <0[*]> label "pii" -> !llm.list<!llm.text>
    sched.yield %r : !llm.list<!llm.text>
  }
  %turn = sched.task(%m = %talk : !sched.future<!llm.messages>) on @small_lane estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.messages> {
    // CHECK: sched.request @small(%{{.*}} : !llm.messages) tools [@time] draw <1> -> !llm.messages
    %r = sched.request @small(%m : !llm.messages) tools [@time] draw <1> -> !llm.messages
    sched.yield %r : !llm.messages
  }
  %batch = sched.task(%ps = %xs : !sched.list<!llm.text>) on @small_lane estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    // CHECK: sched.request @small(%{{.*}} : !llm.list<!llm.text>) temperature 0 site <2[*]> -> !llm.list<!llm.text>
    %r = sched.request @small(%ps : !llm.list<!llm.text>) temperature 0 site <2[*]> -> !llm.list<!llm.text>
    sched.yield %r : !llm.list<!llm.text>
  }
  %vector = sched.task(%p = %a : !sched.future<!llm.text>) on @small_lane estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<tensor<?xf32>> {
    // CHECK: sched.embed @small(%{{.*}}) site <3> label "internal" -> tensor<?xf32>
    %r = sched.embed @small(%p) site <3> label "internal" -> tensor<?xf32>
    sched.yield %r : tensor<?xf32>
  }
  %scores = sched.task(%ps = %xs : !sched.list<!llm.text>) on @small_lane estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!sched.list<f64>> {
    // CHECK: sched.score @small(%{{.*}} : !llm.list<!llm.text>) among %{{.*}} site <4[*]> -> !llm.list<!llm.list<f64>>
    %r = sched.score @small(%ps : !llm.list<!llm.text>) among %ps site <4[*]> -> !llm.list<!llm.list<f64>>
    sched.yield %r : !llm.list<!llm.list<f64>>
  }
  func.return
}

// A judge is asked with a ballot, and its reply elects.
// CHECK-LABEL: func.func @judge
func.func @judge(%a: !sched.future<!llm.text>, %xs: !sched.list<!llm.text>, %good: !sched.future<i1>) -> !sched.future<!llm.text> {
  %best = sched.task(%p = %a : !sched.future<!llm.text>, %all = %xs : !sched.list<!llm.text>, %ok = %good : !sched.future<i1>) -> !sched.future<!llm.text> {
    // CHECK: %[[BALLOT:.*]] = sched.ballot %[[P:.*]] among %[[ALL:.*]]
    %ballot = sched.ballot %p among %all
    // CHECK-NEXT: %[[BEST:.*]] = sched.elect %[[BALLOT]] among %[[ALL]]
    %elected = sched.elect %ballot among %all
    // CHECK-NEXT: sched.accept %[[BEST]] if %{{.*}} : !llm.text
    %accepted = sched.accept %elected if %ok : !llm.text
    sched.yield %accepted : !llm.text
  }
  func.return %best : !sched.future<!llm.text>
}

// What a loop that counts needs to know is local work.
// CHECK-LABEL: func.func @count
func.func @count(%a: !sched.future<index>, %b: !sched.future<index>, %c: !sched.future<index>) -> !sched.future<i64> {
  %n = sched.task(%from = %a : !sched.future<index>, %to = %b : !sched.future<index>, %by = %c : !sched.future<index>) -> !sched.future<i64> {
    // CHECK: sched.rounds %{{.*}} to %{{.*}} step %{{.*}}
    %rounds = sched.rounds %from to %to step %by
    sched.yield %rounds : i64
  }
  func.return %n : !sched.future<i64>
}

// Answers whose number is known have a draw each.
// CHECK-LABEL: func.func @listed
func.func @listed(%question: !sched.future<!llm.text>) -> !sched.list<!llm.text> {
  %all = sched.task(%q = %question : !sched.future<!llm.text>) on @small_lane estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    // CHECK: sched.request @small(%{{.*}}) times 2 draw [<0>, <4/1[7]>] -> !llm.list<!llm.text>
    %a = sched.request @small(%q) times 2 draw [<0>, <4/1[7]>] -> !llm.list<!llm.text>
    sched.yield %a : !llm.list<!llm.text>
  }
  func.return %all : !sched.list<!llm.text>
}
