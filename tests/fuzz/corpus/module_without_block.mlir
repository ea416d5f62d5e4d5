"builtin.module"() ({
}) {note = 1} : () -> ()
