// RUN: ember-opt %s | ember-opt | filecheck %s
// RUN: ember-opt %s --print-op-generic | ember-opt | filecheck %s

// CHECK: exec.lane @lane model "m" from "p" concurrency 4 usd_per_million 1 in 2 out requests_per_minute 60 tokens_per_minute 90000 clearance "internal" retries 0 at_most 8 backoff 0.5 to 30 seconds timeout 600 seconds bills_cancelled
exec.lane @lane model "m" from "p" concurrency 4 usd_per_million 1 in 2 out requests_per_minute 60 tokens_per_minute 90000 clearance "internal" retries 0 at_most 8 backoff 0.5 to 30 seconds timeout 600 seconds bills_cancelled
// CHECK-NEXT: exec.tool @time "Tells the time, où que ce soit." takes "{\"type\": \"object\", \"properties\": {}}"
exec.tool @time "Tells the time, où que ce soit." takes "{\"type\": \"object\", \"properties\": {}}"

// Known values are texts, numbers, and yes or no.
// CHECK: exec.frame @known
exec.frame @known() -> () {
  // CHECK-NEXT: exec.constant "5 : i64"
  %t = exec.constant "5 : i64"
  // CHECK-NEXT: exec.constant 5 : i64
  %i = exec.constant 5 : i64
  // CHECK-NEXT: exec.constant -7 : i64
  %n = exec.constant -7 : i64
  // CHECK-NEXT: exec.constant 2 : index
  %x = exec.constant 2 : index
  // CHECK-NEXT: exec.constant 2.500000e-01 : f64
  %f = exec.constant 0.25 : f64
  // CHECK-NEXT: exec.constant true
  %y = exec.constant true
  // CHECK-NEXT: exec.constant false
  %z = exec.constant false
  exec.return
}

// A computation has the name, the parameters and the types of the operation that it comes from.
// CHECK: exec.frame @computed
exec.frame @computed(%a: !llm.text, %xs: !llm.list<!llm.text>, %m: !llm.messages, %i: i64, %n: index, %f: f64, %y: i1, %v: tensor<?xf32>, %vs: !llm.list<tensor<?xf32>>, %fs: !llm.list<f64>) -> () {
  // CHECK-NEXT: exec.compute "llm.messages"(%{{.*}}, %{{.*}}) where {turns = [#llm.turn<user text>]} : (!llm.messages, !llm.text) -> !llm.messages
  %0 = exec.compute "llm.messages"(%m, %a) where {turns = [#llm.turn<user text>]} : (!llm.messages, !llm.text) -> !llm.messages
  // CHECK-NEXT: exec.compute "llm.content"(%{{.*}}) : (!llm.messages) -> !llm.text
  %1 = exec.compute "llm.content"(%m) : (!llm.messages) -> !llm.text
  // CHECK-NEXT: exec.compute "llm.tool_calls"
  %2 = exec.compute "llm.tool_calls"(%m) : (!llm.messages) -> !llm.list<!llm.record<"id": !llm.text, "tool": !llm.text, "arguments": !llm.text>>
  // CHECK-NEXT: exec.compute "llm.record"(%{{.*}}, %{{.*}}) : (!llm.text, i64) -> !llm.record<"名": !llm.text, "age": i64>
  %3 = exec.compute "llm.record"(%a, %i) : (!llm.text, i64) -> !llm.record<"名": !llm.text, "age": i64>
  // CHECK-NEXT: exec.compute "llm.field"(%{{.*}}) where {field = #llm.utf8"名"} : (!llm.record<"名": !llm.text, "age": i64>) -> !llm.text
  %4 = exec.compute "llm.field"(%3) where {field = #llm.utf8"名"} : (!llm.record<"名": !llm.text, "age": i64>) -> !llm.text
  // CHECK-NEXT: exec.compute "llm.get"(%{{.*}}, %{{.*}}) : (!llm.list<!llm.text>, i64) -> !llm.text
  %5 = exec.compute "llm.get"(%xs, %i) : (!llm.list<!llm.text>, i64) -> !llm.text
  // CHECK-NEXT: exec.compute "llm.concat"(%{{.*}}, %{{.*}}) : (!llm.list<!llm.text>, !llm.list<!llm.text>) -> !llm.list<!llm.text>
  %6 = exec.compute "llm.concat"(%xs, %xs) : (!llm.list<!llm.text>, !llm.list<!llm.text>) -> !llm.list<!llm.text>
  // CHECK-NEXT: exec.compute "llm.length"(%{{.*}}) : (!llm.list<!llm.text>) -> i64
  %7 = exec.compute "llm.length"(%xs) : (!llm.list<!llm.text>) -> i64
  // CHECK-NEXT: exec.compute "llm.top_k"(%{{.*}}, %{{.*}}) where {k = 3 : i64} : (!llm.list<tensor<?xf32>>, tensor<?xf32>) -> !llm.list<i64>
  %8 = exec.compute "llm.top_k"(%vs, %v) where {k = 3 : i64} : (!llm.list<tensor<?xf32>>, tensor<?xf32>) -> !llm.list<i64>
  // CHECK-NEXT: exec.compute "llm.equal"(%{{.*}}, %{{.*}}) : (!llm.text, !llm.text) -> i1
  %9 = exec.compute "llm.equal"(%a, %a) : (!llm.text, !llm.text) -> i1
  // CHECK-NEXT: exec.compute "llm.contains"(%{{.*}}, %{{.*}}) : (!llm.text, !llm.text) -> i1
  %10 = exec.compute "llm.contains"(%a, %a) : (!llm.text, !llm.text) -> i1
  // CHECK-NEXT: exec.compute "llm.redact"(%{{.*}}) where {policies = [#llm.utf8"email"], label = #llm.label"public"} : (!llm.text) -> (!llm.text, !llm.list<!llm.text>)
  %11, %12 = exec.compute "llm.redact"(%a) where {policies = [#llm.utf8"email"], label = #llm.label"public"} : (!llm.text) -> (!llm.text, !llm.list<!llm.text>)
  // CHECK-NEXT: exec.compute "llm.restore"(%{{.*}}, %{{.*}}) : (!llm.text, !llm.list<!llm.text>) -> !llm.text
  %13 = exec.compute "llm.restore"(%11, %12) : (!llm.text, !llm.list<!llm.text>) -> !llm.text
  // CHECK-NEXT: exec.compute "ensemble.best"(%{{.*}}, %{{.*}}) : (!llm.list<!llm.text>, !llm.list<f64>) -> !llm.text
  %14 = exec.compute "ensemble.best"(%xs, %fs) : (!llm.list<!llm.text>, !llm.list<f64>) -> !llm.text
  // CHECK-NEXT: exec.compute "sched.ballot"(%{{.*}}, %{{.*}}) : (!llm.text, !llm.list<!llm.text>) -> !llm.text
  %15 = exec.compute "sched.ballot"(%a, %xs) : (!llm.text, !llm.list<!llm.text>) -> !llm.text
  // CHECK-NEXT: exec.compute "arith.cmpi"(%{{.*}}, %{{.*}}) where {predicate = 2 : i64} : (i64, i64) -> i1
  %16 = exec.compute "arith.cmpi"(%i, %i) where {predicate = 2 : i64} : (i64, i64) -> i1
  // CHECK-NEXT: exec.compute "arith.select"(%{{.*}}, %{{.*}}, %{{.*}}) : (i1, !llm.text, !llm.text) -> !llm.text
  %17 = exec.compute "arith.select"(%y, %a, %a) : (i1, !llm.text, !llm.text) -> !llm.text
  // CHECK-NEXT: exec.compute "arith.index_cast"(%{{.*}}) : (index) -> i64
  %18 = exec.compute "arith.index_cast"(%n) : (index) -> i64
  // CHECK-NEXT: exec.compute "arith.index_cast"(%{{.*}}) : (i64) -> index
  %19 = exec.compute "arith.index_cast"(%i) : (i64) -> index
  // CHECK-NEXT: exec.parse %{{.*}} as regex "[a-z]+" at "élan.py":3:7 : !llm.text
  %20 = exec.parse %a as regex "[a-z]+" at "élan.py":3:7 : !llm.text
  // CHECK-NEXT: exec.accept %{{.*}} if %{{.*}} at "élan.py":4:7 : !llm.text
  %21 = exec.accept %a if %y at "élan.py":4:7 : !llm.text
  exec.return
}

// A request is of one prompt, of one prompt several times, or of a list; embeddings and scores too.
// CHECK: exec.frame @asked
exec.frame @asked(%a: !llm.text, %m: !llm.messages, %xs: !llm.list<!llm.text>) -> () {
  // CHECK-NEXT: exec.request @lane(%{{.*}}) times 5 temperature 0.7 top_p 0.9 max_tokens 16 stop ["\n", "END"] seed -1 extra "{}" as regex "[0-9]+" sampled priority 3 site <0[*]> label "internal" at "a.py":1:1 -> !llm.list<!llm.text>
  %0 = exec.request @lane(%a) times 5 temperature 0.7 top_p 0.9 max_tokens 16 stop ["\n", "END"] seed -1 extra "{}" as regex "[0-9]+" sampled priority 3 site <0[*]> label "internal" at "a.py":1:1 -> !llm.list<!llm.text>
  // CHECK-NEXT: exec.request @lane(%{{.*}} : !llm.messages) tools [@time] sampled site <1> label "public" at "a.py":2:1 -> !llm.messages
  %1 = exec.request @lane(%m : !llm.messages) tools [@time] sampled site <1> label "public" at "a.py":2:1 -> !llm.messages
  // CHECK-NEXT: exec.request @lane(%{{.*}} : !llm.list<!llm.text>) temperature 0 site <2[*]> label "public" at "a.py":3:1 -> !llm.list<!llm.text>
  %2 = exec.request @lane(%xs : !llm.list<!llm.text>) temperature 0 site <2[*]> label "public" at "a.py":3:1 -> !llm.list<!llm.text>
  // CHECK-NEXT: exec.embed @lane(%{{.*}}) priority 0 site <3> label "public" at "a.py":4:1 -> tensor<?xf32>
  %3 = exec.embed @lane(%a) priority 0 site <3> label "public" at "a.py":4:1 -> tensor<?xf32>
  // CHECK-NEXT: exec.embed @lane(%{{.*}} : !llm.list<!llm.text>) site <4[*]> label "public" at "a.py":5:1 -> !llm.list<tensor<?xf32>>
  %4 = exec.embed @lane(%xs : !llm.list<!llm.text>) site <4[*]> label "public" at "a.py":5:1 -> !llm.list<tensor<?xf32>>
  // CHECK-NEXT: exec.score @lane(%{{.*}}) among %{{.*}} priority 12 site <5> label "public" at "a.py":6:1 -> !llm.list<f64>
  %5 = exec.score @lane(%a) among %xs priority 12 site <5> label "public" at "a.py":6:1 -> !llm.list<f64>
  exec.return
}
