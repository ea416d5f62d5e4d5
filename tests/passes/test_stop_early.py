"""Votes that stop early: what they save, what they keep, and how far they may be off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import product
from math import comb

import pytest
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.dialects.ensemble import VoteOp
from ember_mlir.dialects.values import LABELS
from ember_mlir.errors import LabelError, PipelineError, ProviderError
from ember_mlir.interpreter import Send
from ember_mlir.parsing import make_context, parse_module
from ember_mlir.passes.equivalence import Equivalence
from ember_mlir.passes.optimization import Objective, Setting
from ember_mlir.passes.stop_early import StopEarlyPass
from ember_mlir.passes.verify_labels import verify_labels
from ember_mlir.pipeline import parse_passes, run_passes
from ember_mlir.providers import Reply, Request
from ember_mlir.testing.exactness import remarks_of
from ember_mlir.testing.laws import Model, Option, finite, law, playing, running, sender
from ember_mlir.testing.levels import lowered

TEXT = "!llm.text"
LIST = "!llm.list<!llm.text>"
THREE = finite({"a": "1/2", "b": "1/3", "c": "1/6"})


def text_of(body: str, gives: str = TEXT) -> str:
    return (
        f'llm.model @m from "simulated"\nllm.model @n from "simulated"\n'
        f"func.func @f() -> {gives} {{\n"
        f'%q = llm.constant "?"\n{body}\nfunc.return %v : {gives}\n}}\n'
    )


def module_of(body: str, gives: str = TEXT) -> ModuleOp:
    return parse_module(text_of(body, gives))


def stopped(module: ModuleOp, allow: str = "exact", optimize_for: Objective = "cost") -> ModuleOp:
    """A copy of `module` whose votes stop early, as far as they may."""
    found = module.clone()
    setting = Setting(Equivalence.parse(allow), optimize_for)
    run_passes(make_context(), found, parse_passes("stop-early"), setting=setting)
    return found


def rules_of(module: ModuleOp) -> list[str | None]:
    return [
        None if op.stop is None else op.stop.data for op in module.walk() if isinstance(op, VoteOp)
    ]


# What is kept.

SAMPLE = f"%d = ensemble.sample 4 of @m(%q) draw <0[*]>\n%v = ensemble.vote %d : {LIST}"
DROPPED = (
    "%d = ensemble.sample 4 of @m(%q) on_error drop draw <0[*]>\n"
    f"%v = ensemble.vote %d min_valid 2 : {LIST}"
)
REPLACED = (
    f"%d = ensemble.sample 4 of @m(%q) on_error use %q draw <0[*]>\n%v = ensemble.vote %d : {LIST}"
)
MAPPED = f"""
%xs = llm.list(%q, %q, %q) : {LIST}
%d = ensemble.map %x in %xs : {LIST} -> {LIST} do {{
  %y = llm.generate @m(%x) draw <0[*]>
  ensemble.yield %y : {TEXT}
}}
%v = ensemble.vote %d : {LIST}"""
CHAINED = f"""
%d = ensemble.sample 3 of @m(%q) draw <0[*]>
%e = ensemble.map %x in %d : {LIST} -> {LIST} do {{
  %p = llm.template "is it {{0}}?"(%x)
  %y = llm.generate @m(%p) draw <1[*]>
  ensemble.yield %y : {TEXT}
}}
%v = ensemble.vote %e : {LIST}"""
LEFT = f"""
%d = ensemble.sample 3 of @m(%q) on_error drop draw <0[*]>
%e = ensemble.map %x in %d on_error drop : {LIST} -> {LIST} do {{
  %p = llm.template "is it {{0}}?"(%x)
  %y = llm.generate @m(%p) draw <1[*]>
  ensemble.yield %y : {TEXT}
}}
%v = ensemble.vote %e : {LIST}"""
PARALLEL = f"""
%d = ensemble.parallel : {LIST} do {{
  %a = llm.generate @m(%q) draw <0>
  ensemble.yield %a : {TEXT}
}} and {{
  %b = llm.generate @n(%q) draw <1>
  ensemble.yield %b : {TEXT}
}} and {{
  %c = llm.generate @m(%q) draw <2>
  ensemble.yield %c : {TEXT}
}}
%v = ensemble.vote %d : {LIST}"""

WRITTEN = f"""
%a = llm.generate @m(%q) draw <0>
%p = llm.template "is it {{0}}?"(%a)
%b = llm.generate @n(%p) draw <1>
%c = llm.generate @n(%q) draw <2>
%s = llm.generate @m(%q) draw <3>
%t = llm.generate @n(%s) draw <4>
%d = llm.list(%a, %b, %c, %t) : {LIST}
%v = ensemble.vote %d : {LIST}"""


def chance(_: Request) -> Sequence[Option]:
    """One answer, written in two ways, or none."""
    refused = ProviderError("no")
    return [("a", Fraction(2, 5)), (" A\n", Fraction(1, 5)), (refused, Fraction(2, 5))]


def counted(send: Send, sent: list[Request]) -> Send:
    """As `send`, but noting what is sent."""

    def noting(request: Request) -> Reply:
        sent.append(request)
        return send(request)

    return noting


@pytest.mark.parametrize(
    ("body", "model"),
    [
        (SAMPLE, THREE),
        (DROPPED, chance),
        (REPLACED, chance),
        (MAPPED, THREE),
        (CHAINED, finite({"a": "1/2", "b": "1/2"})),
        (LEFT, chance),
        (PARALLEL, THREE),
        (WRITTEN, finite({"a": "1/2", "b": "1/2"})),
    ],
    ids=["sample", "dropped", "replaced", "mapped", "chained", "left", "parallel", "written"],
)
def test_a_lossless_stop_gives_the_same_on_every_tape_for_fewer_calls(
    body: str, model: Model
) -> None:
    plain = module_of(body)
    early = stopped(plain)
    assert rules_of(early) == ["lossless"]
    compiled = running(lowered(early), {})
    asked: list[tuple[int, int]] = []

    def is_same(send: Send) -> Hashable:
        for_all, for_some = list[Request](), list[Request]()
        full = playing(plain)(counted(send, for_all))
        found = compiled(counted(send, for_some))
        asked.append((len(for_all), len(for_some)))
        return full == found

    assert law(is_same, model) == {True: 1}
    assert all(some <= full for full, some in asked)
    assert any(some < full for full, some in asked)


@pytest.mark.parametrize(("members", "least", "most"), [(2, 1, 1), (3, 2, 3), (5, 3, 5)])
def test_a_vote_that_stops_asks_for_half_if_all_agree(members: int, least: int, most: int) -> None:
    module = lowered(stopped(module_of(SAMPLE.replace("4 of", f"{members} of"))))

    def calls(model: Model, tape: int) -> int:
        sent: list[Request] = []
        running(module, {})(counted(sender(model, tape), sent))
        return len(sent)

    assert calls(finite({"a": "1"}), 0) == least
    assert max(calls(THREE, tape) for tape in range(20)) == most


def test_what_is_made_of_samples_needs_no_more_samples_than_the_vote_needs_of_it() -> None:
    module = lowered(stopped(module_of(CHAINED.replace("sample 3", "sample 5"))))
    sent: list[Request] = []
    running(module, {})(counted(sender(finite({"a": "1"}), 0), sent))
    assert Counter(request.prompt for request in sent) == {"?": 3, "is it a?": 3}


@pytest.mark.parametrize("objective", ["both", "latency"])
def test_where_time_counts_all_are_asked_at_once(objective: Objective) -> None:
    early = stopped(module_of(SAMPLE), optimize_for=objective)
    compiled, plain = running(lowered(early), {}), playing(module_of(SAMPLE))

    def sends(send: Send) -> Hashable:
        sent: list[Request] = []
        return compiled(counted(send, sent)) == plain(send), len(sent)

    assert law(sends, THREE) == {(True, 4): 1}


@pytest.mark.parametrize("rule", ["", "min_valid 3 "])
def test_the_engine_stops_adaptively_where_the_reference_does(rule: str) -> None:
    module = module_of(
        SAMPLE.replace("4 of", "6 of").replace(
            "vote %d", f"vote %d {rule}stop adaptive confidence 0.6"
        )
    )
    compiled, reference = running(lowered(module), {}), playing(module)

    def same(send: Send) -> Hashable:
        return compiled(send) == reference(send)

    coin = finite({"a": "1/2", "b": "1/2"})
    assert law(same, coin) == {True: 1}
    full = playing(module_of(SAMPLE.replace("4 of", "6 of")))
    assert law(lambda send: full(send) == reference(send), coin)[False] > 0


@pytest.mark.parametrize(
    "reader", ['%j = llm.join %d with ","\n%n = llm.generate @n(%j) draw <9>', ""]
)
def test_an_adaptive_vote_means_the_same_whoever_reads_its_list(reader: str) -> None:
    body = SAMPLE.replace("vote %d", "vote %d stop adaptive confidence 0.5")
    module = module_of(f"{body}\n{reader}")
    compiled, reference = running(lowered(module), {}), playing(module)

    def same(send: Send) -> Hashable:
        return compiled(send) == reference(send)

    assert law(same, THREE) == {True: 1}


def test_a_vote_that_stops_by_a_rule_keeps_it() -> None:
    module = module_of(SAMPLE.replace("vote %d", "vote %d stop adaptive confidence 0.6"))
    assert rules_of(stopped(module)) == ["adaptive"]


READ_TWICE = f"{SAMPLE}\n%n = llm.length of %d : {LIST}"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f"%d = llm.list(%q, %q) : {LIST}\n%v = ensemble.vote %d : {LIST}", []),
        (READ_TWICE, ["is not the only one that reads its list"]),
    ],
)
def test_it_tells_of_votes_for_which_models_are_asked(body: str, told: list[str]) -> None:
    assert remarks_of(text_of(body), "stop-early") == [(False, said) for said in told]


# What is told of votes that do not stop.

TWO = "%a = llm.generate @m(%q) draw <0>\n%b = llm.generate @n(%q) draw <1>"
LISTED = f"%d = llm.list(%a, %b) : {LIST}\n%v = ensemble.vote %d : {LIST}"


def told(body: str) -> list[str]:
    setting = Setting(remarks=[])
    run_passes(make_context(), module_of(body), parse_passes("stop-early"), setting=setting)
    return [remark.said for remark in setting.remarks or []]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"{TWO}\n{LISTED}", "stops as soon as no missing answer can change its result"),
        (f'{TWO}\n{LISTED}\n%j = llm.join %d with ""', "is not the only one that reads its list"),
        (
            f'{TWO}\n{LISTED}\n%t = llm.template "{{0}}{{1}}"(%a, %b)',
            "takes answers that others read too, or that cannot be made later",
        ),
        (
            f"{TWO}\n{LISTED}".replace(" draw <0>", "").replace(" draw <1>", ""),
            "takes answers that others read too, or that cannot be made later",
        ),
        (
            f"{TWO}\n{LISTED}\n%s = llm.apply effectful @f(%q) : ({TEXT}) -> {TEXT}",
            "takes a list whose failure is handled, or comes before an effect",
        ),
    ],
    ids=["stops", "list", "answers", "fresh", "effect"],
)
def test_of_answers_that_are_written_one_by_one_the_first_obstacle_is_told(
    body: str, said: str
) -> None:
    assert told(body) == [said]


@pytest.mark.parametrize("items", ["%a, %a, %a", "%q, %t"])
def test_a_list_for_which_nobody_is_asked_more_than_once_is_not_told(items: str) -> None:
    asked = '%a = llm.generate @m(%q) draw <0>\n%t = llm.template "{0}!"(%q)'
    assert told(f"{asked}\n{LISTED.replace('%a, %b', items)}") == []


# How far an adaptive stop may be off.


def test_votes_that_run_often_are_as_much_more_uncertain() -> None:
    body = f"""
%qs = llm.list(%q, %q, %q) : {LIST}
%vs = ensemble.map %x in %qs : {LIST} -> {LIST} do {{
  %d = ensemble.sample 15 of @m(%x) as lark "start: \\22yes\\22 | \\22no\\22" draw <0[*, *]>
  %w = ensemble.vote %d : {LIST}
  ensemble.yield %w : {TEXT}
}}
%v = llm.join %vs with "," """
    assert rules_of(stopped(module_of(body), "bounded(0.0491)")) == ["lossless"]
    assert rules_of(stopped(module_of(body), "bounded(0.0492)")) == ["adaptive"]
    assert rules_of(stopped(module_of(body), "meaning")) == ["adaptive"]


@pytest.mark.parametrize("confidence", [0.0, 1.0, -1.0, 2.0])
def test_a_confidence_is_a_probability(confidence: float) -> None:
    with pytest.raises(PipelineError, match="a confidence must be between 0 and 1, and neither"):
        StopEarlyPass(confidence=confidence)


# Labels.

LABELLED = f"""
llm.model @m from "simulated" clearance "ASKED"
llm.model @n from "simulated" clearance "THEN"
func.func @f(%q: {TEXT} {{ember.label = #llm.label"PROMPT"}},
    %s: {TEXT} {{ember.label = #llm.label"CAPTURED"}}) -> {TEXT} {{
  %d = ensemble.sample 5 of @m(%q) draw <0[*]>
  %e = ensemble.map %x in %d : {LIST} -> {LIST} do {{
    %p = llm.template "{{0}} {{1}}"(%x, %s)
    %y = llm.generate @n(%p) draw <1[*]>
    ensemble.yield %y : {TEXT}
  }}
  %v = ensemble.vote %e : {LIST}
  func.return %v : {TEXT}
}}
"""


@pytest.mark.parametrize("prompt", LABELS)
@pytest.mark.parametrize("captured", LABELS)
def test_what_is_legal_stays_legal(prompt: str, captured: str) -> None:
    for asked, then in product(LABELS, repeat=2):
        text = LABELLED.replace("ASKED", asked).replace("THEN", then)
        module = parse_module(text.replace("PROMPT", prompt).replace("CAPTURED", captured))
        try:
            verify_labels(module)
        except LabelError:
            continue
        early = stopped(module)
        verify_labels(early)
        verify_labels(lowered(early))
        told_as_much = LABELS.index(captured) <= LABELS.index(prompt)
        assert rules_of(early) == (["lossless"] if told_as_much else [None])


def test_what_stops_takes_as_many_calls_as_the_formula_says() -> None:
    module = lowered(stopped(module_of(SAMPLE.replace("4 of", "5 of"))))
    share = Fraction(7, 10)
    # After n answers it is decided if one has been given three times.
    expected = sum(
        n
        * comb(n - 1, 2)
        * (share**3 * (1 - share) ** (n - 3) + (1 - share) ** 3 * share ** (n - 3))
        for n in (3, 4, 5)
    )

    def calls(send: Send) -> Hashable:
        sent: list[Request] = []
        running(module, {})(counted(send, sent))
        return len(sent)

    found = law(calls, finite({"a": share, "b": 1 - share}))
    assert sum(int(str(n)) * probability for n, probability in found.items()) == expected
    assert float(expected) == pytest.approx(3.895, abs=5e-4)
