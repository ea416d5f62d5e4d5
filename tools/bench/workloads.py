"""Workloads: each as `exec` text, and as the best asyncio that a person writes by hand."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from zlib import crc32

from ember_mlir.providers import Reply, Request

ByHand = Callable[["Fake"], Coroutine[object, None, object]]


class Fake:
    """A model whose answer is a checksum of the prompt, after a fixed number of seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.calls = 0

    async def answer(self, prompt: str) -> str:
        """What code written by hand calls."""
        self.calls += 1
        await asyncio.sleep(self.seconds)
        return f"{crc32(prompt.encode()):08x}"

    async def generate(self, request: Request) -> Reply:
        """What the engine calls."""
        return Reply([await self.answer(request.prompt or "")], 1, 1)


@dataclass(frozen=True, slots=True)
class Workload:
    """A program in two forms that make the same calls and return the same values."""

    name: str
    calls: int
    seconds: float
    text: str
    inputs: dict[str, list[str]]
    by_hand: ByHand


LANE = 'exec.lane @lane model "fake" from "fake" concurrency {0}\n'
ASK = '%{0} = exec.request @lane(%{1}) temperature 0 site <{2}> label "public"\n'


def ensemble(members: int, seconds: float) -> Workload:
    """W1: several answers to one prompt, and a vote."""
    text = f"""{LANE.format(64)}
      exec.frame @main() -> !llm.text {{
        %drafts = exec.fanout @draft times {members} -> !llm.list<!llm.text>
        %winner = exec.vote %drafts : !llm.list<!llm.text>
        exec.return %winner : !llm.text
      }}
      exec.frame @draft() -> !llm.text {{
        %prompt = exec.constant "n0|"
        {ASK.format("answer", "prompt", "0[*]")}
        exec.return %answer : !llm.text
      }}"""

    async def by_hand(fake: Fake) -> object:
        answers = await asyncio.gather(*[fake.answer("n0|") for _ in range(members)])
        return [Counter(answers).most_common(1)[0][0]]

    return Workload("W1 vote", members, seconds, text, {}, by_hand)


def wide_map(length: int, cap: int, seconds: float) -> Workload:
    """W2: a call per element of a list, at most `cap` at once."""
    items = [str(number) for number in range(length)]
    text = f"""{LANE.format(cap)}
      exec.frame @main(%items: !llm.list<!llm.text>) -> !llm.list<!llm.text> {{
        %all = exec.fanout @one over %items : !llm.list<!llm.text> -> !llm.list<!llm.text>
        exec.return %all : !llm.list<!llm.text>
      }}
      exec.frame @one(%item: !llm.text) -> !llm.text {{
        %prompt = exec.format "n{{0}}|"(%item)
        {ASK.format("answer", "prompt", "0[*]")}
        exec.return %answer : !llm.text
      }}"""

    async def by_hand(fake: Fake) -> object:
        answers = [""] * length
        left = iter(range(length))

        async def worker() -> None:
            for number in left:
                answers[number] = await fake.answer(f"n{items[number]}|")

        await asyncio.gather(*[worker() for _ in range(min(cap, length))])
        return [answers]

    return Workload("W2 map", length, seconds, text, {"items": items}, by_hand)


def chain(length: int, seconds: float) -> Workload:
    """W3: calls one after another, each on the answer before."""
    rows = ['%a0 = exec.constant ""\n']
    for number in range(length):
        rows.append(f'%p{number} = exec.format "n{number}|{{0}}"(%a{number})\n')
        rows.append(ASK.format(f"a{number + 1}", f"p{number}", number))
    text = f"""{LANE.format(64)}
      exec.frame @main() -> !llm.text {{
        {"".join(rows)}
        exec.return %a{length} : !llm.text
      }}"""

    async def by_hand(fake: Fake) -> object:
        answer = ""
        for number in range(length):
            answer = await fake.answer(f"n{number}|{answer}")
        return [answer]

    return Workload("W3 chain", length, seconds, text, {}, by_hand)


def tree(leaves: int, seconds: float) -> Workload:
    """W5: a call per leaf, and a binary tree of calls over the answers."""
    items = [str(number) for number in range(leaves)]
    text = f"""{LANE.format(leaves)}
      exec.frame @main(%items: !llm.list<!llm.text>) -> !llm.text {{
        %all = exec.fanout @leaf over %items : !llm.list<!llm.text> -> !llm.list<!llm.text>
        %top = exec.reduce @node over %all by 2 : !llm.list<!llm.text>
        exec.return %top : !llm.text
      }}
      exec.frame @leaf(%item: !llm.text) -> !llm.text {{
        {ASK.format("answer", "item", "0[*]")}
        exec.return %answer : !llm.text
      }}
      exec.frame @node(%group: !llm.list<!llm.text>) -> !llm.text {{
        %prompt = exec.join %group with "|"
        {ASK.format("answer", "prompt", "1[*]")}
        exec.return %answer : !llm.text
      }}"""

    async def by_hand(fake: Fake) -> object:
        async def node(left: asyncio.Task[str], right: asyncio.Task[str]) -> str:
            return await fake.answer(f"{await left}|{await right}")

        level = [asyncio.create_task(fake.answer(item)) for item in items]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [asyncio.create_task(node(left, right)) for left, right in pairs]
        return [await level[0]]

    return Workload("W5 tree", 2 * leaves - 1, seconds, text, {"items": items}, by_hand)


WORKLOADS = (
    ensemble(5, 0.1),
    wide_map(1000, 256, 0),
    wide_map(10_000, 256, 0),
    wide_map(2000, 256, 0.0105),
    chain(1000, 0),
    tree(1024, 0),
)
