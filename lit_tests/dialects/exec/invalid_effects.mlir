// RUN: ember-opt %s --split-input-file --verify-diagnostics

// An effect is one of three.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.apply' effect must be one of pure, idempotent, effectful, but got 'funny'}}
  %b = exec.apply funny @send(%a) : (!llm.text) -> !llm.text
  exec.return
}

// -----

// A function with an effect waits for its token.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.apply' a function that is effectful must have a token ('after'), but there is none}}
  %b = exec.apply effectful @send(%a) : (!llm.text) -> !llm.text
  exec.return
}

// -----

// A call of a function has a source: no pass can drop it.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{property 'source'}}
  %b = "exec.apply"(%a) <{effect = #llm.utf8"pure", function = @up, operandSegmentSizes = array<i32: 1, 0>}> : (!llm.text) -> !llm.text
  exec.return
}

// -----

// A timer is never negative.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.after' seconds must not be negative, but got -2}}
  %t = exec.after -2 seconds
  exec.return
}

// -----

// A result is kept for someone.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.cache_lookup' audience must be one of user, tenant, shared, but got 'world'}}
  %b = exec.cache_lookup "d" per world label "public" else @k with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @k(%key: !exec.key, %a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// What all users share is public.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.cache_lookup' what all users share must be public, but its label is 'internal'}}
  %b = exec.cache_lookup "d" per shared label "internal" else @k with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @k(%key: !exec.key, %a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// What is remembered runs with its key.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.cache_lookup' must run a frame of type (!exec.key, !llm.text) -> !llm.text, but @g has (!llm.text) -> !llm.text}}
  %b = exec.cache_lookup "d" per user label "public" else @g with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// A lookup says how sensitive it is: no pass can drop it.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{property 'label'}}
  %b = "exec.cache_lookup"(%a) <{digest = #llm.utf8"d", audience = #llm.utf8"user", frame = @g}> : (!llm.text) -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}

// -----

// A result is kept for some time.
exec.frame @f(%a: !llm.text, %k: !exec.key) -> () {
  // expected-error @+1 {{'exec.cache_store' seconds must not be negative, but got -1}}
  %t = exec.cache_store %a under %k for -1 seconds : !llm.text
  exec.return
}

// -----

// A function with an effect does not race.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.first' must not run a function that is effectful, which is for once and in order, but @s does}}
  %b = exec.first [@g, @s] with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}
exec.frame @s(%a: !llm.text) -> !llm.text {
  %t = exec.done
  %b = exec.apply effectful @send(%a) after %t : (!llm.text) -> !llm.text
  exec.return %b : !llm.text
}

// -----

// A function with an effect does not run side by side with others.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.parallel' must not run a function that is effectful, which is for once and in order, but @s does}}
  %b = exec.parallel [@g, @s] with %a : !llm.text -> !llm.list<!llm.text>
  exec.return
}
exec.frame @g(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}
exec.frame @s(%a: !llm.text) -> !llm.text {
  %t = exec.done
  %b = exec.apply effectful @send(%a) after %t : (!llm.text) -> !llm.text
  exec.return %b : !llm.text
}

// -----

// A function with an effect runs in order, so not in a fan-out that has none.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.fanout' must not run a function that is effectful, which is for once and in order, but @s does}}
  %b = exec.fanout @s times 2 with %a : !llm.text -> !llm.list<!llm.text>
  exec.return
}
exec.frame @s(%a: !llm.text) -> !llm.text {
  %t = exec.done
  %b = exec.apply effectful @send(%a) after %t : (!llm.text) -> !llm.text
  exec.return %b : !llm.text
}

// -----

// A function with an effect is not tried again.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.attempt' must not run a function that is effectful, which is for once and in order, but @s does}}
  %b = exec.attempt [@s] at_most 2 with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @s(%a: !llm.text) -> !llm.text {
  %t = exec.done
  %b = exec.apply effectful @send(%a) after %t : (!llm.text) -> !llm.text
  exec.return %b : !llm.text
}

// -----

// A function with an effect is not tried again, however deep it stands.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.attempt' must not run a function that is effectful, which is for once and in order, but @o does}}
  %b = exec.attempt [@o] at_most 2 with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @o(%a: !llm.text) -> !llm.text {
  %h, %b = exec.spawn @s with %a : !llm.text -> !llm.text
  exec.return %b : !llm.text
}
exec.frame @s(%a: !llm.text) -> !llm.text {
  %t = exec.done
  %b = exec.apply effectful @send(%a) after %t : (!llm.text) -> !llm.text
  exec.return %b : !llm.text
}

// -----

// A function with an effect is in no node of a reduction.
exec.frame @f(%xs: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.reduce' must not run a function that is effectful, which is for once and in order, but @s does}}
  %b = exec.reduce @s over %xs by 2 : !llm.list<!llm.text>
  exec.return
}
exec.frame @s(%g: !llm.list<!llm.text>) -> !llm.text {
  %t = exec.done
  %b = exec.apply effectful @send(%g) after %t : (!llm.list<!llm.text>) -> !llm.text
  exec.return %b : !llm.text
}

// -----

// A function with an effect is not remembered.
exec.frame @f(%a: !llm.text) -> () {
  // expected-error @+1 {{'exec.cache_lookup' must not run a function that is effectful, which is for once and in order, but @s does}}
  %b = exec.cache_lookup "d" per user label "public" else @s with %a : !llm.text -> !llm.text
  exec.return
}
exec.frame @s(%k: !exec.key, %a: !llm.text) -> !llm.text {
  %t = exec.done
  %b = exec.apply effectful @send(%a) after %t : (!llm.text) -> !llm.text
  exec.return %b : !llm.text
}
