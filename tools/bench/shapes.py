"""Programs that are large in one way each, to see what grows faster than they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable

TEXT = "!llm.text"
TEXTS = "!llm.list<!llm.text>"
LISTS = "!llm.list<!llm.list<!llm.text>>"


def straight_line(size: int) -> str:
    """Templates, calls and lists, one after the other."""
    lines = [
        f'%p{i} = llm.template "q{i} {{0}}"(%q)\n'
        f"%a{i} = llm.generate @m(%p{i}) temperature 0.5\n"
        f"%l{i} = llm.list(%a{i}) : {TEXTS}"
        for i in range(size // 3)
    ]
    last = [f"%all = llm.list({_values('l', size // 3)}) : {LISTS}"]
    return _program(f"%q: {TEXT}", [*lines, *last], "%all", LISTS)


def wide_list(size: int) -> str:
    """One list of many calls."""
    return _program(f"%q: {TEXT}", [*_calls(size), _list(size)], "%all", TEXTS)


def wide_vote(size: int) -> str:
    """A vote over many calls."""
    vote = f"%won = ensemble.vote %all : {TEXTS}"
    return _program(f"%q: {TEXT}", [*_calls(size), _list(size), vote], "%won", TEXT)


def many_maps(size: int) -> str:
    """Many maps that share a value from outside."""
    count = size // 4
    maps = [
        f"%r{i} = ensemble.map %x in %xs : {TEXTS} -> {TEXTS} do {{\n"
        f'%t = llm.template "{i} {{0}} {{1}}"(%x, %q)\n'
        "%a = llm.generate @m(%t) temperature 0\n"
        f"ensemble.yield %a : {TEXT}\n}}"
        for i in range(count)
    ]
    last = f"%all = llm.list({_values('r', count)}) : {LISTS}"
    return _program(f"%q: {TEXT}, %xs: {TEXTS}", [*maps, last], "%all", LISTS)


def many_captures(size: int) -> str:
    """One map that reads many values from outside."""
    region = (
        f"%r = ensemble.map %x in %xs : {TEXTS} -> {LISTS} do {{\n"
        f"{_list(size)}\nensemble.yield %all : {TEXTS}\n}}"
    )
    return _program(f"%q: {TEXT}, %xs: {TEXTS}", [*_calls(size), region], "%r", LISTS)


def template_chain(size: int) -> str:
    """Templates, each of the one before it."""
    lines = [f'%t{i + 1} = llm.template "{{0}}."(%t{i})' for i in range(size)]
    call = f"%a = llm.generate @m(%t{size}) temperature 0"
    return _program(f"%t0: {TEXT}", [*lines, call], "%a", TEXT)


def call_chain(size: int) -> str:
    """Calls, each on the answer before it."""
    lines = [f"%a{i + 1} = llm.generate @m(%a{i}) temperature 0" for i in range(size)]
    return _program(f"%a0: {TEXT}", lines, f"%a{size}", TEXT)


def many_results(size: int) -> str:
    """A function with many results."""
    return _program(
        f"%q: {TEXT}", _calls(size), _values("a", size), ", ".join([TEXT] * size), many=True
    )


def wide_template(size: int) -> str:
    """A template with many holes."""
    lines = [f"%a{i} = llm.generate @m(%q) temperature 0.5" for i in range(size)]
    holes = " ".join(f"{{{i}}}" for i in range(size))
    template = f'%t = llm.template "{holes}"({_values("a", size)})'
    return _program(f"%q: {TEXT}", [*lines, template], "%t", TEXT)


SHAPES: dict[str, Callable[[int], str]] = {
    "straight line": straight_line,
    "one list of n": wide_list,
    "a vote over n": wide_vote,
    "n / 4 maps": many_maps,
    "a map that reads n": many_captures,
    "a template chain": template_chain,
    "a call chain": call_chain,
    "n results": many_results,
    "a template of n": wide_template,
}
"""A program of about as many operations as the number that each takes."""


def _calls(size: int) -> list[str]:
    return [f"%a{i} = llm.generate @m(%q) temperature 0.5" for i in range(size)]


def _list(size: int) -> str:
    return f"%all = llm.list({_values('a', size)}) : {TEXTS}"


def _values(name: str, count: int) -> str:
    return ", ".join(f"%{name}{i}" for i in range(count))


def _program(
    arguments: str, lines: Iterable[str], result: str, result_type: str, *, many: bool = False
) -> str:
    body = "\n".join(lines)
    returned = f"({result_type})" if many else result_type
    return (
        f'llm.model @m from "simulated"\nfunc.func @f({arguments}) -> {returned} {{\n'
        f"{body}\nfunc.return {result} : {result_type}\n}}\n"
    )
