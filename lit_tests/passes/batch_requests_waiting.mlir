// RUN: ember-opt %s -p batch-requests --optimize-for=cost | filecheck %s --check-prefix=COST
// RUN: ember-opt %s -p batch-requests --optimize-for=both | filecheck %s --check-prefix=TIME
// RUN: ember-opt %s -p batch-requests --optimize-for=latency | filecheck %s --check-prefix=TIME

llm.model @m from "simulated" batch 100

// Elements that come one by one are asked about as they come, unless only cost counts.
// COST-LABEL: func.func @answers
// TIME-LABEL: func.func @answers
func.func @answers(%xs: !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>> {
  // COST: llm.embed @m(%as : !llm.list<!llm.text>) site <1[*]>
  // TIME: llm.embed @m(%{{x[0-9_]*}}) site <1[*]>
  %as = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @m(%x) draw <0[*]>
    ensemble.yield %a : !llm.text
  }
  %es = ensemble.map %x in %as : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%x) site <1[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es : !llm.list<tensor<?xf32>>
}

// So is what a function makes of each element, however soon the elements are there.
// COST-LABEL: func.func @functions
// TIME-LABEL: func.func @functions
func.func @functions(%xs: !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>> {
  // COST: llm.embed @m(%texts : !llm.list<!llm.text>) site <1[*]>
  // TIME: llm.embed @m(%t) site <1[*]>
  %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %t = llm.apply pure @look_up(%x) : (!llm.text) -> !llm.text
    %e = llm.embed @m(%t) site <1[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es : !llm.list<tensor<?xf32>>
}

// A list that is read out of one answer is there all at once, as is a text for all of them.
// COST-LABEL: func.func @at_once
// TIME-LABEL: func.func @at_once
func.func @at_once(%q: !llm.text) -> !llm.list<tensor<?xf32>> {
  // COST: llm.embed @m(%texts : !llm.list<!llm.text>) site <2[*]>
  // TIME: llm.embed @m(%texts : !llm.list<!llm.text>) site <2[*]>
  %style = llm.generate @m(%q) draw <0>
  %a = llm.generate @m(%q) draw <1>
  %xs = llm.parse %a as json_schema "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}" : !llm.list<!llm.text>
  %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %t = llm.template "{0}: {1}"(%style, %x)
    %e = llm.embed @m(%t) site <2[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es : !llm.list<tensor<?xf32>>
}

// Of several in a block, those whose texts are there at once do not wait for the others.
// COST-LABEL: func.func @several
// TIME-LABEL: func.func @several
func.func @several(%a: !llm.text, %b: !llm.text, %c: i1) -> (!llm.text, !llm.text, tensor<?xf32>) {
  // COST: llm.list(%a, %t, %b)
  // TIME: llm.embed @m(%t) site <2>
  // TIME: llm.list(%a, %b)
  %e = llm.embed @m(%a) site <0>
  %t = scf.if %c -> (!llm.text) {
    %s = llm.generate @m(%a) draw <1>
    scf.yield %s : !llm.text
  } else {
    scf.yield %a : !llm.text
  }
  %f = llm.embed @m(%t) site <2>
  %g = llm.embed @m(%b) site <3>
  %u = llm.apply pure @use(%e) : (tensor<?xf32>) -> !llm.text
  %v = llm.apply pure @use(%f) : (tensor<?xf32>) -> !llm.text
  func.return %u, %v, %g : !llm.text, !llm.text, tensor<?xf32>
}

// What a round makes is late for the next one, though its first value is not.
// COST-LABEL: func.func @rounds
// TIME-LABEL: func.func @rounds
func.func @rounds(%a: !llm.text, %b: !llm.text, %c: i1) -> !llm.text {
  // COST: llm.list(%draft, %b)
  // TIME: llm.embed @m(%draft) site <0[*]>
  // TIME-NEXT: llm.embed @m(%b) site <1[*]>
  %r = ensemble.refine %draft from %a at_most 3 : !llm.text do {
    %e = llm.embed @m(%draft) site <0[*]>
    %f = llm.embed @m(%b) site <1[*]>
    %same = llm.equal %e, %f : tensor<?xf32>
    %u = llm.apply pure @use(%e) : (tensor<?xf32>) -> !llm.text
    %next = llm.generate @m(%u) draw <2[*]>
    ensemble.accept %next if %same : !llm.text
  }
  func.return %r : !llm.text
}

// A list that is written out has each element as soon as that is there.
// COST-LABEL: func.func @written
// TIME-LABEL: func.func @written
func.func @written(%a: !llm.text) -> !llm.list<tensor<?xf32>> {
  // COST: llm.embed @m(%xs : !llm.list<!llm.text>) site <1[*]>
  // TIME: llm.embed @m(%{{x[0-9_]*}}) site <1[*]>
  %b = llm.generate @m(%a) draw <0>
  %xs = llm.list(%a, %b) : !llm.list<!llm.text>
  %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
    %e = llm.embed @m(%x) site <1[*]>
    ensemble.yield %e : tensor<?xf32>
  }
  func.return %es : !llm.list<tensor<?xf32>>
}

// A region that asks nobody may still give what is late.
// COST-LABEL: func.func @captured
// TIME-LABEL: func.func @captured
func.func @captured(%a: !llm.text, %b: !llm.text, %c: i1) -> (!llm.text, tensor<?xf32>) {
  // COST: llm.list(%a, %t)
  // TIME-NOT: llm.list(
  // TIME: func.return
  %s = llm.generate @m(%a) draw <0>
  %t = scf.if %c -> (!llm.text) {
    scf.yield %s : !llm.text
  } else {
    scf.yield %b : !llm.text
  }
  %e = llm.embed @m(%a) site <1>
  %f = llm.embed @m(%t) site <2>
  %u = llm.apply pure @use(%e) : (tensor<?xf32>) -> !llm.text
  func.return %u, %f : !llm.text, tensor<?xf32>
}

// What waits for one of them waits for all: nothing is later if they go together.
// COST-LABEL: func.func @together
// TIME-LABEL: func.func @together
func.func @together(%q: !llm.text, %xs: !llm.list<!llm.text>, %es: !llm.list<tensor<?xf32>>, %c: i1) -> (!llm.text, i1) {
  // COST: llm.list(%q, %a, %b)
  // TIME: llm.list(%q, %a, %b)
  // TIME-NEXT: llm.embed
  // TIME-NOT: llm.embed
  // TIME: func.return
  %a = llm.generate @m(%q) draw <0>
  %e = llm.embed @m(%q) site <1>
  %is = llm.top_k 2 of %es near %e
  %near = ensemble.map %i in %is : !llm.list<i64> -> !llm.list<!llm.text> do {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    ensemble.yield %x : !llm.text
  }
  %n = llm.length of %near : !llm.list<!llm.text>
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %all = scf.for %i = %zero to %n step %one iter_args(%found = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %near[%i] : !llm.list<!llm.text>
    %has = llm.contains %found, %x : !llm.list<!llm.text>, !llm.text
    %next = scf.if %has -> (!llm.list<!llm.text>) {
      scf.yield %found : !llm.list<!llm.text>
    } else {
      %single = llm.list(%x) : !llm.list<!llm.text>
      %more = llm.concat(%found, %single) : !llm.list<!llm.text>
      scf.yield %more : !llm.list<!llm.text>
    }
    scf.yield %next : !llm.list<!llm.text>
  }
  %f = llm.embed @m(%a) site <2>
  %b = llm.template "More {0}"(%a)
  %g = llm.embed @m(%b) site <3>
  %same = llm.equal %f, %g : tensor<?xf32>
  %text = scf.if %same -> (!llm.text) {
    %t = llm.join %all with ", "
    scf.yield %t : !llm.text
  } else {
    %t = llm.join %all with "; "
    scf.yield %t : !llm.text
  }
  %r = llm.generate @m(%text) draw <4>
  func.return %r, %same : !llm.text, i1
}

// An arm that does not read it need not wait for it, nor a round that is not run.
// COST-LABEL: func.func @perhaps
// TIME-LABEL: func.func @perhaps
func.func @perhaps(%q: !llm.text, %xs: !llm.list<!llm.text>, %es: !llm.list<tensor<?xf32>>, %c: i1) -> !llm.text {
  // COST: llm.list(%q, %a)
  // TIME-NOT: llm.list(
  // TIME: func.return
  %a = llm.generate @m(%q) draw <0>
  %e = llm.embed @m(%q) site <1>
  %f = llm.embed @m(%a) site <2>
  %text = scf.if %c -> (!llm.text) {
    %is = llm.top_k 2 of %es near %e
    %zero = arith.constant 0 : i64
    %i = llm.get %is[%zero] : !llm.list<i64>
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    scf.yield %x : !llm.text
  } else {
    %js = llm.top_k 2 of %es near %f
    %zero = arith.constant 0 : i64
    %j = llm.get %js[%zero] : !llm.list<i64>
    %y = llm.get %xs[%j] : !llm.list<!llm.text>
    scf.yield %y : !llm.text
  }
  %r = llm.generate @m(%text) draw <3>
  func.return %r : !llm.text
}

// It is so where one arm reads all of them, and the other one none.
// COST-LABEL: func.func @one_arm
// TIME-LABEL: func.func @one_arm
func.func @one_arm(%q: !llm.text, %c: i1) -> !llm.text {
  // COST: llm.list(%q, %a)
  // TIME-NOT: llm.list(
  // TIME: func.return
  %a = llm.generate @m(%q) draw <0>
  %e = llm.embed @m(%q) site <1>
  %f = llm.embed @m(%a) site <2>
  %text = scf.if %c -> (!llm.text) {
    %same = llm.equal %e, %f : tensor<?xf32>
    %either = arith.select %same, %a, %q : !llm.text
    scf.yield %either : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %r = llm.generate @m(%text) draw <3>
  func.return %r : !llm.text
}

// An element of a list that is written out is taken as soon as it is there.
// COST-LABEL: func.func @by_element
// TIME-LABEL: func.func @by_element
func.func @by_element(%q: !llm.text) -> !llm.list<!llm.text> {
  // COST: llm.list(%q, %a)
  // TIME: llm.embed @m(%q) site <1>
  // TIME-NEXT: llm.embed @m(%a) site <2>
  %a = llm.generate @m(%q) draw <0>
  %e = llm.embed @m(%q) site <1>
  %f = llm.embed @m(%a) site <2>
  %es = llm.list(%e, %f) : !llm.list<tensor<?xf32>>
  %rs = ensemble.map %v in %es : !llm.list<tensor<?xf32>> -> !llm.list<!llm.text> do {
    %r = llm.apply pure @use(%v) : (tensor<?xf32>) -> !llm.text
    ensemble.yield %r : !llm.text
  }
  func.return %rs : !llm.list<!llm.text>
}
