// RUN: ember-opt %s -p pack-prompts{most=3} --allow=meaning --optimize-for=cost --verify-each | filecheck %s
// RUN: ember-opt %s -p pack-prompts{most=2} --allow=meaning --optimize-for=cost --verify-each | filecheck %s --check-prefix=TWO

llm.model @m from "simulated"

// Of lists that are written out, those of 2 elements are packed, and those of as many as may be.
// CHECK-LABEL: func.func @written_out
// TWO-LABEL: func.func @written_out
func.func @written_out(%q: !llm.text) -> !llm.list<!llm.text> {
  %one = llm.list(%q) : !llm.list<!llm.text>
  %two = llm.list(%q, %q) : !llm.list<!llm.text>
  %three = llm.list(%q, %q, %q) : !llm.list<!llm.text>
  %four = llm.list(%q, %q, %q, %q) : !llm.list<!llm.text>
  // CHECK: ensemble.map %{{.*}} in %one
  // CHECK: ensemble.fallback
  // CHECK: ensemble.map %{{.*}} in %two
  // CHECK: ensemble.fallback
  // CHECK: ensemble.map %{{.*}} in %three
  // CHECK-NOT: ensemble.fallback
  // CHECK: ensemble.map %{{.*}} in %four
  // TWO: ensemble.map %{{.*}} in %one
  // TWO: ensemble.fallback
  // TWO: ensemble.map %{{.*}} in %two
  // TWO-NOT: ensemble.fallback
  // TWO: ensemble.map %{{.*}} in %three
  // TWO: ensemble.map %{{.*}} in %four
  %ones = ensemble.map %x in %one : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) draw <0[*]>
    ensemble.yield %y : !llm.text
  }
  %twos = ensemble.map %x in %two : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) draw <1[*]>
    ensemble.yield %y : !llm.text
  }
  %threes = ensemble.map %x in %three : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) draw <2[*]>
    ensemble.yield %y : !llm.text
  }
  %fours = ensemble.map %x in %four : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) draw <3[*]>
    ensemble.yield %y : !llm.text
  }
  %l = llm.concat(%ones, %twos, %threes, %fours) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}

// How texts are drawn stays, and no limit is above the highest there may be.
// CHECK-LABEL: func.func @parameters
func.func @parameters(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  // CHECK: llm.generate @m(%{{.*}}) temperature 0.7 top_p 0.5 max_tokens 2147483647 as json_schema
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %p = llm.template "{0}?"(%x)
    %y = llm.generate @m(%p) temperature 0.7 top_p 0.5 max_tokens 2147483647 draw <4[*]>
    ensemble.yield %y : !llm.text
  }
  func.return %ys : !llm.list<!llm.text>
}

// A fallback to a map is packed, if it is none of a packed request.
// CHECK-LABEL: func.func @fallback_of_others
func.func @fallback_of_others(%xs: !llm.list<!llm.text>, %q: !llm.text, %c: i1)
    -> !llm.list<!llm.text> {
  // CHECK: %r0 = ensemble.fallback
  // CHECK: llm.quote
  %r0 = ensemble.fallback : !llm.list<!llm.text> do {
    %f = llm.list(%q) : !llm.list<!llm.text>
    ensemble.yield %f : !llm.list<!llm.text>
  } else {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %p = llm.template "{0}?"(%x)
      %y = llm.generate @m(%p) draw <5[*]>
      ensemble.yield %y : !llm.text
    }
    ensemble.yield %ys : !llm.list<!llm.text>
  }
  // CHECK: %r1 = ensemble.fallback
  // CHECK: llm.quote
  %r1 = ensemble.fallback : !llm.list<!llm.text> do {
    %f = ensemble.cascade : !llm.list<!llm.text> do {
      ensemble.accept %xs if %c : !llm.list<!llm.text>
    }
    ensemble.yield %f : !llm.list<!llm.text>
  } else {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %p = llm.template "{0}?"(%x)
      %y = llm.generate @m(%p) draw <6[*]>
      ensemble.yield %y : !llm.text
    }
    ensemble.yield %ys : !llm.list<!llm.text>
  }
  // CHECK: %r2 = ensemble.fallback
  // CHECK: llm.quote
  %r2 = ensemble.fallback : !llm.list<!llm.text> do {
    %t = llm.parse %q as json_schema "{\22type\22: \22array\22, \22items\22: {\22type\22: \22string\22}, \22minItems\22: 2}" : !llm.list<!llm.text>
    %f = ensemble.cascade : !llm.list<!llm.text> do {
      ensemble.accept %t if %c : !llm.list<!llm.text>
    }
    ensemble.yield %f : !llm.list<!llm.text>
  } else {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %p = llm.template "{0}?"(%x)
      %y = llm.generate @m(%p) draw <7[*]>
      ensemble.yield %y : !llm.text
    }
    ensemble.yield %ys : !llm.list<!llm.text>
  }
  // CHECK: %r3 = ensemble.fallback
  // CHECK: llm.quote
  %r3 = ensemble.fallback : !llm.list<!llm.text> do {
    %t = llm.concat(%xs, %xs) : !llm.list<!llm.text>
    %f = ensemble.cascade : !llm.list<!llm.text> do {
      ensemble.accept %t if %c : !llm.list<!llm.text>
    }
    ensemble.yield %f : !llm.list<!llm.text>
  } else {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %p = llm.template "{0}?"(%x)
      %y = llm.generate @m(%p) draw <8[*]>
      ensemble.yield %y : !llm.text
    }
    ensemble.yield %ys : !llm.list<!llm.text>
  }
  %l = llm.concat(%r0, %r1, %r2, %r3) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}
