"""The front end: from a Python function to a module of `llm` and `ensemble`.

A function's source is found (`source`), checked (`check`) and rewritten (`rewrite`) so
that calls, f-strings, loops and reads of globals go through hooks (`hooks`). The hooks
tell a recorder (`recorder`): a trace writes operations (`trace`), an eager run asks the
provider at once (`eager`). Both share the call sites and indices, and so the draws.
"""
