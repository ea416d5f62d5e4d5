"""The oracle of what rewrites keep: it finds what they break, by hand-made examples."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import comb

import pytest

from ember_mlir.errors import ProviderError
from ember_mlir.interpreter import Send, interpret
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.adaptive_votes import most_differing
from ember_mlir.pipeline import compile_to
from ember_mlir.providers import Reply, Request
from ember_mlir.semantics import vote
from ember_mlir.testing.laws import (
    Law,
    Model,
    Play,
    TooManyTapes,
    differing,
    finite,
    law,
    playing,
    running,
    sender,
    total_variation,
    upper_bound,
)

COIN = finite({"yes": "3/5", "no": "2/5"})
THREE = finite({"a": "1/2", "b": "1/3", "c": "1/6"})
TEXT = "!llm.text"
LIST = "!llm.list<!llm.text>"


def program(body: str, takes: str = "", gives: str = TEXT) -> str:
    return (
        f'llm.model @m from "simulated"\nfunc.func @f({takes}) -> {gives} {{\n'
        f'%q = llm.constant "?"\n{body}\nfunc.return %r : {gives}\n}}\n'
    )


def play(body: str) -> Play:
    return playing(parse_module(program(body)))


def vote_of(count: int, rule: str = "") -> str:
    return (
        f"%d = ensemble.sample {count} of @m(%q) draw <0[*]>\n%r = ensemble.vote %d {rule} : {LIST}"
    )


def joined(*draws: str) -> str:
    """The answers of calls with these draws, as one text."""
    calls = [f"%c{i} = llm.generate @m(%q) draw <{draw}>" for i, draw in enumerate(draws)]
    names = ", ".join(f"%c{i}" for i in range(len(draws)))
    return "\n".join([*calls, f"%l = llm.list({names}) : {LIST}", '%r = llm.join %l with " "'])


def outcomes(found: Law) -> Mapping[str, Fraction]:
    """The law of the first result, as it is."""
    return {str(outcome): share for outcome, share in found.items()}


# Laws.


def test_the_law_of_a_vote_is_that_of_the_binomial() -> None:
    p = Fraction(3, 5)
    right = sum(comb(5, k) * p**k * (1 - p) ** (5 - k) for k in (3, 4, 5))
    found = law(play(vote_of(5)), COIN)
    assert found == {("['yes']", ()): right, ("['no']", ()): 1 - right}


def test_probabilities_add_up_however_many_draws_are_read() -> None:
    body = f"""
%a = llm.generate @m(%q) draw <0>
%b = llm.constant "b"
%c = llm.equal %a, %b : {TEXT}
%r = scf.if %c -> ({TEXT}) {{
  %x = llm.generate @m(%a) draw <1>
  scf.yield %x : {TEXT}
}} else {{
  scf.yield %a : {TEXT}
}}"""
    found = law(play(body), THREE)
    assert sum(found.values()) == 1
    third = Fraction(1, 3)
    assert found == {
        ("['a']", ()): Fraction(1, 2) + third / 2,
        ("['b']", ()): third / 3,
        ("['c']", ()): Fraction(1, 6) + third / 6,
    }


def test_an_equal_request_with_an_equal_draw_has_an_equal_answer() -> None:
    assert set(outcomes(law(play(joined("0", "0")), COIN))) == {
        "(\"['yes yes']\", ())",
        "(\"['no no']\", ())",
    }


def test_a_greedy_request_has_the_first_answer() -> None:
    assert law(play("%r = llm.generate @m(%q) temperature 0 site <0>"), COIN) == {
        ("['yes']", ()): Fraction(1)
    }


def test_failures_are_outcomes() -> None:
    refused = ProviderError("no")
    found = law(
        play(vote_of(2, "min_valid 2").replace("draw", "on_error drop draw")),
        lambda request: [("a", Fraction(1, 2)), (refused, Fraction(1, 2))],
    )
    message = "EmptyVoteError: a vote needs at least 2 answers, but got "
    advice = "; sample more, or lower min_valid"
    assert found == {
        ("['a']", ()): Fraction(1, 4),
        (f"{message}1{advice}", ()): Fraction(1, 2),
        (f"{message}none{advice}", ()): Fraction(1, 4),
    }


def test_effects_are_part_of_an_outcome() -> None:
    module = parse_module(
        program(
            "%a = llm.generate @m(%q) draw <0>\n"
            f"%s = llm.apply effectful @send(%a) : ({TEXT}) -> {TEXT}\n"
            '%r = llm.constant "done"'
        )
    )
    found = law(playing(module, (), {"send": str}), COIN)
    assert found == {
        ("['done']", ("send('yes',)",)): Fraction(3, 5),
        ("['done']", ("send('no',)",)): Fraction(2, 5),
    }


def test_what_takes_too_many_runs_is_refused() -> None:
    assert len(law(play(joined(*map(str, range(6)))), COIN, most=64)) == 64
    with pytest.raises(TooManyTapes, match="at most 63 runs"):
        law(play(joined(*map(str, range(6)))), COIN, most=63)


def test_the_engine_has_the_law_of_the_reference() -> None:
    module = parse_module(program(vote_of(5, "stop lossless")))
    expected = law(playing(module), THREE)
    assert law(running(compile_to(module, "exec"), {}), THREE) == expected
    assert expected == law(play(vote_of(5)), THREE)


# What it tells apart.


def test_other_numbers_of_draws_keep_the_law_but_not_the_answers() -> None:
    before, after = play(joined("0", "1", "2")), play(joined("5", "9/1", "7[3]"))
    assert law(before, COIN) == law(after, COIN)
    assert differing(before, after, COIN, 20) > 0


def test_two_draws_of_a_vote_that_are_made_one_do_not_keep_the_law() -> None:
    three = f"""
%a = llm.generate @m(%q) draw <0>
%b = llm.generate @m(%q) draw <1>
%c = llm.generate @m(%q) draw <SAME>
%d = llm.list(%a, %b, %c) : {LIST}
%r = ensemble.vote %d : {LIST}"""
    apart = law(play(three.replace("SAME", "2")), COIN)
    merged = law(play(three.replace("SAME", "0")), COIN)
    p = Fraction(3, 5)
    # Then the first decides alone.
    assert total_variation(apart, merged) == p**3 + 3 * p**2 * (1 - p) - p == Fraction(6, 125)


def test_a_vote_of_three_in_place_of_five() -> None:
    p = Fraction(3, 5)
    five = sum(comb(5, k) * p**k * (1 - p) ** (5 - k) for k in (3, 4, 5))
    three = sum(comb(3, k) * p**k * (1 - p) ** (3 - k) for k in (2, 3))
    found = total_variation(law(play(vote_of(5)), COIN), law(play(vote_of(3)), COIN))
    assert found == five - three == Fraction(2160, 5**7) * Fraction(5**7, 62500)


def test_total_variation_is_a_distance() -> None:
    laws = [law(play(vote_of(n)), THREE) for n in (1, 2, 3, 4)]
    for one, other, third in product(laws, repeat=3):
        assert total_variation(one, other) == total_variation(other, one)
        assert (total_variation(one, other) == 0) == (one == other)
        far = total_variation(one, third) + total_variation(third, other)
        assert total_variation(one, other) <= far <= 2


def fused(send: Send) -> Hashable:
    """One request for three answers."""
    return (*send(Request("m", "?", n=3, draws=(1, 2, 3))).values,)


def separate(send: Send) -> Hashable:
    """A request for each of the three."""
    return tuple([send(Request("m", "?", draws=(draw,))).values[0] for draw in (1, 2, 3)])


def are_same(send: Send) -> Hashable:
    return fused(send) == separate(send)


def test_several_answers_of_one_request_have_a_tape_of_their_own() -> None:
    assert law(fused, COIN, apart=True) == law(separate, COIN, apart=True)
    # On one tape they would always be the same, so that to compare them would test nothing.
    assert law(are_same, COIN) == {True: 1}
    assert law(are_same, COIN, apart=True)[True] == Fraction(13, 25) ** 3


# What is bounded.


@pytest.mark.parametrize("count", [2, 4, 9])
@pytest.mark.parametrize("confidence", ["0.5", "0.8", "0.95"])
def test_an_adaptive_stop_is_within_its_bound(count: int, confidence: str) -> None:
    bound = most_differing(count, Decimal(confidence))
    for share in (Fraction(1, 2), Fraction(4, 5)):
        model = finite({"yes": share, "no": 1 - share})
        full = law(play(vote_of(count)), model)
        early = law(play(vote_of(count, f"stop adaptive confidence {confidence}")), model)
        assert total_variation(full, early) <= Fraction(bound)


def test_the_bound_is_not_far_above_what_happens() -> None:
    model = finite({"yes": "1/2", "no": "1/2"})

    def both(send: Send) -> Hashable:
        answers = [send(Request("m", "?", draws=(draw,))).values[0] for draw in range(10)]
        return vote(answers) == vote(answers, confidence=Decimal("0.8"))

    apart = law(both, model)[False]
    bound = Fraction(most_differing(10, Decimal("0.8")))
    assert apart <= bound <= apart + Fraction(2, 10_000)


def test_an_adaptive_stop_over_many_is_within_its_bound_by_an_interval() -> None:
    model = finite({"yes": "1/2", "no": "1/2"})
    runs, sure = 800, Fraction(99, 100)
    bound = Fraction(most_differing(15, Decimal("0.95")))
    full, early = play(vote_of(15)), play(vote_of(15, "stop adaptive confidence 0.95"))

    def interval(other: Play) -> tuple[Fraction, Fraction]:
        found = differing(full, other, model, runs)
        return 1 - upper_bound(runs - found, runs, sure), upper_bound(found, runs, sure)

    least, most = interval(early)
    assert least <= bound <= most < Fraction(1, 20)
    # What is not within that bound is found by the same interval.
    assert interval(play(vote_of(3)))[0] > Fraction(1, 10) > bound


@pytest.mark.parametrize(("differences", "runs"), [(0, 20), (1, 50), (7, 60), (20, 20)])
def test_an_upper_bound_holds_as_often_as_it_says(differences: int, runs: int) -> None:
    confidence = Fraction(95, 100)
    bound = upper_bound(differences, runs, confidence)
    for share, holds in ((bound, True), (bound - Fraction(1, 1024), False)):
        few = sum(
            comb(runs, k) * share**k * (1 - share) ** (runs - k) for k in range(differences + 1)
        )
        # At the bound, so few are as rare as that; below it, they are not.
        assert (few <= 1 - confidence or share == 1) is holds


def test_a_random_tape_answers_as_probably_as_the_model_says() -> None:
    model: Model = finite({"a": "1/4", "b": "3/4"})
    send = sender(model, 3)
    found = [send(Request("m", "?", draws=(draw,))).values[0] for draw in range(400)]
    assert found == [send(Request("m", "?", draws=(draw,))).values[0] for draw in range(400)]
    assert 70 < found.count("a") < 130
    module = parse_module(program(vote_of(3)))
    results = {str(interpret(module, [], seed=0, send=sender(model, tape))) for tape in range(30)}
    assert results == {"['a']", "['b']"}
    several: Reply = send(Request("m", "?", n=2, draws=(1, 2)))
    assert [*several.values] == found[1:3]
