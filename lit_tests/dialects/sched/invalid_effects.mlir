// RUN: ember-opt %s --split-input-file --verify-diagnostics

// A function with an effect waits for what is before it.
func.func @f(%a: !sched.future<!llm.text>) {
  // expected-error @+1 {{'sched.task' a task whose function is effectful must read a !sched.future<none>, which says that all before it is over, but it reads none}}
  %t = sched.task(%x = %a : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
    %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
    sched.yield %y : !llm.text
  }
  func.return
}

// -----

// A function with an effect does not race.
func.func @f(%a: !sched.future<!llm.text>, %d: !sched.future<none>) {
  %r = sched.first -> !sched.future<!llm.text> do {
    // expected-error @+1 {{'sched.task' a task whose function is effectful must run once and in order, but it stands in 'sched.first'}}
    %t = sched.task(%x = %a : !sched.future<!llm.text>, %go = %d : !sched.future<none>) -> !sched.future<!llm.text> {
      %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
      sched.yield %y : !llm.text
    }
    sched.yield %t : !sched.future<!llm.text>
  } or {
    sched.yield %a : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A function with an effect does not run side by side with others.
func.func @f(%a: !sched.future<!llm.text>, %d: !sched.future<none>) {
  %r = sched.parallel -> !sched.list<!llm.text> do {
    // expected-error @+1 {{'sched.task' a task whose function is effectful must run once and in order, but it stands in 'sched.parallel'}}
    %t = sched.task(%x = %a : !sched.future<!llm.text>, %go = %d : !sched.future<none>) -> !sched.future<!llm.text> {
      %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
      sched.yield %y : !llm.text
    }
    sched.yield %t : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A function with an effect is not remembered.
func.func @f(%a: !sched.future<!llm.text>, %d: !sched.future<none>) {
  %r = sched.cached per user for 60 seconds -> !sched.future<!llm.text> do {
    // expected-error @+1 {{'sched.task' a task whose function is effectful must run once and in order, but it stands in 'sched.cached'}}
    %t = sched.task(%x = %a : !sched.future<!llm.text>, %go = %d : !sched.future<none>) -> !sched.future<!llm.text> {
      %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
      sched.yield %y : !llm.text
    }
    sched.yield %t : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A function with an effect runs in order, so not in a fan-out that has none.
func.func @f(%a: !sched.future<!llm.text>, %d: !sched.future<none>) {
  %r = sched.fanout times 2 -> !sched.list<!llm.text> do {
    // expected-error @+1 {{'sched.task' a task whose function is effectful must run once and in order, but it stands in 'sched.fanout'}}
    %t = sched.task(%x = %a : !sched.future<!llm.text>, %go = %d : !sched.future<none>) -> !sched.future<!llm.text> {
      %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
      sched.yield %y : !llm.text
    }
    sched.yield %t : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A function with an effect is not tried again.
func.func @f(%a: !sched.future<!llm.text>, %d: !sched.future<none>) {
  %r = sched.attempt at_most 2 -> !sched.future<!llm.text> do {
    // expected-error @+1 {{'sched.task' a task whose function is effectful must run once and in order, but it stands in 'sched.attempt'}}
    %t = sched.task(%x = %a : !sched.future<!llm.text>, %go = %d : !sched.future<none>) -> !sched.future<!llm.text> {
      %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
      sched.yield %y : !llm.text
    }
    sched.yield %t : !sched.future<!llm.text>
  }
  func.return
}

// -----

// A function with an effect runs in order, so not in the nodes of a reduction that has none.
func.func @f(%xs: !sched.list<!llm.text>, %a: !sched.future<!llm.text>, %d: !sched.future<none>) {
  %r = sched.reduce %g in %xs by 2 : !sched.list<!llm.text> do {
    // expected-error @+1 {{'sched.task' a task whose function is effectful must run once and in order, but it stands in 'sched.reduce'}}
    %t = sched.task(%x = %a : !sched.future<!llm.text>, %go = %d : !sched.future<none>) -> !sched.future<!llm.text> {
      %y = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
      sched.yield %y : !llm.text
    }
    sched.yield %t : !sched.future<!llm.text>
  }
  func.return
}
