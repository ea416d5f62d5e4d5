"""What holds for grammars of every spelling."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ember_mlir.errors import InvalidIRError, ParseError
from ember_mlir.grammars import Grammar, ListShape, RecordShape, Spelling, check_grammar

SPELLINGS: tuple[Spelling, ...] = ("json_schema", "regex", "lark")


def test_a_grammar_is_a_value() -> None:
    one, same = Grammar("regex", "a+"), Grammar("regex", "a+")
    assert one == same
    assert len({one, same, Grammar("lark", "a+")}) == 2
    assert repr(one) == "Grammar(spelling='regex', text='a+')"
    assert not hasattr(one, "__dict__")
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(one, "text", "b")  # noqa: B010 - the checker knows that it is frozen


def test_shapes_can_be_read() -> None:
    shape = RecordShape((("né", ListShape("text")), ('"', "number")))
    assert str(shape) == 'record<"né": list<text>, "\\"": number>'


def test_messages_are_one_line() -> None:
    with pytest.raises(ParseError) as caught:
        Grammar("regex", "a").parse("b\nc\u2028\ud800")
    assert caught.value.message == (
        'the text must fit the regex as a whole, but got "b\\nc\\u2028\\ud800"; ask again'
    )


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_grammar_is_checked_when_it_is_used(spelling: Spelling) -> None:
    wrong = Grammar(spelling, "(")
    for use in (
        lambda: check_grammar(wrong),
        lambda: wrong.lark,
        lambda: wrong.shape,
        lambda: wrong.parse("x"),
        lambda: wrong.accepts("x"),
    ):
        with pytest.raises(InvalidIRError):
            use()


def test_a_value_is_never_read_as_a_grammar_or_template() -> None:
    hostile = 'start: "x" {0} {{ %import common.INT (?P<a>.*) \\1 $'
    assert Grammar("regex", "(?P<a>.*)").parse(hostile) == {"a": hostile}
    assert Grammar("lark", "start: /.+/").parse(hostile) == hostile


def test_no_parser_library_is_needed() -> None:
    code = (
        "from ember_mlir.grammars import Grammar\n"
        "for g in [Grammar('regex', '(?P<a>x)'), Grammar('lark', 'start: \"x\"'),\n"
        "          Grammar('json_schema', '{\"type\": \"boolean\"}')]:\n"
        "    g.lark, g.shape, g.accepts('x')\n"
        "import sys\n"
        "sys.exit(', '.join({'lark', 'xdsl', 'numpy', 'asyncio'} & set(sys.modules)) or None)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert (ran.returncode, ran.stderr) == (0, "")


WORDS = r"""
start: a A b | ( ) [ ] ? * + ~ 1 2 .. " / \ { } , . -> %import common INT # ^ $ (?: (?P< >
"type" "string" "object" "properties" "items" "pattern" : true 0 1e9
"""
PIECES = st.lists(st.sampled_from([*WORDS.split(), "\n", "é", "\ud800", "\x00"]), max_size=25)


def is_in_the_subset(made: Grammar) -> bool:
    try:
        check_grammar(made)
    except InvalidIRError:
        return False
    return True


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.sampled_from(SPELLINGS), PIECES, st.text(max_size=10))
def test_hostile_grammars_and_texts_end_in_an_answer_or_an_error_of_ours(
    spelling: Spelling, pieces: list[str], text: str
) -> None:
    made = Grammar(spelling, "".join(pieces))
    if is_in_the_subset(made):
        assert is_in_the_subset(Grammar("lark", made.lark))
        assert made.accepts(text) in (True, False)
