"""Defects of the engine: they end the run as what they are, and never hang it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import (
    EmberError,
    ProviderError,
)
from ember_mlir.runtime.attempts import AttemptState
from ember_mlir.runtime.core import Engine
from ember_mlir.runtime.frames import Frame, Slot
from ember_mlir.runtime.instructions import control, values
from ember_mlir.runtime.lanes import Lane
from ember_mlir.runtime.requests import RequestSpec
from ember_mlir.testing.engines import EVERYWHERE, Watched, WatchedEngine, Where
from ember_mlir.testing.playing import Playing, answering, map_on

if TYPE_CHECKING:
    from conftest import Harness

ON_ALL = pytest.mark.parametrize("where", EVERYWHERE)
BUSY = ProviderError("busy", retryable=True)


DEFECTIVE = """
exec.lane @lane model "m" from "p" concurrency 1 at_most 2 backoff 0.001 to 0.001 seconds
    timeout 0.03 seconds
exec.frame @main(%t: !llm.text) -> (!llm.text, !llm.text, !exec.token) {
  %x = exec.attempt [@bad, @good] with %t : !llm.text -> !llm.text
  %late = exec.after 0.001 seconds
  %y = exec.first [@hang, @good] after 0.001 seconds with %x : !llm.text -> !llm.text
  exec.return %x, %y, %late : !llm.text, !llm.text, !exec.token
}
exec.frame @bad(%t: !llm.text) -> !llm.text {
  %u = exec.format "bad {0}"(%t)
  %x = exec.request @lane(%u) sampled site <0> label "public"
  exec.return %x : !llm.text
}
exec.frame @hang(%t: !llm.text) -> !llm.text {
  %u = exec.format "hang {0}"(%t)
  %x = exec.request @lane(%u) sampled site <1> label "public"
  exec.return %x : !llm.text
}
exec.frame @good(%t: !llm.text) -> !llm.text {
  %x = exec.request @lane(%t) sampled site <2> label "public"
  exec.return %x : !llm.text
}
"""


def defective(prompt: str, before: int) -> tuple[str | Exception, float]:
    match prompt.split()[0]:
        case "bad":
            return BUSY, 0.001
        case "hang":
            return "late", 9.0
        case _:
            return "ok", 0.001


DEFECTS = [
    (values.Return, "fire"),
    (control.First, "fire"),
    (control.After, "fire"),
    (control.Attempt, "fire"),
    (RequestSpec, "request"),
    (RequestSpec, "read"),
    (RequestSpec, "failure"),
    (RequestSpec, "tokens"),
    (AttemptState, "drained"),
    (Lane, "failed"),
    (Lane, "settle"),
    (Lane, "answered"),
    (Lane, "push"),
    (Engine, "give"),
    (Frame, "deliver"),
]


def unchecked(engine: WatchedEngine) -> None:
    """What a defect has touched may have lost count."""


@ON_ALL
@pytest.mark.parametrize(
    ("owner", "name"), DEFECTS, ids=lambda part: getattr(part, "__name__", part)
)
def test_a_defect_anywhere_ends_the_run_as_an_internal_error(
    harness: Harness, where: Where, owner: type, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*arguments: object, **options: object) -> None:
        raise KeyError("slot")

    watched = Watched(harness.prepare(DEFECTIVE), ["q"], Playing(defective))
    assert Watched(harness.prepare(DEFECTIVE), ["q"], Playing(defective)).run(where).outputs
    monkeypatch.setattr(owner, name, defect)
    monkeypatch.setattr(WatchedEngine, "check_idle", unchecked)
    with pytest.raises(EmberError) as caught:
        watched.run(where)
    assert caught.value.message == (
        "internal error of the engine: KeyError: 'slot'; "
        "please report it with the text of the program"
    )
    assert caught.value.bill is not None
    assert watched.engine.is_idle


@ON_ALL
def test_a_wake_up_that_is_lost_is_an_internal_error_and_no_hang(
    harness: Harness, where: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(self: Frame, slot: int, value: Slot) -> int:
        return -1

    watched = Watched(harness.prepare(map_on("")), [["a"]], answering())
    monkeypatch.setattr(Frame, "put", lost)
    with pytest.raises(EmberError, match="nothing is under way, but results are missing"):
        watched.run(where)
