"""What must hold between the frames of an `exec` module, beyond each operation itself.

Frames form a graph without cycles: what runs outermost is an entry, and a request has
one dynamic index for each fan-out or reduction on the way from the entry to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from xdsl.dialects.builtin import ModuleOp

from ember_mlir.dialects.exec import FanoutOp, FrameOp, ReduceOp, RequestOp
from ember_mlir.dialects.locations import invalid
from ember_mlir.errors import InvalidIRError


def frames_of(module: ModuleOp) -> dict[str, FrameOp]:
    """The frames of a module by symbol, in the order of the text."""
    return {op.sym_name.data: op for op in module.ops if isinstance(op, FrameOp)}


def frame_used(op: FanoutOp | ReduceOp, frames: dict[str, FrameOp]) -> FrameOp:
    """The frame that `op` runs; raises `InvalidIRError` if there is none of that type."""
    symbol = op.frame.string_value()
    frame = frames.get(symbol)
    if frame is None:
        known = ", ".join(f"@{name}" for name in frames)
        raise invalid(op, f"must run a frame of the module, but got @{symbol}; there is {known}")
    if frame.function_type != op.frame_type():
        raise invalid(
            op,
            f"must run a frame of type {op.frame_type()}, but @{symbol} has {frame.function_type}",
        )
    return frame


def entry_frames(module: ModuleOp) -> list[FrameOp]:
    """The frames that no instruction names: those that can be run from outside.

    They stand in the order of the text.
    """
    named = {op.frame.string_value() for frame in frames_of(module).values() for op in _uses(frame)}
    return [frame for symbol, frame in frames_of(module).items() if symbol not in named]


def verify_frames(module: ModuleOp) -> None:
    """Check that frames are used as they are declared, and requests as deep as they say.

    Every fan-out and reduction names a frame of its type, no frame runs itself, and each
    request has one `*` per fan-out or reduction around it. Linear in the module. Raises
    `InvalidIRError` with the place of the operation that breaks the rule.
    """
    frames = frames_of(module)
    depths = {symbol: (0, 0) for symbol in (op.sym_name.data for op in entry_frames(module))}
    for frame in _outermost_first(frames):
        least, most = depths[frame.sym_name.data]
        for op in frame.body.block.ops:
            if isinstance(op, RequestOp):
                _verify_indices(op, least, most)
            elif isinstance(op, FanoutOp | ReduceOp):
                symbol = op.frame.string_value()
                known = depths.get(symbol, (least + 1, most + 1))
                depths[symbol] = min(known[0], least + 1), max(known[1], most + 1)


def _verify_indices(op: RequestOp, least: int, most: int) -> None:
    got = op.site.dynamic_indices
    if least == most == got:
        return
    expected = str(least) if least == most else f"{least} and also {most}, as its frame is shared"
    raise invalid(
        op,
        "must have one '*' in its site per fan-out or reduction around it, "
        f"here {expected}, but got {got}",
    )


def _uses(frame: FrameOp) -> Iterator[FanoutOp | ReduceOp]:
    return (op for op in frame.body.block.ops if isinstance(op, FanoutOp | ReduceOp))


def _outermost_first(frames: dict[str, FrameOp]) -> list[FrameOp]:
    """All frames, each before those that it runs; a frame that runs itself is an error."""
    users = dict.fromkeys(frames, 0)
    uses = {symbol: list(_uses(frame)) for symbol, frame in frames.items()}
    for ops in uses.values():
        for op in ops:
            users[frame_used(op, frames).sym_name.data] += 1
    ordered = [symbol for symbol, count in users.items() if not count]
    for symbol in ordered:  # grows while it is walked
        for op in uses[symbol]:
            used = op.frame.string_value()
            users[used] -= 1
            if not users[used]:
                ordered.append(used)
    if len(ordered) < len(frames):
        raise _cycle(frames, uses, users)
    return [frames[symbol] for symbol in ordered]


def _cycle(
    frames: dict[str, FrameOp],
    uses: dict[str, list[FanoutOp | ReduceOp]],
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
        for op in ops:
            if (used := op.frame.string_value()) in left:
                callers[used].append(symbol)
                onward[symbol] += 1
    ends = [symbol for symbol, count in onward.items() if not count]
    for symbol in ends:  # grows while it is walked
        for caller in callers[symbol]:
            onward[caller] -= 1
            if not onward[caller]:
                ends.append(caller)
    symbol = next(symbol for symbol in frames if onward.get(symbol))
    op = next(op for op in left[symbol] if onward.get(op.frame.string_value()))
    return invalid(op, f"must not run a frame that runs itself, but @{symbol} does")
