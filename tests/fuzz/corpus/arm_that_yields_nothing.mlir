func.func @f(%t: i1) -> i64 {
  %r = "scf.if"(%t) ({
    %a = arith.constant 1 : i64
    scf.yield
  }, {
    scf.yield
  }) : (i1) -> i64
  func.return %r : i64
}
