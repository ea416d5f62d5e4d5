"""The spelling `lark`: what fits, what the value is, and what is not in the subset."""

from __future__ import annotations

import lark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ember_mlir.errors import InvalidIRError, ParseError
from ember_mlir.grammars import Grammar, RecordShape, check_grammar

PERSON = r"""
// A person, as a model is asked to write it.
start: "Name: " name "\n" "Age: " age
name: /[^\n]+/    # any line
age: /[0-9]+/
"""


def grammar(text: str) -> Grammar:
    return Grammar("lark", text)


def test_rules_in_a_plain_start_make_a_record() -> None:
    assert grammar(PERSON).shape == RecordShape((("name", "text"), ("age", "text")))
    assert grammar(PERSON).parse("Name: Ann B.\nAge: 7\n") == {"name": "Ann B.", "age": "7"}
    assert grammar(PERSON).lark == PERSON


@pytest.mark.parametrize(
    "text",
    [
        'start: "a" | "b"',
        'start: word\nword: "a" | "b"',
        'start: WORD "."? \nWORD: "a" | "b"',
        'start: (word) "."?\nword: "a" | "b"',
        'start: _word "."?\n_word: "a" | "b"',
        'start: word?  "."?\nword: "a" | "b"',
    ],
)
def test_any_other_start_gives_the_text(text: str) -> None:
    assert grammar(text).shape == "text"
    assert grammar(text).parse(" a ") == "a"


def test_each_field_in_turn_takes_as_much_as_it_can() -> None:
    text = 'start: a "," b "," c\na: /.+/\nb: /.+/\nc: /.+/'
    assert grammar(text).parse("1,2,3,4") == {"a": "1,2", "b": "3", "c": "4"}
    text = 'start: a b c "x"\na: "x"?\nb: "x" "x"?\nc: "x"?'
    assert grammar(text).parse("xxx") == {"a": "x", "b": "x", "c": ""}


@pytest.mark.parametrize(
    ("text", "fits", "fails"),
    [
        ('start: "a" ~ 2..3', ["aa", "aaa"], ["a", "aaaa"]),
        ('start: ("a" "b") ~ 2', ["abab"], ["ab"]),
        ('start: ["a"] "b"', ["b", "ab"], ["a"]),
        ('start: "a".."c"+', ["abcabc"], ["d", ""]),
        ('start: "yes"i', ["YES", "yes"], ["yess"]),
        ("start: /a.b/s /x/i", ["a\nbX"], ["a\nb"]),
        ("start: /a\\/b/", ["a/b"], ["a\\/b"]),
        ('start: "\\"\\\\\\t\\u00e9"', ['"\\\té'], ['"']),
        ('start: A b?\nA: B | "x"\nB: "b" ~ 2\nb: "."', ["bb", "x."], ["b."]),
        ('start: e\ne: e "+" e | /[0-9]/', ["1+2+3"], ["1+", "+"]),
        ('start: "(" start ")" |', ["", "(())"], ["(()"]),
        ('start: a\na: b "x" | \nb: a', ["", "xx"], ["y"]),
        (
            "%import common.SIGNED_INT -> N\n%import common (WORD, WS)\nstart: N WS WORD",
            ["-12 \nab"],
            ["-12ab"],
        ),
        ('start: "a"\n     | "b"\n\n  | "c"', ["a", "b", "c"], ["d"]),
        ("%import common.ESCAPED_STRING\nstart: ESCAPED_STRING", ['"a\\"b"'], ['"a"b"']),
    ],
)
def test_what_fits(text: str, fits: list[str], fails: list[str]) -> None:
    for example in fits:
        assert grammar(text).accepts(example), example
    for example in fails:
        assert not grammar(text).accepts(example), example


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'a: "b"',
            "a lark grammar must define the rule 'start', but got none; name the first rule start",
        ),
        (
            "start: b",
            "must define each name that it uses, but got 'b' at line 1, column 8; define b",
        ),
        ("start: B", "must define each name that it uses, but got 'B' at line 1, column 8"),
        ('start: A\nA: b\nb: "x"', "must use no rule in a terminal, but got 'b' at line 2"),
        ('start: A\nA: "x" A?', "must not use a terminal in itself, but got 'A?' at line 2"),
        ('start: "a"\nstart: "b"', "must define each name once, but got 'start: \"b\"' at line 2"),
        ("%import common.INT\nINT: /1/\nstart: INT", "must define each name once"),
        (
            'start: x{"a"}',
            "must use no template, but got '{\"a\"}' at line 1, column 9; write the "
            "rule out, or ~ m..n to repeat",
        ),
        ('start.2: "a"', "must give no priority, but got '.2: \"a\"' at line 1, column 6"),
        ('A.2: "a"', "must give no priority"),
        ('?start: "a"', "must begin each line with a name and a colon, but got '?start"),
        ('!start: "a"', "must give no modifier to a rule"),
        ('start: "a" -> b', "must give no alias, but got '-> b' at line 1, column 12"),
        (
            'start: "a"\n%ignore " "',
            "must ignore nothing, but got '%ignore \" \"' at line 2, "
            "column 1; write where white space may stand, such as WS? between parts",
        ),
        ("%declare A", "must declare nothing"),
        ('%override a: "b"', "must override nothing"),
        ('%extend a: "b"', "must extend nothing"),
        ("%nothing", "must begin each line with a name and a colon"),
        ("start: %json {}", "must hold no JSON schema"),
        ("%import python.NAME", "must import terminals of common only, but got 'python"),
        ("%import common.SQL", "must import one of CNAME, CR,"),
        ("%import common", "must import as in '%import common.INT'"),
        ("%import common.word", "must import terminals, whose names are upper case"),
        ("%import common (A B", "must close the list of names with )"),
        ("start: <think>", "must end each definition with its line, but got '<think>'"),
        ('start "a"', "must have a colon after the name that it defines, but got '\"a\"'"),
        ("start: 'a'", "must consist of rules, terminals, literals and regexes, but got ''a''"),
        ('start: "a', "must consist of rules, terminals, literals and regexes"),
        ('start: ""', "must have no empty literal"),
        (
            'start: "\\x41"',
            'must use only the escapes \\" \\\\ \\n \\t \\r \\uNNNN in a literal, '
            "but got '\\x41\"' at line 1, column 9; use a regex",
        ),
        ('start: "\t"', "must have no lone surrogate or control in a literal, but got '\"\\t\"'"),
        ('start: "\\ud800"', "must have no lone surrogate or control in a literal"),
        ('start: "a".."bc"', "must have ranges of single signs, from low to high"),
        ('start: "b".."a"', "must have ranges of single signs, from low to high"),
        ('start: "a"..b', "must have ranges of single signs, from low to high"),
        (
            "start: /a*/",
            "must have no terminal that fits the empty text, but got '/a*/' at line 1, "
            "column 8; write + for *, and ? after it",
        ),
        ('start: A\nA: "a"?', "must have no terminal that fits the empty text"),
        ("start: /a/x", "must use no regex flags but i and s"),
        (
            'start: "b"\na: /a(?=b)/',
            "a regex of a lark grammar must not look around, refer to "
            "groups or set flags in a group, but got '?=b)' at position 2 of line 2; use (?:...)",
        ),
        ("start: /(?P<a>b)/", "must not name groups"),
        ("start: /a+?/", "must not repeat lazily"),
        ("start: /\\x5d/", "must not write a sign as a code, but got '\\x5d'"),
        ("start: /\\</", "must use the escapes"),
        ('start: "a"**', "must not repeat a repetition"),
        ('start: "a" ~ 1..1001', "must repeat 1 to 1000 times, the lower number first"),
        ('start: "a" ~ 3..2', "must repeat 1 to 1000 times, the lower number first"),
        ('start: "a" ~ 0', "must repeat 1 to 1000 times, the lower number first"),
        ('start: "a" ~ b', "must have a number after ~ or .., but got 'b'"),
        ('start: "a"?b\nb: "c"', "must have a space between '?' and a rule"),
        ('start: ("a"', "must close each group with ), but got '(\"a\"' at line 1, column 8"),
        ('start: ["a")', "must close each group with ]"),
        ("start: " + "(" * 65 + '"a"' + ")" * 65, "must nest at most 64 groups"),
        (
            'start: (("a" ~ 1000) ~ 1000) ~ 1000',
            "must have at most 200000 symbols with its repetitions written out",
        ),
        ("start: A\nA: (/[a-z]{1000}/ ~ 1000)", "must have at most 200000 symbols"),
        (
            'start: "a" start',
            "must have only rules that some text fits, but got 'start: "
            '"a" start\' at line 1, column 1; add a part without itself',
        ),
        (
            'start: "a" b b\nb: "b"',
            "a rule that start mentions is a field and must stand there "
            "once, but 'b' stands there twice; begin its name with _ if it is no field",
        ),
        ("\n".join(f'a{n}: "a"' for n in range(1001)), "must define at most 1000 names"),
        (
            "\n".join([f'A{n}: A{n + 1} "a"' for n in range(200)] + ['A200: "a"', "start: A0"]),
            "must nest terminals less deep",
        ),
    ],
)
def test_what_is_not_in_the_subset(text: str, message: str) -> None:
    with pytest.raises(InvalidIRError) as caught:
        check_grammar(grammar(text))
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("Name: Ann\nAge: old", '"old" at position 15'),
        ("Name: Ann", "its end too early"),
        ("Nme: Ann", '"Nme: Ann" at position 0'),
        ("", "its end too early"),
    ],
)
def test_the_message_says_where_reading_stopped(text: str, got: str) -> None:
    with pytest.raises(ParseError) as caught:
        grammar(PERSON).parse(text)
    assert caught.value.message == f"the text must fit the lark grammar, but got {got}; ask again"


def test_outer_white_space_is_left_out_unless_it_must_be_there() -> None:
    assert grammar('start: "a"').parse("\n a ") == "a"
    assert grammar('start: " a"').parse(" a") == " a"
    assert not grammar('start: " a"').accepts(" b")


def test_reading_takes_a_bounded_number_of_steps() -> None:
    ambiguous = grammar('start: s\ns: s s | s s s | "a"')
    assert ambiguous.accepts("a" * 20)
    with pytest.raises(ParseError, match="must be read within 10000000 steps"):
        ambiguous.parse("a" * 1000)


def test_long_texts_are_read() -> None:
    text = "<a>" + "x\n" * 5000 + "</a>"
    found = grammar('start: "<a>" body "</a>"\nbody: /(.|\\n)+/').parse(text)
    assert found == {"body": "x\n" * 5000}


WORDS = st.sampled_from(['"a"', '"b"', '"ab"', "/[ab]+/", "/a+b/", "A", "one", "two"])


def larger(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(part, part)
    return st.one_of(
        pair.map(" ".join),
        pair.map(lambda two: f"({two[0]} | {two[1]})"),
        st.tuples(part, st.sampled_from(["?", "*", "+", " ~ 2", " ~ 1..2"])).map(
            lambda two: f"({two[0]}){two[1]}"
        ),
    )


def accepts(oracle: lark.Lark, text: str) -> bool:
    try:
        oracle.parse(text)  # pyright: ignore[reportUnknownMemberType] - it takes bytes as well
    except lark.exceptions.LarkError:
        return False
    return True


BODIES = st.recursive(WORDS, larger, max_leaves=5)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(BODIES, BODIES, BODIES, st.lists(st.text("ab.", max_size=6), min_size=1, max_size=6))
def test_it_accepts_what_lark_accepts(start: str, one: str, two: str, texts: list[str]) -> None:
    text = f'start: ({start})\none: {one} | "."\ntwo: {two} | "."\nA: "a" | "." "b"?\n'
    try:
        oracle = lark.Lark(text, parser="earley", lexer="dynamic_complete")
    except lark.exceptions.GrammarError:
        # Two ways to write one alternative are an error there.
        return
    ours = grammar(text)
    for example in texts:
        assert ours.accepts(example) is accepts(oracle, example)
