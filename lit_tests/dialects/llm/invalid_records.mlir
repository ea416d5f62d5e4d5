// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A record is a record.
func.func @f(%a: i64) {
  // expected-error @+1 {{the result must be a !llm.record, but got i64}}
  %b = llm.record(%a) : i64
  func.return
}

// -----

// A record has a value for each field.
func.func @f(%a: i64) {
  // expected-error @+1 {{a record of 2 fields must have as many values, but got 1}}
  %b = llm.record(%a) : !llm.record<"x": i64, "y": i64>
  func.return
}

// -----

// In the generic form, too.
func.func @f(%a: i64) {
  // expected-error @+1 {{'llm.record' a record of 2 fields must have as many values, but got 1}}
  %b = "llm.record"(%a) : (i64) -> !llm.record<"x": i64, "y": i64>
  func.return
}

// -----

// A field has the type that the record says.
func.func @f(%a: i64) {
  // expected-error @+1 {{operand is used with type !llm.text, but has been previously used or defined with type i64}}
  %b = llm.record(%a) : !llm.record<"x": !llm.text>
  func.return
}

// -----

// In the generic form, too.
func.func @f(%a: i64) {
  // expected-error @+1 {{'llm.record' the field 'x' must be !llm.text, but got i64}}
  %b = "llm.record"(%a) : (i64) -> !llm.record<"x": !llm.text>
  func.return
}

// -----

// Fields are read out of records.
func.func @f(%a: i64) {
  // expected-error @+1 {{a field must be of a !llm.record, but got i64}}
  %b = llm.field "x" of %a : i64
  func.return
}

// -----

// A field is one of the record's.
func.func @f(%a: !llm.record<"name": i64, "âge": i64>) {
  // expected-error @+1 {{a field must be one of the record's, 'name', 'âge', but got 'age'}}
  %b = llm.field "age" of %a : !llm.record<"name": i64, "âge": i64>
  func.return
}

// -----

// A record without fields has none to read.
func.func @f(%a: !llm.record<>) {
  // expected-error @+1 {{a field must be one of the record's, none, but got 'x'}}
  %b = llm.field "x" of %a : !llm.record<>
  func.return
}

// -----

// In the generic form, too.
func.func @f(%a: !llm.record<"x": i64>) {
  // expected-error @+1 {{'llm.field' a field must be one of the record's, 'x', but got 'y'}}
  %b = "llm.field"(%a) <{field = #llm.utf8"y"}> : (!llm.record<"x": i64>) -> i64
  func.return
}

// -----

// What is read has the type of its field.
func.func @f(%a: !llm.record<"x": i64>) {
  // expected-error @+1 {{'llm.field' the field 'x' must be i64, but got !llm.text}}
  %b = "llm.field"(%a) <{field = #llm.utf8"x"}> : (!llm.record<"x": i64>) -> !llm.text
  func.return
}

// -----

// Values of one type are compared.
func.func @f(%a: i64, %b: !llm.text) {
  // expected-error @+1 {{'llm.equal' operand 'right' must be i64 as the others are, but got !llm.text}}
  %c = "llm.equal"(%a, %b) : (i64, !llm.text) -> i1
  func.return
}

// -----

// Nobody knows if two objects are equal but a function, wherever they stand.
func.func @f(%a: !llm.record<"x": !llm.list<!llm.object>>) {
  // expected-error @+1 {{'llm.equal' values that are compared must hold no !llm.object, but got !llm.record<"x": !llm.list<!llm.object>>; compare them in a function}}
  %c = llm.equal %a, %a : !llm.record<"x": !llm.list<!llm.object>>
  func.return
}

// -----

// Nor if a list contains one.
func.func @f(%a: !llm.list<!llm.object>, %b: !llm.object) {
  // expected-error @+1 {{'llm.contains' values that are compared must hold no !llm.object, but got !llm.object; compare them in a function}}
  %c = llm.contains %a, %b : !llm.list<!llm.object>, !llm.object
  func.return
}

// -----

// A text contains texts.
func.func @f(%a: !llm.text, %b: i64) {
  // expected-error @+1 {{'llm.contains' !llm.text can contain !llm.text, but got i64}}
  %c = llm.contains %a, %b : !llm.text, i64
  func.return
}

// -----

// A list contains values of its type.
func.func @f(%a: !llm.list<i64>, %b: !llm.text) {
  // expected-error @+1 {{'llm.contains' !llm.list<i64> can contain i64, but got !llm.text}}
  %c = llm.contains %a, %b : !llm.list<i64>, !llm.text
  func.return
}

// -----

// Numbers contain nothing.
func.func @f(%a: i64) {
  // expected-error @+1 {{'llm.contains' a type or property must be !llm.text or a !llm.list, but got i64}}
  %c = llm.contains %a, %a : i64, i64
  func.return
}

// -----

// A redaction says what it looks for.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.redact' a redaction must have at least 1 policy, but got none}}
  %b, %c = llm.redact %a hiding [] to "public"
  func.return
}

// -----

// A policy is one that is known.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.redact' a policy must be one of email, phone, card, iban, ip, key, but got 'name'}}
  %b, %c = llm.redact %a hiding ["email", "name"] to "public"
  func.return
}

// -----

// Texts are redacted.
func.func @f(%a: !llm.list<!llm.text>) {
  // expected-error @+1 {{operand is used with type !llm.text, but has been previously used or defined with type !llm.list<!llm.text>}}
  %b, %c = llm.redact %a hiding ["email"] to "public"
  func.return
}

// -----

// What was hidden is a list of texts.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.restore' operand 'hidden' must be !llm.list<!llm.text>, but got !llm.text}}
  %b = "llm.restore"(%a, %a) : (!llm.text, !llm.text) -> !llm.text
  func.return
}

// -----

// A label is lowered for a reason.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.declassify' a declassification must have a reason, but it is empty}}
  %b = llm.declassify %a to "public" because " " : !llm.text
  func.return
}

// -----

// A label is lowered to one of the lattice.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{a label must be one of public, internal, confidential, pii, but got 'open'}}
  %b = llm.declassify %a to "open" because "approved" : !llm.text
  func.return
}

// -----

// To lower a label changes no type.
func.func @f(%a: i64) {
  // expected-error @+1 {{'llm.declassify' result 'result' must be i64 as the others are, but got !llm.text}}
  %b = "llm.declassify"(%a) <{label = #llm.label"public", reason = #llm.utf8"approved"}> : (i64) -> !llm.text
  func.return
}
