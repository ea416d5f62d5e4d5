"""Graphs in the language of Mermaid, which many pages draw."""

from __future__ import annotations

from ember_mlir.graphs.model import Graph, Group, Node

_BRACKETS = {
    "input": ("([", "])"),
    "result": ("([", "])"),
    "request": ("[", "]"),
    "choice": ("{", "}"),
    "function": ("[[", "]]"),
}


def as_mermaid(graph: Graph) -> str:
    """The text of a flowchart.

    >>> print(as_mermaid(Graph([Node(0, "a", "input"), Node(1, "b", "vote")], {(0, 1): None})))
    flowchart TD
      n0(["a"])
      n1("b")
      n0 --> n1
    """
    lines = ["flowchart TD", *graph.written(_node, _opened, _grouped, "end")]
    lines += [f"  n{source} --> n{target}" for source, target in graph.edges]
    if graph.left_out:
        lines.append(f'  rest["{graph.left_out} further steps"]')
    return "\n".join(lines)


def _opened(node: Node) -> str:
    return f'subgraph s{node.number} [" "]'


def _grouped(group: Group) -> str:
    return f'subgraph o{group.number} ["{_escaped(group.operators)}"]'


def _node(node: Node) -> str:
    first, last = _BRACKETS.get(node.kind, ("(", ")"))
    label = f"{node.label}<br/>{node.line}" if node.line and node.kind != "input" else node.label
    return f'n{node.number}{first}"{_escaped(label)}"{last}'


def _escaped(text: str) -> str:
    kept = text.replace("<br/>", "\n")
    for character, entity in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        kept = kept.replace(character, entity)
    return kept.replace("\n", "<br/>")
