"""The operators of a program are told by locations, and by nothing else."""

# What lambdas take, the calls of the programs say.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from xdsl.dialects.builtin import ModuleOp

import ember_mlir as ember
from ember_mlir import generate
from ember_mlir.dialects.locations import operators_of, source_of
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.pipeline import compile_to

from .conftest import Agree
from .ways import Words, captured_of


class Draft(ember.Operator[str, str]):
    def __init__(self, style: str) -> None:
        self.style = style

    def forward(self, question: str) -> str:
        return generate(f"{self.style}: {question}", temperature=0.5)


class Refine(ember.Operator[str, str]):
    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def forward(self, question: str) -> str:
        return generate(f"Improve {self.draft(question)}")


class Pipeline(ember.Operator[str, str]):
    def __init__(self) -> None:
        self.refine = Refine(Draft("short"))

    def forward(self, question: str) -> str:
        return generate(self.refine(inputs={"question": question}))


class Diamond(ember.Operator[str, str]):
    """Two branches of one operator that is held twice, and what merges them."""

    def __init__(self) -> None:
        self.left = self.right = Draft("both")
        self.others = [Draft("first"), Draft("second")]
        self.named = {"a": Draft("third")}

    def forward(self, question: str) -> str:
        start = generate(question)
        held = [self.left(start), self.right(start), Draft("made")(start)]
        held += [other(start) for other in self.others]
        held.append(self.named["a"](start))
        return generate(ember.join(held))


class Each(ember.Operator["list[str]", "list[str]"]):
    def __init__(self) -> None:
        self.draft = Draft("each")

    def forward(self, questions: list[str]) -> list[str]:
        return [self.draft(question) for question in questions]


pipeline, diamond, each = Pipeline(), Diamond(), Each()


def nested(q: str) -> str:
    return pipeline(q)


def branching(q: str) -> str:
    return generate(f"{diamond(q)}{diamond(q)}")


def rows(questions: list[str]) -> list[str]:
    return each(questions)


def asked(module: ModuleOp, name: str = "llm.generate") -> list[str]:
    return [operators_of(op) for op in module.walk() if op.name == name]


def test_the_hierarchy_is_in_the_locations() -> None:
    module = captured_of(nested, ["q"]).module
    assert asked(module) == ["Pipeline/refine/draft", "Pipeline/refine", "Pipeline"]


def test_places_are_those_of_the_user() -> None:
    module = captured_of(nested, ["q"]).module
    first = next(op for op in module.walk() if op.name == "llm.generate")
    source, code = source_of(first), Draft.forward.__code__
    assert source.file == code.co_filename
    assert source.line == code.co_firstlineno + 1


def test_an_operator_is_called_by_what_holds_it() -> None:
    module = captured_of(lambda q: diamond(q), ["q"]).module
    assert asked(module) == [
        "Diamond",
        "Diamond/left",
        "Diamond/right",
        "Diamond/Draft",
        "Diamond/others[0]",
        "Diamond/others[1]",
        "Diamond/named[a]",
        "Diamond",
    ]


def test_what_is_outside_of_operators_has_no_name() -> None:
    module = captured_of(branching, ["q"]).module
    assert Counter(asked(module))[""] == 1


def test_operators_in_regions_are_named() -> None:
    module = captured_of(rows, [["a", "b"]]).module
    assert asked(module) == ["Each/draft"]
    assert asked(module, "ensemble.map") == ["Each"]


@pytest.mark.parametrize("level", ["llm", "sched", "exec"])
@pytest.mark.parametrize("function", [nested, branching, rows])
def test_a_text_with_locations_reads_back_the_same(
    function: Callable[..., object], level: str
) -> None:
    given: object = ["a"] if function is rows else "q"
    module = compile_to(captured_of(function, [given]).module, level)
    text = print_module(module, locations=True)
    read = parse_module(text)
    assert print_module(read, locations=True) == text
    before = [(operators_of(op), source_of(op)) for op in module.walk()]
    assert before == [(operators_of(op), source_of(op)) for op in read.walk()]
    assert any(operators for operators, _ in before)


def test_names_of_operators_are_no_names_of_values() -> None:
    for function, given in ((nested, "q"), (rows, ["a"])):
        module = captured_of(function, [given]).module
        for level in ("llm", "sched", "exec"):
            assert "%Pipeline" not in print_module(compile_to(module, level))
            assert "%Each" not in print_module(compile_to(module, level))


@pytest.mark.parametrize("function", [nested, branching])
def test_all_ways_agree(agree: Agree, function: Callable[..., object]) -> None:
    agree(function, "question")


class Steady:
    """A provider whose answers take a second each, of whatever."""

    def simulate(self, request: ember.Request) -> tuple[ember.Reply, float]:
        return ember.Reply([f"<{request.prompt}>"], 1, 1), 1.0

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        raise AssertionError(f"the clock of {request} is virtual")


@pytest.mark.parametrize(("function", "longest"), [(nested, 3), (branching, 4)])
def test_operators_are_no_dependencies(function: Callable[[str], str], longest: int) -> None:
    program = ember.compile(function, allow="exact", strict=True)
    with ember.Session(provider=Steady(), seed=1, clock="virtual"):
        program("q")
    assert program.last_run is not None
    assert program.last_run.seconds == longest


def test_graphs_show_operators_as_groups() -> None:
    program = ember.compile(nested, strict=True)
    mermaid, dot = program.graph(), program.graph("dot")
    for path in ("Pipeline", "Pipeline/refine", "Pipeline/refine/draft"):
        assert f'["{path}"]' in mermaid
        assert f'label="{path}"' in dot
        assert f"<title>{path}</title>" in program.graph("svg")
    assert mermaid.count("subgraph") == mermaid.count("end") == 3
    assert dot.count("{") == dot.count("}") == 4


class Wasteful(ember.Operator[str, str]):
    def __init__(self) -> None:
        self.draft = Draft("wasted")

    def forward(self, question: str) -> str:
        self.draft(question)
        return generate(question)


def test_the_explanation_names_operators() -> None:
    wasteful = Wasteful()

    def wasted(q: str) -> str:
        return wasteful(q)

    told = str(ember.compile(wasted, strict=True).explain())
    assert "'llm.generate' of Wasteful/draft " in told


def test_an_error_of_a_nested_request_has_its_place() -> None:
    program = ember.compile(nested, strict=True)
    with ember.Session(provider=Words(0, draws=True)), pytest.raises(ember.ProviderError) as raised:
        program("FAIL")
    location = raised.value.location
    assert location is not None
    assert location.line == Draft.forward.__code__.co_firstlineno + 1
