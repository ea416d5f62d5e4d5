"""Errors that captured code raises when the program runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Block, Operation

from ember_mlir.dialects.ensemble import MapOp
from ember_mlir.dialects.llm import ApplyOp, TemplateOp
from ember_mlir.dialects.values import AsksModel, ancestors
from ember_mlir.frontend.applied import Functions
from ember_mlir.frontend.effects import declared
from ember_mlir.frontend.layouts import NONE
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import known_or_symbolic


class PathRaises(Exception):
    """The path that is captured ends with an error of the user's when the program runs."""


class SymbolicError(Exception):
    """An error whose arguments are known only when the program runs."""

    def __init__(self, made: type[BaseException], args: tuple[object, ...]) -> None:
        super().__init__()
        self.made = made
        self.given = args


def emit_raise(trace: Trace, error: BaseException, cause: object = None) -> None:
    """Let the program raise `error` here, from its cause if that is known only when it runs.

    One that is on its way already has been emitted.
    """
    if isinstance(error, PathRaises):
        return
    made, given = type(error), error.args
    if isinstance(error, SymbolicError):
        made, given = error.made, error.given
    name = f"raise_{made.__name__}"
    args = [known_or_symbolic(argument) for argument in given]
    raising = Raising(made) if cause is None else RaisingFrom(made)
    if cause is not None:
        args.append(known_or_symbolic(cause))
    trace.apply_python(name, raising, args, result=NONE, effect="effectful")


def emit_check(trace: Trace, error: Exception, condition: object) -> None:
    """Let the program raise `error` here unless a condition holds."""
    name = f"check_{type(error).__name__}"
    trace.apply_python(name, Checking(error), [condition], result=NONE, effect="effectful")


def unbound(name: str, is_own: bool) -> NameError:
    """The error of Python for a name without a value: of the function's own, or around it."""
    if is_own:
        return UnboundLocalError(
            f"cannot access local variable '{name}' where it is not associated with a value"
        )
    return NameError(
        f"cannot access free variable '{name}' where it is not associated with a value in "
        "enclosing scope"
    )


def settle_raises(functions: Functions, block: Block) -> None:
    """Let what raises for one element wait for no other, where the program has no other effect.

    An error that only ends the program may come at any time: of several the first in program
    order is known anyway. But it must not come where another one stands before it on its way,
    nor before one that waits for what the list does not wait for; and where something is done,
    that must come first.
    """
    raising: list[ApplyOp] = []
    for op in block.walk():
        if isinstance(op, ApplyOp) and op.effect.data == "effectful":
            called = functions.by_symbol[op.function.string_value()].function
            if not isinstance(called, Raising | Checking):
                return
            raising.append(op)
    awaited = cache(_awaited)
    groups: dict[MapOp | None, list[ApplyOp]] = {}
    for op in raising:
        groups.setdefault(_repeats(op), []).append(op)
    for repetition, inside in groups.items():
        if repetition is None or any(_is_behind(op, inside) for op in inside):
            continue
        earlier = raising[: raising.index(inside[0])]
        known = _surely_awaited(repetition)
        if all(_asks_inside(repetition, awaited(op)) for op in inside):
            # What Python computes meanwhile is there before a model has answered.
            known |= {op for one in earlier for op in awaited(one) if _is_quick(op, functions)}
        if all(awaited(op) <= known for op in earlier):
            for op in inside:
                op.properties["effect"] = StringAttr("idempotent")


def _awaited(op: Operation) -> set[Operation]:
    """All that takes time and may have to be over before `op` begins.

    It begins when its operands are there, and those of what is around it.
    """
    begun = {op, *ancestors(op)}
    pending, seen, found = [*begun], {*begun}, set[Operation]()
    while pending:
        one = pending.pop()
        needed = _makers(one)
        if one not in begun:
            found |= {one} if _takes_time(one) else set()
            needed += [inner for region in one.regions for inner in region.walk()]
        new = [maker for maker in needed if maker not in seen]
        seen.update(new)
        pending += new
    return found


def _surely_awaited(op: MapOp) -> set[Operation]:
    """Some of what takes time and is over when the first element of `op` is there.

    What has regions, or lists what is written out, may give some of it sooner.
    """
    pending, found = _makers(op), set[Operation]()
    while pending:
        one = pending.pop()
        if one in found or not (_takes_time(one) or isinstance(one, TemplateOp)):
            continue
        found.add(one)
        pending += [] if one.regions else _makers(one)
    return found


def _asks_inside(repetition: MapOp, awaited: Iterable[Operation]) -> bool:
    """Whether there is a request of an element itself among what is awaited for it."""
    return any(one.has_trait(AsksModel) and repetition in ancestors(one) for one in awaited)


def _is_quick(op: Operation, functions: Functions) -> bool:
    """Whether an operation applies a function that is known to be pure, and none of the user's."""
    if not isinstance(op, ApplyOp) or op.effect.data != "pure":
        return False
    return declared(functions.by_symbol[op.function.string_value()].function) is None


def _takes_time(op: Operation) -> bool:
    """Whether an operation is a request, or a function that is not known to be quick."""
    return isinstance(op, ApplyOp) or op.has_trait(AsksModel)


def _makers(op: Operation) -> list[Operation]:
    """The operations whose results are operands of `op`, or in whose regions these are given."""
    owners = [operand.owner for operand in op.operands]
    makers = [one if isinstance(one, Operation) else one.parent_op() for one in owners]
    return [maker for maker in makers if maker is not None]


def _repeats(op: Operation) -> MapOp | None:
    """The map that `op` is done for each element of, if it is in one."""
    around = op.parent_op()
    while around is not None and not isinstance(around, MapOp):
        around = around.parent_op()
    return around


def _is_behind(op: ApplyOp, others: Sequence[ApplyOp]) -> bool:
    """Whether one of some others, all in order, comes before `op` on the way to it."""
    before = others[: others.index(op)]
    home = op.parent_block()
    return home is not None and any(home.find_ancestor_op_in_block(one) for one in before)


class Raising:
    """Raises an error of a class."""

    def __init__(self, made: type[BaseException]) -> None:
        self.made = made

    def __call__(self, *args: object) -> None:
        raise self.made(*args)


class Checking:
    """Raises an error unless a condition holds."""

    def __init__(self, error: Exception) -> None:
        self.made = type(error)
        self.args = error.args

    def __call__(self, condition: object) -> None:
        if not condition:
            raise self.made(*self.args)


class RaisingFrom(Raising):
    """Raises an error of a class from its cause, which comes last."""

    def __call__(self, *args: object) -> None:
        *given, cause = args
        assert isinstance(cause, BaseException)
        raise self.made(*given) from cause
