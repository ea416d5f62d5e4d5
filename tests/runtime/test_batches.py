"""Lists of texts: how many requests they take, and what becomes of them together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import BudgetError, ProviderError
from ember_mlir.providers import Faulty, Reply, Request, Simulated
from ember_mlir.providers.protocol import Answer
from ember_mlir.providers.simulated.fault_kinds import FaultKind
from ember_mlir.providers.simulated.scripts import Scripted
from ember_mlir.runtime.arguments import Argument
from ember_mlir.runtime.run import Run
from ember_mlir.testing.engines import EVERYWHERE, Watched, Where

if TYPE_CHECKING:
    from conftest import Harness

TEXTS = "!llm.list<!llm.text>"
VECTORS = "!llm.list<tensor<?xf32>>"
SCORES = "!llm.list<!llm.list<f64>>"
VIRTUALLY = pytest.mark.parametrize("where", EVERYWHERE[:2])


def lane(batch: int = 3, concurrency: int = 8, more: str = "") -> str:
    return f"""exec.lane @lane model "small" from "p" concurrency {concurrency}
        usd_per_million 1 in 10 out {more} batch {batch}\n"""


EMBED = f"""
exec.frame @main(%xs: {TEXTS}) -> {VECTORS} {{
  %v = exec.embed @lane(%xs : {TEXTS}) site <0[*]> label "public" -> {VECTORS}
  exec.return %v : {VECTORS}
}}
"""
SCORE = f"""
exec.frame @main(%xs: {TEXTS}, %l: {TEXTS}) -> {SCORES} {{
  %s = exec.score @lane(%xs : {TEXTS}) among %l site <0[*]> label "public" -> {SCORES}
  exec.return %s : {SCORES}
}}
"""


def words(count: int) -> list[str]:
    return [f"word{number}" for number in range(count)]


class Batches:
    """A provider of embeddings that says the number in each text; `seconds` is of a request."""

    def __init__(
        self,
        seconds: Callable[[Request], float] = lambda request: 1.0,
        answer: Callable[[str], Answer | Exception] = lambda text: (float(text[4:]),),
    ) -> None:
        self.seconds = seconds
        self.answer = answer
        self.requests: list[Request] = []

    @property
    def texts(self) -> list[list[str]]:
        """The texts of each request."""
        return [[r.prompt] if r.prompt is not None else list(r.prompts) for r in self.requests]

    def simulate(self, request: Request) -> tuple[Reply | Exception, float]:
        self.requests.append(request)
        values: list[Answer] = []
        for alone in request.alone():
            found = self.answer(alone.prompt or "")
            if isinstance(found, Exception):
                return found, self.seconds(request)
            values.append(found)
        return Reply(values, 2 * len(values), 0), self.seconds(request)

    async def generate(self, request: Request) -> Reply:
        outcome, seconds = self.simulate(request)
        await asyncio.sleep(seconds)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def run(
    harness: Harness, text: str, provider: object, *inputs: Argument, where: Where = "heap"
) -> Run:
    return Watched(harness.prepare(text), inputs, provider).run(where)


@VIRTUALLY
@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (2, [2]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])]
)
def test_a_list_takes_as_few_requests_as_the_lane_allows(
    harness: Harness, where: Where, count: int, sizes: list[int]
) -> None:
    provider = Batches()
    found = run(harness, lane() + EMBED, provider, words(count), where=where)
    assert found.outputs == [[(float(number),) for number in range(count)]]
    assert [len(texts) for texts in provider.texts] == sizes
    assert [text for texts in provider.texts for text in texts] == words(count)
    assert (found.bill.calls, found.bill.input_tokens) == (len(sizes), 2 * count)
    assert found.bill.usd == Decimal(2 * count) / 1_000_000


def test_fifty_texts_are_one_request_where_a_batch_has_room_for_them(harness: Harness) -> None:
    provider = Batches()
    assert run(harness, lane(50) + EMBED, provider, words(50)).bill.calls == 1
    assert provider.requests == [Request("small", prompts=tuple(words(50)), kind="embed")]
    provider = Batches()
    assert run(harness, lane(49) + EMBED, provider, words(50)).bill.calls == 2


def test_a_lane_without_batches_is_asked_as_before(harness: Harness) -> None:
    provider = Batches()
    plain = 'exec.lane @lane model "small" from "p" concurrency 2\n'
    found = run(harness, plain + EMBED, provider, words(3))
    assert provider.requests == [Request("small", text, kind="embed") for text in words(3)]
    # Two at a time.
    assert found.bill.seconds == 2


def test_no_more_are_under_way_than_the_lane_lets_through(harness: Harness) -> None:
    waiting: list[int] = []

    def seconds(request: Request) -> float:
        waiting.append(len(watched.engine.lanes[0].waiting))
        return 1.0

    provider = Batches(seconds)
    prepared = harness.prepare(lane(2, concurrency=2) + EMBED)
    watched = Watched(prepared, [words(9)], provider)
    assert watched.run("heap").bill.seconds == 3
    assert [len(texts) for texts in provider.texts] == [2, 2, 2, 2, 1]
    # What waits is made only when its turn has come.
    assert waiting == [0] * 5


@VIRTUALLY
def test_answers_are_in_the_order_of_the_texts_however_they_come(
    harness: Harness, where: Where
) -> None:
    provider = Batches(lambda request: 3.0 - len(request.prompts))
    found = run(harness, lane(2) + EMBED, provider, words(5), where=where)
    assert found.outputs == [[(0.0,), (1.0,), (2.0,), (3.0,), (4.0,)]]


def test_what_is_there_is_used_before_the_rest_has_come(harness: Harness) -> None:
    text = f"""
exec.frame @main(%xs: {TEXTS}) -> {TEXTS} {{
  %v = exec.embed @lane(%xs : {TEXTS}) site <0[*]> label "public" -> {VECTORS}
  %ys = exec.fanout @ask over %v : {VECTORS} -> {TEXTS}
  exec.return %ys : {TEXTS}
}}
exec.frame @ask(%v: tensor<?xf32>) -> !llm.text {{
  %t = exec.constant "word7"
  %x = exec.request @lane(%t) sampled site <1[*]> label "public"
  exec.return %x : !llm.text
}}
"""
    provider = Batches(
        lambda request: 5.0 if "word0" in request.prompts else 1.0,
        lambda text: text if text == "word7" else (1.0,),
    )
    found = run(harness, lane(2, concurrency=2) + text, provider, words(4))
    # The second request and the two prompts that follow from it pass the first one by.
    assert [request.kind for request in provider.requests] == ["embed"] * 2 + ["generate"] * 4
    assert found.bill.seconds == 6


def test_scores_of_a_list_are_those_of_each_text(harness: Harness) -> None:
    texts, labels = ["I love it", "I hate it", "A cat", ""], ["good", "bad"]
    model = Simulated()
    found = run(harness, lane() + SCORE, model, texts, labels)
    alone = [Request("small", text, kind="score", labels=("good", "bad")) for text in texts]
    replies = [model.simulate(request)[0] for request in alone]
    values = [reply.values[0] for reply in replies]
    assert found.outputs == [[list(value) for value in values if isinstance(value, tuple)]]
    assert found.bill.calls == 2
    assert found.bill.tokens == sum(reply.input_tokens for reply in replies)


@pytest.mark.parametrize("texts", [[], ["a", "b"]])
def test_of_no_label_nobody_is_asked(harness: Harness, texts: list[str]) -> None:
    found = run(harness, lane() + SCORE, Batches(), texts, [])
    assert found.outputs == [[[] for _ in texts]]
    assert found.bill.calls == 0


@VIRTUALLY
def test_the_first_failure_in_the_list_is_that_of_all(harness: Harness, where: Where) -> None:
    def answer(text: str) -> Answer | Exception:
        return ProviderError(f"no {text}") if text in ("word4", "word7") else (0.0,)

    provider = Batches(answer=answer)
    with pytest.raises(ProviderError, match="no word4") as caught:
        run(harness, lane() + EMBED, provider, words(9), where=where)
    assert caught.value.__notes__ == ["also failed: test.mlir:5:1: no word7"]
    assert caught.value.bill is not None
    assert (caught.value.bill.calls, caught.value.bill.input_tokens) == (3, 6)


def test_after_a_failure_no_more_is_sent(harness: Harness) -> None:
    provider = Batches(answer=lambda text: ProviderError("no"))
    with pytest.raises(ProviderError):
        run(harness, lane(1, concurrency=1) + EMBED, provider, words(9))
    assert len(provider.requests) == 1


def test_a_failure_is_handled_where_a_body_may_fail(harness: Harness) -> None:
    text = f"""
exec.frame @main(%xss: !llm.list<{TEXTS}>) -> !llm.list<{VECTORS}> {{
  %v = exec.fanout @each over %xss : !llm.list<{TEXTS}> on_error drop -> !llm.list<{VECTORS}>
  exec.return %v : !llm.list<{VECTORS}>
}}
exec.frame @each(%xs: {TEXTS}) -> {VECTORS} {{
  %v = exec.embed @lane(%xs : {TEXTS}) site <0[*, *]> label "public" -> {VECTORS}
  exec.return %v : {VECTORS}
}}
"""
    provider = Batches(answer=lambda t: ProviderError("no") if t == "word1" else (float(t[4:]),))
    found = run(harness, lane() + text, provider, [words(1), words(2), ["word5"] * 4])
    assert found.outputs == [[[(0.0,)], [(5.0,)] * 4]]


@pytest.mark.parametrize("fault", ["429", "reset", "wrong count", "negative tokens", "no reply"])
def test_a_batch_is_sent_again_as_a_whole(harness: Harness, fault: FaultKind) -> None:
    provider = Scripted(Simulated(), [fault])
    text = lane(more="at_most 3 backoff 1 to 2 seconds") + EMBED
    found = run(harness, text, provider, words(6))
    embeddings = [Simulated().simulate(Request("small", w, kind="embed"))[0] for w in words(6)]
    assert found.outputs == [[value for reply in embeddings for value in reply.values]]
    assert found.bill.calls == 4
    assert provider.played[fault] == 2


def test_faults_of_the_tape_are_those_of_its_texts_alone() -> None:
    faulty = Faulty(Simulated(), rate=0.3)
    texts = tuple(words(40))
    alone = [faulty.failure(Request("small", text, kind="embed")) for text in texts]
    assert 0 < len([failure for failure in alone if failure is not None]) < 40
    for start in range(38):
        together = faulty.failure(Request("small", prompts=texts[start : start + 3], kind="embed"))
        first = next((found for found in alone[start : start + 3] if found is not None), None)
        assert (together and together.message) == (first and first.message)


def limited(text: str, millionths: int) -> str:
    """A program with a budget, and with its types written out."""
    text = text.replace("LIMIT", f"{millionths:06d}").replace("TEXTS", TEXTS)
    return lane() + text.replace("VECTORS", VECTORS).replace("SCORES", SCORES)


def test_a_budget_reserves_the_worst_of_a_whole_batch(harness: Harness) -> None:
    # At most a token for each byte and 32 around each of three texts, at a millionth each.
    worst = sum(len(text) + 32 for text in words(3))
    text = """
exec.frame @main(%xs: TEXTS) -> VECTORS {
  %h, %v = exec.spawn @inner budget 0.LIMIT usd with %xs : TEXTS -> VECTORS
  exec.return %v : VECTORS
}
""" + EMBED.replace("@main", "@inner")
    assert run(harness, limited(text, worst), Batches(), words(3)).bill.calls == 1
    with pytest.raises(BudgetError, match=r"might cost \$0.000111 must fit"):
        run(harness, limited(text, worst - 1), Batches(), words(3))


def test_what_does_not_fit_a_budget_ends_the_rest_of_its_list(harness: Harness) -> None:
    text = """
exec.frame @main(%xs: TEXTS) -> VECTORS {
  %h, %v = exec.spawn @inner budget 0.LIMIT usd with %xs : TEXTS -> VECTORS
  exec.return %v : VECTORS
}
""" + EMBED.replace("@main", "@inner")
    with pytest.raises(BudgetError) as caught:
        run(harness, limited(text, 200), Batches(), ["word" * 50, *words(6)])
    assert caught.value.bill is not None
    assert caught.value.bill.calls == 0


def test_labels_count_for_each_text_of_a_batch(harness: Harness) -> None:
    text = """
exec.frame @main(%xs: TEXTS, %l: TEXTS) -> SCORES {
  %h, %v = exec.spawn @inner budget 0.LIMIT usd with %xs, %l : TEXTS, TEXTS -> SCORES
  exec.return %v : SCORES
}
""" + SCORE.replace("@main", "@inner")
    worst = 3 * (len("word0") + 32 + len("good") + len("bad"))
    labels = ["good", "bad"]
    assert run(harness, limited(text, worst), Simulated(), words(3), labels).bill.calls == 1
    with pytest.raises(BudgetError):
        run(harness, limited(text, worst - 1), Simulated(), words(3), labels)


def test_limits_of_tokens_count_the_texts_of_a_batch(harness: Harness) -> None:
    # Two texts of five characters count for four tokens. Ten tokens may come at once, and
    # the one that passes them is let through; what is used, which is four, is counted then.
    text = lane(2, more="tokens_per_minute 60") + EMBED
    spans = run(harness, text, Batches(), words(10)).trace.spans()
    assert [span.start for span in spans].count(0) == 3
    assert max(span.start for span in spans) == 6_000_000_000


def test_a_trace_has_a_span_for_each_request(harness: Harness) -> None:
    spans = run(harness, lane() + EMBED, Batches(), words(7)).trace.spans()
    assert [(span.name, span.lane, span.path, span.input_tokens) for span in spans] == [
        ("embed", "@lane", (0,), 6),
        ("embed", "@lane", (3,), 6),
        ("embed", "@lane", (6,), 2),
    ]


def test_texts_may_come_one_by_one(harness: Harness) -> None:
    text = f"""
exec.frame @main(%xs: {TEXTS}) -> {VECTORS} {{
  %ys = exec.fanout @ask over %xs : {TEXTS} -> {TEXTS}
  %v = exec.embed @lane(%ys : {TEXTS}) site <0[*]> label "public" -> {VECTORS}
  exec.return %v : {VECTORS}
}}
exec.frame @ask(%x: !llm.text) -> !llm.text {{
  %y = exec.request @lane(%x) sampled site <1[*]> label "public"
  exec.return %y : !llm.text
}}
"""

    class Both(Batches):
        def simulate(self, request: Request) -> tuple[Reply | Exception, float]:
            if request.kind == "embed":
                return super().simulate(request)
            self.requests.append(request)
            return Reply([f"word{int((request.prompt or '')[4:]) + 1}"], 1, 1), 1.0

    provider = Both()
    found = run(harness, lane() + text, provider, words(5))
    assert found.outputs == [[(1.0,), (2.0,), (3.0,), (4.0,), (5.0,)]]
    assert [len(texts) for texts in provider.texts] == [1] * 5 + [3, 2]


def test_nobody_need_read_what_comes_back(harness: Harness) -> None:
    text = f"""
exec.frame @main(%xs: {TEXTS}) -> {TEXTS} {{
  %v = exec.embed @lane(%xs : {TEXTS}) site <0[*]> label "public" -> {VECTORS}
  exec.return %xs : {TEXTS}
}}
"""
    found = run(harness, lane() + text, Batches(), words(4))
    assert (found.outputs, found.bill.calls) == ([words(4)], 2)
