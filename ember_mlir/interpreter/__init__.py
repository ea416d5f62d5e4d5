"""The reference interpreter: what a program means.

It runs a module of `llm` and `ensemble`, with the builtin `scf` and `arith`, one operation
at a time, in program order, with no optimization at all. Every pass and the engine are
tested against it, so it is meant to be read in one sitting: `run.py` walks, and for each
dialect one file says what its operations give. If these texts are right, a program that
agrees with them is.

Every request must have its identity (run `assign-draws` first).
"""

from __future__ import annotations

from ember_mlir.interpreter.run import Functions, Send, interpret
from ember_mlir.semantics import Value

__all__ = ["Functions", "Send", "Value", "interpret"]
