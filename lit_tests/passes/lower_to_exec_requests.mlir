// RUN: ember-opt %s -p lower-to-exec,verify-level{level=exec} | filecheck %s

// A lane keeps its limits and its policy for what fails.
// CHECK: exec.lane @l model "vendor/fast" from "simulated" concurrency 4 usd_per_million 1 in 2 out requests_per_minute 60 tokens_per_minute 90000 clearance "pii" retries 10 at_most 8 backoff 0.5 to 30 seconds timeout 600 seconds batch 7 bills_cancelled
// CHECK-NOT: llm.model
llm.model @m named "vendor/fast" from "simulated" usd_per_million 1 in 2 out batch 7 bills_cancelled
sched.lane @l for @m concurrency 4 requests_per_minute 60 tokens_per_minute 90000 clearance "pii" retries 10 at_most 8 backoff 0.5 to 30 seconds timeout 600 seconds

// A tool is described at this level too.
// CHECK-NEXT: exec.tool @time "Tells the time, où que ce soit." takes "{\"type\": \"object\"}"
llm.tool @time "Tells the time, où que ce soit." takes "{\"type\": \"object\"}"

// A request takes lane and priority of its task, and keeps all that it asks for.
// CHECK: exec.frame @several
// CHECK-NEXT: exec.request @l(%{{.*}}) times 3 temperature 0.7 top_p 0.5 max_tokens 16 stop ["\n"] seed 7 extra "{\"a\": 1}" as regex "[0-9]+" sampled priority 7 site <0[*]> label "pii" at "{{.*}}lower_to_exec_requests.mlir":18:10 -> !llm.list<!llm.text>
func.func @several(%question: !sched.future<!llm.text>) -> !sched.list<!llm.text> {
  %answers = sched.task(%q = %question : !sched.future<!llm.text>) on @l priority 7 estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    %a = sched.request @m(%q) times 3 temperature 0.7 top_p 0.5 max_tokens 16 stop ["\n"] seed 7 extra "{\"a\": 1}" as regex "[0-9]+" draw <0[*]> label "pii" -> !llm.list<!llm.text>
    sched.yield %a : !llm.list<!llm.text>
  }
  func.return %answers : !sched.list<!llm.text>
}

// A list of prompts is a batch; a greedy request reads no tape; no priority is 0.
// CHECK: exec.frame @batch
// CHECK-NEXT: exec.request @l(%{{.*}} : !llm.list<!llm.text>) temperature 0 site <0[*]> label "public" at
func.func @batch(%questions: !sched.list<!llm.text>) -> !sched.list<!llm.text> {
  %answers = sched.task(%q = %questions : !sched.list<!llm.text>) on @l priority 0 estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<!llm.text> {
    %a = sched.request @m(%q : !llm.list<!llm.text>) temperature 0 site <0[*]> -> !llm.list<!llm.text>
    sched.yield %a : !llm.list<!llm.text>
  }
  func.return %answers : !sched.list<!llm.text>
}

// A conversation may ask for tools.
// CHECK: exec.frame @turn
// CHECK-NEXT: exec.request @l(%{{.*}} : !llm.messages) tools [@time] sampled site <0> label "public" at {{.*}} -> !llm.messages
func.func @turn(%talk: !sched.future<!llm.messages>) -> !sched.future<!llm.messages> {
  %turn = sched.task(%t = %talk : !sched.future<!llm.messages>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.messages> {
    %a = sched.request @m(%t : !llm.messages) tools [@time] draw <0> -> !llm.messages
    sched.yield %a : !llm.messages
  }
  func.return %turn : !sched.future<!llm.messages>
}

// So with embeddings and scores.
// CHECK: exec.frame @vectors
// CHECK-NEXT: exec.embed @l(%{{.*}} : !llm.list<!llm.text>) priority 2 site <0[*]> label "internal" at "{{.*}}lower_to_exec_requests.mlir":52:10 -> !llm.list<tensor<?xf32>>
// CHECK-NEXT: exec.score @l(%{{.*}}) among %{{.*}} site <1> label "public" at "{{.*}}lower_to_exec_requests.mlir":56:10 -> !llm.list<f64>
func.func @vectors(%texts: !sched.list<!llm.text>, %text: !sched.future<!llm.text>) -> (!sched.list<tensor<?xf32>>, !sched.list<f64>) {
  %vectors = sched.task(%t = %texts : !sched.list<!llm.text>) on @l priority 2 estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<tensor<?xf32>> {
    %v = sched.embed @m(%t : !llm.list<!llm.text>) site <0[*]> label "internal" -> !llm.list<tensor<?xf32>>
    sched.yield %v : !llm.list<tensor<?xf32>>
  }
  %scores = sched.task(%t = %text : !sched.future<!llm.text>, %l = %texts : !sched.list<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.list<f64> {
    %s = sched.score @m(%t) among %l site <1> -> !llm.list<f64>
    sched.yield %s : !llm.list<f64>
  }
  func.return %vectors, %scores : !sched.list<tensor<?xf32>>, !sched.list<f64>
}

// Listed draws are the sites of the runs of a fan-out.
// CHECK: exec.frame @listed
// CHECK-NEXT: exec.fanout @listed.t times 2
// CHECK: exec.frame @listed.t
// CHECK-NEXT: exec.request @l(%{{.*}}) sampled site [<0>, <4/1>] label "public" at
func.func @listed(%question: !sched.future<!llm.text>) -> !sched.list<!llm.text> {
  %all = sched.fanout times 2 -> !sched.list<!llm.text> do {
    %t = sched.task(%q = %question : !sched.future<!llm.text>) on @l estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
      %a = sched.request @m(%q) draw [<0>, <4/1>]
      sched.yield %a : !llm.text
    }
    sched.yield %t : !sched.future<!llm.text>
  }
  func.return %all : !sched.list<!llm.text>
}
