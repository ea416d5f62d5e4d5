"""How far adaptive votes may be off, and what that rests on."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.dialects.llm import GenerateOp
from ember_mlir.grammars import Grammar
from ember_mlir.grammars.few_texts import few_texts
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.adaptive_votes import differing, most_differing, supremum
from ember_mlir.passes.analysis.repetitions import executions
from ember_mlir.semantics import vote, vote_key

TEXT = "!llm.text"
LIST = "!llm.list<!llm.text>"


@pytest.mark.parametrize("confidence", ["0.3", "0.5", "0.7", "0.95"])
@pytest.mark.parametrize("min_valid", [1, 3, 6])
@pytest.mark.parametrize("members", [1, 2, 6, 9])
def test_the_votes_that_differ_are_counted(members: int, min_valid: int, confidence: str) -> None:
    share, min_valid = Decimal(confidence), min(min_valid, members)
    counts = [0] * (members + 1)
    for answers in product("ab", repeat=members):
        if vote(answers, None, min_valid) != vote(answers, None, min_valid, share):
            counts[answers.count("a")] += 1
    assert [*differing(members, share, min_valid)] == counts


@pytest.mark.parametrize(
    ("members", "confidence"), [(15, "0.95"), (40, "0.8"), (41, "0.5"), (9, "0.3")]
)
def test_the_bound_is_above_all_probabilities_and_close(members: int, confidence: str) -> None:
    counts = differing(members, Decimal(confidence))
    shares = [Fraction(step, 200) for step in range(201)]
    most = max(
        sum(count * p**a * (1 - p) ** (members - a) for a, count in enumerate(counts))
        for p in shares
    )
    bound = Fraction(most_differing(members, Decimal(confidence)))
    assert most <= bound <= most + Fraction(5, 10_000)


def test_the_bound_for_thirty_nine_is_the_known_one() -> None:
    assert most_differing(39, Decimal("0.95")) == Decimal("0.0576")
    assert sum(differing(39, Decimal("0.95"))) / 2**39 == pytest.approx(0.05756, abs=5e-6)


def test_what_is_not_a_share_of_ten_thousand_is_rounded_up() -> None:
    # The greatest probability is 5/16, and its bound a little more.
    assert most_differing(5, Decimal("0.3")) == Decimal("0.3126")


def test_one_answer_is_enough_unless_more_are_asked_for() -> None:
    share = Decimal("0.7")
    assert [*differing(7, share)] == [*differing(7, share, 1)] != [*differing(7, share, 2)]
    assert most_differing(7, share) == most_differing(7, share, 1) > most_differing(7, share, 2)


@pytest.mark.parametrize(
    "shares",
    ["0100", "0010", "100", "001", "010000200", "002000010", "0111000", "00010", "2001", "11"],
)
def test_a_bound_is_close_wherever_the_greatest_value_is(shares: str) -> None:
    found = [Fraction(int(share), 2) for share in shares]
    degree, steps = len(found) - 1, 1500
    most = (
        max(
            sum(
                share * comb(degree, a) * step**a * (steps - step) ** (degree - a)
                for a, share in enumerate(found)
            )
            for step in range(steps + 1)
        )
        / steps**degree
    )
    assert most <= supremum(found) <= most + Fraction(1, 10**5)


# What it rests on.

FEW = [
    ("lark", 'start: "yes" | "no"', {"yes", "no"}),
    ("lark", 'start: "Yes"i\n', {"yes", "Yes", "YES", "yEs", "yeS", "YEs", "YeS", "yES"}),
    ("lark", 'start: word "!"?\nword: "a" | "b"\n', {"a", "b", "a!", "b!"}),
    ("lark", 'start: "a" ~ 1..3\n', {"a", "aa", "aaa"}),
    ("regex", "yes|no", {"yes", "no"}),
    ("regex", "(?P<w>[ab])c?", {"a", "b", "ac", "bc"}),
    ("regex", " a | b", {"a", "b"}),
]
MANY = [
    ("lark", 'start: "a"+\n'),
    ("lark", 'start: x\nx: "a" | "b" x\n'),
    ("lark", "start: /[0-9]+/"),
    ("regex", "[^a]"),
    ("regex", r"\d"),
    ("regex", "[ab]{7}"),
    ("json_schema", '{"type": "boolean"}'),
]


@pytest.mark.parametrize(("spelling", "text", "texts"), FEW)
def test_few_texts_are_all_that_fit(spelling: str, text: str, texts: set[str]) -> None:
    grammar = grammar_of(spelling, text)
    assert few_texts(grammar) == texts
    assert few_texts(grammar, len(texts) - 1) is None


@pytest.mark.parametrize(("spelling", "text"), MANY)
def test_many_texts_are_not_listed(spelling: str, text: str) -> None:
    assert few_texts(grammar_of(spelling, text)) is None


def grammar_of(spelling: str, text: str) -> Grammar:
    match spelling:
        case "lark":
            return Grammar("lark", text)
        case "regex":
            return Grammar("regex", text)
        case _:
            return Grammar("json_schema", text)


@given(st.sampled_from(FEW), st.text("yesnoabc! YES\n", max_size=5))
def test_what_fits_is_compared_as_one_of_few(found: tuple[str, str, set[str]], text: str) -> None:
    grammar = grammar_of(found[0], found[1])
    if grammar.accepts(text):
        assert vote_key(text) in set(map(vote_key, few_texts(grammar) or ()))


NESTED = f"""
llm.model @m from "simulated"
func.func @f(%q: {TEXT}, %xs: {LIST}, %c: i1, %n: i64) -> {TEXT} {{
  HEAD
}}
"""
ASK = "%a = llm.generate @m(%q)"
YIELD = f"{ASK}\nensemble.yield %a : {TEXT}\n}}"
THREE_ITEMS = f"%l = llm.list(%q, %q, %q) : {LIST}\n"
MAP = f"%r = ensemble.map %x in %l : {LIST} -> {LIST} do {{\n{YIELD}"
ROUNDS = f"""%r = scf.for %i = %lo to %hi step %by iter_args(%t = %q) -> ({TEXT}) : i64 {{
{ASK}
scf.yield %a : {TEXT}
}}"""
BOUNDS = "\n".join(
    f"%{name} = arith.constant {value} : i64" for name, value in (("lo", 1), ("hi", 8), ("by", 3))
)


@pytest.mark.parametrize(
    ("body", "often"),
    [
        (ASK, 1),
        (THREE_ITEMS + MAP, 3),
        (f"%l = ensemble.sample 4 of @m(%q) on_error drop\n{MAP}", 4),
        (MAP.replace("%l", "%xs"), None),
        (f"{BOUNDS}\n{ROUNDS}", 3),
        (f"{BOUNDS.replace('constant 3', 'constant 0')}\n{ROUNDS}", None),
        (f"{BOUNDS}\n{ROUNDS.replace('%hi', '%n')}", None),
        (
            f"%r = ensemble.refine %t from %q at_most 5 : {TEXT} do {{\n{ASK}\n"
            f"ensemble.accept %a if %c : {TEXT}\n}}",
            5,
        ),
        (f"{THREE_ITEMS}%r = ensemble.reduce %g in %l by 2 : {LIST} do {{\n{YIELD}", 3),
        (f"%r = ensemble.fallback : {TEXT} do {{\n{YIELD}", 1),
        (
            f"{THREE_ITEMS}%r = ensemble.map %x in %l : {LIST} -> {LIST} do {{\n"
            f"%s = ensemble.fallback : {TEXT} do {{\n{YIELD}\nensemble.yield %s : {TEXT}\n}}",
            3,
        ),
    ],
)
def test_how_often_an_operation_runs(body: str, often: int | None) -> None:
    module = parse_module(NESTED.replace("HEAD", f"{body}\nfunc.return %q : {TEXT}"))
    (call,) = [op for op in module.walk() if isinstance(op, GenerateOp)]
    assert executions(call) == often


def test_what_loops_as_long_as_it_likes_runs_nobody_knows_how_often() -> None:
    loop = f"""%r = scf.while (%t = %q) : ({TEXT}) -> ({TEXT}) {{
{ASK}
scf.condition(%c) %a : {TEXT}
}} do {{
^bb0(%u: {TEXT}):
scf.yield %u : {TEXT}
}}
func.return %q : {TEXT}"""
    module = parse_module(NESTED.replace("HEAD", loop))
    (call,) = [op for op in module.walk() if isinstance(op, GenerateOp)]
    assert executions(call) is None
