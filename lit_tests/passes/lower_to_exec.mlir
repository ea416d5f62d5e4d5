// RUN: ember-opt %s --emit=exec --without=stop-early | filecheck %s

// The lane takes over all that the model said.
// CHECK: exec.lane @fast_lane model "vendor/fast" from "simulated" concurrency 8 usd_per_million 0.15 in 0.60 out
// CHECK-NOT: llm.model
llm.model @fast named "vendor/fast" from "simulated" usd_per_million 0.15 in 0.60 out concurrency 8

// Tasks dissolve; a request carries site, label and the line it comes from.
// CHECK: exec.frame @call(%[[Q:.*]]: !llm.text {ember.name = #llm.utf8"q"}) -> !llm.text {
// CHECK-NEXT: %[[P:.*]] = exec.format "Q: {0}"(%[[Q]])
// CHECK-NEXT: %[[A:.*]] = exec.request @fast_lane(%[[P]]) temperature 0.7 max_tokens 16 sampled site <0> label "public" at "{{.*}}lower_to_exec.mlir":15:8
// CHECK-NEXT: exec.return %[[A]] : !llm.text
func.func @call(%q: !llm.text) -> !llm.text {
  %p = llm.template "Q: {0}"(%q)
  %a = llm.generate @fast(%p) temperature 0.7 max_tokens 16
  func.return %a : !llm.text
}

// Regions become frames; what they read from outside becomes arguments.
// CHECK: exec.frame @nested(%[[XSS:.*]]: !llm.list<!llm.list<!llm.text>> {{.*}}, %[[HOW:.*]]: !llm.text {{.*}}) -> !llm.list<!llm.text> {
// CHECK-NEXT: %[[R:.*]] = exec.fanout @nested.short over %[[XSS]] : !llm.list<!llm.list<!llm.text>> with %[[HOW]] : !llm.text -> !llm.list<!llm.text>
// CHECK-NEXT: exec.return %[[R]] : !llm.list<!llm.text>
// CHECK: exec.frame @nested.merged(%[[G:.*]]: !llm.list<!llm.text>, %[[H1:.*]]: !llm.text) -> !llm.text {
// CHECK: exec.request @fast_lane(%{{.*}}) temperature 0 site <0[*, *]>
// CHECK: exec.frame @nested.short(%[[XS:.*]]: !llm.list<!llm.text>, %[[H2:.*]]: !llm.text) -> !llm.text {
// CHECK-NEXT: exec.reduce @nested.merged over %[[XS]] by 4 : !llm.list<!llm.text> with %[[H2]] : !llm.text
func.func @nested(%xss: !llm.list<!llm.list<!llm.text>>, %how: !llm.text) -> !llm.list<!llm.text> {
  %r = ensemble.map %xs in %xss : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.text> do {
    %short = ensemble.reduce %g in %xs by 4 : !llm.list<!llm.text> do {
      %j = llm.join %g with "\n"
      %p = llm.template "{0}: {1}"(%how, %j)
      %merged = llm.generate @fast(%p) temperature 0
      ensemble.yield %merged : !llm.text
    }
    ensemble.yield %short : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}

// Two regions of one name get two frames; samples run a frame a number of times.
// CHECK: exec.frame @samples(%[[P:.*]]: !llm.text {{.*}}) -> (!llm.text, !llm.list<!llm.text>) {
// CHECK-NEXT: %[[D:.*]] = exec.fanout @samples.d times 5 with %[[P]] : !llm.text -> !llm.list<!llm.text>
// CHECK-NEXT: %[[E:.*]] = exec.fanout @samples.d_1 times 3 with %[[P]] : !llm.text -> !llm.list<!llm.text>
// CHECK-NEXT: %[[V:.*]] = exec.vote %[[D]] : !llm.list<!llm.text>
// CHECK-NEXT: exec.return %[[V]], %[[E]] : !llm.text, !llm.list<!llm.text>
func.func @samples(%p: !llm.text) -> (!llm.text, !llm.list<!llm.text>) {
  %d = ensemble.sample 5 of @fast(%p)
  %d_1 = ensemble.sample 3 of @fast(%p)
  %v = ensemble.vote %d : !llm.list<!llm.text>
  func.return %v, %d_1 : !llm.text, !llm.list<!llm.text>
}

// A private function goes: nothing can run it.
// CHECK-NOT: @hidden
func.func private @hidden(%p: !llm.text) -> !llm.list<!llm.text> {
  %d = ensemble.sample 5 of @fast(%p)
  func.return %d : !llm.list<!llm.text>
}
