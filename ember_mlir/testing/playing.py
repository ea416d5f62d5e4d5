"""A provider that plays what a test tells it to, and the programs that it is asked by most."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from ember_mlir.errors import ProviderError
from ember_mlir.providers import Reply, Request
from ember_mlir.providers.protocol import Outcome

LIST = "!llm.list<!llm.text>"


APPLYING = f"""
exec.lane @lane model "m" from "p" concurrency 4
exec.frame @main(%t: !llm.text, %xs: {LIST}) -> (!llm.text, {LIST}) {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  %y = exec.apply pure @function(%t) at "a.py":1:1 : (!llm.text) -> !llm.text
  exec.return %y, %ys : !llm.text, {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""
"""A map, and the application of a Python function."""


def map_on(limits: str, concurrency: int = 8, on_error: str = "") -> str:
    """A map of one request, on a lane of its own."""
    return f"""
exec.lane @lane model "m" from "p" concurrency {concurrency} {limits}
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @ask over %xs : {LIST} {on_error} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) max_tokens 9 sampled site <0[*]> label "public" at "a.py":1:1
  exec.return %x : !llm.text
}}
"""


class Playing:
    """A provider that is told what comes of each sending of a prompt, and after how long.

    What `play` gets is the prompt, and how often it was sent before. `live` is how many
    are under way; `now` is the time of the run.
    """

    def __init__(self, play: Callable[[str, int], tuple[str | Exception, float]]) -> None:
        self.play = play
        self.sent: Counter[str] = Counter()
        self.starts: list[tuple[str, float]] = []
        self.live = 0
        self.now: Callable[[], float] = lambda: 0.0

    def begin(self, now: Callable[[], float]) -> None:
        self.now = now

    def simulate(self, request: Request) -> tuple[Outcome, float]:
        prompt = request.prompt or ""
        self.starts.append((prompt, self.now()))
        answer, seconds = self.play(prompt, self.sent[prompt])
        self.sent[prompt] += 1
        return (Reply([answer], 2, 1) if isinstance(answer, str) else answer), seconds

    async def generate(self, request: Request) -> Reply:
        outcome, seconds = self.simulate(request)
        self.live += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            self.live -= 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def answering(seconds: float = 0.001) -> Playing:
    return Playing(lambda prompt, before: (f"<{prompt}>", seconds))


def words(count: int) -> list[str]:
    return [f"w{number}" for number in range(count)]


MIXED = f"""
exec.lane @lane model "m" from "p" concurrency 8
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @element over %xs : {LIST} on_error drop -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @element(%x: !llm.text) -> !llm.text {{
  %a = exec.attempt [@fails, @vote] at_most 2 with %x : !llm.text -> !llm.text
  %b = exec.first [@slow, @ask] after 0.5 seconds with %a : !llm.text -> !llm.text
  %h, %c = exec.spawn @rows deadline 60 seconds with %b : !llm.text -> !llm.text
  %go = exec.constant true
  %d = exec.select %go then @ask else @slow with %c : !llm.text -> !llm.text
  %more, %e = exec.loop @again from %d : !llm.text at_most 3 with %go : i1
  exec.return %e : !llm.text
}}
exec.frame @fails(%x: !llm.text) -> !llm.text {{
  %bad = exec.format "bad {{0}}"(%x)
  %y = exec.request @lane(%bad) sampled site <0[*]> label "public"
  exec.return %y : !llm.text
}}
exec.frame @vote(%x: !llm.text) -> !llm.text {{
  %all = exec.fanout @draw times 5 with %x : !llm.text -> {LIST}
  %v = exec.quorum %all stop lossless : {LIST}
  exec.return %v : !llm.text
}}
exec.frame @draw(%x: !llm.text) -> !llm.text {{
  %y = exec.request @lane(%x) sampled site <1[*, *]> label "public"
  exec.return %y : !llm.text
}}
exec.frame @slow(%x: !llm.text) -> !llm.text {{
  %s = exec.format "slow {{0}}"(%x)
  %y = exec.request @lane(%s) sampled site <2[*]> label "public"
  exec.return %y : !llm.text
}}
exec.frame @ask(%x: !llm.text) -> !llm.text {{
  %y = exec.request @lane(%x) sampled site <3[*]> label "public"
  exec.return %y : !llm.text
}}
exec.frame @rows(%x: !llm.text) -> !llm.text {{
  %row = exec.list(%x, %x, %x) : {LIST}
  %ys = exec.fanout @draw over %row : {LIST} -> {LIST}
  %r = exec.reduce @node over %ys by 2 : {LIST}
  exec.return %r : !llm.text
}}
exec.frame @node(%g: {LIST}) -> !llm.text {{
  %j = exec.join %g with "+"
  exec.return %j : !llm.text
}}
exec.frame @again(%x: !llm.text, %go: i1) -> (i1, !llm.text) {{
  %y = exec.request @lane(%x) sampled site <4[*, *]> label "public"
  exec.return %go, %y : i1, !llm.text
}}
"""
"""Most instructions, for each member of a list."""


def mixed(prompt: str, before: int) -> tuple[str | Exception, float]:
    """What `Playing` plays for `MIXED`: what is slow loses, and what is bad fails."""
    if prompt.startswith("bad"):
        return ProviderError("the model refused"), 0.25
    return prompt[-9:], 9.0 if prompt.startswith("slow") else 0.125
