// RUN: ember-opt %s -p plan-slots,verify-level{level=exec} | filecheck %s
// RUN: ember-opt %s -p plan-slots,plan-slots | filecheck %s

// A list that several instructions read goes after the last of them, an argument too.
// CHECK: exec.frame @lists(%[[XS:.*]]: !llm.list<!llm.text>, %[[YS:.*]]: !llm.list<!llm.text>)
// CHECK-NEXT: exec.join %[[XS]] with ","
// CHECK-NEXT: exec.join %[[YS]] with ";"
// CHECK-NEXT: exec.compute "llm.concat"(%[[XS]], %[[YS]])
// CHECK-NEXT: exec.release %[[XS]], %[[YS]] : !llm.list<!llm.text>, !llm.list<!llm.text>
// CHECK-NEXT: %[[Z:.*]] = exec.join
// CHECK-NEXT: exec.return %[[Z]]
exec.frame @lists(%xs: !llm.list<!llm.text>, %ys: !llm.list<!llm.text>) -> !llm.text {
  %a = exec.join %xs with ","
  %b = exec.join %ys with ";"
  %c = exec.compute "llm.concat"(%xs, %ys) : (!llm.list<!llm.text>, !llm.list<!llm.text>) -> !llm.list<!llm.text>
  %d = exec.join %c with "."
  exec.return %d : !llm.text
}

// What one instruction reads, twice even, the engine empties itself; what is returned stays;
// what is no list is not worth it in a small frame; and what is released is.
// CHECK: exec.frame @none
// CHECK-NEXT: exec.compute "llm.concat"
// CHECK-NEXT: exec.join
// CHECK-NEXT: exec.format
// CHECK-NEXT: exec.format
// CHECK-NEXT: exec.join
// CHECK-NEXT: exec.compute "llm.length"
// CHECK-NEXT: exec.release
// CHECK-NEXT: exec.return
exec.frame @none(%once: !llm.list<!llm.text>, %kept: !llm.list<!llm.text>, %t: !llm.text, %r: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  %c = exec.compute "llm.concat"(%once, %once) : (!llm.list<!llm.text>, !llm.list<!llm.text>) -> !llm.list<!llm.text>
  %a = exec.join %kept with ","
  %d = exec.format "{0}!"(%t)
  %e = exec.format "{0}?"(%t)
  %f = exec.join %r with ","
  %g = exec.compute "llm.length"(%r) : (!llm.list<!llm.text>) -> i64
  exec.release %r : !llm.list<!llm.text>
  exec.return %kept : !llm.list<!llm.text>
}

// In a frame of 64 instructions no text is worth it, but for lists.
// CHECK: exec.frame @small
// CHECK-NOT: exec.release
exec.frame @small(%t: !llm.text) -> !llm.text {
  %s1 = exec.format "{0}"(%t)
  %s2 = exec.format "{0}"(%t)
  %s3 = exec.format "{0}"(%t)
  %s4 = exec.format "{0}"(%t)
  %s5 = exec.format "{0}"(%t)
  %s6 = exec.format "{0}"(%t)
  %s7 = exec.format "{0}"(%t)
  %s8 = exec.format "{0}"(%t)
  %s9 = exec.format "{0}"(%t)
  %s10 = exec.format "{0}"(%t)
  %s11 = exec.format "{0}"(%t)
  %s12 = exec.format "{0}"(%t)
  %s13 = exec.format "{0}"(%t)
  %s14 = exec.format "{0}"(%t)
  %s15 = exec.format "{0}"(%t)
  %s16 = exec.format "{0}"(%t)
  %s17 = exec.format "{0}"(%t)
  %s18 = exec.format "{0}"(%t)
  %s19 = exec.format "{0}"(%t)
  %s20 = exec.format "{0}"(%t)
  %s21 = exec.format "{0}"(%t)
  %s22 = exec.format "{0}"(%t)
  %s23 = exec.format "{0}"(%t)
  %s24 = exec.format "{0}"(%t)
  %s25 = exec.format "{0}"(%t)
  %s26 = exec.format "{0}"(%t)
  %s27 = exec.format "{0}"(%t)
  %s28 = exec.format "{0}"(%t)
  %s29 = exec.format "{0}"(%t)
  %s30 = exec.format "{0}"(%t)
  %s31 = exec.format "{0}"(%t)
  %s32 = exec.format "{0}"(%t)
  %s33 = exec.format "{0}"(%t)
  %s34 = exec.format "{0}"(%t)
  %s35 = exec.format "{0}"(%t)
  %s36 = exec.format "{0}"(%t)
  %s37 = exec.format "{0}"(%t)
  %s38 = exec.format "{0}"(%t)
  %s39 = exec.format "{0}"(%t)
  %s40 = exec.format "{0}"(%t)
  %s41 = exec.format "{0}"(%t)
  %s42 = exec.format "{0}"(%t)
  %s43 = exec.format "{0}"(%t)
  %s44 = exec.format "{0}"(%t)
  %s45 = exec.format "{0}"(%t)
  %s46 = exec.format "{0}"(%t)
  %s47 = exec.format "{0}"(%t)
  %s48 = exec.format "{0}"(%t)
  %s49 = exec.format "{0}"(%t)
  %s50 = exec.format "{0}"(%t)
  %s51 = exec.format "{0}"(%t)
  %s52 = exec.format "{0}"(%t)
  %s53 = exec.format "{0}"(%t)
  %s54 = exec.format "{0}"(%t)
  %s55 = exec.format "{0}"(%t)
  %s56 = exec.format "{0}"(%t)
  %s57 = exec.format "{0}"(%t)
  %s58 = exec.format "{0}"(%t)
  %s59 = exec.format "{0}"(%t)
  %s60 = exec.format "{0}"(%t)
  %s61 = exec.format "{0}"(%t)
  %s62 = exec.format "{0}"(%t)
  %s63 = exec.format "{0}"(%t)
  exec.return %s1 : !llm.text
}

// In one of 65 every value is.
// CHECK: exec.frame @large(%[[T:.*]]: !llm.text)
// CHECK: %[[L:.*]] = exec.format "{0}last"(%[[T]])
// CHECK-NEXT: exec.release %[[T]] : !llm.text
// CHECK-NEXT: exec.return %[[L]] : !llm.text
exec.frame @large(%t: !llm.text) -> !llm.text {
  %s1 = exec.format "{0}"(%t)
  %s2 = exec.format "{0}"(%t)
  %s3 = exec.format "{0}"(%t)
  %s4 = exec.format "{0}"(%t)
  %s5 = exec.format "{0}"(%t)
  %s6 = exec.format "{0}"(%t)
  %s7 = exec.format "{0}"(%t)
  %s8 = exec.format "{0}"(%t)
  %s9 = exec.format "{0}"(%t)
  %s10 = exec.format "{0}"(%t)
  %s11 = exec.format "{0}"(%t)
  %s12 = exec.format "{0}"(%t)
  %s13 = exec.format "{0}"(%t)
  %s14 = exec.format "{0}"(%t)
  %s15 = exec.format "{0}"(%t)
  %s16 = exec.format "{0}"(%t)
  %s17 = exec.format "{0}"(%t)
  %s18 = exec.format "{0}"(%t)
  %s19 = exec.format "{0}"(%t)
  %s20 = exec.format "{0}"(%t)
  %s21 = exec.format "{0}"(%t)
  %s22 = exec.format "{0}"(%t)
  %s23 = exec.format "{0}"(%t)
  %s24 = exec.format "{0}"(%t)
  %s25 = exec.format "{0}"(%t)
  %s26 = exec.format "{0}"(%t)
  %s27 = exec.format "{0}"(%t)
  %s28 = exec.format "{0}"(%t)
  %s29 = exec.format "{0}"(%t)
  %s30 = exec.format "{0}"(%t)
  %s31 = exec.format "{0}"(%t)
  %s32 = exec.format "{0}"(%t)
  %s33 = exec.format "{0}"(%t)
  %s34 = exec.format "{0}"(%t)
  %s35 = exec.format "{0}"(%t)
  %s36 = exec.format "{0}"(%t)
  %s37 = exec.format "{0}"(%t)
  %s38 = exec.format "{0}"(%t)
  %s39 = exec.format "{0}"(%t)
  %s40 = exec.format "{0}"(%t)
  %s41 = exec.format "{0}"(%t)
  %s42 = exec.format "{0}"(%t)
  %s43 = exec.format "{0}"(%t)
  %s44 = exec.format "{0}"(%t)
  %s45 = exec.format "{0}"(%t)
  %s46 = exec.format "{0}"(%t)
  %s47 = exec.format "{0}"(%t)
  %s48 = exec.format "{0}"(%t)
  %s49 = exec.format "{0}"(%t)
  %s50 = exec.format "{0}"(%t)
  %s51 = exec.format "{0}"(%t)
  %s52 = exec.format "{0}"(%t)
  %s53 = exec.format "{0}"(%t)
  %s54 = exec.format "{0}"(%t)
  %s55 = exec.format "{0}"(%t)
  %s56 = exec.format "{0}"(%t)
  %s57 = exec.format "{0}"(%t)
  %s58 = exec.format "{0}"(%t)
  %s59 = exec.format "{0}"(%t)
  %s60 = exec.format "{0}"(%t)
  %s61 = exec.format "{0}"(%t)
  %s62 = exec.format "{0}"(%t)
  %s63 = exec.format "{0}"(%t)
  %l = exec.format "{0}last"(%t)
  exec.return %l : !llm.text
}
