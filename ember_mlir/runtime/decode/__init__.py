"""From the text to tables: each frame is decoded once, in time linear in its length."""

from __future__ import annotations

from xdsl.dialects.builtin import ModuleOp

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.exec.nesting import frames_of, verify_frames
from ember_mlir.dialects.locations import invalid
from ember_mlir.runtime.decode import frame_rows, request_rows, value_rows
from ember_mlir.runtime.decode.frames import FrameDecoder
from ember_mlir.runtime.decode.symbols import Symbols
from ember_mlir.runtime.frames import FrameTable
from ember_mlir.runtime.functions import function_lane
from ember_mlir.runtime.tables import Program
from ember_mlir.runtime.unsupported import check_done

# Each registers what it knows to decode.
__all__ = ["decode", "frame_rows", "request_rows", "value_rows"]


def decode(module: ModuleOp) -> Program:
    """The tables of a verified `exec` module.

    Raises `InvalidIRError`, with the place in the source, for an operation of another
    level and for frames that do not fit one another.
    """
    for op in module.ops:
        if not isinstance(op, ops.LaneOp | ops.ToolOp | ops.FrameOp):
            raise invalid(op, "must be lowered to the level 'exec' before it can run")
        check_done(op)
    verify_frames(module)
    frames = frames_of(module)
    tables = {symbol: FrameTable(symbol) for symbol in frames}
    symbols = Symbols(module, tables)
    for symbol, frame in frames.items():
        FrameDecoder(symbols).decode(frame, tables[symbol])
    lanes = (*symbols.used.values(), function_lane(len(symbols.used)))
    return Program(tables, lanes, frozenset(symbols.functions))
