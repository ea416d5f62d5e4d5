"func.func"() <{sym_name = "hidden", function_type = () -> (), sym_visibility = "privatE"}> ({
  "func.return"() : () -> ()
}) : () -> ()
