"""The front end: from a Python function to a module of the levels `llm` and `ensemble`.

A function's source is found (`source`) and rewritten (`rewriting`), so that every step goes
through a hook (`hooks`), in the user's own frame. Where all is known, a hook does what
Python does. Where something is symbolic (`values`), a trace (`trace`) writes operations for
it (`operators`, `builtins`, `calls`), and arms and rounds are captured by objects around them
(`regions`); `layouts` say how values of Python are held by values of a module. An eager run
(`eager`) moves through the same rewritten source with known values. Both share the call
sites and indices, and so the draws.
"""
