"""What came of a run, in a form that can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute

from ember_mlir.errors import ProgramError
from ember_mlir.interpreter import Functions, interpret
from ember_mlir.parsing import make_context, parse_module
from ember_mlir.passes.assign_draws import AssignDrawsPass
from ember_mlir.providers import Request
from ember_mlir.semantics import Value
from ember_mlir.testing.answers import Dice
from ember_mlir.testing.programs import Program
from ember_mlir.testing.samples import sample


class Effects:
    """The Python functions of a program, which keep what they are called with.

    What one returns is fixed by its arguments; now and then it raises `ValueError`.
    """

    def __init__(self, types: Mapping[str, Attribute], faults: int = 0) -> None:
        self.calls: list[str] = []
        self.faults = faults
        self.functions: Functions = {
            name: self._function(name, found) for name, found in types.items()
        }

    def _function(self, name: str, found: Attribute) -> Callable[..., Value]:
        def function(*arguments: Value) -> Value:
            call = f"{name}{arguments!r}"
            if not name.startswith("pure"):
                self.calls.append(call)
            number = int.from_bytes(blake2b(call.encode(), digest_size=4).digest(), "big")
            if number % 100 < self.faults:
                raise ValueError(f"no {number % 97}")
            return sample(found, number // 100)

        return function


@dataclass(frozen=True)
class Outcome:
    """Results as `repr` shows them (so that 1 is not True, and nan is nan), or an error.

    `error` is the class and message of a `ProgramError`. `requests` are those that were
    sent, and `effects` the calls of functions that are not pure, in order.
    """

    results: str | None
    error: tuple[str, str] | None
    requests: Counter[Request] = field(default_factory=Counter[Request])
    effects: Sequence[str] = ()


def numbered(program: Program) -> ModuleOp:
    """The module of a program, each request with its identity, as all that follows needs it."""
    module = parse_module(program.text, "random.mlir")
    AssignDrawsPass().apply(make_context(), module)
    return module


def reference(
    module: ModuleOp,
    program: Program,
    seed: int,
    faults: int = 0,
    victim: Request | None = None,
) -> Outcome:
    """What the reference interpreter makes of `module`, a form of `program`.

    `seed` gives the tape; `faults` in 100 requests, and calls of functions, fail, and so
    does the request `victim`. Errors that are no `ProgramError` are defects, and raised.
    """
    dice, effects = Dice(faults, victim), Effects(program.functions, faults)
    results: str | None = None
    error: tuple[str, str] | None = None
    try:
        outputs = interpret(
            module,
            list(program.inputs.values()),
            seed=seed,
            send=lambda request: dice.simulate(request)[0],
            functions=effects.functions,
        )
        results = repr(outputs)
    except ProgramError as found:
        error = (type(found).__name__, found.message)
    return Outcome(results, error, Counter(dice.requests), tuple(effects.calls))
