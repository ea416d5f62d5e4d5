// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

// A model states its provider and, where they are known, its name, prices and limits.
// CHECK: llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
// CHECK-NEXT: llm.model @plain from "simulated"
llm.model @plain from "simulated"
// CHECK-NEXT: llm.model @"gpt-4.1-mini" from "openai" concurrency 8 supports_n
llm.model @"gpt-4.1-mini" from "openai" concurrency 8 supports_n
// CHECK-NEXT: llm.model @mod_u00e8_le named "modèle" from "été"
llm.model @mod_u00e8_le named "modèle" from "été"

// Texts of any script, with quotes, braces and line breaks, print as they are.
// CHECK-LABEL: func.func @texts
func.func @texts(%name: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: llm.constant "Où est la gare ? «ici» 日本語 😀 \"quoted\" back\\slash\n\ttab"
  %a = llm.constant "Où est la gare ? «ici» 日本語 😀 \"quoted\" back\\slash\n\ttab"
  // CHECK-NEXT: llm.constant ""
  %b = llm.constant ""
  // CHECK-NEXT: llm.template "{1} {{[{][{]braces[}][}]}} {0}{0}"(%{{.*}}, %{{.*}})
  %c = llm.template "{1} {{braces}} {0}{0}"(%a, %name)
  // CHECK-NEXT: llm.template "no holes"
  %d = llm.template "no holes"
  // CHECK-NEXT: llm.list(%{{.*}}, %{{.*}}) : !llm.list<!llm.text>
  %e = llm.list(%c, %d) : !llm.list<!llm.text>
  // CHECK-NEXT: llm.list() : !llm.list<!llm.list<!llm.text>>
  %f = llm.list() : !llm.list<!llm.list<!llm.text>>
  // CHECK-NEXT: llm.join %{{.*}} with "、"
  %g = llm.join %e with "、"
  func.return %e : !llm.list<!llm.text>
}

// A sampled call prints its draw, a greedy one its site, a fresh one neither.
// CHECK-LABEL: func.func @calls
func.func @calls(%p: !llm.text) {
  // CHECK: llm.generate @small(%{{.*}})
  %fresh = llm.generate @small(%p)
  // CHECK-NEXT: llm.generate @small(%{{.*}}) temperature 0.70 max_tokens 16 draw <4/3[2]>
  %sampled = llm.generate @small(%p) temperature 0.70 max_tokens 16 draw <4/3[2]>
  // CHECK-NEXT: llm.generate @small(%{{.*}}) temperature 0 site <1>
  %greedy = llm.generate @small(%p) temperature 0 site <1>
  // CHECK-NEXT: llm.generate @"gpt-4.1-mini"(%{{.*}}) max_tokens 5 draw <2> {note = "kept"}
  %other = llm.generate @"gpt-4.1-mini"(%p) max_tokens 5 draw <2> {note = "kept"}
  func.return
}
