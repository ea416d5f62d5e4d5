"""Programs as graphs, for Mermaid, Graphviz and as pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import pytest

import ember_mlir as ember
from ember_mlir.graphs import drawn
from ember_mlir.graphs.dot import as_dot
from ember_mlir.graphs.mermaid import as_mermaid
from ember_mlir.graphs.model import MAX_NODES, Graph, Node, graph_of
from ember_mlir.parsing import parse_module

TEXT = """
llm.model @small from "simulated"
func.func @ask(%q: !llm.text, %docs: !llm.list<!llm.text>) -> !llm.text {
  %p = llm.template "Q: {0}"(%q)
  %a = llm.generate @small(%p) draw <0>
  %notes = ensemble.map %d in %docs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %r = llm.template "{0}: {1}"(%a, %d)
    %n = llm.generate @small(%r) draw <1[*]>
    ensemble.yield %n : !llm.text
  }
  %v = ensemble.vote %notes : !llm.list<!llm.text>
  func.return %v : !llm.text
}
"""


def edges() -> set[tuple[str, str]]:
    graph = graph_of(parse_module(TEXT))
    labels = [node.label for node in graph.nodes]
    return {(labels[source], labels[target]) for source, target in graph.edges}


def test_what_is_made_from_what() -> None:
    assert edges() == {
        ("input 1", "generate small"),
        ("q", "generate small"),
        ("docs", "generate small"),
        ("docs", "map"),
        ("generate small", "generate small"),
        ("generate small", "map"),
        ("map", "vote"),
        ("vote", "result of ask"),
    } - {("input 1", "generate small")}


def test_steps_of_a_region_stand_inside_of_it() -> None:
    graph = graph_of(parse_module(TEXT))
    inner = [node for node in graph.nodes if node.inside is not None]
    assert [node.label for node in inner] == ["generate small"]
    assert graph.nodes[inner[0].inside or 0].label == "map"
    assert drawn(parse_module(TEXT), "dot").splitlines()[5:9] == [
        "  subgraph cluster3 {",
        r'    n4 [label="generate small\n<input>:8", shape=box]',
        r'    n3 [label="map\n<input>:6", shape=box, style=rounded]',
        "  }",
    ]


def test_each_form_is_written() -> None:
    module = parse_module(TEXT)
    assert "subgraph cluster" in drawn(module, "dot")
    assert drawn(module, "mermaid").startswith("flowchart TD\n")
    root = ElementTree.fromstring(drawn(module, "svg"))
    assert root.tag.endswith("svg")
    assert len([node for node in root if node.tag.endswith("rect")]) == len(graph_of(module).nodes)


def test_another_form_is_refused() -> None:
    with pytest.raises(ember.InputError, match="one of 'dot', 'mermaid', 'svg', but got 'png'"):
        drawn(parse_module(TEXT), "png")


def test_names_are_data() -> None:
    text = TEXT.replace("%q: !llm.text", '%q: !llm.text {ember.name = #llm.utf8"a<b>\\"c"}')
    module = parse_module(text)
    assert 'label="a<b>\\"c"' in drawn(module, "dot")
    assert "a#lt;b#gt;#quot;c" in drawn(module, "mermaid")
    assert "a&lt;b&gt;&quot;c" in drawn(module, "svg")


def test_a_graph_that_is_too_large_says_so() -> None:
    calls = "\n".join(f"%a{n} = llm.generate @small(%q) draw <{n}>" for n in range(MAX_NODES + 5))
    module = parse_module(
        f"""llm.model @small from "simulated"
        func.func @ask(%q: !llm.text) -> !llm.text {{
          {calls}
          func.return %a{MAX_NODES + 4} : !llm.text
        }}"""
    )
    assert graph_of(module).left_out == 7
    for form in ("dot", "mermaid", "svg"):
        assert "7 further steps" in drawn(module, form)


class CountedNodes(list[Node]):
    """Steps that count how often one of them is looked at."""

    looks = 0

    def __iter__(self) -> Iterator[Node]:
        for node in super().__iter__():
            self.looks += 1
            yield node


@pytest.mark.parametrize("write", [as_dot, as_mermaid])
def test_each_step_is_looked_at_once(write: Callable[[Graph], str]) -> None:
    # A chain of regions, and many steps in the innermost and in none.
    around = [None, *range(999)]
    insides = [*around, *[999] * 1_000, *[None] * 1_000]
    nodes = [Node(number, "a", "vote", inside=inside) for number, inside in enumerate(insides)]
    counted = CountedNodes(nodes)
    lines = write(Graph(counted)).splitlines()
    assert counted.looks == 3_000
    assert len([line for line in lines if "subgraph" in line]) == 1_000


def test_a_program_draws_itself() -> None:
    @ember.jit
    def ask(q: str) -> str:
        return ember.generate(q)

    @ember.jit
    def unknown(q: object) -> object:
        return q

    assert "generate small" in ask.graph()
    # This is what a notebook asks for.
    name = "_repr_svg_"
    assert getattr(ask, name)().startswith("<svg")
    assert getattr(unknown, name)() is None
