"""Laws of the spelling `json_schema`, over random schemas and texts."""

from __future__ import annotations

import json
import random
import re

import hypothesis.extra.lark
import lark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ember_mlir.errors import ParseError
from ember_mlir.grammars import Grammar, Value, check_grammar

Schema = dict[str, object]


def grammar(schema: object) -> Grammar:
    return Grammar("json_schema", json.dumps(schema))


def schema(**keywords: object) -> Schema:
    return keywords


BOUNDS = st.one_of(st.integers(-1200, 1200), st.integers(-(2**63), 2**63 - 1))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(BOUNDS, BOUNDS, st.lists(BOUNDS, min_size=1))
def test_bounds_of_integers_are_in_the_lark_form(one: int, two: int, values: list[int]) -> None:
    least, most = sorted((one, two))
    bounded = grammar(schema(type="integer", minimum=least, maximum=most))
    found = re.search("INTEGER: /(.*)/", bounded.lark)
    assert found
    for value in [*values, least, most, least - 1, most + 1, 0]:
        assert (re.fullmatch(found[1], str(value)) is not None) is (least <= value <= most) or (
            # Without bounds of its own, the form has at most 18 digits.
            (least, most) == (-(2**63), 2**63 - 1)
        )
        assert bounded.accepts(str(value)) is (least <= value <= most)


NAMES = st.text(st.sampled_from('abé"\\ \n/{'), min_size=1, max_size=3)
TEXT_SCHEMAS = st.one_of(
    st.just(schema(type="string")),
    st.tuples(st.integers(0, 2), st.integers(2, 4)).map(
        lambda two: schema(type="string", minLength=two[0], maxLength=two[1])
    ),
    st.sampled_from(["^[a-c]+$", '^["\\\\x]*y?$', "^.{0,3}$", "^[^a]\\s?$", "^$"]).map(
        lambda pattern: schema(type="string", pattern=pattern)
    ),
    st.lists(NAMES, min_size=1, max_size=3, unique=True).map(lambda names: schema(enum=names)),
)
LEAVES: st.SearchStrategy[Schema] = st.one_of(
    TEXT_SCHEMAS,
    st.sampled_from(["integer", "number", "boolean"]).map(lambda kind: schema(type=kind)),
    st.just(schema(type="integer", minimum=-5, maximum=120)),
    st.sampled_from([1, True, "x"]).map(lambda value: schema(const=value)),
)


def larger(part: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    lists = st.tuples(part, st.integers(0, 2), st.integers(2, 3)).map(
        lambda of: schema(type="array", items=of[0], minItems=of[1], maxItems=of[2])
    )
    endless = part.map(lambda item: schema(type="array", items=item))
    records = st.dictionaries(NAMES, part, min_size=1, max_size=3).map(
        lambda fields: schema(type="object", properties=fields)
    )
    null = schema(type="null")
    optional = st.tuples(part, st.booleans()).map(
        lambda of: schema(anyOf=[null, of[0]] if of[1] else [of[0], null])
    )
    # An enum says itself which types there are.
    listed = part.filter(lambda of: isinstance(of.get("type"), str)).map(
        lambda of: {**of, "type": [of["type"], "null"]}
    )
    return st.one_of(lists, endless, records, optional, listed)


SCHEMAS = st.recursive(LEAVES, larger, max_leaves=4)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(SCHEMAS, st.data())
def test_what_a_decoder_may_write_is_accepted(made_of: Schema, data: st.DataObject) -> None:
    made = grammar(made_of)
    check_grammar(Grammar("lark", made.lark))
    decoder = lark.Lark(made.lark, parser="lalr")
    text = data.draw(hypothesis.extra.lark.from_lark(decoder))
    value = made.parse(text)
    assert Grammar("lark", made.lark).accepts(text)
    # What is written again without the white space of the text is the same value.
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert made.parse(compact) == value
    mixed = json.dumps(shuffled(value), indent=2)
    assert made.parse(f"```json\n{mixed}\n```") == value


def shuffled(value: Value) -> Value:
    """The same value with the fields of records in another order."""
    if isinstance(value, list):
        return [shuffled(item) for item in value]
    if isinstance(value, dict):
        names = list(value)
        random.Random(0).shuffle(names)
        return {name: shuffled(value[name]) for name in names}
    return value


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4)),
    lambda part: st.one_of(st.lists(part, max_size=3), st.dictionaries(st.text(max_size=3), part)),
    max_leaves=5,
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(SCHEMAS, st.one_of(ANYTHING.map(json.dumps), st.text(max_size=20)))
def test_any_text_is_accepted_or_refused(made_of: Schema, text: str) -> None:
    made = grammar(made_of)
    if Grammar("lark", made.lark).accepts(text):
        assert made.accepts(text)
    if made.accepts(text):
        assert made.parse(text) == made.parse(f" {text} ")
    else:
        with pytest.raises(ParseError, match=r"^[^\n]*; ask again, or give the model the schema$"):
            made.parse(text)
