"""The table of what each optimization is good for."""

from __future__ import annotations

import pytest

from ember_mlir.pipeline import Options
from ember_mlir.tools import ablation
from ember_mlir.tools.ablation import ALL, Ablation, ablate, notes
from ember_mlir.tools.bench.effects_examples import Built, Ran, Taken, examples


def ablated(name: str, goals: Options | None = None) -> Ablation:
    (example,) = examples([name])
    return ablate(example, goals or Options(), seeds=1)


def test_without_the_pass_that_saves_calls_there_are_more() -> None:
    found = ablated("twice")
    assert found.more["merge-calls"].calls == 4
    assert found.more[ALL].calls == 4
    assert found.more["merge-calls"].tokens > 0
    assert not found.wrong


def test_what_was_left_out_already_is_not_left_out_again() -> None:
    found = ablated("twice", Options(without=frozenset({"merge-calls"})))
    assert "merge-calls" not in found.more
    assert ALL not in found.more


def test_rows_show_only_what_is_more() -> None:
    more = {"a": Taken(2, 5, 5, -0.5), "b": Taken(0, 0, 0, -0.01), ALL: Taken(0, 7)}
    found = Ablation("vote", Taken(5, 50, 5, 1.5), ["a", "b", "c"], ["a", "b"], more)
    assert [*found.rows()] == [
        ("vote", "", "5", "55", "1.5"),
        ("", "a", "+2", "+10", "-0.5"),
        ("", ALL, "", "+7", ""),
    ]


def test_passes_that_save_nothing_are_listed() -> None:
    passes = ["a", "b", "c"]
    one = Ablation("one", Taken(), passes, ["a", ALL], {"a": Taken(1), ALL: Taken(1)})
    other = Ablation("other", Taken(), passes, ["b"], {"b": Taken()}, ["b"])
    assert [*notes([one, other])] == [
        "change programs, but not what they take: b",
        "change nothing: c",
        "'other' must come to the results of the reference, but does not without b",
    ]


def test_an_exact_program_must_come_to_the_results_of_the_reference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(built: Built, inputs: object, seed: object) -> Ran:
        return Ran("another", Taken(1))

    monkeypatch.setattr(Built, "run", wrong)
    assert ablation.main(["moderated", "--seeds=1"]) == 1
    assert (
        "'moderated' must come to the results of the reference, but does not without anything"
        in capsys.readouterr().out
    )


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert ablation.main(["twice", "moderated", "--seeds=1", "--optimize-for=cost"]) == 0
    out = capsys.readouterr().out
    assert "### More without a pass (allow distribution, optimize for cost)" in out
    assert "\n| example | without | calls | tokens | seconds |\n" in out
    assert "\n|  | merge-calls | +4 | +" in out
    assert "\n| moderated |  | 6 | " in out


def test_wrong_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert ablation.main(["nothing"]) == 1
    assert ablation.main(["--allow=everything"]) == 1
    err = capsys.readouterr().err
    assert "there is no example 'nothing'" in err
    assert "a promise must be exact, distribution" in err
