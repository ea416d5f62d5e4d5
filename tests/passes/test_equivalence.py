"""Promises: their order, their sums, and what a module says of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.dialects.values import Utf8Attr
from ember_mlir.errors import InvalidIRError, PipelineError
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.equivalence import (
    DISTRIBUTION,
    EXACT,
    MEANING,
    Equivalence,
    bounded,
)
from ember_mlir.passes.optimization import Setting, current_setting, fired, missed, permitted
from ember_mlir.passes.promises import promises_of, read_promises, write_promises
from ember_mlir.pipeline import parse_passes, run_passes

CHAIN = [EXACT, DISTRIBUTION, bounded(Decimal("0.01")), bounded(Decimal("0.2")), MEANING]


@pytest.mark.parametrize(
    "text", ["exact", "distribution", "bounded(0.05)", "bounded(0)", "meaning"]
)
def test_a_promise_reads_back_as_it_is_written(text: str) -> None:
    assert str(Equivalence.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "Exact", "bounded", "bounded()", "bounded(2)", "bounded(-1)", "bounded(nan)", "x"]
)
def test_what_is_no_promise_is_refused(text: str) -> None:
    with pytest.raises(PipelineError, match="a promise must be exact, distribution, bounded"):
        Equivalence.parse(text)


def test_an_allowance_permits_what_stands_before_it_in_the_chain() -> None:
    for i, allowed in enumerate(CHAIN):
        assert [allowed.permits(needed) for needed in CHAIN] == [j <= i for j in range(len(CHAIN))]


promises = st.sampled_from(CHAIN)


@given(promises, promises, promises)
def test_rewrites_add_up_in_any_order(a: Equivalence, b: Equivalence, c: Equivalence) -> None:
    assert a.after(b) == b.after(a)
    assert a.after(b).after(c) == a.after(b.after(c))
    assert a.after(EXACT) == a
    # Nothing is kept better by one more rewrite.
    assert a.after(b).permits(a)


def test_deltas_add_up_until_the_allowance_is_spent() -> None:
    setting = Setting(allow=bounded(Decimal("0.05")))
    module = parse_module("")
    with setting.current():
        assert current_setting() is setting
        assert permitted(bounded(Decimal("0.03")))
        fired(module, "is other", bounded(Decimal("0.03")))
        assert permitted(bounded(Decimal("0.02")))
        assert not permitted(bounded(Decimal("0.021")))
        assert permitted(DISTRIBUTION)
        assert not permitted(MEANING)
    assert current_setting() is not setting


def test_remarks_are_noted_only_where_somebody_listens() -> None:
    deaf, listening = Setting(), Setting(remarks=[], pass_name="p")
    module = parse_module("", "a.mlir")
    for setting in (deaf, listening):
        with setting.current():
            fired(module, "is one")
            missed(module, "is not one")
    assert (deaf.rewrites, deaf.remarks) == (1, None)
    assert listening.remarks is not None
    assert [(r.pass_name, r.fired, r.op_name, r.said) for r in listening.remarks] == [
        ("p", True, "builtin.module", "is one"),
        ("p", False, "builtin.module", "is not one"),
    ]


def test_a_module_says_what_was_kept_of_it() -> None:
    module = parse_module("")
    write_promises(module, {"exact": EXACT})
    assert promises_of(module) == ""
    write_promises(module, {"bounded": bounded(Decimal("0.02")), "distribution": DISTRIBUTION})
    assert promises_of(module) == "distribution, bounded(0.02)"
    again = parse_module(print_module(module))
    assert read_promises(again) == read_promises(module)


def test_what_a_module_says_counts_on() -> None:
    module = parse_module('module attributes {ember.kept = #llm.utf8"bounded(0.02)"} {}')
    setting = Setting(allow=bounded(Decimal("0.05")))
    run_passes(make_context(), module, parse_passes("assign-draws"), setting=setting)
    assert setting.permits(bounded(Decimal("0.03")))
    assert not setting.permits(bounded(Decimal("0.04")))


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            '#llm.utf8"bounded(0.01), bounded(0.02)"',
            "must say by 'ember.kept' each class once, but got ",
        ),
        ('#llm.utf8"bounded( 0.01)"', "must say by 'ember.kept' what was kept: a promise must be"),
        ('#llm.utf8"bounded(0.0_1)"', "must say by 'ember.kept' what was kept: a promise must be"),
        ('#llm.utf8"bounded"', "must say by 'ember.kept' what was kept: a promise must be"),
        ("3 : i64", "must say by 'ember.kept' what was kept, as a text, but got 3 : i64"),
    ],
)
def test_a_module_that_says_something_else_is_refused(written: str, message: str) -> None:
    module = parse_module(f"module attributes {{ember.kept = {written}}} {{}}", "a.mlir")
    with pytest.raises(InvalidIRError, match=message):
        run_passes(make_context(), module, parse_passes("assign-draws"))
    module.attributes["ember.kept"] = Utf8Attr("meaning")
    run_passes(make_context(), module, parse_passes("assign-draws"))
