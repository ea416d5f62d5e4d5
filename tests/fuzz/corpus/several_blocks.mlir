"func.func"() <{sym_name = "f", function_type = () -> ()}> ({
  "func.return"() : () -> ()
^bb1:
  "func.return"() : () -> ()
}) : () -> ()
