// RUN: ember-opt %s -p raise-ensembles --verify-each | filecheck %s

llm.model @m from "simulated"
llm.tool @time "Tells the time." takes "{\"type\": \"object\", \"properties\": {}}"

// A loop that lists the answers to one request is a sample; its index is the last there is.
// CHECK-LABEL: func.func @loop_of_calls
func.func @loop_of_calls(%ps: !llm.list<!llm.text>) -> !llm.list<!llm.list<!llm.text>> {
  %zero = arith.constant 0 : index
  %two = arith.constant 2 : index
  %five = arith.constant 5 : index
  %none = llm.list() : !llm.list<!llm.text>
  // CHECK: ensemble.map %[[P:.*]] in
  // CHECK-NEXT: %[[S:.*]] = ensemble.sample 3 of @m(%[[P]]) temperature 0.7 draw <0[7, *, *]>
  // CHECK-NEXT: ensemble.yield %[[S]]
  %r = ensemble.map %p in %ps : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    %all = scf.for %i = %zero to %five step %two iter_args(%l = %none) -> (!llm.list<!llm.text>) {
      %a = llm.generate @m(%p) temperature 0.7 draw <0[7, *, *]>
      %one = llm.list(%a) : !llm.list<!llm.text>
      %more = llm.concat(%l, %one) : !llm.list<!llm.text>
      scf.yield %more : !llm.list<!llm.text>
    }
    ensemble.yield %all : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.list<!llm.text>>
}

// A loop of calls that begins with a list, or is greedy, or of a number that is not known, is no sample.
// CHECK-LABEL: func.func @no_sample
func.func @no_sample(%p: !llm.text, %ps: !llm.list<!llm.text>, %n: i64) -> (!llm.list<!llm.text>, !llm.list<!llm.text>, !llm.list<!llm.text>) {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %three = arith.constant 3 : i64
  %none = llm.list() : !llm.list<!llm.text>
  // CHECK-COUNT-3: scf.for
  %begun = scf.for %i = %zero to %three step %one iter_args(%l = %ps) -> (!llm.list<!llm.text>) : i64 {
    %a = llm.generate @m(%p) draw <0[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %greedy = scf.for %i = %zero to %three step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %a = llm.generate @m(%p) temperature 0 site <1[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %unknown = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %a = llm.generate @m(%p) draw <2[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %begun, %greedy, %unknown : !llm.list<!llm.text>, !llm.list<!llm.text>, !llm.list<!llm.text>
}

// Nor is one of turns that may ask for tools, or of calls that may be any sample.
// CHECK-LABEL: func.func @no_texts
func.func @no_texts(%p: !llm.text) -> (!llm.list<!llm.messages>, !llm.list<!llm.text>) {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %three = arith.constant 3 : i64
  %turns = llm.list() : !llm.list<!llm.messages>
  %texts = llm.list() : !llm.list<!llm.text>
  // CHECK-COUNT-2: scf.for
  %r = scf.for %i = %zero to %three step %one iter_args(%l = %turns) -> (!llm.list<!llm.messages>) : i64 {
    %a = llm.generate @m(%p) tools [@time] draw <0[*]> -> !llm.messages
    %new = llm.list(%a) : !llm.list<!llm.messages>
    %more = llm.concat(%l, %new) : !llm.list<!llm.messages>
    scf.yield %more : !llm.list<!llm.messages>
  }
  %s = scf.for %i = %zero to %three step %one iter_args(%l = %texts) -> (!llm.list<!llm.text>) : i64 {
    %a = llm.generate @m(%p)
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r, %s : !llm.list<!llm.messages>, !llm.list<!llm.text>
}

// A loop whose prompt is made anew in each round is no sample.
// CHECK-LABEL: func.func @prompt_inside
func.func @prompt_inside(%p: !llm.text) -> !llm.list<!llm.text> {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %three = arith.constant 3 : i64
  %none = llm.list() : !llm.list<!llm.text>
  // CHECK: scf.for
  %r = scf.for %i = %zero to %three step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %q = llm.apply idempotent @ask(%p) : (!llm.text) -> !llm.text
    %a = llm.generate @m(%q) draw <0[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// A loop over a list that appends one value per round is a map: rounds and elements count from 0.
// CHECK-LABEL: func.func @append
func.func @append(%q: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: %[[R:.*]] = ensemble.map %[[X:.*]] in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> attributes {note = "kept"} do {
  // CHECK-NEXT: %[[P:.*]] = llm.template "{0} {1}"(%q, %[[X]])
  // CHECK-NEXT: %[[A:.*]] = llm.generate @m(%[[P]]) draw <0/2[*]>
  // CHECK-NEXT: %[[S:.*]] = llm.apply effectful @send(%[[A]])
  // CHECK-NEXT: ensemble.yield %[[S]]
  // CHECK: func.return %[[R]]
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %p = llm.template "{0} {1}"(%q, %x)
    %a = llm.generate @m(%p) draw <0/2[*]>
    %s = llm.apply effectful @send(%a) : (!llm.text) -> !llm.text
    %new = llm.list(%s) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  } {note = "kept"}
  func.return %r : !llm.list<!llm.text>
}

// Indices may be of the type index; what the loop begins with comes first.
// CHECK-LABEL: func.func @append_to_list
func.func @append_to_list(%xs: !llm.list<!llm.text>, %ys: !llm.list<i64>) -> !llm.list<i64> {
  // CHECK: %[[M:.*]] = ensemble.map %[[X:.*]] in %xs : !llm.list<!llm.text> -> !llm.list<i64> do {
  // CHECK-NEXT: %[[N:.*]] = llm.length of %[[X]]
  // CHECK-NEXT: ensemble.yield %[[N]]
  // CHECK: %[[R:.*]] = llm.concat(%ys, %[[M]])
  // CHECK-NEXT: func.return %[[R]]
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %length = llm.length of %xs : !llm.list<!llm.text>
  %n = arith.index_cast %length : i64 to index
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %ys) -> (!llm.list<i64>) {
    %at = arith.index_cast %i : index to i64
    %x = llm.get %xs[%at] : !llm.list<!llm.text>
    %size = llm.length of %x : !llm.text
    %new = llm.list(%size) : !llm.list<i64>
    %more = llm.concat(%l, %new) : !llm.list<i64>
    scf.yield %more : !llm.list<i64>
  }
  func.return %r : !llm.list<i64>
}

// A loop that appends each element as it is gives the list.
// CHECK-LABEL: func.func @copy
func.func @copy(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: func.return %xs
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// A loop up to a number is a map if that is the length of a list which is written out.
// CHECK-LABEL: func.func @known_list
func.func @known_list(%a: !llm.text, %b: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: %[[XS:.*]] = llm.list(%a, %b)
  // CHECK: ensemble.map %{{.*}} in %[[XS]]
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %xs = llm.list(%a, %b) : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %two step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %y = llm.generate @m(%x) draw <0[*]>
    %new = llm.list(%y) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// A loop that may read outside of its list fails there, and a map does not.
// CHECK-LABEL: func.func @outside
func.func @outside(%xs: !llm.list<!llm.text>, %ys: !llm.list<!llm.text>, %n: i64) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %m = llm.length of %ys : !llm.list<!llm.text>
  %s = scf.for %i = %zero to %m step %one iter_args(%l = %r) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %s : !llm.list<!llm.text>
}

// A loop that reads a part of its list, or fails behind its end, is no map over it.
// CHECK-LABEL: func.func @part
func.func @part(%a: !llm.text, %b: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %three = arith.constant 3 : i64
  %xs = llm.list(%a, %b) : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %one step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %s = scf.for %i = %zero to %three step %one iter_args(%l = %r) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %s : !llm.list<!llm.text>
}

// A list that is written out tells nothing of an end that is not known.
// CHECK-LABEL: func.func @unknown_end
func.func @unknown_end(%a: !llm.text, %n: i64) -> !llm.list<!llm.text> {
  // CHECK: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %xs = llm.list(%a) : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// A list that each round makes is not one that a map goes through.
// CHECK-LABEL: func.func @list_inside
func.func @list_inside(%a: !llm.text, %b: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %two step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %xs = llm.list(%a, %b) : !llm.list<!llm.text>
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// A loop that counts from 1, or by 2, leaves elements out.
// CHECK-LABEL: func.func @other_counts
func.func @other_counts(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %one to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %s = scf.for %i = %zero to %n step %two iter_args(%l = %r) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %s : !llm.list<!llm.text>
}

// A body that needs the index itself is none of a map, which has elements only.
// CHECK-LABEL: func.func @index_itself
func.func @index_itself(%xs: !llm.list<!llm.text>) -> !llm.list<i64> {
  // CHECK: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<i64>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<i64>) : i64 {
    %new = llm.list(%i) : !llm.list<i64>
    %more = llm.concat(%l, %new) : !llm.list<i64>
    scf.yield %more : !llm.list<i64>
  }
  func.return %r : !llm.list<i64>
}

// A list that the rounds read, or put something in front of, is more than what they give.
// CHECK-LABEL: func.func @other_uses
func.func @other_uses(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.join %l with ""
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %s = scf.for %i = %zero to %n step %one iter_args(%l = %r) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%new, %l) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %s : !llm.list<!llm.text>
}

// What the rounds have given so far is more than that if a round reads it, too.
// CHECK-LABEL: func.func @so_far
func.func @so_far(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    %s = llm.apply effectful @show(%more) : (!llm.list<!llm.text>) -> !llm.text
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// What carries two values is not raised.
// CHECK-LABEL: func.func @two_values
func.func @two_values(%xs: !llm.list<!llm.text>) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
  %r, %s = scf.for %i = %zero to %n step %one iter_args(%l = %none, %k = %none) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    %other = llm.list(%x) : !llm.list<!llm.text>
    %others = llm.concat(%k, %other) : !llm.list<!llm.text>
    scf.yield %more, %others : !llm.list<!llm.text>, !llm.list<!llm.text>
  }
  func.return %r, %s : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// A label that is written on an element, the list or the loop would be lost.
// CHECK-LABEL: func.func @labelled
func.func @labelled(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK-COUNT-3: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text> {ember.label = #llm.label"pii"}
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %s = scf.for %i = %zero to %n step %one iter_args(%l = %r) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text> {ember.label = #llm.label"pii"}
    scf.yield %more : !llm.list<!llm.text>
  }
  %t = scf.for %i = %zero to %n step %one iter_args(%l = %s) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  } {ember.label = #llm.label"pii"}
  func.return %t : !llm.list<!llm.text>
}

// Texts that are put behind one another are joined, with what stands between them.
// CHECK-LABEL: func.func @texts
func.func @texts(%first: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK: %[[B:.*]] = llm.list(%first)
  // CHECK-NEXT: %[[A:.*]] = llm.concat(%[[B]], %xs)
  // CHECK-NEXT: %[[R:.*]] = llm.join %[[A]] with ", {"
  // CHECK-NEXT: func.return %[[R]]
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%t = %first) -> (!llm.text) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %u = llm.template "{0}, {{{1}"(%t, %x)
    scf.yield %u : !llm.text
  }
  func.return %r : !llm.text
}

// What stands behind an element is put together with it first; after no text there is none to begin with.
// CHECK-LABEL: func.func @lines
func.func @lines(%xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK: %[[M:.*]] = ensemble.map %[[X:.*]] in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
  // CHECK-NEXT: %[[Y:.*]] = llm.generate @m(%[[X]]) draw <0[*]>
  // CHECK-NEXT: %[[L:.*]] = llm.template "- {0}: {1}\n"(%[[X]], %[[Y]])
  // CHECK-NEXT: ensemble.yield %[[L]]
  // CHECK: llm.join %[[M]] with ""
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %empty = llm.constant ""
  %r = scf.for %i = %zero to %n step %one iter_args(%t = %empty) -> (!llm.text) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %y = llm.generate @m(%x) draw <0[*]>
    %u = llm.template "{0}- {1}: {2}\n"(%t, %x, %y)
    scf.yield %u : !llm.text
  }
  func.return %r : !llm.text
}

// What stands behind the last element stays, too.
// CHECK-LABEL: func.func @ends
func.func @ends(%first: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK: %[[M:.*]] = ensemble.map %[[X:.*]] in %xs
  // CHECK-NEXT: %[[E:.*]] = llm.template "{0};"(%[[X]])
  // CHECK-NEXT: ensemble.yield %[[E]]
  // CHECK: %[[B:.*]] = llm.list(%first)
  // CHECK-NEXT: %[[A:.*]] = llm.concat(%[[B]], %[[M]])
  // CHECK-NEXT: llm.join %[[A]] with ""
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%t = %first) -> (!llm.text) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %u = llm.template "{0}{1};"(%t, %x)
    scf.yield %u : !llm.text
  }
  func.return %r : !llm.text
}

// With something between them, the empty text that comes first counts.
// CHECK-LABEL: func.func @after_empty
func.func @after_empty(%xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK: %[[A:.*]] = llm.concat(%{{.*}}, %xs)
  // CHECK-NEXT: llm.join %[[A]] with "+"
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %empty = llm.constant ""
  %r = scf.for %i = %zero to %n step %one iter_args(%t = %empty) -> (!llm.text) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %u = llm.template "{0}+{1}"(%t, %x)
    scf.yield %u : !llm.text
  }
  func.return %r : !llm.text
}

// A text that is put in front, or twice, or asked about, is not joined.
// CHECK-LABEL: func.func @other_texts
func.func @other_texts(%xs: !llm.list<!llm.text>) -> !llm.text {
  // CHECK-COUNT-3: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %empty = llm.constant ""
  %r = scf.for %i = %zero to %n step %one iter_args(%t = %empty) -> (!llm.text) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %u = llm.template "{1}{0}"(%t, %x)
    scf.yield %u : !llm.text
  }
  %s = scf.for %i = %zero to %n step %one iter_args(%t = %r) -> (!llm.text) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %u = llm.template "{0}{1}{0}"(%t, %x)
    scf.yield %u : !llm.text
  }
  %v = scf.for %i = %zero to %n step %one iter_args(%t = %s) -> (!llm.text) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %u = llm.template "{0}{1}"(%t, %x)
    %y = llm.generate @m(%u) draw <0[*]>
    scf.yield %y : !llm.text
  }
  func.return %v : !llm.text
}

// Lists that are put behind one another are a tree: it gives the same, as concat is associative.
// CHECK-LABEL: func.func @lists
func.func @lists(%first: !llm.list<!llm.text>, %xss: !llm.list<!llm.list<!llm.text>>) -> !llm.list<!llm.text> {
  // CHECK: %[[B:.*]] = llm.list(%first) : !llm.list<!llm.list<!llm.text>>
  // CHECK-NEXT: %[[A:.*]] = llm.concat(%[[B]], %xss)
  // CHECK-NEXT: ensemble.reduce %[[G:.*]] in %[[A]] by 2 : !llm.list<!llm.list<!llm.text>> do {
  // CHECK: %[[L:.*]] = llm.get %[[G]]
  // CHECK-NEXT: %[[R:.*]] = llm.get %[[G]]
  // CHECK-NEXT: %[[C:.*]] = llm.concat(%[[L]], %[[R]])
  // CHECK-NEXT: ensemble.yield %[[C]]
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xss : !llm.list<!llm.list<!llm.text>>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %first) -> (!llm.list<!llm.text>) : i64 {
    %xs = llm.get %xss[%i] : !llm.list<!llm.list<!llm.text>>
    %more = llm.concat(%l, %xs) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// Several elements per round are lists, too.
// CHECK-LABEL: func.func @pairs
func.func @pairs(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map %[[X:.*]] in %xs
  // CHECK-NEXT: %[[P:.*]] = llm.list(%[[X]], %[[X]])
  // CHECK-NEXT: %[[A:.*]] = llm.concat(%[[P]], %xs)
  // CHECK-NEXT: ensemble.yield %[[A]]
  // CHECK: ensemble.map %[[X:.*]] in %xs
  // CHECK-NEXT: %[[P:.*]] = llm.list(%[[X]], %[[X]])
  // CHECK-NEXT: ensemble.yield %[[P]]
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x, %x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new, %xs) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %s = scf.for %i = %zero to %n step %one iter_args(%l = %r) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x, %x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %s : !llm.list<!llm.text>
}

// A loop in a loop that appends to one list is a map of maps, whose lists are put behind one another.
// CHECK-LABEL: func.func @nested
func.func @nested(%xss: !llm.list<!llm.list<!llm.text>>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map %[[XS:.*]] in %xss
  // CHECK-NEXT: llm.length of %[[XS]]
  // CHECK-NEXT: %[[M:.*]] = ensemble.map %[[X:.*]] in %[[XS]]
  // CHECK-NEXT: %[[Y:.*]] = llm.generate @m(%[[X]]) draw <0[*, *]>
  // CHECK-NEXT: ensemble.yield %[[Y]]
  // CHECK: ensemble.yield %[[M]]
  // CHECK: ensemble.reduce
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %n = llm.length of %xss : !llm.list<!llm.list<!llm.text>>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %xs = llm.get %xss[%i] : !llm.list<!llm.list<!llm.text>>
    %m = llm.length of %xs : !llm.list<!llm.text>
    %s = scf.for %j = %zero to %m step %one iter_args(%k = %l) -> (!llm.list<!llm.text>) : i64 {
      %x = llm.get %xs[%j] : !llm.list<!llm.text>
      %y = llm.generate @m(%x) draw <0[*, *]>
      %new = llm.list(%y) : !llm.list<!llm.text>
      %more = llm.concat(%k, %new) : !llm.list<!llm.text>
      scf.yield %more : !llm.list<!llm.text>
    }
    scf.yield %s : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// A loop that counts its rounds is the length of the list.
// CHECK-LABEL: func.func @count
func.func @count(%xs: !llm.list<!llm.text>, %k: i64) -> (i64, i64) {
  // CHECK: llm.length of %xs
  // CHECK-NEXT: %[[A:.*]] = llm.length of %xs
  // CHECK-NEXT: %[[N:.*]] = llm.length of %xs
  // CHECK-NEXT: %[[B:.*]] = arith.addi %k, %[[N]]
  // CHECK-NEXT: func.return %[[A]], %[[B]]
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%c = %zero) -> (i64) : i64 {
    %d = arith.addi %c, %one : i64
    scf.yield %d : i64
  }
  %s = scf.for %i = %zero to %n step %one iter_args(%c = %k) -> (i64) : i64 {
    %d = arith.addi %one, %c : i64
    scf.yield %d : i64
  }
  func.return %r, %s : i64, i64
}

// A sum, or a count of rounds that do more, is no length.
// CHECK-LABEL: func.func @other_counting
func.func @other_counting(%xs: !llm.list<i64>) -> i64 {
  // CHECK-COUNT-3: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %n = llm.length of %xs : !llm.list<i64>
  %r = scf.for %i = %zero to %n step %one iter_args(%c = %zero) -> (i64) : i64 {
    %x = llm.get %xs[%i] : !llm.list<i64>
    %d = arith.addi %c, %x : i64
    scf.yield %d : i64
  }
  %s = scf.for %i = %zero to %n step %one iter_args(%c = %r) -> (i64) : i64 {
    %d = arith.addi %c, %two : i64
    scf.yield %d : i64
  }
  %t = scf.for %i = %zero to %n step %one iter_args(%c = %s) -> (i64) : i64 {
    %x = llm.get %xs[%i] : !llm.list<i64>
    %sent = llm.apply effectful @send(%x) : (i64) -> i64
    %d = arith.addi %c, %one : i64
    scf.yield %d : i64
  }
  func.return %t : i64
}
