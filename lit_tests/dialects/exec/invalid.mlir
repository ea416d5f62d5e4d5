// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A lane lets at least one request through.
// expected-error @+1 {{'exec.lane' concurrency must be at least 1, but got 0}}
exec.lane @l model "m" from "p" concurrency 0

// -----

// A lane takes at least one text at a time.
// expected-error @+1 {{'exec.lane' batch must be at least 1, but got 0}}
exec.lane @l model "m" from "p" concurrency 1 batch 0

// -----

// A lane has both prices or neither.
// expected-error @+1 {{'exec.lane' a lane must have both prices or neither, but got one}}
"exec.lane"() <{sym_name = "l", model = #llm.utf8"m", provider = #llm.utf8"p", concurrency = 1 : i64, input_usd_per_million = #llm.decimal<1>}> : () -> ()

// -----

// A price is never negative.
// expected-error @+1 {{'exec.lane' a price must not be negative, but got -2}}
exec.lane @l model "m" from "p" concurrency 1 usd_per_million 1 in -2 out

// -----

// A frame takes the arguments of its type.
// expected-error @+1 {{'exec.frame' the block of a frame must take the arguments of its type}}
"exec.frame"() <{sym_name = "f", function_type = (!llm.text) -> ()}> ({
  "exec.return"() : () -> ()
}) : () -> ()

// -----

// A frame ends with its return.
// expected-error @+1 {{'exec.frame' a frame must end with 'exec.return', but it does not}}
exec.frame @f() -> () {
  func.return
}

// -----

// A frame returns what its type says.
// expected-error @+1 {{'exec.frame' a frame must return (!llm.text), but got ()}}
exec.frame @f(%a: !llm.text) -> !llm.text {
  exec.return
}

// -----

// A frame is flat.
// expected-error @+1 {{'exec.frame' a frame must be flat, but 'ensemble.map' has a region}}
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    ensemble.yield %x : !llm.text
  }
  exec.return
}

// -----

// A format has a hole for each operand.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.format' a template must use the holes 0 to 0 of its 1 operands, but got [1]}}
  %b = exec.format "{1}"(%a)
  exec.return
}

// -----

// A request that is not greedy is sampled.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.request' a request must be 'sampled' unless its temperature is 0, but it is neither}}
  %b = exec.request @l(%a) site <0> label "public"
  exec.return
}

// -----

// A greedy request draws nothing.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.request' a request with temperature 0 must not be 'sampled'}}
  %b = exec.request @l(%a) temperature 0 sampled site <0> label "public"
  exec.return
}

// -----

// A request is in the range of every call.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.request' max_tokens must be at least 1, but got 0}}
  %b = exec.request @l(%a) temperature 0 max_tokens 0 site <0> label "public"
  exec.return
}

// -----

// A request has a site: no pass can drop it.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{property 'site'}}
  %b = "exec.request"(%a) <{lane = @l, sampled, label = #llm.label"public", source = #llm.source<"a":1:1>}> : (!llm.text) -> !llm.text
  exec.return
}

// -----

// A request has a label: no pass can drop it.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{property 'label'}}
  %b = "exec.request"(%a) <{lane = @l, sampled, site = #llm.draw<0>, source = #llm.source<"a":1:1>}> : (!llm.text) -> !llm.text
  exec.return
}

// -----

// A request has a source: no pass can drop it.
exec.lane @l model "m" from "p" concurrency 1
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{property 'source'}}
  %b = "exec.request"(%a) <{lane = @l, sampled, site = #llm.draw<0>, label = #llm.label"public"}> : (!llm.text) -> !llm.text
  exec.return
}

// -----

// A request goes to a lane.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.request' must name a 'exec.lane' by @l, but nothing has this name; there is none}}
  %b = exec.request @l(%a) temperature 0 site <0> label "public"
  exec.return
}

// -----

// A fan-out runs over a list or a number of times, not both.
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.fanout' a fan-out must run over a list or a number of times}}
  %b = exec.fanout @g over %xs : !llm.list<!llm.text> times 3 -> !llm.list<!llm.text>
  exec.return
}

// -----

// A fan-out runs at least once.
exec.frame @f() -> () {
  // expected-error @+1 {{'exec.fanout' a fan-out must run at least 1 time, but got 0}}
  %b = exec.fanout @g times 0 -> !llm.list<!llm.text>
  exec.return
}

// -----

// A fan-out runs a frame that takes its piece.
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.fanout' must run a frame of type (!llm.text) -> !llm.text, but @g has () -> !llm.text}}
  %b = exec.fanout @g over %xs : !llm.list<!llm.text> -> !llm.list<!llm.text>
  exec.return
}
exec.frame @g() -> !llm.text {
  %c = exec.constant "x"
  exec.return %c : !llm.text
}

// -----

// A reduction makes its list shorter.
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.reduce' the arity of a reduction must be at least 2, but got 1}}
  %b = exec.reduce @f over %xs by 1 : !llm.list<!llm.text>
  exec.return
}

// -----

// A reduction runs a frame that takes a group.
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.reduce' must run a frame of type (!llm.list<!llm.text>) -> !llm.text, but @f has (!llm.list<!llm.text>) -> ()}}
  %b = exec.reduce @f over %xs by 2 : !llm.list<!llm.text>
  exec.return
}
