"""Other frameworks on the same workloads, in the same process: LangChain and LangGraph.

They are optional, and loaded only when they are asked for. Each is used as its
documentation says; what is built from a workload is built once, and not timed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any, TypedDict

from ember_mlir.tools.bench.fakes import Ask, Fake, between
from ember_mlir.tools.bench.forms import by_engine, by_hand, check, outputs_of
from ember_mlir.tools.bench.measure import (
    Form,
    Time,
    interleaved,
    ratio,
    spread,
    table,
)
from ember_mlir.tools.bench.workloads import (
    NONE,
    Workload,
    chain,
    layered,
    parents_of,
    prompt_of,
    wide_map,
)

INSTALL = "pip install -r tools/bench/requirements-peers.txt"

MODULES = {"LangChain": "langchain_core", "LangGraph": "langgraph"}

LENGTH, CAP = 1000, 256
LAYERS, WIDTH = 50, 20
PARENTS = parents_of(LAYERS, WIDTH)

Run = Callable[[], Coroutine[object, None, list[object]]]
"""Does a workload once, and returns its outputs."""

Build = Callable[["Asked"], Run]
"""Builds, once, what does a workload by asking."""


class Asked:
    """Who answers at the moment; what is built once is timed with a new model each time."""

    ask: Ask


def missing() -> list[str]:
    """The names of the frameworks that are not installed."""
    return [name for name, module in MODULES.items() if find_spec(module) is None]


def show(rounds: int) -> None:
    """Print the table."""
    head = ("workload", "measured", "by hand", "engine on", *MODULES)
    head = (*head, *(f"engine : {name}" for name in MODULES))
    table("Other frameworks", head, _peers(rounds))


def peers() -> list[tuple[Workload, dict[str, Build]]]:
    """The workloads, and how each framework does them."""
    return [
        (wide_map(LENGTH, CAP, NONE), {"LangChain": batch, "LangGraph": fan_out}),
        (chain(LENGTH, NONE), {"LangChain": sequence, "LangGraph": path}),
        (
            layered(LAYERS, WIDTH, between(0.001, 0.02)),
            {"LangChain": layers_of_runnables, "LangGraph": graph},
        ),
    ]


def _peers(rounds: int) -> Iterator[Sequence[str]]:
    for workload, builds in peers():
        expected = outputs_of(workload)
        forms = [
            by_hand(workload, expected, guarded=False),
            by_engine(workload, expected, "on"),
            *(by_peer(workload, expected, build) for build in builds.values()),
        ]
        times = interleaved(forms, rounds=rounds)
        waits = workload.latency is not NONE
        costs = [[_cost(workload, time, waits=waits) for time in form] for form in times]
        yield (
            workload.name,
            "wall, ms" if waits else "CPU per call, µs",
            *(spread(cost).shown(digits=1) for cost in costs),
            *(ratio(costs[1], cost).shown("x", 3) for cost in costs[2:]),
        )


def _cost(workload: Workload, time: Time, *, waits: bool) -> float:
    return time.wall * 1e3 if waits else time.cpu * 1e6 / workload.calls


def by_peer(workload: Workload, expected: list[object], build: Build) -> Form:
    """The workload on another framework, which is given a new model for each run."""
    asked = Asked()
    run = build(asked)

    async def form() -> None:
        fake = Fake(workload.latency)
        asked.ask = fake.answer
        check(workload, fake, await run(), expected)

    return form


# LangChain


def batch(asked: Asked) -> Run:
    """A map: one runnable on a batch of inputs."""

    async def one(number: str) -> str:
        return await asked.ask(f"n{number}|")

    runnable = _runnables().RunnableLambda(one)
    numbers = [str(number) for number in range(LENGTH)]

    async def run() -> list[object]:
        return [await runnable.abatch(numbers, config={"max_concurrency": CAP})]

    return run


def sequence(asked: Asked) -> Run:
    """A chain: runnables, one after another."""

    def step(number: int) -> object:
        async def one(answer: str) -> str:
            return await asked.ask(f"n{number}|{answer}")

        return _runnables().RunnableLambda(one)

    runnable = _runnables().RunnableSequence(*(step(number) for number in range(LENGTH)))

    async def run() -> list[object]:
        return [await runnable.ainvoke("")]

    return run


def layers_of_runnables(asked: Asked) -> Run:
    """A graph: runnables of a layer in parallel, and one layer after another."""

    def node(number: int) -> object:
        async def one(before: Mapping[str, str]) -> str:
            answers = [before[str(parent)] for parent in PARENTS[number]]
            return await asked.ask(prompt_of(number, answers))

        return _runnables().RunnableLambda(one)

    def layer(start: int) -> object:
        nodes = {str(number): node(number) for number in range(start, start + WIDTH)}
        return _runnables().RunnableParallel(nodes)

    starts = range(0, LAYERS * WIDTH, WIDTH)
    runnable = _runnables().RunnableSequence(*(layer(start) for start in starts))

    async def run() -> list[object]:
        answers: Mapping[str, str] = await runnable.ainvoke({})
        return [list(answers.values())]

    return run


def _runnables() -> Any:
    return import_module("langchain_core.runnables")


# LangGraph


def _both(left: dict[int, str], right: dict[int, str]) -> dict[int, str]:
    return left | right


class Item(TypedDict):
    """An element of a map."""

    number: int


class Items(TypedDict):
    """The answers of a map, in the order in which they have come."""

    answers: Annotated[list[tuple[int, str]], operator.add]


class Last(TypedDict):
    """The newest answer of a chain."""

    answer: str


class Answers(TypedDict):
    """The answers of a graph by node."""

    answers: Annotated[dict[int, str], _both]


def fan_out(asked: Asked) -> Run:
    """A map: a node that is sent each element."""
    graphs, types = import_module("langgraph.graph"), import_module("langgraph.types")

    async def one(item: Item) -> Items:
        return {"answers": [(item["number"], await asked.ask(f"n{item['number']}|"))]}

    def to_all(_state: Items) -> list[object]:
        return [types.Send("one", {"number": number}) for number in range(LENGTH)]

    builder = graphs.StateGraph(Items)
    builder.add_node("one", one, input_schema=Item)
    builder.add_conditional_edges(graphs.START, to_all, ["one"])
    graph = builder.compile()

    async def run() -> list[object]:
        state: Items = await graph.ainvoke({"answers": []}, config={"max_concurrency": CAP})
        return [[answer for _, answer in sorted(state["answers"])]]

    return run


def path(asked: Asked) -> Run:
    """A chain: nodes, each with an edge to the next one."""
    graphs = import_module("langgraph.graph")

    def node(number: int) -> Callable[[Last], Coroutine[object, None, Last]]:
        async def one(state: Last) -> Last:
            return {"answer": await asked.ask(f"n{number}|{state['answer']}")}

        return one

    builder = graphs.StateGraph(Last)
    builder.add_sequence([(f"n{number}", node(number)) for number in range(LENGTH)])
    builder.add_edge(graphs.START, "n0")
    graph = builder.compile()

    async def run() -> list[object]:
        limit = {"recursion_limit": LENGTH + 10}
        state: Last = await graph.ainvoke({"answer": ""}, config=limit)
        return [state["answer"]]

    return run


def graph(asked: Asked) -> Run:
    """A graph: nodes, each with an edge from its three parents together."""
    graphs = import_module("langgraph.graph")

    def node(number: int) -> Callable[[Answers], Coroutine[object, None, Answers]]:
        async def one(state: Answers) -> Answers:
            answers = [state["answers"][parent] for parent in PARENTS[number]]
            return {"answers": {number: await asked.ask(prompt_of(number, answers))}}

        return one

    builder = graphs.StateGraph(Answers)
    for number in range(LAYERS * WIDTH):
        builder.add_node(f"n{number}", node(number))
    for number, parents in enumerate(PARENTS):
        builder.add_edge([f"n{parent}" for parent in parents] or graphs.START, f"n{number}")
    compiled = builder.compile()

    async def run() -> list[object]:
        limit = {"recursion_limit": LAYERS + 10}
        state: Answers = await compiled.ainvoke({"answers": {}}, config=limit)
        last = range((LAYERS - 1) * WIDTH, LAYERS * WIDTH)
        return [[state["answers"][number] for number in last]]

    return run
