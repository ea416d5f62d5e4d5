// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A conversation has turns.
// expected-error @+1 {{'llm.messages' a conversation must have at least 1 turn, but got none}}
%a = llm.messages

// -----

// A turn has parts.
// expected-error @+1 {{'llm.messages' a turn of the user must have at least 1 part, but got none}}
%a = llm.messages user()

// -----

// The system speaks in one text.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.messages' a turn of the system must be one text, but got 2}}
  %b = llm.messages system(%a, %a)
  func.return
}

// -----

// The user alone shows images.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.messages' an image must stand in a turn of the user, but got 'assistant'}}
  %b = llm.messages assistant(image %a)
  func.return
}

// -----

// A tool says which call it answers.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.messages' a turn of a tool must have 2 texts, the identity of a call and its answer, but got 1}}
  %b = llm.messages tool(%a)
  func.return
}

// -----

// The texts are as many as the parts of the turns.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.messages' the turns must have as many parts as there are texts, 2, but got 1}}
  %b = "llm.messages"(%a, %a) <{turns = [#llm.turn<user text>], operandSegmentSizes = array<i32: 0, 2>}> : (!llm.text, !llm.text) -> !llm.messages
  func.return
}

// -----

// Parts are texts.
func.func @f(%a: i64) {
  // expected-error @+1 {{operand is used with type !llm.text, but has been previously used or defined with type i64}}
  %b = llm.messages user(%a)
  func.return
}

// -----

// What stands before is a conversation.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{operand is used with type !llm.messages, but has been previously used or defined with type !llm.text}}
  %b = llm.messages after(%a) user(%a)
  func.return
}

// -----

// What is read is a conversation.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{operand is used with type !llm.messages, but has been previously used or defined with type !llm.text}}
  %b = llm.content %a
  func.return
}

// -----

// Calls of tools are records of three texts.
func.func @f(%a: !llm.messages) {
  // expected-error @+1 {{'llm.tool_calls' result 'result' must be !llm.list<!llm.record<"id": !llm.text, "tool": !llm.text, "arguments": !llm.text>>, but got !llm.list<!llm.text>}}
  %b = "llm.tool_calls"(%a) : (!llm.messages) -> !llm.list<!llm.text>
  func.return
}

// -----

// A list holds values of one type.
func.func @f(%a: i64, %b: i1) {
  // expected-error @+1 {{'llm.list' operand 'items' must be i64 as the others are, but got i1}}
  %c = "llm.list"(%a, %b) : (i64, i1) -> !llm.list<i64>
  func.return
}

// -----

// A list is a list.
func.func @f(%a: i64) {
  // expected-error @+1 {{'llm.list' a type or property must be of the kind llm.list, but got i64}}
  %b = llm.list(%a) : i64
  func.return
}

// -----

// An element is got out of a list.
func.func @f(%a: !llm.text, %i: i64) {
  // expected-error @+1 {{'llm.get' a type or property must be of the kind llm.list, but got !llm.text}}
  %b = llm.get %a[%i] : !llm.text
  func.return
}

// -----

// An index is a whole number.
func.func @f(%a: !llm.list<!llm.text>, %i: index) {
  // expected-error @+1 {{operand is used with type i64, but has been previously used or defined with type index}}
  %b = llm.get %a[%i] : !llm.list<!llm.text>
  func.return
}

// -----

// Lists of one type are made one.
func.func @f(%a: !llm.list<i64>, %b: !llm.list<i1>) {
  // expected-error @+1 {{'llm.concat' operand 'lists' must be !llm.list<i64> as the others are, but got !llm.list<i1>}}
  %c = "llm.concat"(%a, %b) : (!llm.list<i64>, !llm.list<i1>) -> !llm.list<i64>
  func.return
}

// -----

// Texts are not made one so, but joined.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'llm.concat' a type or property must be of the kind llm.list, but got !llm.text}}
  %b = llm.concat(%a) : !llm.text
  func.return
}

// -----

// Lists and texts have a length.
func.func @f(%a: i64) {
  // expected-error @+1 {{'llm.length' a type or property must be !llm.text or a !llm.list, but got i64}}
  %b = llm.length of %a : i64
  func.return
}

// -----

// At least one is wanted.
func.func @f(%a: tensor<?xf32>, %l: !llm.list<tensor<?xf32>>) {
  // expected-error @+1 {{'llm.top_k' k must be at least 1, but got 0}}
  %b = llm.top_k 0 of %l near %a
  func.return
}

// -----

// Vectors are searched.
func.func @f(%a: tensor<?xf32>, %l: !llm.list<!llm.text>) {
  // expected-error @+1 {{operand is used with type !llm.list<tensor<?xf32>>, but has been previously used or defined with type !llm.list<!llm.text>}}
  %b = llm.top_k 1 of %l near %a
  func.return
}
