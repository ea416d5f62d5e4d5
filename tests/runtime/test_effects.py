"""The benchmark of the optimizer compares like with like: both forms of an example agree."""

from __future__ import annotations

import asyncio
import runpy

import pytest

from ember_mlir.pipeline import Objective, Options
from ember_mlir.providers import Request
from ember_mlir.providers.simulated import Simulated
from ember_mlir.tools.bench import effects
from ember_mlir.tools.bench.effects import COUNTED, Compared, SimulatedClient, both, by_hand
from ember_mlir.tools.bench.effects_by_hand import BY_HAND
from ember_mlir.tools.bench.effects_examples import FOLDER, Example, Taken, build, examples
from ember_mlir.tools.bench.effects_inputs import INPUTS

EXAMPLES = examples()


@pytest.mark.parametrize("aim", COUNTED)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_both_forms_come_to_what_the_program_means(example: Example, aim: Objective) -> None:
    built = build(example, Options(optimize_for=aim))
    for inputs in example.inputs:
        theirs, ours = both(example, built, inputs, seed=7)
        assert theirs.taken.calls > 0
        assert theirs.taken.seconds > 0
        assert ours.taken.calls <= theirs.taken.calls


def test_every_example_that_has_inputs_is_written_by_hand() -> None:
    assert INPUTS.keys() == BY_HAND.keys()
    assert [example.name for example in EXAMPLES] == [*INPUTS]


def test_by_hand_no_example_waits_longer_than_one_call_after_another() -> None:
    for example in EXAMPLES:
        inputs = example.inputs[0]
        _, asked = example.interpreted(inputs, 7)
        one_by_one = sum(Simulated().simulate(request)[1] for request in asked)
        assert by_hand(example.name, inputs, asked).taken.seconds <= one_by_one + 1e-6


@pytest.mark.parametrize("name", ["debate", "document_qa", "judge_panel"])
def test_a_python_example_runs_as_a_script(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
    assert "simulated model" not in capsys.readouterr().out


# The client


ASKED = [Request("small", "q", temperature=0.7, draws=(draw,)) for draw in (5, 6)]


def test_draws_are_dealt_in_the_order_of_the_program() -> None:
    async def twice() -> list[str]:
        return await asyncio.gather(*[client.generate("q", temperature=0.7) for _ in range(2)])

    client = SimulatedClient(ASKED)
    expected = [Simulated().simulate(request)[0].texts[0] for request in ASKED]
    assert asyncio.run(twice()) == expected
    assert client.provider.taken.calls == 2
    assert client.left() == 0


def test_by_hand_nothing_may_be_asked_that_the_program_does_not_ask() -> None:
    client = SimulatedClient(ASKED)
    with pytest.raises(AssertionError, match="the program does not ask this"):
        asyncio.run(client.generate("another", temperature=0.7))
    assert client.left() == 2


def test_by_hand_all_must_be_asked_that_the_program_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lazy(client: SimulatedClient) -> str:
        return await client.generate("q", temperature=0.7)

    monkeypatch.setattr(effects, "BY_HAND", {"lazy": lazy})
    with pytest.raises(AssertionError, match="'lazy' by hand asks for less than the program"):
        by_hand("lazy", [], ASKED)


def test_another_result_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    async def wrong(client: SimulatedClient, *inputs: str) -> str:
        await BY_HAND["moderated"](client, *inputs)
        return "another"

    (example,) = examples(["moderated"])
    built = build(example, Options())
    monkeypatch.setattr(effects, "BY_HAND", {"moderated": wrong})
    with pytest.raises(AssertionError, match="'moderated' by hand came to another result"):
        both(example, built, example.inputs[0], 7)


# The table


def test_what_takes_more_than_by_hand_is_told() -> None:
    by_hand, compiled = Taken(100, 1000, 0, 2.0), Taken(102, 500, 0, 2.1)
    compared = Compared("vote", "both", 3, by_hand, compiled, 12.3)
    assert compared.row() == (
        "vote",
        "3",
        "100 → 102, 1.02x",
        "1000 → 500, 0.50x",
        "0 → 0, 1.00x",
        "2.0 → 2.1, 1.05x",
        "12 ms",
    )
    assert [*compared.dearer()] == [
        "'vote' compiled for both must take at most 1.02x of the seconds by hand, but takes 1.050x"
    ]
    assert [*compared._replace(aim="cost").dearer()] == []


def test_a_table_for_each_aim(capsys: pytest.CaptureFixture[str]) -> None:
    assert effects.main(["moderated", "--seeds=1"]) == 0
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("###")] == [
        f"### By hand → compiled to optimize for {aim}" for aim in COUNTED
    ]
    assert out.count("\n| moderated | 4 | 6 → 6, 1.00x |") == 3


def test_a_program_that_takes_more_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(effects, "MOST", 0.5)
    assert effects.main(["moderated", "--seeds=1"]) == 1
    assert capsys.readouterr().out.count("must take at most 0.5x of the") == 8


def test_an_unknown_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert effects.main(["nothing"]) == 1
    assert "there is no example 'nothing'; there is ensemble, " in capsys.readouterr().err
