"""Graphs as pictures: a row for each step of the longest way, drawn without other programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape

from ember_mlir.graphs.model import Graph, Node

WIDTH, HEIGHT = 170, 44
ACROSS, DOWN = 24, 40
MARGIN = 16
MAX_LETTERS = 24

_FILLS = {
    "input": "#eef3fb",
    "result": "#eef3fb",
    "request": "#fdf1dc",
    "function": "#eaf6ea",
    "choice": "#f6eaf4",
}

Position = tuple[float, float]


def as_svg(graph: Graph) -> str:
    """The text of an SVG picture, which a browser or notebook shows.

    >>> as_svg(Graph([Node(0, "a", "input")])).startswith("<svg")
    True
    """
    places = _places(graph)
    across = max((x for x, _ in places.values()), default=0) + WIDTH + MARGIN
    down = max((y for _, y in places.values()), default=0) + HEIGHT + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across:g}" height="{down:g}" '
        f'viewBox="0 0 {across:g} {down:g}" font-family="sans-serif" font-size="12">',
        '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs>',
        *[_arrow(places[source], places[target]) for source, target in graph.edges],
        *[line for node in graph.nodes for line in _box(node, places[node.number])],
    ]
    if graph.left_out:
        lines.append(f'<text x="{MARGIN}" y="{down - 2:g}">{graph.left_out} further steps</text>')
    return "\n".join([*lines, "</svg>"])


def _places(graph: Graph) -> Mapping[int, Position]:
    """Where the upper left corner of each step is."""
    rows: dict[int, int] = {}
    before: defaultdict[int, list[int]] = defaultdict(list)
    for source, target in graph.edges:
        before[target].append(source)
    # The steps of a region come before the region in the picture, but behind it in the list.
    for node in _in_order(graph, before):
        rows[node] = 1 + max((rows.get(source, -1) for source in before[node]), default=-1)
    columns: defaultdict[int, int] = defaultdict(int)
    places: dict[int, Position] = {}
    for node in graph.nodes:
        row = rows[node.number]
        column = columns[row]
        columns[row] += 1
        places[node.number] = (
            MARGIN + column * (WIDTH + ACROSS),
            MARGIN + row * (HEIGHT + DOWN),
        )
    return places


def _in_order(graph: Graph, before: Mapping[int, list[int]]) -> Iterator[int]:
    """The steps, each behind all that it is made from."""
    done: set[int] = set()
    for node in graph.nodes:
        pending = [node.number]
        while pending:
            number = pending[-1]
            missing = [source for source in before.get(number, ()) if source not in done]
            if number in done or not missing:
                pending.pop()
                if number not in done:
                    done.add(number)
                    yield number
            else:
                pending += missing


def _arrow(source: Position, target: Position) -> str:
    x1, y1 = source[0] + WIDTH / 2, source[1] + HEIGHT
    x2, y2 = target[0] + WIDTH / 2, target[1]
    bend = max(DOWN / 2, (y2 - y1) / 2)
    return (
        f'<path d="M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}" '
        'fill="none" stroke="#667" marker-end="url(#end)"/>'
    )


def _box(node: Node, place: Position) -> Iterator[str]:
    x, y = place
    fill = _FILLS.get(node.kind, "#f4f4f6")
    round_by = HEIGHT / 2 if node.kind in ("input", "result") else 6
    # A browser tells the operators where the mouse is.
    shown = f"><title>{escape(node.operators)}</title></rect>" if node.operators else "/>"
    yield (
        f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="{round_by:g}" '
        f'fill="{fill}" stroke="#99a"{shown}'
    )
    label = node.label if len(node.label) <= MAX_LETTERS else f"{node.label[: MAX_LETTERS - 1]}…"
    shows_line = bool(node.line) and node.kind != "input"
    middle = x + WIDTH / 2
    yield _text(middle, y + HEIGHT / 2 + (-2 if shows_line else 4), label, "")
    if shows_line:
        yield _text(middle, y + HEIGHT / 2 + 13, node.line, ' fill="#667" font-size="10"')


def _text(x: float, y: float, text: str, more: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="middle"{more}>{escape(text)}</text>'
