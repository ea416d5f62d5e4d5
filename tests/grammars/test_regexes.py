"""The spelling `regex`: what fits, what the groups hold, and what is not in the subset."""

from __future__ import annotations

import re

import lark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ember_mlir.errors import InvalidIRError, ParseError
from ember_mlir.grammars import Grammar, RecordShape, check_grammar


def regex(text: str) -> Grammar:
    return Grammar("regex", text)


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("a|bc", ["a", "bc"]),
        ("^(?:yes|no)$", ["yes", "no"]),
        ("[^a-c\\]]+", ["xyz", "é"]),
        ("\\d{2,3}", ["12", "123", "\u0661\u0662"]),
        ("\\w+\\s\\W", ["héllo_1\t!", "हिन्दी ?"]),
        ("\\D\\S", ["ab"]),
        ("a{2}b{1,}c{0,1}", ["aab", "aabbc"]),
        ("a.c", ["abc", "aéc"]),
        ("(?s)a.c", ["a\nc"]),
        ("(?i)straße", ["STRAßE", "straße"]),
        ("(?i)[^a]", ["b", "B"]),
        ("\\x41\\u00e9\\n\\.", ["Aé\n."]),
        ("a[-.]b[.-]", ["a-b.", "a.b-"]),
        ("a\\$", ["a$"]),
        ("", [""]),
    ],
)
def test_what_fits(pattern: str, texts: list[str]) -> None:
    for text in texts:
        assert regex(pattern).parse(text) == text
        assert Grammar("lark", regex(pattern).lark).accepts(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a|bc", "b"),
        ("[^a-c]", "b"),
        ("(?i)[^a]", "A"),
        ("\\d", "x"),
        (".", "\n"),
        ("a{2,3}", "aaaa"),
        ("a{2,3}", "a"),
        (".*", "\ud800"),
        ("a", "ab"),
    ],
)
def test_what_does_not_fit(pattern: str, text: str) -> None:
    assert not regex(pattern).accepts(text)
    assert not Grammar("lark", regex(pattern).lark).accepts(text)


def test_named_groups_make_a_record() -> None:
    person = regex(r"(?P<name>\w+), (?P<age>\d+)(?P<note> !)?")
    assert person.shape == RecordShape((("name", "text"), ("age", "text"), ("note", "text")))
    assert person.parse("Ann, 7") == {"name": "Ann", "age": "7", "note": ""}
    assert repr(regex("(?P<b>x)(?P<a>y)").parse("xy")) == "{'b': 'x', 'a': 'y'}"
    assert regex("(?<a>x)").parse("x") == {"a": "x"}


def test_groups_hold_what_a_backtracking_matcher_finds() -> None:
    assert regex("(?P<a>.*?),(?P<b>.*)").parse("1,2,3") == {"a": "1", "b": "2,3"}
    assert regex("(?P<a>.*),(?P<b>.*)").parse("1,2,3") == {"a": "1,2", "b": "3"}
    assert regex("(?P<a>x|xy)(?P<b>y?)").parse("xy") == {"a": "x", "b": "y"}
    assert regex("(?:(?P<a>[xy]),)+").parse("x,y,") == {"a": "y"}


def test_outer_white_space_is_left_out_unless_it_must_be_there() -> None:
    assert regex("a").parse(" a\n") == "a"
    assert regex(" a").parse(" a") == " a"


def test_the_lark_form_has_a_terminal_for_each_stretch() -> None:
    assert regex('(?P<name>\\w+)"/(?P<rest>a*?b*)').lark == (
        'start: /\\w+/ "\\"/" _part_1\n_part_1: /a+b*|b+/?\n'
    )
    assert regex("(?i)ok").lark == "start: /[Oo][Kk]/\n"
    assert regex("(?s).").lark == "start: /(?:.|\\n)/\n"
    assert regex("[^\\s-]").lark == "start: /[^\\-\\s]/\n"
    assert regex("[\\x01\\u2028]").lark == "start: /[\\x01\\u2028]/\n"


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (
            "a(?=b)",
            "must not look around, refer to groups or set flags in a group, but got "
            "'?=b)' at position 2; use (?:...) for a group or (?P<name>...)",
        ),
        (
            "(a)\\1",
            "must use the escapes \\d \\w \\s \\n \\t \\r \\f \\v \\xNN \\uNNNN and signs "
            "only, but got '\\1' at position 3; write \\\\ to mean the backslash",
        ),
        ("\\bx", "must use the escapes"),
        ("\\ud800", "must use the escapes"),
        ("a\\", "must use the escapes"),
        ("a^b", "must not use an anchor, but got '^b' at position 1; leave it out"),
        ("a(", "must close each group, but got '(' at position 1"),
        ("a)", "must open each group that it closes, but got ')' at position 1"),
        ("[a", "must close each set, but got '[a' at position 0"),
        ("[]", "must have a character in each set, but got '[]' at position 0"),
        ("[[a]]", "must not nest or combine sets, but got '[a]]' at position 1"),
        ("[a&&b]", "must not nest or combine sets"),
        ("[z-a]", "must have ranges from low to high"),
        ("[a-\\d]", "must have ranges from low to high"),
        ("*a", "must repeat something, but got '*a' at position 0; write \\*"),
        ("a**", "must not repeat a repetition, but got its end at position 3"),
        ("a++", "must not repeat possessively, but got '+' at position 2"),
        ("a{,3}", "must repeat with {m}, {m,} or {m,n}, but got '{,3}' at position 1"),
        ("a{x", "must repeat with {m}, {m,} or {m,n}"),
        ("a{3,2}", "must repeat at least 0 and at most 1000 times"),
        ("a{1001}", "must repeat at least 0 and at most 1000 times"),
        ("(?P<a>x)(?P<a>y)", "must name a group once, but got 'a' twice, but got"),
        ("(" * 65 + ")" * 65, "must nest at most 64 groups"),
        ("\ud800", "must be UTF-8, but got"),
        (
            "[acegikmoqsuw]?" * 4300,
            "must have at most 262144 characters as a Lark text",
        ),
        ("(?:(?:a?b?c?d?e?f?){100}){100}", "must have at most 200000 symbols as a Lark text"),
        ("((a{1000}){1000})", "must have at most 200000 symbols with its repetitions written out"),
        ("a" * 65_537, "a regex must have at most 65536 characters, but got 65537"),
    ],
)
def test_what_is_not_in_the_subset(pattern: str, message: str) -> None:
    with pytest.raises(InvalidIRError) as caught:
        check_grammar(regex(pattern))
    assert message in caught.value.message


def test_the_message_says_what_was_got() -> None:
    with pytest.raises(ParseError) as caught:
        regex(r"\d+").parse("x" * 100)
    assert caught.value.message == (
        f'the text must fit the regex as a whole, but got "{"x" * 59}…"; ask again'
    )


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "(.*)*(.*)*x", "(a?){500}a{500}", ".*.*.*.*.*=.*", "(a|aa)+$"]
)
def test_no_text_is_read_by_backtracking(pattern: str) -> None:
    # A backtracking matcher would not end within the age of the universe.
    assert not regex(pattern).accepts("a" * 3000 + "!")


def test_reading_takes_a_bounded_number_of_steps() -> None:
    slow = regex("(?P<all>(?:" + "|".join(f"(?:.{{{n}}})*" for n in range(2, 90)) + "))")
    with pytest.raises(ParseError, match="must be read within 10000000 steps") as caught:
        slow.parse("a" * 100_000)
    assert caught.value.message.endswith(
        "; ask for a shorter text, or write a grammar with fewer ways to read it"
    )


def test_what_is_forgotten_is_found_again() -> None:
    many = regex("[a-z]*(?:[^\\x00]{0,3}!)?")
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 20_000)))
    for _ in range(4):
        assert not many.accepts(text)
    wide = regex("[^\\x00]*")
    for first in (0x4E00, 0xAC00, 0x10000, 0x20000, 0x30000):
        assert wide.accepts("".join(map(chr, range(first, first + 11_000))))
    assert wide.accepts("again")


ATOMS = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "\\n", "\\d", "a?", "\\."])


def larger(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(part, part)
    return st.one_of(
        pair.map("".join),
        pair.map(lambda two: f"(?:{two[0]}|{two[1]})"),
        st.tuples(part, st.sampled_from(["?", "*", "+", "{2}", "{1,2}", "{0,2}", "{1,}"])).map(
            lambda two: f"(?:{two[0]}){two[1]}"
        ),
    )


PATTERNS = st.recursive(ATOMS, larger, max_leaves=6)
TEXTS = st.text("ab\n1.", max_size=8)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=8))
def test_it_fits_what_python_fits(pattern: str, texts: list[str]) -> None:
    grammar = regex(f"x{pattern}y")
    in_lark = Grammar("lark", grammar.lark)
    lark.Lark(grammar.lark, parser="earley", lexer="dynamic_complete")
    for text in texts:
        expected = re.fullmatch(pattern, text) is not None
        assert grammar.accepts(f"x{text}y") is expected
        assert in_lark.accepts(f"x{text}y") is expected


SIMPLE = st.sampled_from(
    ["a*", "a*?", "[ab]+", "[ab]+?", ".?", "a??", "(?:a|ab)", "b{0,2}", "\\.*"]
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(SIMPLE, min_size=1, max_size=4), TEXTS)
def test_groups_are_those_of_python(parts: list[str], text: str) -> None:
    pattern = "<" + "".join(f"(?P<g{i}>{part})" for i, part in enumerate(parts)) + ">"
    expected = re.fullmatch(pattern, f"<{text}>")
    grammar = regex(pattern)
    lark.Lark(grammar.lark, parser="earley", lexer="dynamic_complete")
    assert grammar.accepts(f"<{text}>") is (expected is not None)
    if expected is not None:
        assert grammar.parse(f"<{text}>") == expected.groupdict()
