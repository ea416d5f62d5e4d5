// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A request asks at least once.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.request' times must be at least 1, but got 0}}
  %b = exec.request @l(%a) times 0 sampled site <0> label "public" -> !llm.list<!llm.text>
  exec.return
}

// -----

// A prompt is a text or a conversation, or several of them.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.list<i64>) -> () {
  // expected-error @+1 {{'exec.request' a prompt must be a text or conversation, or a list of them, but got !llm.list<i64>}}
  %b = exec.request @l(%a : !llm.list<i64>) sampled site <0> label "public" -> !llm.list<!llm.text>
  exec.return
}

// -----

// A batch asks each of its prompts once.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.request' a request must be of one prompt 'times' n or of a list, not both}}
  %b = exec.request @l(%a : !llm.list<!llm.text>) times 2 sampled site <0> label "public" -> !llm.list<!llm.text>
  exec.return
}

// -----

// Tools are named.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.request' tools must name at least 1 tool, but got none}}
  %b = exec.request @l(%a) tools [] sampled site <0> label "public" -> !llm.messages
  exec.return
}

// -----

// What may ask for tools need not look like a grammar.
exec.lane @l model "m" from "p" concurrency 1
exec.tool @t "Tells the time." takes "{\"type\": \"object\"}"
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.request' a request must have tools or a grammar ('as'), not both}}
  %b = exec.request @l(%a) as regex "[0-9]+" tools [@t] sampled site <0> label "public" -> !llm.messages
  exec.return
}

// -----

// Several answers are a list.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.request' a request like this must give !llm.list<!llm.text>, but got !llm.text}}
  %b = exec.request @l(%a) times 2 sampled site <0> label "public"
  exec.return
}

// -----

// Several answers have an index each.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.request' must have one '*' in its site per fan-out, reduction or loop around it and one for its answers, here 1, but got 0}}
  %b = exec.request @l(%a) times 2 sampled site <0> label "public" -> !llm.list<!llm.text>
  exec.return
}

// -----

// A tool is a tool.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.request' must name a 'exec.tool' by @l, but it is a 'exec.lane'; there is none}}
  %b = exec.request @l(%a) tools [@l] sampled site <0> label "public" -> !llm.messages
  exec.return
}

// -----

// An embedding is of texts.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.list<i64>) -> () {
  // expected-error @+1 {{'exec.embed' the operand must be a text or a list of texts, but got !llm.list<i64>}}
  %b = exec.embed @l(%a : !llm.list<i64>) site <0> label "public" -> tensor<?xf32>
  exec.return
}

// -----

// The embeddings of a batch are a list.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.embed' a request like this must give !llm.list<tensor<?xf32>>, but got tensor<?xf32>}}
  %b = exec.embed @l(%a : !llm.list<!llm.text>) site <0> label "public" -> tensor<?xf32>
  exec.return
}

// -----

// An embedding outside of all repetition has no index.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.embed' must have one '*' in its site per fan-out, reduction or loop around it, here 0, but got 1}}
  %b = exec.embed @l(%a) site <0[*]> label "public" -> tensor<?xf32>
  exec.return
}

// -----

// Scores are numbers.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text, %xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.score' a request like this must give !llm.list<f64>, but got !llm.list<!llm.text>}}
  %b = exec.score @l(%a) among %xs site <0> label "public" -> !llm.list<!llm.text>
  exec.return
}

// -----

// The scores of a batch have an index each.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.score' must have one '*' in its site per fan-out, reduction or loop around it and one for its answers, here 1, but got 0}}
  %b = exec.score @l(%xs : !llm.list<!llm.text>) among %xs site <0> label "public" -> !llm.list<!llm.list<f64>>
  exec.return
}

// -----

// No pass can drop the site of an embedding.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text, %xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{property 'site'}}
  %b = "exec.embed"(%a) <{lane = @l, label = #llm.label"public", source = #llm.source<"a":1:1>}> : (!llm.text) -> tensor<?xf32>
  exec.return
}

// -----

// No pass can drop the site of scores.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text, %xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{property 'site'}}
  %b = "exec.score"(%a, %xs) <{lane = @l, label = #llm.label"public", source = #llm.source<"a":1:1>}> : (!llm.text, !llm.list<!llm.text>) -> !llm.list<f64>
  exec.return
}

// -----

// The lowest priority is 0, for 'exec.request' as for all.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text, %xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.request' a priority must not be negative, but got -1}}
  %b = exec.request @l(%a) sampled priority -1 site <0> label "public"
  exec.return
}

// -----

// The lowest priority is 0, for 'exec.embed' as for all.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text, %xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.embed' a priority must not be negative, but got -1}}
  %b = exec.embed @l(%a) priority -1 site <0> label "public" -> tensor<?xf32>
  exec.return
}

// -----

// The lowest priority is 0, for 'exec.score' as for all.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text, %xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.score' a priority must not be negative, but got -1}}
  %b = exec.score @l(%a) among %xs priority -1 site <0> label "public" -> !llm.list<f64>
  exec.return
}

// -----

// A site lists as many draws as there are runs of the fan-out.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> !llm.list<!llm.text> {
  %all = exec.fanout @g times 3 with %a : !llm.text -> !llm.list<!llm.text>
  exec.return %all : !llm.list<!llm.text>
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  // expected-error @+1 {{'exec.request' a list of draws must have one for each member, here 3, but got 2}}
  %b = exec.request @l(%a) sampled site [<0>, <1>] label "public"
  exec.return %b : !llm.text
}

// -----

// How many runs a fan-out over a list has is not known.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  %all = exec.fanout @g over %xs : !llm.list<!llm.text> -> !llm.list<!llm.text>
  exec.return %all : !llm.list<!llm.text>
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  // expected-error @+1 {{'exec.request' draws must be listed only where the number of members is known, but here it is not; write one draw}}
  %b = exec.request @l(%a) sampled site [<0>, <1>] label "public"
  exec.return %b : !llm.text
}

// -----

// A frame that several fan-outs run has as many draws as each of them has runs.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  %two = exec.fanout @g times 2 with %a : !llm.text -> !llm.list<!llm.text>
  %three = exec.fanout @g times 3 with %a : !llm.text -> !llm.list<!llm.text>
  exec.return %two, %three : !llm.list<!llm.text>, !llm.list<!llm.text>
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  // expected-error @+1 {{'exec.request' draws must be listed only where the number of members is known, but here it is not; write one draw}}
  %b = exec.request @l(%a) sampled site [<0>, <1>] label "public"
  exec.return %b : !llm.text
}

// -----

// A request for several answers lists as many draws.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.request' a list of draws must have one for each member, here 3, but got 2}}
  %b = exec.request @l(%a) times 3 sampled site [<0>, <1>] label "public" -> !llm.list<!llm.text>
  exec.return
}

// -----

// Behind another frame, the runs of the innermost fan-out count.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> !llm.list<!llm.list<!llm.text>> {
  %all = exec.fanout @g times 2 with %a : !llm.text -> !llm.list<!llm.list<!llm.text>>
  exec.return %all : !llm.list<!llm.list<!llm.text>>
}
exec.frame @g(%a: !llm.text) -> !llm.list<!llm.text> {
  %all = exec.fanout @h times 3 with %a : !llm.text -> !llm.list<!llm.text>
  exec.return %all : !llm.list<!llm.text>
}
exec.frame @h(%a: !llm.text) -> !llm.text {
  // expected-error @+1 {{'exec.request' a list of draws must have one for each member, here 3, but got 2}}
  %b = exec.request @l(%a) sampled site [<0[*]>, <1[*]>] label "public"
  exec.return %b : !llm.text
}
