"""What hooks and operations talk to: a trace or an eager run, with its place.

The place is the call sites from the entry, and the indices of the repetitions around:
it is the identity of a draw, so both kinds of recorder must move through it alike.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from ember_mlir.errors import CaptureError, InputError, SourceLocation
from ember_mlir.frontend.guards import Guards, Source, Unguardable
from ember_mlir.frontend.indices import Indices
from ember_mlir.frontend.iterators import OneTimeIterator
from ember_mlir.frontend.layouts import TEXT_LEAF, Layout, ListOf
from ember_mlir.frontend.plain import is_unicode
from ember_mlir.frontend.values import describe

if TYPE_CHECKING:
    from ember_mlir.grammars import Grammar
    from ember_mlir.providers import Tool

MAX_DEPTH = 150
"""How deep calls may nest; Python's own stack has room for about 200."""

HALF_A_PAIR = (
    "a text must be Unicode that UTF-8 can express, but got one with half of a surrogate pair; "
    "write the whole character"
)
PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep
"""Where the files of this package are."""

PRINT_THE_RESULT = "print the result of the program instead"


class Ask(NamedTuple):
    """A checked request: its prompt, a text or a conversation, may be symbolic.

    An answer that does not fit the `grammar` is asked for again, at most `retries` times; with
    `tools` the answer is a turn. The rest is as in a request.
    """

    prompt: object
    model: str
    temperature: Decimal | None = None
    top_p: Decimal | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    extra: str | None = None
    grammar: Grammar | None = None
    retries: int = 0
    tools: tuple[Tool, ...] = ()

    @property
    def greedy(self) -> bool:
        """Whether it draws nothing."""
        return self.temperature == 0


class Said(NamedTuple):
    """A turn of a conversation: who speaks, what each part is, and the parts."""

    role: str
    kinds: tuple[str, ...]
    parts: tuple[object, ...]


class Recorder(ABC):
    """One capture or one eager run of an entry.

    `chain` and `indices` are the place, `location` the call that is under way.
    """

    is_capture = False

    def __init__(self) -> None:
        self.chain: list[int] = []
        self.indices = Indices()
        self.location: SourceLocation | None = None
        self.guards = Guards()

    # What the two kinds do differently

    @abstractmethod
    def generate(self, ask: Ask) -> object:
        """One answer: a text, or with tools a conversation of one turn."""

    @abstractmethod
    def conversation(self, pieces: Sequence[object]) -> object:
        """Turns (`Said`) and conversations, one after the other, as one conversation."""

    @abstractmethod
    def content(self, messages: object) -> object:
        """The text of the last turn of a conversation."""

    @abstractmethod
    def tool_calls(self, messages: object) -> object:
        """The calls that the last turn of a conversation asks for."""

    @abstractmethod
    def parse(self, text: object, grammar: Grammar, layout: Layout) -> object:
        """The value that a text spells, which is laid out so."""

    @abstractmethod
    def embed(self, text: object, model: str) -> object:
        """The embedding of a text, or of each of a list."""

    @abstractmethod
    def score(self, text: object, labels: object, model: str) -> object:
        """How well each of some labels fits a text."""

    @abstractmethod
    def nearest(self, query: object, vectors: object, k: int) -> object:
        """The indices of the `k` vectors that are nearest to another."""

    @abstractmethod
    def redact(self, text: object, policies: Sequence[str], label: str) -> tuple[object, object]:
        """A text with what policies find behind masks, and what is hidden."""

    @abstractmethod
    def restore(self, text: object, hidden: object) -> object:
        """A text with masks replaced by what they hide."""

    @abstractmethod
    def known(
        self, name: str, function: Callable[..., object], argument: object, result: Layout
    ) -> object:
        """What a pure function of ours, called `name`, gives for one argument."""

    @abstractmethod
    def sample(self, ask: Ask, count: int) -> object:
        """A list of independent answers."""

    @abstractmethod
    def vote(self, answers: object) -> object:
        """The answer given most often."""

    @abstractmethod
    def join(self, items: object, separator: str) -> object:
        """The texts of a list as one."""

    @abstractmethod
    def template(self, pieces: Sequence[object]) -> object:
        """A text of literal and symbolic pieces."""

    @abstractmethod
    def map(self, function: Callable[..., object], items: object) -> object:
        """The results of `function` for a list that is made of texts."""

    @abstractmethod
    def reduce(self, function: Callable[..., object], items: object, arity: int) -> object:
        """A list merged by groups of neighbours."""

    def invoke(
        self, function: object, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> object:
        """The result of a call, here: as captured code makes it."""
        # What may be called, and how, is only needed once something is captured.
        from ember_mlir.frontend.calls import invoke

        return invoke(self, function, args, kwargs)

    def apply(self, function: Callable[..., object], argument: object) -> object:
        """The result of `function` for one argument, here: as captured code calls it."""
        return self.invoke(function, (argument,), {})

    def maps(self, items: Layout) -> bool:
        """Whether a list laid out so is mapped as a whole, and not element by element."""
        return isinstance(items, ListOf) and _is_of_texts(items)

    def each(self, function: Callable[..., object], items: Sequence[object]) -> list[object]:
        """The results of `function` for a list that is known and not made of texts."""
        results: list[object] = []
        with self.repetitions() as begin:
            for index, item in enumerate(items):
                begin(index)
                results.append(self.apply(function, item))
        return self.made(results)

    def check_result(self, result: object, fits: bool) -> None:
        """Raise `CaptureError` unless a mapped or merging function returned what fits."""
        if not fits:
            self.refuse(
                f"a mapped or merging function that returns {describe(result)}",
                "return a text, or a list of texts; merging must keep the type of the elements",
            )

    def named(self, value: object, name: str) -> None:
        """Take note that the program calls `value` so."""
        del value, name

    # The place

    @contextmanager
    def at_site(self, site: int, location: SourceLocation) -> Generator[None]:
        """Be inside the call at `site`."""
        if len(self.chain) >= MAX_DEPTH:
            self.refuse(
                f"recursion deeper than {MAX_DEPTH} calls",
                "bound it, or write a loop",
                location,
            )
        outer, repetitions = self.location, self.indices.here()
        self.chain.append(site)
        if outer is None or not location.file.startswith(PACKAGE):
            # What this package does on behalf of a call stands where the call does.
            self.location = location
        try:
            yield
        finally:
            self.location = outer
            self.chain.pop()
            self.indices.back_to(repetitions)

    @contextmanager
    def repetition(self, index: int | None) -> Generator[None]:
        """Be inside one repetition of a map, sample or reduction."""
        location, repetitions = self.location, self.indices.here()
        self.indices.append(index)
        try:
            yield
        finally:
            self.indices.back_to(repetitions)
            self.location = location

    @contextmanager
    def repetitions(self) -> Generator[Callable[[int | None], None]]:
        """Be inside of repetitions, each of which begins with a call of what this gives."""
        # Later these may be others: the iterator of a loop may be closed somewhere else.
        indices = self.indices
        depth, begun = len(indices), indices.begun()

        def begin(index: int | None) -> None:
            indices[depth:] = [index]

        try:
            yield begin
        finally:
            indices.ended(begun)

    @contextmanager
    def back_at(self, chain: Sequence[int], indices: Sequence[int | None]) -> Generator[None]:
        """Be where the recorder was when it was at that place."""
        outer = self.chain, self.indices
        self.chain, self.indices = [*chain], Indices(indices)
        try:
            yield
        finally:
            self.chain, self.indices = outer

    # What comes from outside, and what is made inside

    def read(self, source: Source, value: object, what: str, location: SourceLocation) -> None:
        """Make what was read from outside a guard."""
        try:
            self.guards.add(source, value)
        except Unguardable as error:
            held = "is" if error.value is value else "holds"
            self.refuse(
                f"{what}, which {held} {describe(error.value)},",
                _instead_of(error.value),
                location,
            )

    def made(self, value: list[object]) -> list[object]:
        """A list that captured code has made, as one whose changes can be undone."""
        return value

    def owns(self, instance: object) -> None:
        """Take note of an object that captured code has made."""
        del instance

    def made_dict(self, value: dict[object, object]) -> dict[object, object]:
        """A dict that captured code has made, as one whose changes can be undone."""
        return value

    def made_set(self, value: list[object] | set[object]) -> set[object]:
        """A set that captured code has made, as one whose changes can be undone."""
        return value if isinstance(value, set) else {*value}

    def once(
        self,
        name: str,
        iterator: Iterator[object],
        *,
        is_symbolic: bool = False,
        watched: Sequence[object] = (),
    ) -> OneTimeIterator:
        """`iterator`, which `name` gave of the lists `watched`, as captured code may have it."""
        del watched
        return OneTimeIterator(name, iterator, _nothing, is_symbolic=is_symbolic)

    def check_unicode(self, value: object, location: SourceLocation | None = None) -> None:
        """Raise `InputError` if `value` is a text that no request can hold."""
        if isinstance(value, str) and not is_unicode(value):
            raise InputError(HALF_A_PAIR, location=location or self.location)

    def refuse(self, what: str, step: str, location: SourceLocation | None = None) -> NoReturn:
        """Raise the `CaptureError` of something that is not captured."""
        raise CaptureError(
            f"{what} is not captured yet; {step}", location=location or self.location
        )


def _is_of_texts(layout: Layout | None) -> bool:
    return layout in (None, TEXT_LEAF) or (
        isinstance(layout, ListOf) and _is_of_texts(layout.element)
    )


def _nothing() -> None:
    """Nothing is in the way."""


def _instead_of(value: object) -> str:
    """What to do instead of reading `value` from outside."""
    if type(value).__module__ == "logging":
        return PRINT_THE_RESULT
    if callable(value):
        return "use it outside and pass the result as an argument"
    return "pass what you need of it as an argument, or keep it in plain data"


_ACTIVE: ContextVar[Recorder | None] = ContextVar("ember recorder", default=None)


def active_recorder() -> Recorder | None:
    """The capture or eager run that the running code belongs to, if any."""
    return _ACTIVE.get()


@contextmanager
def activated(recorder: Recorder | None) -> Generator[None]:
    """Make `recorder` the active one; None makes calls inside plain ones."""
    token = _ACTIVE.set(recorder)
    try:
        yield
    finally:
        _ACTIVE.reset(token)
