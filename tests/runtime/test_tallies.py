"""Votes that stop early: never wrongly, never later than they must, whoever comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import combinations, product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.errors import EmptyVoteError
from ember_mlir.runtime.tallies import AdaptiveTally, LosslessTally, Stop, Tally, tally_for
from ember_mlir.semantics import Boundary, vote

ABSENT = "-"
"""What stands for a member that has been left out."""

Members = Mapping[int, str]
"""The keys of the members that are there, by index."""

CONFIDENCE = Decimal("0.95")


def fill(tally: Tally, members: Members) -> Tally:
    """The tally, once these members have come in this order."""
    for index, key in members.items():
        if key == ABSENT:
            tally.leave_out(index)
        else:
            tally.add(index, key)
    return tally


def outcome(tally: Tally) -> int | str | None:
    try:
        return tally.winner()
    except EmptyVoteError as error:
        return error.message


def full_vote(members: Members, min_valid: int | None) -> int | str:
    """The index of the member that `vote` gives, or its error."""
    indices = [index for index in sorted(members) if members[index] != ABSENT]
    try:
        return vote(indices, [members[index] for index in indices], min_valid)
    except EmptyVoteError as error:
        return error.message


KEYS = st.lists(st.sampled_from("abc-"), max_size=7)
MIN_VALID = st.sampled_from([None, 1, 2, 3])


@given(KEYS, MIN_VALID, st.data())
def test_once_all_are_there_a_vote_is_the_vote(
    keys: list[str], min_valid: int | None, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(keys))))
    members = {index: keys[index] for index in order}
    # No lead of so few is likely to last.
    sure = tally_for(min_valid, "adaptive", Decimal("0.999999"))
    for make in (tally_for(min_valid, None, None), tally_for(min_valid, "lossless", None), sure):
        assert outcome(fill(make(len(keys)), members)) == full_vote(members, min_valid)


@given(KEYS.filter(bool), st.data())
def test_a_vote_without_a_stop_asks_for_all_and_waits_for_all(
    keys: list[str], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(keys))))
    tally = tally_for(None, None, None)(len(keys))
    for index in order[:-1]:
        fill(tally, {index: keys[index]})
        assert (tally.winner(), tally.demand()) == (None, len(keys))


@pytest.mark.parametrize("stop", [None, "lossless"])
def test_a_vote_of_nobody_is_an_error(stop: Stop | None) -> None:
    message = "a vote needs at least 1 answer, but got none; sample at least one"
    assert outcome(tally_for(None, stop, None)(0)) == message
    assert outcome(tally_for(None, "adaptive", CONFIDENCE)(0)) == message
    few = fill(tally_for(3, stop, None)(3), {0: "a", 2: ABSENT})
    assert few.winner() is None
    few.add(1, "a")
    assert outcome(few) == (
        "a vote needs at least 3 answers, but got 2; sample more, or lower min_valid"
    )


# Lossless.


def states(length: int, keys: str) -> Iterator[Members]:
    """All that can be known of some members: a key, that one is left out, or nothing (`?`)."""
    for known in product("?" + keys, repeat=length):
        yield {index: key for index, key in enumerate(known) if key != "?"}


def completions(length: int, members: Members, may_drop: bool) -> Iterator[Members]:
    """All that can still come: keys that are there, new ones, and perhaps nothing."""
    missing = [index for index in range(length) if index not in members]
    keys = {*members.values(), "x", "y"} - {ABSENT}
    for coming in product(sorted(keys) + [ABSENT] * may_drop, repeat=len(missing)):
        yield {**members, **dict(zip(missing, coming, strict=True))}


def certain(length: int, members: Members, min_valid: int, may_drop: bool) -> int | None:
    """The winner of every completion, if it is one and the same member, and that is there."""
    found = {full_vote(one, min_valid) for one in completions(length, members, may_drop)}
    (winner, *others) = found
    return None if others or isinstance(winner, str) or winner not in members else winner


@pytest.mark.parametrize("may_drop", [False, True])
@pytest.mark.parametrize("min_valid", [1, 2, 3])
@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_a_lossless_stop_comes_as_soon_as_the_result_is_certain(
    length: int, min_valid: int, may_drop: bool
) -> None:
    for members in states(length, "ab-" if may_drop else "abc"):
        tally = fill(LosslessTally(length, min_valid, may_drop=may_drop), members)
        if len(members) < length:
            assert tally.winner() == certain(length, members, min_valid, may_drop), members


def test_a_lossless_stop_of_five_is_certain() -> None:
    for members in states(5, "ab"):
        tally = fill(LosslessTally(5, may_drop=False), members)
        assert tally.winner() == certain(5, members, 1, may_drop=False), members


def fewest(length: int, members: Members, min_valid: int, may_drop: bool) -> int:
    """How many more members can decide the vote at best; all, if none can."""
    missing = [index for index in range(length) if index not in members]
    keys = sorted({*members.values(), "x"} - {ABSENT})
    for more in range(len(missing)):
        for indices in combinations(missing, more):
            for coming in product(keys, repeat=more):
                then = {**members, **dict(zip(indices, coming, strict=True))}
                tally = fill(LosslessTally(length, min_valid, may_drop=may_drop), then)
                if tally.winner() is not None:
                    return more
    return len(missing)


@pytest.mark.parametrize("may_drop", [False, True])
@pytest.mark.parametrize("min_valid", [1, 3])
@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_no_more_members_are_asked_for_than_can_decide(
    length: int, min_valid: int, may_drop: bool
) -> None:
    for members in states(length, "ab-" if may_drop else "ab"):
        tally = fill(LosslessTally(length, min_valid, may_drop=may_drop), members)
        expected = len(members) + fewest(length, members, min_valid, may_drop)
        assert tally.demand() == expected, members


def run(make: Callable[[int], Tally], keys: list[str], data: st.DataObject) -> int | str:
    """What a vote gives whose members start as it demands, and end in any order."""
    tally = make(len(keys))
    started, under_way = 0, list[int]()
    while (found := outcome(tally)) is None:
        under_way += range(started, tally.demand())
        started = max(started, tally.demand())
        ended = data.draw(st.sampled_from(under_way))
        under_way.remove(ended)
        fill(tally, {ended: keys[ended]})
    return found


LONGER = st.lists(st.sampled_from("aaabc-"), min_size=1, max_size=30)


@given(LONGER, MIN_VALID, st.data())
def test_a_lossless_stop_gives_what_the_vote_over_all_gives(
    keys: list[str], min_valid: int | None, data: st.DataObject
) -> None:
    expected = full_vote(dict(enumerate(keys)), min_valid)
    assert run(tally_for(min_valid, "lossless", None), keys, data) == expected
    if ABSENT not in keys:
        without = tally_for(min_valid, "lossless", None, may_drop=False)
        assert run(without, keys, data) == expected


@given(LONGER, MIN_VALID, st.data())
def test_a_result_that_is_certain_stays_what_it_is(
    keys: list[str], min_valid: int | None, data: st.DataObject
) -> None:
    tally = LosslessTally(len(keys), min_valid)
    found: list[int | str | None] = []
    for index in data.draw(st.permutations(range(len(keys)))):
        fill(tally, {index: keys[index]})
        found.append(outcome(tally))
    assert {*found} - {None} == {full_vote(dict(enumerate(keys)), min_valid)}


def test_a_missing_member_before_the_leader_might_be_the_result() -> None:
    tally = fill(LosslessTally(5), {1: "a", 2: "a", 3: "a"})
    assert (tally.winner(), tally.demand()) == (None, 4)
    tally.add(0, "a")
    assert tally.winner() == 0


def test_a_tie_decides_where_it_goes_to_the_leader() -> None:
    assert fill(LosslessTally(4), {0: "a", 1: "a"}).winner() == 0
    assert fill(LosslessTally(4), {0: "b", 1: "a", 2: "a"}).winner() is None
    assert fill(LosslessTally(4), {0: "a", 1: "b", 2: "a"}).winner() == 0


def expected_draws(
    make: Callable[[int], Tally], members: int, accuracy: Fraction, known: str = ""
) -> Fraction:
    """How many members start on average, if answers are right so often, or else alike."""
    tally = fill(make(members), dict(enumerate(known)))
    if outcome(tally) is not None:
        assert tally.demand() == len(known)
        return Fraction(len(known))
    assert tally.demand() > len(known)
    right = expected_draws(make, members, accuracy, known + "a")
    wrong = expected_draws(make, members, accuracy, known + "b")
    return accuracy * right + (1 - accuracy) * wrong


@pytest.mark.parametrize(
    ("members", "accuracy", "draws"),
    [(5, "0.7", 3.895), (5, "0.9", 3.319), (5, "1", 3.0), (9, "0.8", 6.204)],
)
def test_lossless_stops_save_what_they_should(members: int, accuracy: str, draws: float) -> None:
    found = expected_draws(LosslessTally, members, Fraction(accuracy))
    assert float(found) == pytest.approx(draws, abs=5e-4)


# Adaptive.


def is_likely(leader: int, runner_up: int, confidence: Decimal) -> bool:
    """The rule as it is published."""
    things = leader + runner_up + 1
    return sum(comb(things, k) for k in range(leader + 1)) >= Fraction(confidence) * 2**things


@pytest.mark.parametrize("confidence", ["0.1", "0.5", "0.501", "0.7", "0.95", "0.999"])
def test_the_boundary_is_the_least_lead_that_is_likely_to_last(confidence: str) -> None:
    share = Decimal(confidence)
    for members in (3, 40):
        boundary = Boundary(share, members)
        for runner_up in range(members + 1):
            leader = boundary.least_leader(runner_up)
            assert leader >= 1
            assert leader > members or is_likely(leader, runner_up, share)
            assert leader == 1 or not is_likely(leader - 1, runner_up, share)


def test_the_boundary_at_95_percent() -> None:
    boundary = Boundary(CONFIDENCE, 100)
    assert boundary.least_leader(7) == 15
    assert [boundary.least_leader(v2) for v2 in range(8)] == [4, 6, 8, 9, 11, 12, 14, 15]


@pytest.mark.parametrize("confidence", ["1", "0.9999999999"])
def test_what_no_number_of_members_makes_likely_is_beyond_them(confidence: str) -> None:
    assert Boundary(Decimal(confidence), 5).least_leader(3) == 6


def row_vote(
    keys: list[str], there: int, min_valid: int | None, confidence: Decimal
) -> int | str | None:
    """What the first `there` members decide: the first row whose lead is likely to last."""
    for length in range(1, there + 1):
        row = dict(enumerate(keys[:length]))
        counts = sorted(Counter(key for key in row.values() if key != ABSENT).values())
        leader, runner_up = ([0, 0, *counts])[-1], ([0, 0, *counts])[-2]
        enough = sum(counts) >= (min_valid or 1)
        if enough and is_likely(leader, runner_up, confidence):
            return full_vote(row, min_valid)
    return full_vote(dict(enumerate(keys)), min_valid) if there == len(keys) else None


CONFIDENCES = st.sampled_from([Decimal("0.3"), Decimal("0.6"), Decimal("0.8"), CONFIDENCE])


@given(LONGER, MIN_VALID, CONFIDENCES, st.data())
def test_an_adaptive_stop_looks_at_the_longest_row_from_the_first_on(
    keys: list[str], min_valid: int | None, confidence: Decimal, data: st.DataObject
) -> None:
    make = tally_for(min_valid, "adaptive", confidence)
    tally, there = make(len(keys)), set[int]()
    for index in data.draw(st.permutations(range(len(keys)))):
        fill(tally, {index: keys[index]})
        there.add(index)
        row = next((i for i in range(len(keys)) if i not in there), len(keys))
        assert outcome(tally) == row_vote(keys, row, min_valid, confidence)
    assert run(make, keys, data) == row_vote(keys, len(keys), min_valid, confidence)


@pytest.mark.parametrize("min_valid", [None, 4])
@pytest.mark.parametrize("confidence", ["0.3", "0.6", "0.8", "0.95"])
def test_an_adaptive_stop_asks_for_no_more_than_can_decide(
    confidence: str, min_valid: int | None
) -> None:
    members, share = 5, Decimal(confidence)
    for known in states(members, "ab-"):
        row = next((index for index in range(members) if index not in known), members)
        keys = [known[index] for index in range(row)]
        if row == members or row_vote([*keys, "?"], row, min_valid, share) is not None:
            continue
        tally = fill(AdaptiveTally(members, share, min_valid), known)
        deciding = (
            row + more
            for more in range(1, members - row)
            for coming in product("abx", repeat=more)
            if row_vote([*keys, *coming, "?"], row + more, min_valid, share) is not None
        )
        assert tally.demand() == next(deciding, members), known


def test_an_adaptive_stop_is_not_changed_by_what_comes_late() -> None:
    tally = AdaptiveTally(10, CONFIDENCE)
    fill(tally, {9: "b", 5: "b", 6: "b", 7: "b", 0: "a", 1: "a", 2: "a", 3: "a"})
    assert tally.winner() == 0
    fill(tally, {4: "b", 8: ABSENT})
    assert (tally.winner(), tally.demand()) == (0, 10)


def rows(members: int, accuracy: Fraction) -> Iterator[tuple[int, int, Fraction]]:
    """How a vote between two answers ends at 95 %: right and wrong ones, and how probable."""
    boundary = Boundary(CONFIDENCE, members)
    likely: dict[tuple[int, int], Fraction] = {(0, 0): Fraction(1)}
    for drawn in range(members + 1):
        following: dict[tuple[int, int], Fraction] = {}
        for (right, wrong), share in likely.items():
            lead = max(right, wrong)
            if drawn == members or lead >= boundary.least_leader(min(right, wrong)):
                yield right, wrong, share
                continue
            for then, part in (((right + 1, wrong), accuracy), ((right, wrong + 1), 1 - accuracy)):
                following[then] = following.get(then, Fraction(0)) + share * part
        likely = following


def test_adaptive_stops_draw_as_often_as_they_should() -> None:
    def draws(accuracy: Fraction) -> Fraction:
        return sum(((a + b) * share for a, b, share in rows(40, accuracy)), Fraction(0))

    mean = draws(Fraction("0.95")) * Fraction("0.8") + draws(Fraction("0.6")) * Fraction("0.2")
    assert float(mean) == pytest.approx(8.59, abs=0.2)
    make = partial(AdaptiveTally, confidence=CONFIDENCE)
    expected = sum(((a + b) * share for a, b, share in rows(9, Fraction("0.7"))), Fraction(0))
    assert expected_draws(make, 9, Fraction("0.7")) == expected


def test_adaptive_stops_differ_from_the_vote_over_all_as_seldom_as_they_should() -> None:
    differs = Fraction(0)
    for right, wrong, share in rows(39, Fraction(1, 2)):
        left, needed = 39 - right - wrong, 20 - min(right, wrong)
        differs += share * Fraction(sum(comb(left, k) for k in range(needed, left + 1)), 2**left)
    assert float(differs) == pytest.approx(0.0576, abs=5e-5)
