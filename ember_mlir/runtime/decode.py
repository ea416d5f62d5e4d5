"""From the text to tables: each frame is decoded once, in time linear in its length."""

from __future__ import annotations

from decimal import Decimal

from xdsl.dialects.builtin import IntegerAttr, ModuleOp
from xdsl.ir import Operation, SSAValue

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.exec.nesting import frames_of, verify_frames
from ember_mlir.dialects.locations import UNKNOWN_SOURCE, invalid, location_of
from ember_mlir.dialects.values import DecimalAttr, ListType, Utf8Attr
from ember_mlir.runtime import instructions
from ember_mlir.runtime.frames import FrameTable, Instruction, Slot
from ember_mlir.runtime.fuse import fuse
from ember_mlir.runtime.tables import LaneTable, Program, RequestSpec
from ember_mlir.runtime.unsupported import check_done, not_run
from ember_mlir.semantics import parse_template


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
    lanes = Lanes(module)
    tables = {symbol: FrameTable(symbol) for symbol in frames_of(module)}
    for symbol, frame in frames_of(module).items():
        FrameDecoder(tables, lanes).decode(frame, tables[symbol])
    return Program(tables, tuple(lanes.used.values()))


class Lanes:
    """The lanes of a module; those that requests use are numbered as they are met."""

    def __init__(self, module: ModuleOp) -> None:
        self._ops = {op.sym_name.data: op for op in module.ops if isinstance(op, ops.LaneOp)}
        self.used: dict[str, LaneTable] = {}

    def use(self, request: ops.RequestOp) -> LaneTable:
        """The lane of a request."""
        symbol = request.lane.string_value()
        if symbol not in self.used:
            if symbol not in self._ops:
                raise invalid(request, f"must name a lane of the module, but got @{symbol}")
            self.used[symbol] = _lane_table(len(self.used), self._ops[symbol])
        return self.used[symbol]


class FrameDecoder:
    """Turns one frame into rows, and then links the rows by their slots."""

    def __init__(self, tables: dict[str, FrameTable], lanes: Lanes) -> None:
        self._tables = tables
        self._lanes = lanes
        self._slots: dict[SSAValue, int] = {}
        self._initial: list[Slot] = []
        self._is_list: list[bool] = []
        self._code: list[Instruction] = []

    def decode(self, frame: ops.FrameOp, table: FrameTable) -> None:
        """Fill `table` with what `frame` says."""
        for argument in frame.body.block.args:
            self._define(argument)
        table.arguments = len(self._initial)
        for op in frame.body.block.ops:
            self._decode(op)
        table.initial = self._initial
        self._link(table)

    def _decode(self, op: Operation) -> None:
        check_done(op)
        match op:
            case ops.ConstantOp(value=Utf8Attr() as text):
                self._define(op.result, text.data)
            case ops.FormatOp():
                pieces = parse_template(op.template.data)
                inputs = self._read(op.holes)
                self._add(instructions.Format(inputs, self._define(op.result), pieces))
            case ops.ListOp():
                self._list(op)
            case ops.JoinOp():
                inputs, output = self._read((op.items,)), self._define(op.result)
                self._add(instructions.Join(inputs, output, op.separator.data))
            case ops.VoteOp():
                inputs, output = self._read((op.answers,)), self._define(op.result)
                self._add(instructions.Vote(inputs, output, location=location_of(op)))
            case ops.RequestOp():
                inputs, output = self._read((op.prompt,)), self._define(op.result)
                self._add(instructions.Ask(inputs, output, _spec(op, self._lanes.use(op))))
            case ops.FanoutOp():
                self._fanout(op)
            case ops.ReduceOp():
                self._reduce(op)
            case ops.ReturnOp():
                for number, slot in enumerate(self._read(op.values)):
                    self._add(instructions.Return(slot, number))
            case _:
                raise not_run(op)

    def _list(self, op: ops.ListOp) -> None:
        items = self._read(op.items)
        handle = self._new_slot()
        self._add(instructions.List(self._define(op.result), handle, len(items)))
        for position, item in enumerate(items):
            self._add(instructions.Put(handle, item, position))

    def _fanout(self, op: ops.FanoutOp) -> None:
        handle = self._new_slot()
        self._add(
            instructions.Fanout(
                () if op.items is None else self._read((op.items,)),
                self._define(op.result),
                handle,
                table=self._tables[op.frame.string_value()],
                captures=len(op.captures),
                count=None if op.count is None else op.count.value.data,
                location=location_of(op),
            )
        )
        self._capture(handle, op)

    def _reduce(self, op: ops.ReduceOp) -> None:
        handle = self._new_slot()
        self._add(
            instructions.Reduce(
                self._read((op.items,)),
                self._define(op.result),
                handle,
                table=self._tables[op.frame.string_value()],
                captures=len(op.captures),
                arity=op.arity.value.data,
                location=location_of(op),
            )
        )
        self._capture(handle, op)

    def _capture(self, handle: int, op: ops.FanoutOp | ops.ReduceOp) -> None:
        for position, slot in enumerate(self._read(op.captures)):
            self._add(instructions.Capture(handle, slot, position))

    def _define(self, value: SSAValue, known: Slot = None) -> int:
        slot = self._new_slot(known, is_list=isinstance(value.type, ListType))
        self._slots[value] = slot
        return slot

    def _new_slot(self, known: Slot = None, *, is_list: bool = False) -> int:
        self._initial.append(known)
        self._is_list.append(is_list)
        return len(self._initial) - 1

    def _read(self, values: tuple[SSAValue, ...]) -> tuple[int, ...]:
        return tuple([self._slots[value] for value in values])

    def _add(self, instruction: Instruction) -> None:
        self._code.append(instruction)

    def _link(self, table: FrameTable) -> None:
        """Fill in what follows from who reads which slot."""
        table.code = fuse(self._code, self._consumers(self._code))
        table.consumers = self._consumers(table.code)
        constant = [known is not None for known in self._initial]
        for row in table.code:
            self._link_one(row, table.consumers)
        table.need = [sum(not constant[slot] for slot in row.inputs) for row in table.code]
        table.roots = tuple([index for index, need in enumerate(table.need) if not need])
        table.left = sum(row.settles or row.has_bodies for row in table.code)

    def _consumers(self, code: list[Instruction]) -> list[tuple[int, ...]]:
        """Number the rows of `code`; the rows that read each slot."""
        consumers: list[list[int]] = [[] for _ in self._initial]
        for index, row in enumerate(code):
            row.index = index
            for slot in row.inputs:
                consumers[slot].append(index)
        return [tuple(rows) for rows in consumers]

    def _link_one(self, row: Instruction, consumers: list[tuple[int, ...]]) -> None:
        if row.output >= 0:
            row.successors = consumers[row.output]
        row.settles = not row.successors and not row.has_bodies
        # A slot that only this row reads is empty after it.
        row.releases = tuple([slot for slot in row.inputs if len(consumers[slot]) == 1])
        row.shared = any(self._is_list[s] and len(consumers[s]) > 1 for s in row.inputs)


def _spec(op: ops.RequestOp, lane: LaneTable) -> RequestSpec:
    return RequestSpec(
        lane=lane,
        temperature=None if op.temperature is None else float(op.temperature.data),
        top_p=None if op.top_p is None else float(op.top_p.data),
        max_tokens=None if op.max_tokens is None else _integer(op.max_tokens),
        stop=() if op.stop is None else tuple([text.data for text in op.stop]),
        sampled=op.sampled is not None,
        chain=op.site.data.chain,
        indices=op.site.data.indices,
        label=op.label.data,
        location=None if op.source.data == UNKNOWN_SOURCE else op.source.data,
    )


def _lane_table(number: int, op: ops.LaneOp) -> LaneTable:
    return LaneTable(
        number=number,
        symbol=op.sym_name.data,
        model=op.model.data,
        provider=op.provider.data,
        concurrency=_integer(op.concurrency),
        input_usd_per_million=_price(op.input_usd_per_million),
        output_usd_per_million=_price(op.output_usd_per_million),
        location=location_of(op),
    )


def _integer(attribute: IntegerAttr) -> int:
    return attribute.value.data


def _price(attribute: DecimalAttr | None) -> Decimal | None:
    return None if attribute is None else attribute.data
