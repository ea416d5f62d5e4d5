"""Makers with regions: branches, loops, and what `ensemble` does with regions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.dialects.builtin import IndexType, i1, i64
from xdsl.ir import Attribute

from ember_mlir.dialects.values import ListType, ObjectType
from ember_mlir.testing.asking import on_error
from ember_mlir.testing.plain import element_of, integer, is_any, is_element, is_list
from ember_mlir.testing.writer import Maker, Name, Writer


def leave(w: Writer, word: str, *values: tuple[str, Attribute]) -> None:
    """Write the last line of a region."""
    names = ", ".join([name for name, _ in values])
    types = ", ".join([str(found) for _, found in values])
    w.line(f"{word} {names} : {types}")


def unused(w: Writer) -> None:
    """Now and then, an operation whose result nobody need use."""
    if w.sometimes(5):
        w.value(w.type())


def map_over(w: Writer, wanted: Attribute) -> str:
    items, element, result = w.pick_list(), w.fresh(), w.fresh()
    yielded = element_of(wanted)
    name, found = items
    error = on_error(w, yielded)
    w.line(f"{result} = ensemble.map {element} in {name}{error} : {found} -> {wanted} do {{")
    with w.region(Name(element, element_of(found)), repeats=True):
        unused(w)
        leave(w, "ensemble.yield", (w.value(yielded), yielded))
    return w.close(result, wanted)


def reduce(w: Writer, wanted: Attribute, begin: Callable[[Writer], None] = unused) -> str:
    """A reduction whose body begins with what `begin` writes."""
    found = ListType(wanted)
    items, group, result = w.value(found), w.fresh(), w.fresh()
    w.line(f"{result} = ensemble.reduce {group} in {items} by {w.number(3, 2)} : {found} do {{")
    with w.region(Name(group, found), repeats=True):
        begin(w)
        leave(w, "ensemble.yield", (w.value(wanted), wanted))
    return w.close(result, wanted)


def arms(w: Writer, head: str, word: str, wanted: Attribute, arm: Attribute) -> str:
    """An operation of one to three regions without arguments."""
    result = w.fresh()
    w.line(f"{result} = {head} : {wanted} do {{")
    count = w.number(3, 1)
    for index in range(count):
        with w.region():
            unused(w)
            value = w.value(arm)
            accepts = head == "ensemble.cascade" and (index < count - 1 or w.sometimes(3))
            if accepts:
                w.line(f"ensemble.accept {value} if {w.value(i1)} : {arm}")
            else:
                leave(w, "ensemble.yield", (value, arm))
        if index < count - 1:
            w.line(f"}} {word} {{")
    return w.close(result, wanted)


def parallel(w: Writer, wanted: Attribute) -> str:
    member = element_of(wanted)
    return arms(w, f"ensemble.parallel{on_error(w, member)}", "and", wanted, member)


def cascade(w: Writer, wanted: Attribute) -> str:
    return arms(w, "ensemble.cascade", "else", wanted, wanted)


NAMED = (
    *('"ParseError"', '"ProviderError"', '"ValueError"', '"LookupError"', '"Exception"'),
    *('"EmptyListError", "ValueError"', '"NotAcceptedError", "ProviderError"', '"ShapeError"'),
)
"""Errors that fallbacks name."""


def fallback(w: Writer, wanted: Attribute) -> str:
    """A fallback after any error, or after some, which its next arms are told of."""
    if not w.sometimes(2):
        return arms(w, "ensemble.fallback", "else", wanted, wanted)
    result = w.fresh()
    w.line(f"{result} = ensemble.fallback errors [{w.pick(NAMED)}] : {wanted} do {{")
    told: list[Name] = []
    for arms_left in reversed(range(w.number(3, 1))):
        with w.region(*told):
            unused(w)
            value = telling(w, told[0], wanted) if told and w.sometimes(2) else w.value(wanted)
            leave(w, "ensemble.yield", (value, wanted))
        if arms_left:
            told = [Name(w.fresh(), ObjectType())]
            w.line(f"}} else {told[0].name} {{")
    return w.close(result, wanted)


def telling(w: Writer, error: Name, wanted: Attribute) -> str:
    """What a function makes of an error."""
    function = w.function("pure", wanted)
    shown = f"llm.apply pure @{function}({error.name}) : ({error.type}) -> {wanted}"
    return w.op(shown, wanted)


def race(w: Writer, wanted: Attribute) -> str:
    return arms(w, "ensemble.race", "or", wanted, wanted)


def refine(w: Writer, wanted: Attribute) -> str:
    first, value, result = w.value(wanted), w.fresh(), w.fresh()
    rounds = f"{w.number(3, 1)}{' must_accept' if w.sometimes(3) else ''}"
    w.line(f"{result} = ensemble.refine {value} from {first} at_most {rounds} : {wanted} do {{")
    with w.region(Name(value, wanted), repeats=True):
        unused(w)
        better = w.value(wanted)
        w.line(f"ensemble.accept {better} if {w.value(i1)} : {wanted}")
    return w.close(result, wanted)


def branch(w: Writer, wanted: Attribute) -> str:
    """A branch of one or two results."""
    types = [wanted, w.type()] if w.sometimes(4) else [wanted]
    condition, names = w.value(i1), [w.fresh() for _ in types]
    shown = ", ".join(map(str, types))
    w.line(f"{', '.join(names)} = scf.if {condition} -> ({shown}) {{")
    for word in ("} else {", ""):
        with w.region():
            unused(w)
            leave(w, "scf.yield", *[(w.value(found), found) for found in types])
        if word:
            w.line(word)
    return w.close(names[0], wanted, *zip(names[1:], types[1:], strict=True))


def for_loop(w: Writer, wanted: Attribute) -> str:
    """A loop of at most three rounds, over whole numbers or over indices."""
    is_index = w.sometimes(3)
    counted: Attribute = IndexType() if is_index else i64
    steps = (1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 5, 0)
    bounds = [w.pick((0, 1, -1)), w.pick((0, 1, 2, 3)), w.pick(steps)]
    first, end, step = (w.op(f"arith.constant {n} : {counted}", counted) for n in bounds)
    start, index, state, result = w.value(wanted), w.fresh(), w.fresh(), w.fresh()
    w.line(
        f"{result} = scf.for {index} = {first} to {end} step {step} "
        f"iter_args({state} = {start}) -> ({wanted}) {'' if is_index else ': i64 '}{{"
    )
    with w.region(Name(index, counted), Name(state, wanted), repeats=True):
        if is_index:
            w.op(f"arith.index_cast {index} : index to i64", i64)
        unused(w)
        leave(w, "scf.yield", (w.value(wanted), wanted))
    return w.close(result, wanted)


def while_loop(w: Writer, wanted: Attribute) -> str:
    """A loop that counts to three at most, and may end before."""
    zero, one, most, start = integer(w, 0), integer(w, 1), integer(w, w.number(3)), w.value(wanted)
    result, count, state, at = (w.fresh() for _ in range(4))
    types = f"{wanted}, i64"
    w.line(
        f"{result}, {count} = scf.while ({state} = {start}, {at} = {zero}) : "
        f"({types}) -> ({types}) {{"
    )
    with w.region(Name(state, wanted), Name(at, i64), repeats=True):
        go_on = w.op(f"arith.cmpi slt, {at}, {most} : i64", i1)
        if w.sometimes(2):
            go_on = w.op(f"arith.andi {go_on}, {w.value(i1)} : i1", i1)
        handed = w.value(wanted) if w.sometimes(3) else state
        w.line(f"scf.condition({go_on}) {handed}, {at} : {types}")
    w.line("} do {")
    state, at = w.fresh(), w.fresh()
    w.line(f"^bb0({state}: {wanted}, {at}: i64):")
    with w.region(Name(state, wanted), Name(at, i64), repeats=True):
        unused(w)
        value, more = w.value(wanted), w.op(f"arith.addi {at}, {one} : i64", i64)
        leave(w, "scf.yield", (value, wanted), (more, i64))
    return w.close(result, wanted, (count, i64))


NESTING: Sequence[Maker] = tuple(
    Maker(operation, makes, write, 4 if makes is is_list else 1, nests=True)
    for operation, makes, write in (
        ("ensemble.map", is_list, map_over),
        ("ensemble.parallel", is_list, parallel),
        ("ensemble.reduce", is_element, reduce),
        ("scf.if", is_any, branch),
        ("ensemble.fallback", is_any, fallback),
        ("ensemble.cascade", is_any, cascade),
        ("ensemble.race", is_any, race),
        ("ensemble.refine", is_any, refine),
        ("scf.for", is_any, for_loop),
        ("scf.while", is_any, while_loop),
    )
)
"""What has regions."""
