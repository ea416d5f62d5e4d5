"""Graphs in the language of Graphviz."""

from __future__ import annotations

from ember_mlir.graphs.model import Graph, Group, Node

_SHAPES = {
    "input": "oval",
    "result": "oval",
    "request": "box",
    "choice": "diamond",
    "function": "component",
}


def as_dot(graph: Graph) -> str:
    """The text that `dot -Tsvg` draws.

    >>> print(as_dot(Graph([Node(0, 'say "hi"', "input")])))
    digraph program {
      node [fontname="sans-serif"]
      n0 [label="say \\"hi\\"", shape=oval]
    }
    """
    lines = ["digraph program {", '  node [fontname="sans-serif"]']
    lines += graph.written(_node, _opened, _grouped, "}")
    lines += [f"  n{source} -> n{target}" for source, target in graph.edges]
    if graph.left_out:
        lines.append(f'  rest [label="{graph.left_out} further steps", shape=plaintext]')
    return "\n".join([*lines, "}"])


def _opened(node: Node) -> str:
    return f"subgraph cluster{node.number} {{"


def _grouped(group: Group) -> str:
    return f"subgraph cluster_o{group.number} {{ label={_quoted(group.operators)}"


def _node(node: Node) -> str:
    label = f"{node.label}\n{node.line}" if node.line and node.kind != "input" else node.label
    shape = _SHAPES.get(node.kind, "box, style=rounded")
    return f"n{node.number} [label={_quoted(label)}, shape={shape}]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
