// RUN: ember-opt %s -p raise-ensembles --verify-each | filecheck %s

llm.model @m from "simulated"
llm.model @other from "simulated"

// Where a failure is handled, a call behind the others would be made though one of them has failed.
// CHECK-LABEL: func.func @handled_with_others_behind
func.func @handled_with_others_behind(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: llm.generate @m(%p) draw <0>
  // CHECK-NEXT: llm.generate @m(%p) draw <1>
  // CHECK-NEXT: llm.generate @other
  %r = ensemble.fallback : !llm.list<!llm.text> do {
    %a = llm.generate @m(%p) draw <0>
    %b = llm.generate @m(%p) draw <1>
    %o = llm.generate @other(%p) draw <2>
    %l = llm.list(%a, %b) : !llm.list<!llm.text>
    ensemble.yield %l : !llm.list<!llm.text>
  } else {
    %l = llm.list(%p, %p) : !llm.list<!llm.text>
    ensemble.yield %l : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// Two rounds are two samples; one is none.
// CHECK-LABEL: func.func @few_rounds
func.func @few_rounds(%p: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %none = llm.list() : !llm.list<!llm.text>
  // CHECK: ensemble.sample 2 of @m(%p) draw <0[*]>
  %r = scf.for %i = %zero to %two step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %a = llm.generate @m(%p) draw <0[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  // CHECK-NEXT: scf.for
  %s = scf.for %i = %zero to %one step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %a = llm.generate @m(%p) draw <1[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r, %s : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// A loop that begins with an element keeps it, and one that asks no model gives no samples.
// CHECK-LABEL: func.func @begun_or_silent
func.func @begun_or_silent(%p: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
  // CHECK-COUNT-2: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %three = arith.constant 3 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %begin = llm.list(%p) : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %three step %one iter_args(%l = %begin) -> (!llm.list<!llm.text>) : i64 {
    %a = llm.generate @m(%p) draw <0[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %s = scf.for %i = %zero to %three step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %a = llm.template "{0}!"(%p)
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r, %s : !llm.list<!llm.text>, !llm.list<!llm.text>
}

// A loop that puts nothing behind its text joins nothing.
// CHECK-LABEL: func.func @nothing_behind
func.func @nothing_behind(%xs: !llm.list<!llm.text>, %first: !llm.text) -> !llm.text {
  // CHECK: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%t = %first) -> (!llm.text) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %more = llm.template "{0}"(%t)
    scf.yield %more : !llm.text
  }
  func.return %r : !llm.text
}

// Of two values that a round puts behind its text, neither stands between the texts.
// CHECK-LABEL: func.func @two_values
func.func @two_values(%xs: !llm.list<!llm.text>, %first: !llm.text) -> !llm.text {
  // CHECK: %[[M:.*]] = ensemble.map %[[X:.*]] in %xs
  // CHECK-NEXT: %[[Y:.*]] = llm.generate @m(%[[X]]) draw <0[*]>
  // CHECK-NEXT: %[[T:.*]] = llm.template ", {0}: {1}"(%[[X]], %[[Y]])
  // CHECK-NEXT: ensemble.yield %[[T]]
  // CHECK: %[[B:.*]] = llm.list(%first)
  // CHECK-NEXT: %[[L:.*]] = llm.concat(%[[B]], %[[M]])
  // CHECK-NEXT: %[[J:.*]] = llm.join %[[L]]
  // CHECK-NEXT: func.return %[[J]]
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%t = %first) -> (!llm.text) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %y = llm.generate @m(%x) draw <0[*]>
    %more = llm.template "{0}, {1}: {2}"(%t, %x, %y)
    scf.yield %more : !llm.text
  }
  func.return %r : !llm.text
}

// What a round reads or knows besides does not change how many there are.
// CHECK-LABEL: func.func @count_with_more
func.func @count_with_more(%xs: !llm.list<!llm.text>) -> (i64, i64) {
  // CHECK-NOT: scf.for
  // CHECK: func.return
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %begin = arith.constant 0 : index
  %step = arith.constant 1 : index
  %n = llm.length of %xs : !llm.list<!llm.text>
  %end = arith.index_cast %n : i64 to index
  %r = scf.for %i = %zero to %n step %one iter_args(%c = %zero) -> (i64) : i64 {
    %unit = arith.constant 1 : i64
    %d = arith.addi %c, %unit : i64
    scf.yield %d : i64
  }
  %s = scf.for %i = %begin to %end step %step iter_args(%c = %zero) -> (i64) {
    %k = arith.index_cast %i : index to i64
    %x = llm.get %xs[%k] : !llm.list<!llm.text>
    %d = arith.addi %c, %one : i64
    scf.yield %d : i64
  }
  func.return %r, %s : i64, i64
}

// A count that is no whole number of 64 bits is no length.
// CHECK-LABEL: func.func @other_numbers
func.func @other_numbers(%xs: !llm.list<!llm.text>) -> index {
  // CHECK: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %begin = arith.constant 0 : index
  %step = arith.constant 1 : index
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%c = %begin) -> (index) : i64 {
    %d = arith.addi %c, %step : index
    scf.yield %d : index
  }
  func.return %r : index
}

// The list of an element that is read elsewhere too stays in the round.
// CHECK-LABEL: func.func @read_in_its_round
func.func @read_in_its_round(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map %[[X:.*]] in %xs
  // CHECK-NEXT: %[[L:.*]] = llm.list(%[[X]])
  // CHECK-NEXT: llm.apply effectful @send(%[[L]])
  // CHECK-NEXT: ensemble.yield %[[X]]
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %sent = llm.apply effectful @send(%new) : (!llm.list<!llm.text>) -> !llm.text
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// A round that gives its element as it is, but does something, is still done.
// CHECK-LABEL: func.func @element_and_effect
func.func @element_and_effect(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map %[[X:.*]] in %xs
  // CHECK-NEXT: llm.apply effectful @send(%[[X]])
  // CHECK-NEXT: ensemble.yield %[[X]]
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %sent = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// Where something else is listed with the calls, they are not all of the list.
// CHECK-LABEL: func.func @listed_with_others
func.func @listed_with_others(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-2: llm.generate
  // CHECK-NEXT: llm.list
  %a = llm.generate @m(%p) draw <0>
  %b = llm.generate @m(%p) draw <1>
  %l = llm.list(%a, %b, %p) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// What is combined with more than what the round before gave is not combined at the end alone.
// CHECK-LABEL: func.func @state_changed_first
func.func @state_changed_first(%xs: !llm.list<!llm.text>, %first: !llm.text) -> !llm.text {
  // CHECK: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%t = %first) -> (!llm.text) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %u = llm.template "<{0}>"(%t)
    %more = llm.template "{0}, {1}"(%u, %x)
    scf.yield %more : !llm.text
  }
  func.return %r : !llm.text
}

// A length with a label of its own is not what a map would read.
// CHECK-LABEL: func.func @labelled_length
func.func @labelled_length(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %n = llm.length of %xs : !llm.list<!llm.text> {ember.label = #llm.label"pii"}
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// Where a loop begins, or how far it steps, must be known to know its rounds; and it must go on.
// CHECK-LABEL: func.func @unknown_rounds
func.func @unknown_rounds(%p: !llm.text, %k: i64) -> !llm.list<!llm.text> {
  // CHECK-COUNT-3: scf.for
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %three = arith.constant 3 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %r = scf.for %i = %k to %three step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %a = llm.generate @m(%p) draw <0[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %s = scf.for %i = %zero to %three step %k iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %a = llm.generate @m(%p) draw <1[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %t = scf.for %i = %zero to %three step %zero iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %a = llm.generate @m(%p) draw <2[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %u = llm.concat(%r, %s, %t) : !llm.list<!llm.text>
  func.return %u : !llm.list<!llm.text>
}

// What is put behind the one element of a round is there, too.
// CHECK-LABEL: func.func @more_behind
func.func @more_behind(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map %[[X:.*]] in %xs
  // CHECK-NEXT: %[[P:.*]] = llm.list(%[[X]])
  // CHECK-NEXT: %[[A:.*]] = llm.concat(%[[P]], %xs)
  // CHECK-NEXT: ensemble.yield %[[A]]
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new, %xs) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}

// What is appended need not be made in the loop.
// CHECK-LABEL: func.func @appended_from_outside
func.func @appended_from_outside(%xs: !llm.list<!llm.text>, %q: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: ensemble.map %{{.*}} in %xs
  // CHECK-NEXT: ensemble.yield %q
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %none = llm.list() : !llm.list<!llm.text>
  %new = llm.list(%q) : !llm.list<!llm.text>
  %n = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %n step %one iter_args(%l = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}
