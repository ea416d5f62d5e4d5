"builtin.module"() ({
  "llm.model"() <{sym_name = "m", provider = #llm.utf8"simulated"}> : () -> ()
  "sched.lane"() <{sym_name = "m_lane", model = @m, concurrency = 64 : i64}> : () -> ()
  "scf.while"() <{sym_name = "f", function_type = (!sched.future<!llm.text>, !sched.future<!llm.text>) -> (), arg_attrs = [{ember.label = #llm.label"pii", ember.name = #llm.utf8"picture"}, {ember.name = #llm.utf8"q"}]}> ({
  ^bb0(%picture: !sched.future<!llm.text>, %q: !sched.future<!llm.text>):
    "func.return"() : () -> ()
  }) : () -> ()
}) {ember.program = #llm.utf8"d682f3ebaab00465"} : () -> ()
