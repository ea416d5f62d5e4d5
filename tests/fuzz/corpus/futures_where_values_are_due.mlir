func.func @f(%a: !sched.future<!llm.text>) {
  %c = llm.constant "x"
  func.return
}
