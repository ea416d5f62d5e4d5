// RUN: ember-opt %s -p canonicalize --verify-each | filecheck %s

llm.model @m from "simulated"

// A known text that fits its grammar is its value.
// CHECK-LABEL: func.func @parse_of_literal
func.func @parse_of_literal() -> (i64, f64, i1, !llm.list<i64>) {
  // CHECK-DAG: %[[I:.*]] = arith.constant 42 : i64
  // CHECK-DAG: %[[F:.*]] = arith.constant 2.500000e+00 : f64
  // CHECK-DAG: %[[B:.*]] = arith.constant true
  // CHECK-DAG: %[[ONE:.*]] = arith.constant 1 : i64
  // CHECK-DAG: %[[L:.*]] = llm.list(%[[ONE]], %{{.*}}) : !llm.list<i64>
  // CHECK: func.return %[[I]], %[[F]], %[[B]], %[[L]]
  %a = llm.constant "42"
  %i = llm.parse %a as json_schema "{\"type\": \"integer\"}" : i64
  %b = llm.constant "2.5"
  %f = llm.parse %b as json_schema "{\"type\": \"number\"}" : f64
  %c = llm.constant "true"
  %y = llm.parse %c as json_schema "{\"type\": \"boolean\"}" : i1
  %d = llm.constant "[1, 2]"
  %l = llm.parse %d as json_schema "{\"type\": \"array\", \"items\": {\"type\": \"integer\"}}" : !llm.list<i64>
  func.return %i, %f, %y, %l : i64, f64, i1, !llm.list<i64>
}

// Named groups are fields, so a field of a known text is known.
// CHECK-LABEL: func.func @field_of_parse
func.func @field_of_parse() -> !llm.text {
  // CHECK-NEXT: %[[N:.*]] = llm.constant "Ada"
  // CHECK-NEXT: func.return %[[N]]
  %a = llm.constant "Ada is 36"
  %r = llm.parse %a as regex "(?P<name>[A-Za-z]+) is (?P<age>[0-9]+)" : !llm.record<"name": !llm.text, "age": !llm.text>
  %n = llm.field "name" of %r : !llm.record<"name": !llm.text, "age": !llm.text>
  func.return %n : !llm.text
}

// A known text that does not fit fails when the program runs, not before.
// CHECK-LABEL: func.func @parse_that_fails
func.func @parse_that_fails() -> i64 {
  // CHECK: llm.parse
  %a = llm.constant "many"
  %i = llm.parse %a as json_schema "{\"type\": \"integer\"}" : i64
  func.return %i : i64
}

// The value of a text with a label has the label.
// CHECK-LABEL: func.func @parse_of_labelled
func.func @parse_of_labelled() -> i64 {
  // CHECK: llm.parse
  %a = llm.constant "42" label "pii"
  %i = llm.parse %a as json_schema "{\"type\": \"integer\"}" : i64
  func.return %i : i64
}

// The content of a conversation whose last turn is one text is that text.
// CHECK-LABEL: func.func @content_of_messages
func.func @content_of_messages(%a: !llm.text, %b: !llm.text, %before: !llm.messages) -> !llm.text {
  // CHECK-NEXT: func.return %b
  %m = llm.messages after(%before) user(%a) assistant(%b)
  %c = llm.content %m
  func.return %c : !llm.text
}

// The content of a turn of several parts is not one of them.
// CHECK-LABEL: func.func @content_of_parts
func.func @content_of_parts(%a: !llm.text, %b: !llm.text) -> !llm.list<!llm.text> {
  // CHECK: llm.content
  // CHECK: llm.content
  %m = llm.messages user(%a, image %b)
  %c = llm.content %m
  %n = llm.messages after(%m) tool(%a, %b)
  %d = llm.content %n
  %l = llm.list(%c, %d) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// A conversation takes in those that only it goes on from.
// CHECK-LABEL: func.func @messages_after_messages
func.func @messages_after_messages(%a: !llm.text, %b: !llm.text, %before: !llm.messages) -> !llm.messages {
  // CHECK-NEXT: %[[M:.*]] = llm.messages after(%before) system(%a) user(%b, image %a) assistant(%b)
  // CHECK-NEXT: func.return %[[M]]
  %m = llm.messages after(%before) system(%a)
  %n = llm.messages after(%m) user(%b, image %a)
  %o = llm.messages after(%n) assistant(%b)
  func.return %o : !llm.messages
}

// A conversation that a model has seen is not said again.
// CHECK-LABEL: func.func @messages_with_uses
func.func @messages_with_uses(%a: !llm.text) -> !llm.messages {
  // CHECK-NEXT: %[[M:.*]] = llm.messages user(%a)
  // CHECK-NEXT: %[[R:.*]] = llm.generate @m(%[[M]] : !llm.messages)
  // CHECK-NEXT: llm.messages after(%[[M]]) assistant(%[[R]])
  %m = llm.messages user(%a)
  %r = llm.generate @m(%m : !llm.messages) draw <0>
  %n = llm.messages after(%m) assistant(%r)
  func.return %n : !llm.messages
}

// What stands after one conversation, and adds no turn, is that conversation.
// CHECK-LABEL: func.func @messages_of_same
func.func @messages_of_same(%before: !llm.messages) -> !llm.messages {
  // CHECK-NEXT: func.return %before
  %m = llm.messages after(%before)
  func.return %m : !llm.messages
}

// Two conversations are one only when the program runs.
// CHECK-LABEL: func.func @messages_of_two
func.func @messages_of_two(%a: !llm.messages, %b: !llm.messages) -> !llm.messages {
  // CHECK-NEXT: llm.messages after(%a, %b)
  %m = llm.messages after(%a, %b)
  func.return %m : !llm.messages
}

// An element of a list that is written out, from the beginning or the end.
// CHECK-LABEL: func.func @get_of_list
func.func @get_of_list(%a: !llm.text, %b: !llm.text, %c: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-NEXT: llm.list(%b, %c)
  %l = llm.list(%a, %b, %c) : !llm.list<!llm.text>
  %one = arith.constant 1 : i64
  %last = arith.constant -1 : i64
  %x = llm.get %l[%one] : !llm.list<!llm.text>
  %y = llm.get %l[%last] : !llm.list<!llm.text>
  %r = llm.list(%x, %y) : !llm.list<!llm.text>
  func.return %r : !llm.list<!llm.text>
}

// An index outside of the list fails when the program runs.
// CHECK-LABEL: func.func @get_outside
func.func @get_outside(%a: !llm.text, %i: i64) -> !llm.list<!llm.text> {
  // CHECK: llm.get
  // CHECK: llm.get
  // CHECK: llm.get
  %l = llm.list(%a) : !llm.list<!llm.text>
  %one = arith.constant 1 : i64
  %minus_two = arith.constant -2 : i64
  %x = llm.get %l[%one] : !llm.list<!llm.text>
  %y = llm.get %l[%minus_two] : !llm.list<!llm.text>
  %z = llm.get %l[%i] : !llm.list<!llm.text>
  %r = llm.list(%x, %y, %z) : !llm.list<!llm.text>
  func.return %r : !llm.list<!llm.text>
}

// Lists that are written out are one list.
// CHECK-LABEL: func.func @concat_of_lists
func.func @concat_of_lists(%a: i64, %b: i64) -> !llm.list<i64> {
  // CHECK-NEXT: llm.list(%a, %b, %a) : !llm.list<i64>
  %x = llm.list(%a) : !llm.list<i64>
  %y = llm.list(%b) : !llm.list<i64>
  %z = llm.list(%a) : !llm.list<i64>
  %e = llm.list() : !llm.list<i64>
  %c = llm.concat(%x, %y) : !llm.list<i64>
  %d = llm.concat(%c, %e, %z, %e) : !llm.list<i64>
  func.return %d : !llm.list<i64>
}

// No list at all is the empty list.
// CHECK-LABEL: func.func @concat_of_none
func.func @concat_of_none() -> !llm.list<i64> {
  // CHECK-NEXT: llm.list() : !llm.list<i64>
  %d = llm.concat() : !llm.list<i64>
  func.return %d : !llm.list<i64>
}

// A list alone is itself.
// CHECK-LABEL: func.func @concat_of_one
func.func @concat_of_one(%l: !llm.list<i64>) -> !llm.list<i64> {
  // CHECK-NEXT: func.return %l
  %d = llm.concat(%l) : !llm.list<i64>
  func.return %d : !llm.list<i64>
}

// Lists that others read, or that come from outside, stay what they are.
// CHECK-LABEL: func.func @concat_of_unknown
func.func @concat_of_unknown(%a: i64, %l: !llm.list<i64>) -> (!llm.list<i64>, !llm.list<i64>, !llm.list<i64>) {
  // CHECK-NEXT: %[[X:.*]] = llm.list(%a)
  // CHECK-NEXT: %[[W:.*]] = llm.list(%a)
  // CHECK-NEXT: llm.concat(%l, %[[W]])
  // CHECK-NEXT: llm.concat(%[[X]], %[[X]])
  %x = llm.list(%a) : !llm.list<i64>
  %w = llm.list(%a) : !llm.list<i64>
  %c = llm.concat(%l, %w) : !llm.list<i64>
  %d = llm.concat(%x, %x) : !llm.list<i64>
  func.return %c, %d, %x : !llm.list<i64>, !llm.list<i64>, !llm.list<i64>
}

// The length of a list that is written out is known, whatever is in it.
// CHECK-LABEL: func.func @length_of_list
func.func @length_of_list(%a: !llm.text) -> i64 {
  // CHECK-NEXT: %[[N:.*]] = arith.constant 2 : i64
  // CHECK-NEXT: func.return %[[N]]
  %l = llm.list(%a, %a) : !llm.list<!llm.text>
  %n = llm.length of %l : !llm.list<!llm.text>
  func.return %n : i64
}

// The length of a text counts characters, not bytes.
// CHECK-LABEL: func.func @length_of_text
func.func @length_of_text() -> i64 {
  // CHECK-NEXT: arith.constant 3 : i64
  %a = llm.constant "日本é"
  %n = llm.length of %a : !llm.text
  func.return %n : i64
}

// The length of a text with a label has the label.
// CHECK-LABEL: func.func @length_of_labelled
func.func @length_of_labelled() -> i64 {
  // CHECK: llm.length
  %a = llm.constant "secret" label "pii"
  %n = llm.length of %a : !llm.text
  func.return %n : i64
}

// A value is equal to itself.
// CHECK-LABEL: func.func @equal_of_same
func.func @equal_of_same(%a: !llm.record<"x": !llm.list<!llm.text>, "n": i64>) -> i1 {
  // CHECK-NEXT: %[[T:.*]] = arith.constant true
  // CHECK-NEXT: func.return %[[T]]
  %e = llm.equal %a, %a : !llm.record<"x": !llm.list<!llm.text>, "n": i64>
  func.return %e : i1
}

// What may be no number may not be equal to itself, alone, in a list or in a record.
// CHECK-LABEL: func.func @equal_of_same_number
func.func @equal_of_same_number(%a: f64, %b: !llm.list<f64>, %c: !llm.record<"x": f64>, %d: tensor<?xf32>) -> (i1, i1, i1, i1) {
  // CHECK-NEXT: llm.equal
  // CHECK-NEXT: llm.equal
  // CHECK-NEXT: llm.equal
  // CHECK-NEXT: llm.equal
  %e = llm.equal %a, %a : f64
  %f = llm.equal %b, %b : !llm.list<f64>
  %g = llm.equal %c, %c : !llm.record<"x": f64>
  %h = llm.equal %d, %d : tensor<?xf32>
  func.return %e, %f, %g, %h : i1, i1, i1, i1
}

// Known texts are compared; their case counts.
// CHECK-LABEL: func.func @equal_of_constants
func.func @equal_of_constants() -> (i1, i1) {
  // CHECK-DAG: %[[F:.*]] = arith.constant false
  // CHECK-DAG: %[[T:.*]] = arith.constant true
  // CHECK: func.return %[[F]], %[[T]]
  %a = llm.constant "yes"
  %b = llm.constant "Yes"
  %c = llm.constant "yes"
  %e = llm.equal %a, %b : !llm.text
  %f = llm.equal %a, %c : !llm.text
  func.return %e, %f : i1, i1
}

// Two samples of one request are compared when they are there.
// CHECK-LABEL: func.func @equal_of_samples
func.func @equal_of_samples(%p: !llm.text) -> i1 {
  // CHECK-NEXT: llm.generate @m(%p) draw <0>
  // CHECK-NEXT: llm.generate @m(%p) draw <1>
  // CHECK-NEXT: llm.equal
  %a = llm.generate @m(%p) draw <0>
  %b = llm.generate @m(%p) draw <1>
  %e = llm.equal %a, %b : !llm.text
  func.return %e : i1
}

// A comparison with a text that has a label has the label.
// CHECK-LABEL: func.func @equal_of_labelled
func.func @equal_of_labelled() -> (i1, i1) {
  // CHECK: llm.equal
  // CHECK: llm.contains
  %a = llm.constant "yes"
  %b = llm.constant "yes" label "internal"
  %e = llm.equal %a, %b : !llm.text
  %f = llm.contains %b, %a : !llm.text, !llm.text
  func.return %e, %f : i1, i1
}

// A known text is searched for a known one.
// CHECK-LABEL: func.func @contains_of_constants
func.func @contains_of_constants(%x: !llm.text) -> (i1, i1, i1) {
  // CHECK-DAG: %[[T:.*]] = arith.constant true
  // CHECK-DAG: %[[F:.*]] = arith.constant false
  // CHECK-DAG: %[[U:.*]] = llm.contains %x
  // CHECK: func.return %[[T]], %[[F]], %[[U]]
  %a = llm.constant "a needle in hay"
  %b = llm.constant "needle"
  %c = llm.constant "pin"
  %e = llm.contains %a, %b : !llm.text, !llm.text
  %f = llm.contains %a, %c : !llm.text, !llm.text
  %g = llm.contains %x, %b : !llm.text, !llm.text
  func.return %e, %f, %g : i1, i1, i1
}

// A field of a record that is written out.
// CHECK-LABEL: func.func @field_of_record
func.func @field_of_record(%a: !llm.text, %n: i64) -> i64 {
  // CHECK-NEXT: func.return %n
  %r = llm.record(%a, %n) : !llm.record<"name": !llm.text, "age": i64>
  %f = llm.field "age" of %r : !llm.record<"name": !llm.text, "age": i64>
  func.return %f : i64
}

// A field of a record that comes from outside stays.
// CHECK-LABEL: func.func @field_of_unknown
func.func @field_of_unknown(%r: !llm.record<"age": i64>) -> i64 {
  // CHECK-NEXT: llm.field "age" of %r
  %f = llm.field "age" of %r : !llm.record<"age": i64>
  func.return %f : i64
}

// Functions are not called before the program runs; a pure one that nobody reads is not called.
// CHECK-LABEL: func.func @functions
func.func @functions() -> !llm.text {
  // CHECK: llm.apply idempotent @f
  // CHECK-NEXT: llm.apply effectful @f
  // CHECK-NEXT: %[[R:.*]] = llm.apply pure @f
  // CHECK-NEXT: func.return %[[R]]
  %a = llm.constant "x"
  %b = llm.apply pure @f(%a) : (!llm.text) -> !llm.text
  %c = llm.apply idempotent @f(%a) : (!llm.text) -> !llm.text
  %d = llm.apply effectful @f(%a) : (!llm.text) -> !llm.text
  %e = llm.apply pure @f(%a) : (!llm.text) -> !llm.text
  func.return %e : !llm.text
}

// Equal calls are not merged here, sampled, numbered or greedy.
// CHECK-LABEL: func.func @calls
func.func @calls(%p: !llm.text) -> !llm.list<!llm.text> {
  // CHECK-COUNT-6: llm.generate
  %a = llm.generate @m(%p)
  %b = llm.generate @m(%p)
  %c = llm.generate @m(%p) draw <0>
  %d = llm.generate @m(%p) draw <1>
  %e = llm.generate @m(%p) temperature 0 site <2>
  %f = llm.generate @m(%p) temperature 0 site <3>
  %l = llm.list(%a, %b, %c, %d, %e, %f) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}
