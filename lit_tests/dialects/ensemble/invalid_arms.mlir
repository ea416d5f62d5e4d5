// RUN: ember-opt %s --split-input-file --verify-diagnostics

// There is something to do.
func.func @f() {
  // expected-error @+1 {{'ensemble.parallel' there must be at least 1 region, but there is none}}
  %r = "ensemble.parallel"() : () -> !llm.list<!llm.text>
  func.return
}

// -----

// There is something to race.
func.func @f() {
  // expected-error @+1 {{'ensemble.race' there must be at least 1 region, but there is none}}
  %r = "ensemble.race"() : () -> !llm.text
  func.return
}

// -----

// A region has a block.
func.func @f() {
  // expected-error @+1 {{'ensemble.fallback' must have one block in its region 'arms[0]', but got 0}}
  %r = "ensemble.fallback"() ({}) : () -> !llm.text
  func.return
}

// -----

// A block has an end.
func.func @f() {
  // expected-error @+1 {{'ensemble.fallback' must end its region with a terminator, but the region is empty}}
  %r = ensemble.fallback : !llm.text do {
  }
  func.return
}

// -----

// Members of a parallel run make a list.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.parallel' result 'result' must be of the kind llm.list, but got !llm.text}}
  %r = ensemble.parallel : !llm.text do {
    ensemble.yield %a : !llm.text
  }
  func.return
}

// -----

// Each member is of the list's type.
func.func @f(%a: !llm.text, %b: i64) {
  // expected-error @+1 {{'ensemble.parallel' the regions must give !llm.text, but got i64}}
  %r = ensemble.parallel : !llm.list<!llm.text> do {
    ensemble.yield %a : !llm.text
  } and {
    ensemble.yield %b : i64
  }
  func.return
}

// -----

// Nothing is accepted where all results count.
func.func @f(%a: !llm.text, %c: i1) {
  // expected-error @+1 {{'ensemble.parallel' the region must end with 'ensemble.yield', but it does not}}
  %r = ensemble.parallel : !llm.list<!llm.text> do {
    ensemble.accept %a if %c : !llm.text
  }
  func.return
}

// -----

// A member that fails is left out or replaced.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.parallel' a member that fails must be dropped or replaced, not both}}
  %r = "ensemble.parallel"(%a) <{drop}> ({
    "ensemble.yield"(%a) : (!llm.text) -> ()
  }) : (!llm.text) -> !llm.list<!llm.text>
  func.return
}

// -----

// What stands in for a member is of the members' type.
func.func @f(%a: !llm.text, %b: i64) {
  // expected-error @+1 {{'ensemble.parallel' what is used for a member that fails must be !llm.text, but got i64}}
  %r = "ensemble.parallel"(%b) ({
    "ensemble.yield"(%a) : (!llm.text) -> ()
  }) : (i64) -> !llm.list<!llm.text>
  func.return
}

// -----

// Regions of a parallel run take nothing.
func.func @f() {
  // expected-error @+1 {{'ensemble.parallel' the regions must take no arguments, but got !llm.text}}
  %r = "ensemble.parallel"() ({
  ^bb0(%a: !llm.text):
    "ensemble.yield"(%a) : (!llm.text) -> ()
  }) : () -> !llm.list<!llm.text>
  func.return
}

// -----

// Arms that fall back take nothing.
func.func @f() {
  // expected-error @+1 {{'ensemble.fallback' the regions must take no arguments, but got !llm.text, i1}}
  %r = "ensemble.fallback"() ({
  ^bb0(%a: !llm.text, %b: i1):
    "ensemble.yield"(%a) : (!llm.text) -> ()
  }) : () -> !llm.text
  func.return
}

// -----

// Arms that fall back give one type.
func.func @f(%a: !llm.text, %b: i64) {
  // expected-error @+1 {{'ensemble.fallback' the regions must give !llm.text, but got i64}}
  %r = ensemble.fallback : !llm.text do {
    ensemble.yield %a : !llm.text
  } else {
    ensemble.yield %b : i64
  }
  func.return
}

// -----

// Arms that race give one type.
func.func @f(%a: !llm.text, %b: i64) {
  // expected-error @+1 {{'ensemble.race' the regions must give !llm.text, but got i64}}
  %r = ensemble.race : !llm.text do {
    ensemble.yield %b : i64
  } or {
    ensemble.yield %a : !llm.text
  }
  func.return
}

// -----

// Regions stand between words.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{expected 'do'}}
  %r = ensemble.race : !llm.text {
    ensemble.yield %a : !llm.text
  }
  func.return
}

// -----

// There is at least one rung.
func.func @f() {
  // expected-error @+1 {{'ensemble.cascade' there must be at least 1 region, but there is none}}
  %r = "ensemble.cascade"() : () -> !llm.text
  func.return
}

// -----

// A rung that is taken as it is has none after it.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.cascade' the region must end with 'ensemble.accept', but it does not}}
  %r = ensemble.cascade : !llm.text do {
    ensemble.yield %a : !llm.text
  } else {
    ensemble.yield %a : !llm.text
  }
  func.return
}

// -----

// A rung ends with its value.
func.func @f(%a: !llm.text) {
  // expected-error @+1 {{'ensemble.cascade' the region must end with 'ensemble.accept' or 'ensemble.yield', but it does not}}
  %r = ensemble.cascade : !llm.text do {
    func.return
  }
  func.return
}

// -----

// A rung gives what the cascade gives.
func.func @f(%a: !llm.text, %n: i64, %c: i1) {
  // expected-error @+1 {{'ensemble.cascade' the regions must give !llm.text, but got i64}}
  %r = ensemble.cascade : !llm.text do {
    ensemble.accept %n if %c : i64
  } else {
    ensemble.yield %a : !llm.text
  }
  func.return
}

// -----

// A rung is accepted on a condition.
func.func @f(%a: !llm.text, %n: i64) {
  %r = ensemble.cascade : !llm.text do {
    // expected-error @+1 {{operand is used with type i1, but has been previously used or defined with type i64}}
    ensemble.accept %a if %n : !llm.text
  }
  func.return
}

// -----

// A function ends with a return.
func.func @f(%a: !llm.text) -> !llm.text {
  // expected-error @+1 {{'ensemble.yield' must stand in}}
  ensemble.yield %a : !llm.text
}

// -----

// Nothing is accepted in a function.
func.func @f(%a: !llm.text, %c: i1) -> !llm.text {
  // expected-error @+1 {{'ensemble.accept' must stand in}}
  ensemble.accept %a if %c : !llm.text
}

// -----

// Nothing stands behind a yield.
func.func @f(%a: !llm.text) -> !llm.list<!llm.text> {
  %r = ensemble.parallel : !llm.list<!llm.text> do {
    // expected-error @+1 {{'ensemble.yield' must be the last operation of its region}}
    ensemble.yield %a : !llm.text
    ensemble.yield %a : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}
