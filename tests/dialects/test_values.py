"""Types, attributes and traits that all levels share, as Python makes them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, Builtin, UnitAttr, f64, i1, i64
from xdsl.ir import Attribute
from xdsl.parser import Parser
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import Sampling
from ember_mlir.dialects.llm import LLM, GenerateOp
from ember_mlir.dialects.llm.messages import TOOL_CALL
from ember_mlir.dialects.values import (
    EMBEDDING,
    LABELS,
    MESSAGES,
    TEXT,
    TEXTS,
    DecimalAttr,
    Draw,
    DrawAttr,
    DrawList,
    GrammarAttr,
    LabelAttr,
    ListType,
    ObjectType,
    RecordType,
    RefersTo,
    SourceAttr,
    Turn,
    TurnAttr,
    Utf8Attr,
    is_comparable,
    type_of_shape,
    verify_comparable,
)
from ember_mlir.errors import SourceLocation
from ember_mlir.grammars import Grammar, ListShape, OptionalShape, RecordShape
from ember_mlir.passes.canonicalize.draws import of_members, with_index

UNICODE = st.text(st.characters(codec="utf-8"), max_size=12)


def read(text: str) -> Attribute:
    context = Context()
    for dialect in (Builtin, LLM):
        context.load_dialect(dialect)
    return Parser(context, text).parse_attribute()


@settings(derandomize=True, max_examples=60)
@given(UNICODE)
def test_a_text_prints_and_parses_back(text: str) -> None:
    assert read(str(Utf8Attr(text))) == Utf8Attr(text)


@settings(derandomize=True, max_examples=60)
@given(st.decimals(-1000, 1000, places=6))
def test_a_decimal_prints_and_parses_back(value: Decimal) -> None:
    assert read(str(DecimalAttr(value))) == DecimalAttr(value)


NATURALS = st.integers(0, 10**9)


@settings(derandomize=True, max_examples=60)
@given(st.lists(NATURALS, min_size=1, max_size=4), st.lists(st.none() | NATURALS, max_size=4))
def test_a_draw_prints_and_parses_back(chain: list[int], indices: list[int | None]) -> None:
    draw = DrawAttr(Draw(tuple(chain), tuple(indices)))
    assert read(str(draw)) == draw
    assert draw.dynamic_indices == indices.count(None)


@settings(derandomize=True, max_examples=60)
@given(
    st.integers(0, 2),
    st.lists(st.tuples(st.lists(NATURALS, min_size=1, max_size=3), NATURALS), min_size=1),
)
def test_listed_draws_print_and_parse_back(stars: int, found: list[tuple[list[int], int]]) -> None:
    dynamic = (None,) * stars
    draws = [Draw(tuple(chain), (*dynamic, index)) for chain, index in found]
    listed = DrawAttr(DrawList(tuple(draws)))
    assert read(str(listed)) == listed
    assert listed.dynamic_indices == stars + 1
    for at, draw in enumerate(draws):
        around = list(range(stars))
        assert listed.data.at([*around, at]) == draw.at(around)
        assert with_index(listed, stars, at) == DrawAttr(draw)


@settings(derandomize=True, max_examples=200)
@given(
    st.lists(
        st.builds(
            Draw,
            st.sampled_from([(4,), (4, 1)]),
            st.tuples(*[st.sampled_from([None, 0, 1, 2])] * 2).filter(lambda i: i.count(None) == 1)
            | st.sampled_from([(None, 0, 1), (None, 1, 1), (None, 2, 1), (0, None, 1)]),
        ),
        min_size=2,
        max_size=3,
    )
)
def test_draws_of_members_are_those_of_the_members(draws: list[Draw]) -> None:
    found = of_members(draws)
    assert found.dynamic_indices == 2
    for at, draw in enumerate(draws):
        assert found.data.at([5, at]) == draw.at([5])


def test_listed_draws_are_checked_when_they_are_made() -> None:
    with pytest.raises(VerifyException, match="at least 1 draw, but got none"):
        DrawAttr(DrawList(()))
    with pytest.raises(VerifyException, match="one number of '\\*', but got 0 and 1"):
        DrawAttr(DrawList((Draw((0,)), Draw((1,), (None,)))))


@settings(derandomize=True, max_examples=40)
@given(UNICODE, st.integers(0, 999), st.integers(0, 999))
def test_a_source_prints_and_parses_back(file: str, line: int, column: int) -> None:
    source = SourceAttr(SourceLocation(file, line, column))
    assert read(str(source)) == source


NAMES = st.lists(UNICODE, max_size=4, unique=True)
TYPES = st.recursive(
    st.sampled_from([TEXT, MESSAGES, EMBEDDING, ObjectType(), i1, i64, f64]),
    lambda inner: (
        inner.map(ListType)
        | NAMES.flatmap(
            lambda names: st.lists(inner, min_size=len(names), max_size=len(names)).map(
                lambda found: RecordType.of(list(zip(names, found, strict=True)))
            )
        )
    ),
    max_leaves=6,
)


@settings(derandomize=True, max_examples=100)
@given(TYPES)
def test_a_type_prints_and_parses_back(found: Attribute) -> None:
    assert read(str(found)) == found


def test_a_record_keeps_its_fields_in_order() -> None:
    record = RecordType.of([("b", TEXT), ("a", i64)])
    assert list(record.fields.items()) == [("b", TEXT), ("a", i64)]
    assert record != RecordType.of([("a", i64), ("b", TEXT)])
    assert str(record) == '!llm.record<"b": !llm.text, "a": i64>'
    assert RecordType.of([]).fields == {}
    assert list(TOOL_CALL.fields) == ["id", "tool", "arguments"]


@pytest.mark.parametrize(
    ("names", "types", "message"),
    [
        (["a", "b"], [i1], "a record must have a type for each of its 2 names, but got 1"),
        (["a", "a"], [i1, i1], "the fields of a record must differ, but got 'a' twice"),
        (["a"], [UnitAttr()], "a field of a record must have a type, but got unit"),
    ],
)
def test_a_record_that_is_none(names: list[str], types: list[Attribute], message: str) -> None:
    with pytest.raises(VerifyException, match=message):
        RecordType(ArrayAttr([Utf8Attr(name) for name in names]), ArrayAttr(types))


def test_a_list_of_what_is_no_type() -> None:
    with pytest.raises(VerifyException, match="a list holds values of a type, but got unit"):
        ListType(UnitAttr())


@pytest.mark.parametrize("label", LABELS)
def test_a_label_prints_and_parses_back(label: str) -> None:
    assert read(str(LabelAttr(label))) == LabelAttr(label)


def test_a_label_that_is_none() -> None:
    with pytest.raises(VerifyException, match=r"a label must be one of public, .*, but got 'x'"):
        LabelAttr("x")


@pytest.mark.parametrize(
    "turn",
    [
        Turn("system"),
        Turn("user", ("text", "image", "image")),
        Turn("assistant", ("text", "text")),
        Turn("tool", ("text", "text")),
    ],
)
def test_a_turn_prints_and_parses_back(turn: Turn) -> None:
    assert read(str(TurnAttr(turn))) == TurnAttr(turn)


@pytest.mark.parametrize(
    ("turn", "message"),
    [
        (Turn("x"), "a role must be one of system, user, assistant, tool, but got 'x'"),
        (Turn("user", ("x",)), "a part must be a text or an image, but got 'x'"),
        (Turn("user", ()), "a turn of the user must have at least 1 part, but got none"),
        (Turn("system", ("image",)), "an image must stand in a turn of the user, but got 'system'"),
        (Turn("tool"), "2 texts, the identity of a call and its answer, but got 1"),
        (Turn("system", ("text", "text")), "a turn of the system must be one text, but got 2"),
    ],
)
def test_a_turn_that_is_none(turn: Turn, message: str) -> None:
    with pytest.raises(VerifyException, match=message):
        TurnAttr(turn)


@pytest.mark.parametrize(
    "grammar",
    [
        Grammar("json_schema", '{"type": "array", "items": {"type": "string"}}'),
        Grammar("regex", r'(?P<a>é+)"\\'),
        Grammar("lark", 'start: "a" | "b"'),
    ],
)
def test_a_grammar_prints_and_parses_back(grammar: Grammar) -> None:
    assert read(str(GrammarAttr(grammar))) == GrammarAttr(grammar)


def test_a_grammar_outside_of_the_subset() -> None:
    with pytest.raises(VerifyException, match=r"a regex must close each group, but got '\('"):
        GrammarAttr(Grammar("regex", "("))


def test_the_type_of_a_shape() -> None:
    optional = ListShape(OptionalShape(ListShape("text")))
    shape = RecordShape(
        (("a", "text"), ("b", ListShape("number")), ("c", "boolean"), ("d", optional))
    )
    expected = RecordType.of(
        [("a", TEXT), ("b", ListType(f64)), ("c", i1), ("d", ListType(ObjectType()))]
    )
    assert type_of_shape(shape) == expected


@pytest.mark.parametrize(
    ("indices", "position", "expected"),
    [
        ((None,), 0, (3,)),
        ((None, None), 1, (None, 3)),
        ((None, 7, None), 1, (None, 7, 3)),
        ((7, None, 8, None), 0, (7, 3, 8, None)),
    ],
)
def test_a_dynamic_index_becomes_a_number(
    indices: tuple[int | None, ...], position: int, expected: tuple[int | None, ...]
) -> None:
    found = with_index(DrawAttr(Draw((4, 2), indices)), position, 3)
    assert found.data == Draw((4, 2), expected)


def test_what_can_be_compared() -> None:
    for found in (TEXT, TEXTS, i1, f64, MESSAGES, EMBEDDING, RecordType.of([("a", TEXTS)])):
        assert is_comparable(found)
        verify_comparable(found)
    for found in (ObjectType(), ListType(ObjectType()), RecordType.of([("a", ObjectType())])):
        assert not is_comparable(found)
        with pytest.raises(VerifyException, match=r"must hold no !llm\.object, but got .*function"):
            verify_comparable(found)


def test_an_operation_may_refer_to_several_kinds_of_symbols() -> None:
    found = GenerateOp.get_irdl_definition().traits.traits
    uses = {(use.prop, use.kind) for use in found if isinstance(use, RefersTo)}
    assert uses == {("model", "llm.model"), ("tools", "llm.tool")}


def test_sampling_leaves_out_what_is_not_given() -> None:
    given_none = Sampling().properties()
    assert all(value is None for value in given_none.values())
    full = Sampling(
        temperature=Decimal("0.7"),
        top_p=Decimal("0.9"),
        max_tokens=5,
        stop=["x"],
        seed=7,
        extra="{}",
        grammar=Grammar("regex", "a"),
        retries=2,
    ).properties()
    assert full["temperature"] == DecimalAttr(Decimal("0.7"))
    assert full["stop"] == ArrayAttr([Utf8Attr("x")])
    assert None not in full.values()
    assert set(full) == set(given_none)
