"""Workloads: each as `exec` text, and as the best asyncio that a person writes by hand."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from random import Random

from ember_mlir.tools.bench.fakes import Ask, Latency, always, checksum
from ember_mlir.tools.bench.texts import LIST, TEXT, Features, ask, frame, program

ByHand = Callable[[Ask], Coroutine[object, None, list[object]]]
"""What a person writes: asks, and returns the outputs of the program."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A program in two forms that make the same calls and return the same values.

    At most `cap` calls run at once. `critical` is the time that no schedule can be faster
    than, in seconds; None where nobody asks.
    """

    name: str
    calls: int
    cap: int
    latency: Latency
    text: Callable[[Features], str]
    inputs: tuple[list[str], ...]
    by_hand: ByHand
    critical: float | None = None


def ensemble(members: int, latency: Latency) -> Workload:
    """W1: several answers to one prompt, and a vote."""
    cap = 64

    def text(features: Features) -> str:
        drafts = f"%drafts = exec.fanout @draft times {members} -> {LIST}"
        return program(
            cap,
            features,
            {},
            [drafts, f"%winner = exec.vote %drafts : {LIST}"],
            {"winner": TEXT},
            frame(
                "draft",
                {},
                ['%prompt = exec.constant "n0|"', ask("answer", "prompt", "0[*]")],
                {"answer": TEXT},
            ),
        )

    async def by_hand(ask: Ask) -> list[object]:
        answers = await asyncio.gather(*[ask("n0|") for _ in range(members)])
        return [Counter(answers).most_common(1)[0][0]]

    return Workload(f"W1 vote of {members}", members, cap, latency, text, (), by_hand)


def wide_map(length: int, cap: int, latency: Latency, *, leaf: bool = False) -> Workload:
    """W2: a call per element of a list, whose frame is the request alone if it is a `leaf`."""
    items = [str(number) for number in range(length)]

    def text(features: Features) -> str:
        lines = [ask("answer", "item", "0[*]")]
        if not leaf:
            lines = ['%prompt = exec.format "n{0}|"(%item)', ask("answer", "prompt", "0[*]")]
        return program(
            cap,
            features,
            {"items": LIST},
            [f"%all = exec.fanout @one over %items : {LIST} -> {LIST}"],
            {"all": LIST},
            frame("one", {"item": TEXT}, lines, {"answer": TEXT}),
        )

    async def by_hand(ask: Ask) -> list[object]:
        answers = [""] * length
        left = iter(range(length))

        async def worker() -> None:
            for number in left:
                answers[number] = await ask(items[number] if leaf else f"n{items[number]}|")

        await asyncio.gather(*[worker() for _ in range(min(cap, length))])
        return [answers]

    name = f"W2 {'leaf' if leaf else 'frame'} map of {length}"
    return Workload(name, length, cap, latency, text, (items,), by_hand)


def chain(length: int, latency: Latency) -> Workload:
    """W3: calls one after another, each on the answer before."""
    cap = 64

    def text(features: Features) -> str:
        lines = ['%a0 = exec.constant ""']
        for number in range(length):
            lines.append(f'%p{number} = exec.format "n{number}|{{0}}"(%a{number})')
            lines.append(ask(f"a{number + 1}", f"p{number}", str(number)))
        return program(cap, features, {}, lines, {f"a{length}": TEXT})

    async def by_hand(ask: Ask) -> list[object]:
        answer = ""
        for number in range(length):
            answer = await ask(f"n{number}|{answer}")
        return [answer]

    return Workload(f"W3 chain of {length}", length, cap, latency, text, (), by_hand)


def layered(layers: int, width: int, latency: Latency) -> Workload:
    """W4: layers of calls, each on the answers of three calls of the layer before."""
    count = layers * width
    parents = parents_of(layers, width)

    def text(features: Features) -> str:
        lines: list[str] = []
        for number, above in enumerate(parents):
            template = prompt_of(number, [f"{{{hole}}}" for hole in range(len(above))])
            holes = ", ".join(f"%a{parent}" for parent in above)
            lines.append(f'%p{number} = exec.format "{template}"({holes})')
            lines.append(ask(f"a{number}", f"p{number}", str(number)))
        last = ", ".join(f"%a{number}" for number in range(count - width, count))
        lines.append(f"%all = exec.list({last}) : {LIST}")
        return program(count, features, {}, lines, {"all": LIST})

    async def by_hand(ask: Ask) -> list[object]:
        async def node(number: int) -> str:
            answers = [await tasks[parent] for parent in parents[number]]
            return await ask(prompt_of(number, answers))

        tasks: list[asyncio.Task[str]] = []
        for number in range(count):
            tasks.append(asyncio.create_task(node(number)))
        return [[await task for task in tasks[-width:]]]

    return Workload(
        f"W4 {layers} layers of {width}",
        count,
        count,
        latency,
        text,
        (),
        by_hand,
        _longest_path(parents, latency),
    )


def parents_of(layers: int, width: int) -> list[list[int]]:
    """The calls of the layer before whose answers each call of W4 reads, by its number."""
    random = Random(4)
    return [
        random.sample(range(start - width, start), min(3, width)) if start else []
        for start in range(0, layers * width, width)
        for _ in range(width)
    ]


def prompt_of(number: int, answers: list[str]) -> str:
    """What call `number` of W4 asks, given the answers that it reads."""
    return "|".join([f"n{number}", *answers])


def _longest_path(parents: list[list[int]], latency: Latency) -> float:
    """How long a graph takes whose every call starts as soon as its parents have ended."""
    answers: list[str] = []
    ends: list[float] = []
    for number, above in enumerate(parents):
        prompt = prompt_of(number, [answers[parent] for parent in above])
        answers.append(checksum(prompt))
        ends.append(max((ends[parent] for parent in above), default=0.0) + latency(prompt))
    return max(ends)


def tree(leaves: int, latency: Latency, cap: int) -> Workload:
    """W5: a call per leaf, and a binary tree of calls over the answers."""
    items = [str(number) for number in range(leaves)]

    def text(features: Features) -> str:
        return program(
            cap,
            features,
            {"items": LIST},
            [
                f"%all = exec.fanout @leaf over %items : {LIST} -> {LIST}",
                f"%top = exec.reduce @node over %all by 2 : {LIST}",
            ],
            {"top": TEXT},
            frame("leaf", {"item": TEXT}, [ask("answer", "item", "0[*]")], {"answer": TEXT}),
            frame(
                "node",
                {"group": LIST},
                ['%prompt = exec.join %group with "|"', ask("answer", "prompt", "1[*]")],
                {"answer": TEXT},
            ),
        )

    async def by_hand(ask: Ask) -> list[object]:
        # Who ends second of two siblings goes on with their parent: no task per node.
        waiting: dict[tuple[int, int], str] = {}
        left = iter(range(leaves))

        async def worker() -> None:
            for number in left:
                answer = await ask(items[number])
                place, width = number, leaves
                while width > 1:
                    sibling = waiting.pop((width, place ^ 1), None)
                    if sibling is None:
                        waiting[width, place] = answer
                        break
                    pair = (sibling, answer) if place & 1 else (answer, sibling)
                    answer = await ask("|".join(pair))
                    place, width = place // 2, width // 2
                else:
                    waiting[1, 0] = answer

        await asyncio.gather(*[worker() for _ in range(min(cap, leaves))])
        return [waiting[1, 0]]

    name = f"W5 tree of {leaves}" if cap >= leaves else f"W5 tree of {leaves}, cap {cap}"
    return Workload(name, 2 * leaves - 1, cap, latency, text, (items,), by_hand)


def two_chains(length: int, stages: tuple[int, int], latency: Latency) -> Workload:
    """W7: two chains of maps of different lengths, of which none waits for a whole list."""
    names = ("a", "b")
    inputs = tuple([f"{name}{number}" for number in range(length)] for name in names)
    cap = 2 * length

    def text(features: Features) -> str:
        lines: list[str] = []
        frames: list[str] = []
        # Interleaved in the text as well: a map of one, then a map of the other.
        steps = [(stage, side) for stage in range(max(stages)) for side in (0, 1)]
        for site, (stage, side) in enumerate(steps):
            if stage >= stages[side]:
                continue
            name = names[side]
            lines.append(
                f"%{name}{stage + 1} = exec.fanout @{name}{stage} over %{name}{stage} : "
                f"{LIST} -> {LIST}"
            )
            prompt = f'%prompt = exec.format "{name}{stage}|{{0}}"(%item)'
            asked = ask("answer", "prompt", f"{site}[*]")
            frames.append(
                frame(f"{name}{stage}", {"item": TEXT}, [prompt, asked], {"answer": TEXT})
            )
        given = {f"{name}0": LIST for name in names}
        results = {f"{name}{count}": LIST for name, count in zip(names, stages, strict=True)}
        return program(cap, features, given, lines, results, *frames)

    async def by_hand(ask: Ask) -> list[object]:
        async def one(side: int, answer: str) -> str:
            for stage in range(stages[side]):
                answer = await ask(f"{names[side]}{stage}|{answer}")
            return answer

        answers = await asyncio.gather(
            *[one(side, item) for side in (0, 1) for item in inputs[side]]
        )
        return [answers[:length], answers[length:]]

    critical = max(
        _chain_seconds(names[side], stages[side], item, latency)
        for side in (0, 1)
        for item in inputs[side]
    )
    calls = length * sum(stages)
    name = f"W7 chains of {stages[0]} and {stages[1]} maps of {length}"
    return Workload(name, calls, cap, latency, text, inputs, by_hand, critical)


def _chain_seconds(name: str, stages: int, answer: str, latency: Latency) -> float:
    seconds = 0.0
    for stage in range(stages):
        prompt = f"{name}{stage}|{answer}"
        seconds += latency(prompt)
        answer = checksum(prompt)
    return seconds


NONE = always(0)
"""Answers are there on the next turn of the event loop."""
