"""Lists that are there while their pieces are not, and what waits for how much of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ember_mlir.providers import Reply, Request
from ember_mlir.providers.protocol import Outcome
from ember_mlir.tape import draw_number, tape_of
from ember_mlir.testing.engines import EVERYWHERE, Watched, Where
from ember_mlir.testing.playing import LIST, Playing

if TYPE_CHECKING:
    from conftest import Harness

VIRTUALLY = pytest.mark.parametrize("where", EVERYWHERE[:2])
LISTS = f"!llm.list<{LIST}>"
VOTE_OF_LISTS = f"""
exec.frame @main(%t: !llm.text) -> {LIST} {{
  %all = exec.fanout @pair times 3 with %t : !llm.text -> {LISTS}
  %v = exec.quorum %all stop lossless : {LISTS}
  exec.return %v : {LIST}
}}
exec.frame @pair(%t: !llm.text) -> {LIST} {{
  %ys = exec.fanout @ask times 2 with %t : !llm.text -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*, *]> label "public"
  exec.return %x : !llm.text
}}
"""


@VIRTUALLY
def test_answers_that_are_lists_are_compared_when_they_are_whole(
    harness: Harness, where: Where
) -> None:
    # Lossless asks for two of three pairs at first, and then for the third.
    for answers, winner in (("xaybxa", ["x", "a"]), ("xayaxb", ["x", "a"])):
        provider = Playing(lambda prompt, before, a=answers: (a[before], 9.0 - before))
        outcome = Watched(harness.prepare(VOTE_OF_LISTS), ["q"], provider).run(where)
        assert outcome.outputs == [winner]


LATE_LISTS = f"""
exec.frame @main(%t: !llm.text) -> {LIST} {{
  %all = exec.fanout @chosen times 3 with %t : !llm.text -> {LISTS}
  %v = exec.vote %all : {LISTS}
  exec.return %v : {LIST}
}}
exec.frame @chosen(%t: !llm.text) -> {LIST} {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  %is_known = exec.compute "llm.contains"(%x, %t) : (!llm.text, !llm.text) -> i1
  %r = exec.select %is_known then @pair else @pair with %x : !llm.text -> {LIST}
  exec.return %r : {LIST}
}}
exec.frame @pair(%x: !llm.text) -> {LIST} {{
  %ys = exec.fanout @ask times 2 with %x : !llm.text -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @ask(%x: !llm.text) -> !llm.text {{
  %y = exec.request @lane(%x) sampled site <1[*, *]> label "public"
  exec.return %y : !llm.text
}}
"""


@VIRTUALLY
def test_a_list_of_lists_is_whole_when_all_of_them_are(harness: Harness, where: Where) -> None:
    # The outer list is complete at the third second, the inner ones later.
    provider = Playing(lambda prompt, before: (f"<{prompt}>", 1.0 + before))
    outcome = Watched(harness.prepare(LATE_LISTS), ["q"], provider).run(where)
    assert outcome.outputs == [["<<q>>", "<<q>>"]]
    assert outcome.seconds > 3.0


LATE_READER = f"""
exec.frame @main(%xs: {LIST}, %q: !llm.text) -> {LIST} {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  %x = exec.request @lane(%q) sampled site <1> label "public"
  %yes = exec.compute "llm.contains"(%x, %q) : (!llm.text, !llm.text) -> i1
  %zs = exec.select %yes then @map else @map with %ys : {LIST} -> {LIST}
  exec.return %zs : {LIST}
}}
exec.frame @map(%ys: {LIST}) -> {LIST} {{
  %zs = exec.fanout @mark over %ys : {LIST} -> {LIST}
  exec.return %zs : {LIST}
}}
exec.frame @mark(%y: !llm.text) -> !llm.text {{
  %z = exec.format "{{0}}!"(%y)
  exec.return %z : !llm.text
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""


@VIRTUALLY
def test_who_comes_late_gets_the_pieces_that_are_there(harness: Harness, where: Where) -> None:
    seconds = {"a": 1.0, "q": 2.0, "b": 3.0, "c": 1.5}
    provider = Playing(lambda prompt, before: (f"<{prompt}>", seconds[prompt]))
    outcome = Watched(harness.prepare(LATE_READER), [list("abc"), "q"], provider).run(where)
    assert (outcome.outputs, round(outcome.seconds, 3)) == ([["<a>!", "<b>!", "<c>!"]], 3.0)


@VIRTUALLY
def test_answers_of_one_request_have_draws_of_their_own(harness: Harness, where: Where) -> None:
    text = f"""
exec.frame @main(%t: !llm.text) -> {LIST} {{
  %x = exec.request @lane(%t) times 3 sampled site <2[*]> label "public" -> {LIST}
  exec.return %x : {LIST}
}}
"""

    class Several(Playing):
        def simulate(self, request: Request) -> tuple[Outcome, float]:
            tape = tape_of(7, "main")
            drawn = [draw_number(tape, (2,), (index,)) for index in range(3)]
            assert (request.n, list(request.draws)) == (3, drawn)
            return Reply(["a", "b", "c"], 3, 3), 0.5

    provider = Several(lambda prompt, before: ("", 0.0))
    assert Watched(harness.prepare(text), ["q"], provider).run(where).outputs == [["a", "b", "c"]]
