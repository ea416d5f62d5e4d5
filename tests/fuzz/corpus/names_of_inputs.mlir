%x_3 = llm.constant "a"
func.func @f(%x_0: !llm.text, %x: !llm.text, %x_01: !llm.text, %1: !llm.text, %0: !llm.text) {
  %x_5 = llm.template "{0}{1}"(%x, %0)
  %7 = llm.template "{0}{1}"(%x_5, %1)
  func.return
}
