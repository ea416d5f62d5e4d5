func.func @f(%n: i64, %t: i1) -> i64 {
  %r = scf.while (%a = %n) : (i64) -> i64 {
    scf.condition(%t) %a : i64
  } do {
  ^bb0(%b: i64):
    scf.yield %b : i64
  }
  func.return %r : i64
}
