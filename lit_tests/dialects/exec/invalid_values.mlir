// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A lane lets at least one request a minute through.
// expected-error @+1 {{'exec.lane' requests_per_minute must be at least 1, but got 0}}
exec.lane @l model "m" from "p" concurrency 1 requests_per_minute 0

// -----

// A lane lets at least one token a minute through.
// expected-error @+1 {{'exec.lane' tokens_per_minute must be at least 1, but got 0}}
exec.lane @l model "m" from "p" concurrency 1 tokens_per_minute 0

// -----

// A lane retries a number of times, or none.
// expected-error @+1 {{'exec.lane' retries must not be negative, but got -1}}
exec.lane @l model "m" from "p" concurrency 1 retries -1

// -----

// A lane sends a request at least once.
// expected-error @+1 {{'exec.lane' at_most must be at least 1, but got 0}}
exec.lane @l model "m" from "p" concurrency 1 at_most 0

// -----

// It does not send one for ever.
// expected-error @+1 {{'exec.lane' at_most must be at most 100, but got 101}}
exec.lane @l model "m" from "p" concurrency 1 at_most 101

// -----

// Who sends once need not wait in between.
// expected-error @+1 {{'exec.lane' 'backoff' must go with 'at_most' 2 or more tries}}
exec.lane @l model "m" from "p" concurrency 1 at_most 1 backoff 0.5 to 30 seconds

// -----

// Neither does who says nothing of it.
// expected-error @+1 {{'exec.lane' 'backoff' must go with 'at_most' 2 or more tries}}
exec.lane @l model "m" from "p" concurrency 1 backoff 0.5 to 30 seconds

// -----

// Pauses do not go back in time.
// expected-error @+1 {{'exec.lane' least_backoff must not be negative, but got -1}}
exec.lane @l model "m" from "p" concurrency 1 at_most 2 backoff -1 to 30 seconds

// -----

// Pauses grow.
// expected-error @+1 {{'exec.lane' a backoff must go from less to more, but got 30 to 0.5}}
exec.lane @l model "m" from "p" concurrency 1 at_most 2 backoff 30 to 0.5 seconds

// -----

// A request takes time.
// expected-error @+1 {{'exec.lane' timeout must be above 0 seconds, but got 0}}
exec.lane @l model "m" from "p" concurrency 1 timeout 0 seconds

// -----

// What a tool takes is an object.
// expected-error @+1 {{'exec.tool' a tool must take a JSON schema of type "object", but got '{"type": "string"}'}}
exec.tool @t "Tells the time." takes "{\"type\": \"string\"}"

// -----

// What a tool takes is JSON.
// expected-error @+1 {{'exec.tool' a tool must take a JSON schema of type "object", but got 'a place'}}
exec.tool @t "Tells the time." takes "a place"

// -----

// A constant is a value of a program.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.constant' a constant must be a text, a number (i64, f64) or i1, but got i32}}
  %c = exec.constant 5 : i32
  exec.return
}

// -----

// A constant has the type of its value.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.constant' a constant must have the type of its value, i64, but got !llm.text}}
  %c = "exec.constant"() <{value = 5 : i64}> : () -> !llm.text
  exec.return
}

// -----

// A constant is known.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.constant' unexpected attribute [1 : i64]}}
  %c = exec.constant [1]
  exec.return
}

// -----

// A computation is one of a closed set.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.compute' a computation must be one of llm.messages,}}
  %c = exec.compute "llm.generate"(%a) : (!llm.text) -> !llm.text
  exec.return
}

// -----

// A computation has its parameters.
exec.frame @f(%a: !llm.record<"x": i64>) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.field' must have the parameters (field), but got ()}}
  %c = exec.compute "llm.field"(%a) : (!llm.record<"x": i64>) -> i64
  exec.return
}

// -----

// A computation has no other parameters.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.length' must have the parameters (), but got (k)}}
  %c = exec.compute "llm.length"(%a) where {k = 1 : i64} : (!llm.text) -> i64
  exec.return
}

// -----

// A computation gives what it computes.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.length' of (!llm.text) must give (i64), but got (f64)}}
  %c = exec.compute "llm.length"(%a) : (!llm.text) -> f64
  exec.return
}

// -----

// A computation gives all that it computes.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.redact' of (!llm.text) must give (!llm.text, !llm.list<!llm.text>), but got (!llm.text)}}
  %c = exec.compute "llm.redact"(%a) where {policies = [#llm.utf8"email"], label = #llm.label"public"} : (!llm.text) -> !llm.text
  exec.return
}

// -----

// What a text spells has the type of its grammar.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.parse' the result must be of the grammar's type, !llm.text, but got i64}}
  %c = exec.parse %a as regex "[a-z]+" : i64
  exec.return
}

// -----

// Something is let go of.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.release' a release must name at least 1 value, but got none}}
  "exec.release"() : () -> ()
  exec.return
}

// -----

// What is let go of is read no more.
exec.frame @f(%a: !llm.text) -> () {
  exec.release %a : !llm.text
  // expected-error @+1 {{'exec.format' must not read what has been released, but %a has been}}
  %b = exec.format "{0}"(%a)
  exec.return
}

// -----

// What is let go of is let go of once.
exec.frame @f(%a: !llm.text) -> () {
  exec.release %a : !llm.text
  // expected-error @+1 {{'exec.release' must not read what has been released, but %a has been}}
  exec.release %a : !llm.text
  exec.return
}

// -----

// A vote needs at least one answer.
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.vote' min_valid must be at least 1, but got 0}}
  %b = exec.vote %xs min_valid 0 : !llm.list<!llm.text>
  exec.return
}

// -----

// A quorum needs at least one answer.
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.quorum' min_valid must be at least 1, but got 0}}
  %b = exec.quorum %xs min_valid 0 : !llm.list<!llm.text>
  exec.return
}

// -----

// A quorum stops in one of two ways.
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.quorum' stop must be one of lossless, adaptive, but got 'early'}}
  %b = exec.quorum %xs stop early : !llm.list<!llm.text>
  exec.return
}

// -----

// An adaptive stop says how sure it must be.
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.quorum' a confidence must go with 'stop adaptive', and 'stop adaptive' with a confidence}}
  %b = exec.quorum %xs stop adaptive : !llm.list<!llm.text>
  exec.return
}

// -----

// A confidence is for an adaptive stop.
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.quorum' a confidence must go with 'stop adaptive', and 'stop adaptive' with a confidence}}
  %b = exec.quorum %xs confidence 0.95 : !llm.list<!llm.text>
  exec.return
}

// -----

// To be sure takes the lossless stop.
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.quorum' confidence must be between 0 and 1, and neither, but got 0}}
  %b = exec.quorum %xs stop adaptive confidence 0 : !llm.list<!llm.text>
  exec.return
}

// -----

// Nobody else reads answers that may never come.
exec.frame @f(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // expected-error @+1 {{'exec.quorum' a quorum that stops early must be the only reader of its list, but there are others}}
  %b = exec.quorum %xs stop lossless : !llm.list<!llm.text>
  exec.return %xs : !llm.list<!llm.text>
}
