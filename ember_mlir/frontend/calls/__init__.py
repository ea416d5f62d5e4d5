"""What captured code may call, and how.

Functions with source are traced through. Python's own pure ones are called if all their
arguments are known, and applied by the program if not. Anything else might do something that
should happen in each run, so the program applies it, as effectful unless it is declared.

`dispatch` finds out what is called; each other module is about one kind of it. They call back
through the recorder, so that none of them needs to know all the others.
"""

from __future__ import annotations

from ember_mlir.frontend.calls.coroutines import check_tries, finished
from ember_mlir.frontend.calls.dispatch import invoke
from ember_mlir.frontend.calls.functions import is_of_library
from ember_mlir.frontend.calls.spread import KEYWORDS, call_spread, is_spread

__all__ = [
    "KEYWORDS",
    "call_spread",
    "check_tries",
    "finished",
    "invoke",
    "is_of_library",
    "is_spread",
]
