"""The state of a fan-out or of parallel frames: one body per member of a list."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ember_mlir.runtime.bodies import Bodies
from ember_mlir.runtime.calls import Call, new_call
from ember_mlir.runtime.frames import MISSING, Body, Frame, Slot
from ember_mlir.runtime.lists import ABSENT, Pieces, shared
from ember_mlir.runtime.scopes import Scope

if TYPE_CHECKING:
    from ember_mlir.runtime.instructions.bodies import Members
    from ember_mlir.runtime.instructions.requests import Ask


class MembersState(Bodies):
    """Bodies over the pieces of `source`, or over nothing if it is None.

    Pieces of a list that was complete from the start are taken in order, as there is
    room; pieces of any other wait in the order in which they came. Where the text says
    `in_order`, or where a reader says how many it needs (`demand`), bodies start from the
    first on, in order.

    With `on_error` each body has a scope of its own, and its result counts only once all
    of it has succeeded. Of a list that may become shorter nothing is known before the
    end, except to a reader that asked for it: it is told which members are `ABSENT`.
    """

    __slots__ = (
        "_arrived",
        "_by_index",
        "_default",
        "_handles",
        "_leaf",
        "_limit",
        "_members",
        "_next",
        "_owed",
        "_repeats",
        "_results",
        "_slots",
        "_source",
        "_stop",
        "_table",
        "out",
    )

    def __init__(self, frame: Frame, members: Members, source: Pieces | None, length: int) -> None:
        leaf = members.leaf
        spec = None if leaf is None else leaf.spec
        super().__init__(frame, members, members.takes, length, spec)
        self._members = members
        self._handles = members.handles
        self._repeats = members.repeats
        self._table = members.table
        self.out = Pieces(length)
        self._source = source
        self._arrived: deque[int] = deque()
        self._next = 0
        self._by_index = members.in_order or members.demanded
        # Pieces before this one may start in order, as far as the list is concerned.
        waits = self._by_index or (source is not None and source.missing)
        self._stop = 0 if waits else length
        # Where all of a member is one request: what it reads besides the piece.
        self._leaf = None if leaf is None or leaf.lists or members.handles else leaf
        self._slots: list[Slot] | None = None
        self._limit = length
        self._results: dict[int, Slot] = {}
        self._default: Slot = MISSING
        self._owed: list[int] = []
        if members.demanded:
            self._limit = 0
            self.out.source = self
            self.group = Scope(frame.engine, frame.scope, self, catches=False)

    def open(self) -> None:
        """Start what can start."""
        self.hold()
        if self._source is not None:
            self._source.subscribe(self)
        self.pump()

    def arrived(self, index: int) -> None:
        """A piece is there: run a body for it, now or when there is room."""
        if not self._by_index:
            self._arrived.append(index)
        self.pump()

    def demand(self, count: int) -> None:
        """The first `count` members are needed, and so are the pieces that they take."""
        if count > self._limit:
            self._limit = count
            if self._source is not None and self._source.source is not None:
                self._source.source.demand(count)
            self.pump()

    def stop(self) -> None:
        """No more members are needed: what is under way for them is cancelled."""
        if self.left:
            if self._source is not None and self._source.source is not None:
                self._source.source.stop()
            self.frame.engine.kill(self.group)

    def default(self, value: Slot) -> None:
        """What stands for members that fail is there."""
        self._default = shared(value)
        for index in self._owed:
            self.out.put(index, value)
        self._owed = []

    def pump(self) -> None:
        window, source, members = self._window, self._source, self._members
        group = self.group
        # This is `has_room`, written out: it is asked twice for each member. A member that
        # may not be sent, because it might cost too much, fails at once, and all with it.
        while not group.dead and (window.live < window.size or not self.live):
            if self._next < self._stop:
                index = self._next
                self._next = index + 1
            elif (index := self._take()) < 0:
                return
            if self._leaf is not None and not self._missing:
                self.live += 1
                window.live += 1
                self._ask(self._leaf, index)
                continue
            own = () if source is None else (source.take(index),)
            scope = group
            if self._handles:
                scope = Scope(self.frame.engine, scope, self, catches=True, tag=index)
            table = self._table or members.table_of(index)
            self.start(table, index, own, scope, repeats=self._repeats)

    def _ask(self, leaf: Ask, index: int) -> None:
        """Start a member that is one request: it does without a frame."""
        slots, source, around = self._slots or self._fill(), self._source, self.frame
        if source is not None:
            slots[0] = source.take(index)
        # To add to a tuple takes a third of the time that it takes to unpack it.
        path = around.path + (index,) if self._repeats else around.path  # noqa: RUF005
        prompt = leaf.prompt(slots)
        around.engine.submit(new_call(leaf, prompt, self, index, self.group, path, around.redraws))

    def _fill(self) -> list[Slot]:
        """What members that are one request read besides their pieces, which come first."""
        table = self._members.table_of(0)
        slots = self._slots = table.initial[:]
        slots[table.arguments - len(self._captures) : table.arguments] = self._captures
        return slots

    def took(self, call: Call, value: Slot) -> None:
        leaf, window = self._leaf, self._window
        if (
            leaf is not None
            and self._next < self._stop
            and (window.live <= window.size or self.live == 1)
        ):
            # The next takes its place: what follows in general comes to the same.
            self.out.put(call.index, value)
            if not self.group.dead:
                self.left -= 1
                index = self._next
                self._next = index + 1
                self._ask(leaf, index)
        else:
            super().took(call, value)

    def returned(self, body: Body, number: int, value: Slot) -> None:
        if self._handles:
            self._results[body.index] = value
        else:
            self.out.put(body.index, value)

    def finished(self, body: Body) -> Frame | None:
        if self._handles:
            body.scope.close()
            self._keep(body.index, self._results.pop(body.index))
        return self.one_over(body)

    def drained(self, scope: Scope) -> None:
        """A body that may fail has failed, or the rest is not needed."""
        if scope is self.group:
            self.close()
            return
        members, index = self._members, scope.tag
        if members.drop:
            self._keep(index, ABSENT)
        elif self._default is MISSING:
            self._owed.append(index)
        else:
            self.out.put(index, self._default)
        if (around := self.one_over(None)) is not None:
            around.engine.finish(around)

    def over(self) -> Frame | None:
        members = self._members
        if members.is_late:
            found = [value for value in self.out.values if value is not ABSENT]
            self.frame.deliver(members.output, Pieces.complete(found))
        if self.group is not self.frame.scope:
            self.group.close()
        self._source = None
        return super().over()

    def _keep(self, index: int, value: Slot) -> None:
        if self._members.is_late:
            self.out.values[index] = value
        else:
            self.out.put(index, value)

    def _take(self) -> int:
        """The next member to start with, of those that came; -1 if there is none yet."""
        if not self._by_index:
            return self._arrived.popleft() if self._arrived else -1
        index = self._next
        if index >= self._limit or (self._members.in_order and self.live):
            return -1
        if self._source is not None and not self._source.has(index):
            return -1
        self._next += 1
        return index
