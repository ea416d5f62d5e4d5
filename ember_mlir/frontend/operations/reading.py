"""What is made of texts: values, embeddings, scores, and texts without what is sensitive."""

from __future__ import annotations

from collections.abc import Sequence
from re import Pattern
from typing import Any, TypeGuard, TypeVar, get_args, overload

from ember_mlir.errors import InputError, InvalidIRError
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.kinds import DictKind
from ember_mlir.frontend.layouts import BOOL, TEXT_LEAF, Parts
from ember_mlir.frontend.operations.checks import (
    as_declared,
    check_known,
    is_int,
    recorder_of_call,
    shown,
    texts,
)
from ember_mlir.frontend.operations.settings import known_items, known_model
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.schemas import Schema, schema_of
from ember_mlir.frontend.values import describe, known_or_symbolic
from ember_mlir.grammars import Grammar, check_grammar
from ember_mlir.providers.catalog import Clearance

T = TypeVar("T")

Texts = list[str] | tuple[str, ...]
"""Several texts: a text is itself a sequence of texts, and means one."""

Embedding = tuple[float, ...]
"""A vector whose direction tells what a text is about."""


@overload
def parse(text: str, schema: Pattern[str]) -> dict[str, str]: ...


@overload
def parse(text: str, schema: type[T]) -> T: ...


@overload
def parse(text: str, schema: object) -> Any: ...


def parse(text: str, schema: object) -> object:
    """The value that a text spells as JSON, of a type as for `generate`.

    With a compiled regular expression it is what the named groups match, where the whole text
    fits. Raises `ParseError` for a text that does not fit, and `InputError` for a type that no
    text can spell.

    >>> import re
    >>> parse("[1, 2]", list[int])
    [1, 2]
    >>> parse("Ann is 7", re.compile(r"(?P<name>\\w+) is (?P<age>\\d+)"))
    {'name': 'Ann', 'age': '7'}
    """
    with recorder_of_call() as recorder:
        found = _schema(recorder, schema)
        recorder.check_unicode(_text("what is parsed", recorder, text))
        return as_declared(valued(recorder, text, found))


def valued(recorder: Recorder, text: object, schema: Schema) -> object:
    """The value of a text, as classes make it where they have a say."""
    if schema.is_made:
        return recorder.known("read", schema.read, text, schema.layout)
    return recorder.parse(text, schema.grammar, schema.layout)


def _schema(recorder: Recorder, schema: object) -> Schema:
    check_known(recorder, "a schema from", schema, "write the type")
    if not _is_pattern(schema):
        return schema_of(schema)
    names = tuple(schema.groupindex)
    if not names:
        raise InputError(
            "an expression that is parsed by must have named groups, but has none; "
            "write (?P<name>…) around what is wanted"
        )
    grammar = Grammar("regex", schema.pattern)
    try:
        check_grammar(grammar)
    except InvalidIRError as error:
        raise InputError(f"the expression cannot be used: {error.message}") from None
    return Schema(grammar, Parts(DictKind(names), (TEXT_LEAF,) * len(names)))


def _is_pattern(schema: object) -> TypeGuard[Pattern[str]]:
    return isinstance(schema, Pattern)


@overload
def embed(text: str, *, model: str | None = None) -> Embedding: ...


@overload
def embed(text: Texts, *, model: str | None = None) -> list[Embedding]: ...


def embed(text: str | Texts, *, model: str | None = None) -> object:
    """The embedding of a text, or of each text of a list, which are asked for together.

    Vectors of different models must not be compared. Raises `ProviderError` if the provider
    cannot tell.

    >>> import ember_mlir as ember
    >>> with ember.Session(clock="virtual"):
    ...     len(ember.embed(["a cat", "a dog"]))
    2
    """
    with recorder_of_call() as recorder:
        name = known_model(recorder, model)
        return as_declared(recorder.embed(_about("what is embedded", recorder, text), name))


@overload
def score(text: str, labels: Sequence[str], *, model: str | None = None) -> list[float]: ...


@overload
def score(text: Texts, labels: Sequence[str], *, model: str | None = None) -> list[list[float]]: ...


def score(text: str | Sequence[str], labels: Sequence[str], *, model: str | None = None) -> object:
    """How well each label fits a text, from 0 to 1 in the order of the labels; or each text.

    Raises `ProviderError` if the provider cannot tell.

    >>> import ember_mlir as ember
    >>> with ember.Session(clock="virtual"):
    ...     len(ember.score("I like it.", ["good", "bad"]))
    2
    """
    with recorder_of_call() as recorder:
        name = known_model(recorder, model)
        named = texts("the labels of a score", labels)
        asked = _about("what is scored", recorder, text)
        return as_declared(recorder.score(asked, named, name))


def nearest(query: Embedding, vectors: Sequence[Embedding], k: int) -> list[int]:
    """The indices of the `k` vectors nearest to another by cosine, the nearest first.

    Of equally near ones the first goes first; if there are fewer than `k`, all are taken.
    Raises `ShapeError` for vectors of different lengths.

    >>> nearest((1.0, 0.0), [(0.0, 1.0), (2.0, 0.0)], 1)
    [1]
    """
    with recorder_of_call() as recorder:
        check_known(recorder, "a number of neighbours from", k, "write it out")
        if not is_int(k) or k < 1:
            raise InputError(
                f"k must be an int of at least 1, but got {shown(k)}; ask for one or more"
            )
        return as_declared(recorder.nearest(query, known_or_symbolic(vectors), k))


def masked(text: str, policies: Sequence[str], label: str) -> tuple[str, list[str]]:
    """A text with what policies find behind masks, and what is hidden; see `ember.redact`."""
    from ember_mlir.redaction import check_policies

    with recorder_of_call() as recorder:
        found: list[str] = []
        for policy in known_items(recorder, "policies", policies):
            check_known(recorder, "a policy from", policy, "write its name")
            if not isinstance(policy, str):
                raise InputError(
                    f"a policy must be a name, but got {describe(policy)}; write its name"
                )
            found.append(policy)
        check_policies(found)
        if not found:
            raise InputError('a redaction must have a policy, but got none; write "email"')
        if label not in get_args(Clearance):
            raise InputError(
                f"a label must be one of {', '.join(get_args(Clearance))}, but got {label!r}; "
                "write one of them"
            )
        return as_declared(recorder.redact(_text("what is redacted", recorder, text), found, label))


def restored(text: str, hidden: Sequence[str]) -> str:
    """A text with masks replaced by what they hide."""
    with recorder_of_call() as recorder:
        kept = texts("what is hidden", hidden)
        return as_declared(recorder.restore(_text("what is restored", recorder, text), kept))


def _about(what: str, recorder: Recorder, text: object) -> object:
    """A text, or a list of them."""
    known = known_or_symbolic(text)
    if layout_of(known) == TEXT_LEAF or isinstance(known, str):
        return _text(what, recorder, known)
    return texts(what, known)


def _text(what: str, recorder: Recorder, text: object) -> object:
    if not isinstance(text, str) and layout_of(text) != TEXT_LEAF:
        check_known(recorder, f"{what}:", text, "make it one text")
        raise InputError(f"{what} must be a text, but got {describe(text)}; make it one text")
    recorder.check_unicode(text)
    return text


def fits(text: str, schema: Schema, name: str) -> bool:
    """Whether a text is right by a schema, that of what is called `name`."""
    with recorder_of_call() as recorder:
        return as_declared(recorder.known(f"fits_{name}", schema.is_right, text, BOOL))


def read_arguments(text: str, schema: Schema) -> dict[str, Any]:
    """The arguments that a text of JSON spells, which has the form of their schema."""
    with recorder_of_call() as recorder:
        return as_declared(valued(recorder, text, schema))
