"""What must hold between the frames of an `exec` module, beyond each operation itself.

Frames form a graph without cycles: what runs outermost is an entry, and a request has
one dynamic index for each fan-out, reduction or loop on the way from the entry to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.exec import (
    ApplyOp,
    AttemptOp,
    EmbedOp,
    FanoutOp,
    FrameOp,
    LoopOp,
    ReduceOp,
    ReleaseOp,
    RequestOp,
    RunsFrames,
    ScoreOp,
    SelectOp,
    SpawnOp,
)
from ember_mlir.dialects.formats.answers import own_indices
from ember_mlir.dialects.formats.requests import counted_members, verify_listed
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.values import DrawList
from ember_mlir.dialects.wording import sentence
from ember_mlir.errors import InvalidIRError


def frames_of(module: ModuleOp) -> dict[str, FrameOp]:
    """The frames of a module by symbol, in the order of the text."""
    return {op.sym_name.data: op for op in module.ops if isinstance(op, FrameOp)}


def verify_use(op: RunsFrames, frames: dict[str, FrameOp]) -> None:
    """Check that the frames which `op` runs are there and have the type of their use."""
    for number, symbol in enumerate(op.frame_names()):
        expected = op.frame_type_at(number)
        frame = frames.get(symbol)
        if frame is None:
            known = ", ".join(f"@{name}" for name in frames)
            raise invalid(
                op, f"must run a frame of the module, but got @{symbol}; there is {known}"
            )
        if frame.function_type != expected:
            raise invalid(
                op,
                f"must run a frame of type {expected}, but @{symbol} has {frame.function_type}",
            )


def entry_frames(module: ModuleOp) -> list[FrameOp]:
    """The frames that no instruction names: those that can be run from outside.

    They stand in the order of the text.
    """
    frames = frames_of(module)
    named = {name for frame in frames.values() for op in _uses(frame) for name in op.frame_names()}
    return [frame for symbol, frame in frames.items() if symbol not in named]


def verify_frames(module: ModuleOp) -> None:
    """Check that frames are used as they are declared, and requests as deep as they say.

    Every instruction names frames of its type, no frame runs itself, each request has one
    `*` per fan-out, reduction or loop around it, functions with an effect stand where
    they run once and in order, and nothing reads what has been released. Linear in the
    module. Raises `InvalidIRError` with the place of the operation that breaks the rule.
    """
    frames = frames_of(module)
    ordered = _outermost_first(frames)
    _verify_depths(ordered)
    _verify_effects(ordered)
    for frame in ordered:
        _verify_releases(frame)


class _Depth(NamedTuple):
    """How many indices a frame has, at least and at most, and what the innermost one counts."""

    least: int = 0
    most: int = 0
    members: int | None = None

    def inside(self, op: RunsFrames) -> _Depth:
        """The depth of what `op` runs, in a frame of this depth."""
        if not isinstance(op, FanoutOp | ReduceOp | LoopOp):
            return self
        count = op.count if isinstance(op, FanoutOp) else None
        members = None if count is None else count.value.data
        return _Depth(self.least + 1, self.most + 1, members)

    def or_as(self, other: _Depth) -> _Depth:
        """The depth of what runs here and there."""
        members = self.members if self.members == other.members else None
        return _Depth(min(self.least, other.least), max(self.most, other.most), members)


def _verify_depths(ordered: list[FrameOp]) -> None:
    depths: dict[str, _Depth] = {}
    for frame in ordered:
        depth = depths.get(frame.sym_name.data, _Depth())
        for op in frame.body.block.ops:
            if isinstance(op, RequestOp | EmbedOp | ScoreOp):
                _verify_indices(op, depth)
            elif isinstance(op, RunsFrames):
                inner = depth.inside(op)
                for symbol in op.frame_names():
                    depths[symbol] = depths.get(symbol, inner).or_as(inner)


def _verify_indices(op: RequestOp | EmbedOp | ScoreOp, depth: _Depth) -> None:
    least, most, members = depth
    got, own = op.site.dynamic_indices, own_indices(op)
    if least == most == got - own:
        if isinstance(op.site.data, DrawList):
            _verify_members(op, op.site.data, counted_members(op, own) if own else members)
        return
    shared = least != most
    expected = (
        f"{least + own} and also {most + own}, as its frame is shared" if shared else least + own
    )
    raise invalid(
        op,
        "must have one '*' in its site per fan-out, reduction or loop around it"
        f"{' and one for its answers' if own else ''}, here {expected}, but got {got}",
    )


def _verify_members(
    op: RequestOp | EmbedOp | ScoreOp, draws: DrawList, members: int | None
) -> None:
    try:
        verify_listed(draws, members)
    except VerifyException as error:
        raise invalid(op, sentence(str(error))) from error


def _verify_effects(ordered: list[FrameOp]) -> None:
    """Check that no function with an effect is run several times, or in any order."""
    effectful: set[str] = set()
    for frame in reversed(ordered):
        for op in frame.body.block.ops:
            if isinstance(op, ApplyOp) and op.effect.data == "effectful":
                effectful.add(frame.sym_name.data)
            elif isinstance(op, RunsFrames):
                found = [symbol for symbol in op.frame_names() if symbol in effectful]
                if found and not _runs_once(op):
                    raise invalid(
                        op,
                        "must not run a function that is effectful, which is for once and in "
                        f"order, but @{found[0]} does",
                    )
                if found:
                    effectful.add(frame.sym_name.data)


def _runs_once(op: RunsFrames) -> bool:
    match op:
        case SpawnOp() | SelectOp() | LoopOp():
            return True
        case FanoutOp() | ReduceOp():
            return op.in_order is not None
        case AttemptOp():
            return op.at_most is None
        case _:
            return False


def _verify_releases(frame: FrameOp) -> None:
    released: set[SSAValue] = set()
    for op in frame.body.block.ops:
        for operand in op.operands if released else ():
            if operand in released:
                name = operand.name_hint or "a value"
                raise invalid(op, f"must not read what has been released, but %{name} has been")
        if isinstance(op, ReleaseOp):
            released.update(op.values)


def _uses(frame: FrameOp) -> Iterator[RunsFrames]:
    return (op for op in frame.body.block.ops if isinstance(op, RunsFrames))


def _outermost_first(frames: dict[str, FrameOp]) -> list[FrameOp]:
    """All frames, each before those that it runs; a frame that runs itself is an error."""
    users = dict.fromkeys(frames, 0)
    uses = {symbol: list(_uses(frame)) for symbol, frame in frames.items()}
    for ops in uses.values():
        for op in ops:
            verify_use(op, frames)
            for name in op.frame_names():
                users[name] += 1
    ordered = [symbol for symbol, count in users.items() if not count]
    for symbol in ordered:  # grows while it is walked
        for op in uses[symbol]:
            for used in op.frame_names():
                users[used] -= 1
                if not users[used]:
                    ordered.append(used)
    if len(ordered) < len(frames):
        raise _cycle(frames, uses, users)
    return [frames[symbol] for symbol in ordered]


def _cycle(
    frames: dict[str, FrameOp],
    uses: dict[str, list[RunsFrames]],
    users: dict[str, int],
) -> InvalidIRError:
    """The error for the first frame in the text that runs itself.

    What has users left is on a cycle or behind one; of these, cycles are what remains
    when all that runs no such frame is taken away again.
    """
    left = {symbol: ops for symbol, ops in uses.items() if users[symbol]}
    callers: dict[str, list[str]] = {symbol: [] for symbol in left}
    onward = dict.fromkeys(left, 0)
    for symbol, ops in left.items():
        for used in (name for op in ops for name in op.frame_names() if name in left):
            callers[used].append(symbol)
            onward[symbol] += 1
    ends = [symbol for symbol, count in onward.items() if not count]
    for symbol in ends:  # grows while it is walked
        for caller in callers[symbol]:
            onward[caller] -= 1
            if not onward[caller]:
                ends.append(caller)
    symbol = next(symbol for symbol in frames if onward.get(symbol))
    op = next(op for op in left[symbol] if any(onward.get(name) for name in op.frame_names()))
    return invalid(op, f"must not run a frame that runs itself, but @{symbol} does")
