// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

// A lane states all that the engine needs.
// CHECK: exec.lane @lane model "modèle" from "simulated" concurrency 8 usd_per_million 0.15 in 0.60 out
exec.lane @lane model "modèle" from "simulated" concurrency 8 usd_per_million 0.15 in 0.60 out
// CHECK-NEXT: exec.lane @free model "m" from "p" concurrency 1
exec.lane @free model "m" from "p" concurrency 1

// Arguments carry the names that users know them by.
// CHECK: exec.frame @main(%question: !llm.text {ember.name = #llm.utf8"質問"}, %xs: !llm.list<!llm.text> {ember.name = #llm.utf8"xs"}) -> (!llm.text, !llm.list<!llm.text>) attributes {ember.name = #llm.utf8"応答"} {
exec.frame @main(%question: !llm.text {ember.name = #llm.utf8"質問"}, %xs: !llm.list<!llm.text> {ember.name = #llm.utf8"xs"}) -> (!llm.text, !llm.list<!llm.text>) attributes {ember.name = #llm.utf8"応答"} {
  // CHECK-NEXT: exec.constant "日本 😀 {\"json\": 1}\n"
  %c = exec.constant "日本 😀 {\"json\": 1}\n"
  // CHECK-NEXT: exec.format "{0}: {1}"(%{{.*}}, %{{.*}})
  %t = exec.format "{0}: {1}"(%question, %c)
  // CHECK-NEXT: exec.list(%{{.*}}, %{{.*}}) : !llm.list<!llm.text>
  %l = exec.list(%t, %c) : !llm.list<!llm.text>
  // CHECK-NEXT: exec.join %{{.*}} with "\n"
  %j = exec.join %l with "\n"
  // CHECK-NEXT: exec.fanout @body over %{{.*}} : !llm.list<!llm.text> with %{{.*}} : !llm.text -> !llm.list<!llm.text>
  %a = exec.fanout @body over %xs : !llm.list<!llm.text> with %j : !llm.text -> !llm.list<!llm.text>
  // CHECK-NEXT: exec.fanout @draft times 5 with %{{.*}} : !llm.text -> !llm.list<!llm.text>
  %d = exec.fanout @draft times 5 with %t : !llm.text -> !llm.list<!llm.text>
  // CHECK-NEXT: exec.reduce @node over %{{.*}} by 4 : !llm.list<!llm.text> with %{{.*}} : !llm.text
  %r = exec.reduce @node over %a by 4 : !llm.list<!llm.text> with %c : !llm.text
  // CHECK-NEXT: exec.vote %{{.*}} : !llm.list<!llm.text>
  %v = exec.vote %d : !llm.list<!llm.text>
  // CHECK-NEXT: exec.return %{{.*}}, %{{.*}} : !llm.text, !llm.list<!llm.text>
  exec.return %r, %d : !llm.text, !llm.list<!llm.text>
}
exec.frame @body(%x: !llm.text, %j: !llm.text) -> !llm.text {
  // CHECK: exec.request @free(%{{.*}}) temperature 0 max_tokens 64 site <0[*]> label "pii" at "élan.py":3:7
  %y = exec.request @free(%x) temperature 0 max_tokens 64 site <0[*]> label "pii" at "élan.py":3:7
  exec.return %y : !llm.text
}
exec.frame @draft(%p: !llm.text) -> !llm.text {
  // CHECK: exec.request @lane(%{{.*}}) temperature 0.7 sampled site <1[*]> label "public" at "{{.*}}ops.mlir":39:1
  %y = exec.request @lane(%p) temperature 0.7 sampled site <1[*]> label "public"
  exec.return %y : !llm.text
}
exec.frame @node(%g: !llm.list<!llm.text>, %c: !llm.text) -> !llm.text {
  %y = exec.join %g with ""
  exec.return %y : !llm.text
}

// A site lists a draw for each run of the innermost fan-out, or for each answer.
// CHECK-LABEL: exec.frame @listed
exec.frame @listed(%a: !llm.text) -> !llm.list<!llm.list<!llm.text>> {
  %all = exec.fanout @two times 3 with %a : !llm.text -> !llm.list<!llm.list<!llm.text>>
  exec.return %all : !llm.list<!llm.list<!llm.text>>
}
exec.frame @two(%a: !llm.text) -> !llm.list<!llm.text> {
  %all = exec.fanout @one times 2 with %a : !llm.text -> !llm.list<!llm.text>
  // CHECK: exec.request @free(%{{.*}}) times 2 sampled site [<2[*]>, <3[*]>] label "public"
  %both = exec.request @free(%a) times 2 sampled site [<2[*]>, <3[*]>] label "public" -> !llm.list<!llm.text>
  exec.return %all : !llm.list<!llm.text>
}
exec.frame @one(%a: !llm.text) -> !llm.text {
  // CHECK: exec.request @free(%{{.*}}) sampled site [<0[*]>, <4/1[3, *]>] label "public"
  %b = exec.request @free(%a) sampled site [<0[*]>, <4/1[3, *]>] label "public"
  exec.return %b : !llm.text
}
