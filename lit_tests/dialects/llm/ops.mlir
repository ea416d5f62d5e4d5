// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

// A model states its provider and, where they are known, its name, prices and limits.
// CHECK: llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
// CHECK-NEXT: llm.model @plain from "simulated"
llm.model @plain from "simulated"
// CHECK-NEXT: llm.model @"gpt-4.1-mini" from "openai" concurrency 8 batch 2048 supports_n
llm.model @"gpt-4.1-mini" from "openai" concurrency 8 batch 2048 supports_n
// CHECK-NEXT: llm.model @mod_u00e8_le named "modèle" from "été"
llm.model @mod_u00e8_le named "modèle" from "été"
// CHECK-NEXT: llm.model @house from "own" clearance "pii" concurrency 2 requests_per_minute 60 tokens_per_minute 1000 bills_cancelled {note = "kept"}
llm.model @house from "own" clearance "pii" concurrency 2 requests_per_minute 60 tokens_per_minute 1000 bills_cancelled {note = "kept"}

// A tool states what it does and what it takes.
// CHECK-NEXT: llm.tool @search "Sucht im été." takes "{\"type\": \"object\"}"
llm.tool @search "Sucht im été." takes "{\"type\": \"object\"}"
// CHECK-NEXT: llm.tool @time "" takes "{\"type\": \"object\"}" {note = "kept"}
llm.tool @time "" takes "{\"type\": \"object\"}" {note = "kept"}

// Texts of any script, with quotes, braces and line breaks, print as they are.
// CHECK-LABEL: func.func @texts
func.func @texts(%name: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: llm.constant "Où est la gare ? «ici» 日本語 😀 \"quoted\" back\\slash\n\ttab"
  %a = llm.constant "Où est la gare ? «ici» 日本語 😀 \"quoted\" back\\slash\n\ttab"
  // CHECK-NEXT: llm.constant ""
  %b = llm.constant ""
  // CHECK-NEXT: llm.constant "ada@example.com" label "pii" {note = "kept"}
  %h = llm.constant "ada@example.com" label "pii" {note = "kept"}
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
  // CHECK-NEXT: llm.quote %{{.*}} {note = "kept"}
  %i = llm.quote %e {note = "kept"}
  func.return %e : !llm.list<!llm.text>
}

// All spellings of a grammar print as they were written.
// CHECK-LABEL: func.func @parse
func.func @parse(%a: !llm.text) {
  // CHECK: llm.parse %{{.*}} as json_schema "{\"type\": \"array\", \"items\": {\"type\": \"number\"}}" : !llm.list<f64>
  %b = llm.parse %a as json_schema "{\"type\": \"array\", \"items\": {\"type\": \"number\"}}" : !llm.list<f64>
  // CHECK-NEXT: llm.parse %{{.*}} as regex "(?P<name>[a-zé]+) (?P<age>\\d+)" : !llm.record<"name": !llm.text, "age": !llm.text>
  %c = llm.parse %a as regex "(?P<name>[a-zé]+) (?P<age>\\d+)" : !llm.record<"name": !llm.text, "age": !llm.text>
  // CHECK-NEXT: llm.parse %{{.*}} as lark "start: \"yes\" | \"no\"" : !llm.text {note = "kept"}
  %d = llm.parse %a as lark "start: \"yes\" | \"no\"" : !llm.text {note = "kept"}
  func.return
}

// A conversation goes on from another; its turns stand in the order of the text.
// CHECK-LABEL: func.func @messages
func.func @messages(%a: !llm.text, %before: !llm.messages) {
  // CHECK: llm.messages system(%{{.*}}) user(%{{.*}}, image %{{.*}}, %{{.*}}) assistant(%{{.*}}, %{{.*}}) tool(%{{.*}}, %{{.*}}) {note = "kept"}
  %b = llm.messages system(%a) user(%a, image %a, %a) assistant(%a, %a) tool(%a, %a) {note = "kept"}
  // CHECK-NEXT: %[[C:.*]] = llm.messages after(%{{.*}}) user(%{{.*}})
  %c = llm.messages after(%before) user(%a)
  // CHECK-NEXT: llm.messages after(%[[C]], %{{.*}})
  %d = llm.messages after(%c, %before)
  // CHECK-NEXT: llm.content %{{.*}} {note = "kept"}
  %e = llm.content %d {note = "kept"}
  // CHECK-NEXT: llm.tool_calls %{{.*}}
  %f = llm.tool_calls %d
  func.return
}

// A sampled call prints its draw, a greedy one its site, a fresh one neither.
// CHECK-LABEL: func.func @calls
func.func @calls(%p: !llm.text, %m: !llm.messages) {
  // CHECK: llm.generate @small(%{{.*}})
  %fresh = llm.generate @small(%p)
  // CHECK-NEXT: llm.generate @small(%{{.*}}) temperature 0.70 max_tokens 16 draw <4/3[2]>
  %sampled = llm.generate @small(%p) temperature 0.70 max_tokens 16 draw <4/3[2]>
  // CHECK-NEXT: llm.generate @small(%{{.*}}) temperature 0 site <1>
  %greedy = llm.generate @small(%p) temperature 0 site <1>
  // CHECK-NEXT: llm.generate @"gpt-4.1-mini"(%{{.*}}) max_tokens 5 draw <2> {note = "kept"}
  %other = llm.generate @"gpt-4.1-mini"(%p) max_tokens 5 draw <2> {note = "kept"}
  // CHECK-NEXT: llm.generate @small(%{{.*}}) temperature 1 top_p 0.9 max_tokens 7 stop ["\n", "Fin é"] extra "{\"top_k\": 5}" as regex "[0-9]+" retries 3 draw <3>
  %long = llm.generate @small(%p) temperature 1 top_p 0.9 max_tokens 7 stop ["\n", "Fin é"] extra "{\"top_k\": 5}" as regex "[0-9]+" retries 3 draw <3>
  // CHECK-NEXT: llm.generate @small(%{{.*}} : !llm.messages) as json_schema "{\"type\": \"integer\"}"
  %talk = llm.generate @small(%m : !llm.messages) as json_schema "{\"type\": \"integer\"}"
  // CHECK-NEXT: llm.generate @small(%{{.*}} : !llm.messages) tools [@search, @time] draw <4> -> !llm.messages
  %turn = llm.generate @small(%m : !llm.messages) tools [@search, @time] draw <4> -> !llm.messages
  // CHECK-NEXT: llm.embed @small(%{{.*}})
  %vector = llm.embed @small(%p)
  // CHECK-NEXT: llm.embed @small(%{{.*}}) site <5> {note = "kept"}
  %numbered = llm.embed @small(%p) site <5> {note = "kept"}
  // CHECK-NEXT: %[[L:.*]] = llm.list
  %labels = llm.list(%p) : !llm.list<!llm.text>
  // CHECK-NEXT: llm.score @small(%{{.*}}) among %[[L]]
  %score = llm.score @small(%p) among %labels
  // CHECK-NEXT: llm.score @small(%{{.*}}) among %[[L]] site <6>
  %scored = llm.score @small(%p) among %labels site <6>
  // CHECK-NEXT: llm.embed @small(%[[L]] : !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>>
  %vectors = llm.embed @small(%labels : !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>>
  // CHECK-NEXT: llm.score @small(%[[L]] : !llm.list<!llm.text>) among %[[L]] site <7[*]> -> !llm.list<!llm.list<f64>> {note = "kept"}
  %all_scored = llm.score @small(%labels : !llm.list<!llm.text>) among %labels site <7[*]> -> !llm.list<!llm.list<f64>> {note = "kept"}
  func.return
}

// A function is applied to values of any types, with its effect.
// CHECK-LABEL: func.func @functions
func.func @functions(%a: !llm.text, %n: i64) {
  // CHECK: llm.apply pure @now() : () -> !llm.object
  %b = llm.apply pure @now() : () -> !llm.object
  // CHECK-NEXT: llm.apply idempotent @look(%{{.*}}, %{{.*}}) : (!llm.text, i64) -> f64
  %c = llm.apply idempotent @look(%a, %n) : (!llm.text, i64) -> f64
  // CHECK-NEXT: llm.apply effectful @send(%{{.*}}) : (!llm.object) -> i1 {note = "kept"}
  %d = llm.apply effectful @send(%b) : (!llm.object) -> i1 {note = "kept"}
  func.return
}

// Lists hold values of any one type.
// CHECK-LABEL: func.func @lists
func.func @lists(%a: !llm.list<i64>, %n: i64, %v: tensor<?xf32>, %vs: !llm.list<tensor<?xf32>>) {
  // CHECK: llm.get %{{.*}}[%{{.*}}] : !llm.list<i64>
  %b = llm.get %a[%n] : !llm.list<i64>
  // CHECK-NEXT: llm.concat(%{{.*}}, %{{.*}}) : !llm.list<i64>
  %c = llm.concat(%a, %a) : !llm.list<i64>
  // CHECK-NEXT: llm.concat() : !llm.list<i64>
  %d = llm.concat() : !llm.list<i64>
  // CHECK-NEXT: llm.length of %{{.*}} : !llm.list<i64>
  %e = llm.length of %d : !llm.list<i64>
  // CHECK-NEXT: llm.contains %{{.*}}, %{{.*}} : !llm.list<i64>, i64
  %f = llm.contains %a, %n : !llm.list<i64>, i64
  // CHECK-NEXT: llm.top_k 3 of %{{.*}} near %{{.*}} {note = "kept"}
  %g = llm.top_k 3 of %vs near %v {note = "kept"}
  func.return
}

// Fields have Unicode names; records nest.
// CHECK-LABEL: func.func @records
func.func @records(%a: !llm.text, %n: i64, %o: !llm.record<>) {
  // CHECK: %[[R:.*]] = llm.record(%{{.*}}, %{{.*}}) : !llm.record<"prénom \"x\"": !llm.text, "age": i64> {note = "kept"}
  %b = llm.record(%a, %n) : !llm.record<"prénom \"x\"": !llm.text, "age": i64> {note = "kept"}
  // CHECK-NEXT: %[[N:.*]] = llm.record(%[[R]]) : !llm.record<"in": !llm.record<"prénom \"x\"": !llm.text, "age": i64>>
  %c = llm.record(%b) : !llm.record<"in": !llm.record<"prénom \"x\"": !llm.text, "age": i64>>
  // CHECK-NEXT: llm.field "in" of %[[N]] : !llm.record<"in": !llm.record<"prénom \"x\"": !llm.text, "age": i64>>
  %d = llm.field "in" of %c : !llm.record<"in": !llm.record<"prénom \"x\"": !llm.text, "age": i64>>
  // CHECK-NEXT: llm.field "prénom \"x\"" of %{{.*}} : !llm.record<"prénom \"x\"": !llm.text, "age": i64> {note = "kept"}
  %e = llm.field "prénom \"x\"" of %d : !llm.record<"prénom \"x\"": !llm.text, "age": i64> {note = "kept"}
  // CHECK-NEXT: llm.record() : !llm.record<>
  %f = llm.record() : !llm.record<>
  // CHECK-NEXT: llm.equal %{{.*}}, %{{.*}} : !llm.record<>
  %g = llm.equal %f, %o : !llm.record<>
  // CHECK-NEXT: llm.contains %{{.*}}, %{{.*}} : !llm.text, !llm.text
  %h = llm.contains %a, %e : !llm.text, !llm.text
  // CHECK-NEXT: llm.length of %{{.*}} : !llm.text
  %i = llm.length of %a : !llm.text
  func.return
}

// What lowers a label says to which one, and why.
// CHECK-LABEL: func.func @labels
func.func @labels(%a: !llm.text, %n: i64) {
  // CHECK: %[[M:.*]], %[[H:.*]] = llm.redact %{{.*}} hiding ["email", "phone"] to "public"
  %masked, %hidden = llm.redact %a hiding ["email", "phone"] to "public"
  // CHECK-NEXT: llm.restore %[[M]] from %[[H]]
  %same = llm.restore %masked from %hidden
  // CHECK-NEXT: llm.declassify %{{.*}} to "internal" because "Veröffentlicht" : i64
  %open = llm.declassify %n to "internal" because "Veröffentlicht" : i64
  func.return
}
