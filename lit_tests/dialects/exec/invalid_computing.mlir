// RUN: ember-opt %s --split-input-file --verify-diagnostics

// An element has a whole number.
exec.frame @f(%a0: !llm.list<!llm.text>, %a1: f64) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.get' must have operands that it can compute with, but got (!llm.list<!llm.text>, f64) -> (!llm.text)}}
  %c = exec.compute "llm.get"(%a0, %a1) : (!llm.list<!llm.text>, f64) -> !llm.text
  exec.return
}

// -----

// Lists of one type make one.
exec.frame @f(%a0: !llm.list<!llm.text>, %a1: !llm.list<i64>) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.concat' must have operands that it can compute with, but got (!llm.list<!llm.text>, !llm.list<i64>) -> (!llm.list<!llm.text>)}}
  %c = exec.compute "llm.concat"(%a0, %a1) : (!llm.list<!llm.text>, !llm.list<i64>) -> !llm.list<!llm.text>
  exec.return
}

// -----

// Lists make a list, be it of nothing.
exec.frame @f() -> () {
  %l = exec.compute "llm.concat"() : () -> !llm.list<!llm.text>
  // expected-error @+1 {{'exec.compute' 'llm.concat' must have operands that it can compute with, but got () -> (!llm.text)}}
  %c = exec.compute "llm.concat"() : () -> !llm.text
  exec.return
}

// -----

// A number has no length.
exec.frame @f(%a0: i64) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.length' must have operands that it can compute with, but got (i64) -> (i64)}}
  %c = exec.compute "llm.length"(%a0) : (i64) -> i64
  exec.return
}

// -----

// Equal things are of one type.
exec.frame @f(%a0: !llm.text, %a1: i64) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.equal' must have operands that it can compute with, but got (!llm.text, i64) -> (i1)}}
  %c = exec.compute "llm.equal"(%a0, %a1) : (!llm.text, i64) -> i1
  exec.return
}

// -----

// A list contains its elements.
exec.frame @f(%a0: !llm.list<!llm.text>, %a1: i64) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.contains' must have operands that it can compute with, but got (!llm.list<!llm.text>, i64) -> (i1)}}
  %c = exec.compute "llm.contains"(%a0, %a1) : (!llm.list<!llm.text>, i64) -> i1
  exec.return
}

// -----

// Something is contained.
exec.frame @f(%a0: !llm.text) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.contains' must have operands that it can compute with, but got (!llm.text) -> (i1)}}
  %c = exec.compute "llm.contains"(%a0) : (!llm.text) -> i1
  exec.return
}

// -----

// Vectors are near to vectors.
exec.frame @f(%a0: !llm.list<!llm.text>, %a1: tensor<?xf32>) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.top_k' must have operands that it can compute with, but got (!llm.list<!llm.text>, tensor<?xf32>) -> (!llm.list<i64>)}}
  %c = exec.compute "llm.top_k"(%a0, %a1) where {k = 2 : i64} : (!llm.list<!llm.text>, tensor<?xf32>) -> !llm.list<i64>
  exec.return
}

// -----

// Scores are numbers.
exec.frame @f(%a0: !llm.list<!llm.text>, %a1: !llm.list<!llm.text>) -> () {
  // expected-error @+1 {{'exec.compute' 'ensemble.best' must have operands that it can compute with, but got (!llm.list<!llm.text>, !llm.list<!llm.text>) -> (!llm.text)}}
  %c = exec.compute "ensemble.best"(%a0, %a1) : (!llm.list<!llm.text>, !llm.list<!llm.text>) -> !llm.text
  exec.return
}

// -----

// A record has the values of its fields.
exec.frame @f(%a0: !llm.text) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.record' must have operands that it can compute with, but got (!llm.text) -> (!llm.record<"x": i64>)}}
  %c = exec.compute "llm.record"(%a0) : (!llm.text) -> !llm.record<"x": i64>
  exec.return
}

// -----

// A field is one of the record's.
exec.frame @f(%a0: !llm.record<"x": i64>) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.field' must have operands that it can compute with, but got (!llm.record<"x": i64>) -> (i64)}}
  %c = exec.compute "llm.field"(%a0) where {field = #llm.utf8"y"} : (!llm.record<"x": i64>) -> i64
  exec.return
}

// -----

// A turn has its parts.
exec.frame @f(%a0: !llm.messages) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.messages' must have operands that it can compute with, but got (!llm.messages) -> (!llm.messages)}}
  %c = exec.compute "llm.messages"(%a0) where {turns = [#llm.turn<user text text>]} : (!llm.messages) -> !llm.messages
  exec.return
}

// -----

// One value is declassified.
exec.frame @f(%a0: !llm.text, %a1: !llm.text) -> () {
  // expected-error @+1 {{'exec.compute' 'llm.declassify' must have operands that it can compute with, but got (!llm.text, !llm.text) -> (!llm.text)}}
  %c = exec.compute "llm.declassify"(%a0, %a1) where {label = #llm.label"public", reason = #llm.utf8"known"} : (!llm.text, !llm.text) -> !llm.text
  exec.return
}

// -----

// Numbers of one kind are added.
exec.frame @f(%a0: i64, %a1: f64) -> () {
  // expected-error @+1 {{'exec.compute' 'arith.addi' must have operands that it can compute with, but got (i64, f64) -> (i64)}}
  %c = exec.compute "arith.addi"(%a0, %a1) : (i64, f64) -> i64
  exec.return
}

// -----

// Whole numbers are no real ones.
exec.frame @f(%a0: i64, %a1: i64) -> () {
  // expected-error @+1 {{'exec.compute' 'arith.addf' must have operands that it can compute with, but got (i64, i64) -> (f64)}}
  %c = exec.compute "arith.addf"(%a0, %a1) : (i64, i64) -> f64
  exec.return
}

// -----

// Both choices are of one type.
exec.frame @f(%a0: i1, %a1: !llm.text, %a2: i64) -> () {
  // expected-error @+1 {{'exec.compute' 'arith.select' must have operands that it can compute with, but got (i1, !llm.text, i64) -> (!llm.text)}}
  %c = exec.compute "arith.select"(%a0, %a1, %a2) : (i1, !llm.text, i64) -> !llm.text
  exec.return
}

// -----

// A real number is no index.
exec.frame @f(%a0: f64) -> () {
  // expected-error @+1 {{'exec.compute' 'arith.index_cast' must have operands that it can compute with, but got (f64) -> (i64)}}
  %c = exec.compute "arith.index_cast"(%a0) : (f64) -> i64
  exec.return
}
