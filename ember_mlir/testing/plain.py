"""Makers without regions: texts, numbers, lists, records, comparisons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.dialects.builtin import Float64Type, IntegerType, TensorType, f64, i1, i64
from xdsl.ir import Attribute

from ember_mlir.dialects.llm.messages import TOOL_CALL
from ember_mlir.dialects.values import (
    EMBEDDING,
    LABELS,
    MESSAGES,
    TEXT,
    TEXTS,
    ListType,
    RecordType,
    is_comparable,
    quote,
)
from ember_mlir.dialects.values.structures import format_grammar
from ember_mlir.redaction import POLICIES
from ember_mlir.testing.samples import GRAMMARS, INTEGERS, RECORDS, SCALARS, WORDS, WRITTEN_NUMBERS
from ember_mlir.testing.writer import Maker, Write, Writer


def is_one(*types: Attribute) -> Callable[[Attribute], bool]:
    """Whether a type is one of `types`."""
    return lambda found: found in types


def is_any(_: Attribute) -> bool:
    """Every type can be made."""
    return True


def is_element(found: Attribute) -> bool:
    """Whether lists of a type are made too: those that nest deeper than two are not."""
    return not (isinstance(found, ListType) and isinstance(found.element, ListType))


def is_list(found: Attribute) -> bool:
    """Whether a type is that of lists."""
    return isinstance(found, ListType)


def element_of(found: Attribute) -> Attribute:
    """The type of the elements of a list."""
    assert isinstance(found, ListType)
    return found.element


# Texts.


def constant(w: Writer, _: Attribute) -> str:
    text = quote(w.pick(WORDS))
    label = f' label "{w.pick(LABELS)}"' if w.sometimes(8) else ""
    return w.op(f"llm.constant {text}{label}", TEXT)


PIECES = ("", " ", "{{", "}}", "é: ", "\n", '"', "7")


def template(w: Writer, _: Attribute) -> str:
    holes = w.values(TEXT)
    order = [*range(len(holes)), *(w.number(len(holes) - 1) for _ in holes if w.sometimes(4))]
    if w.sometimes(3):
        order.reverse()
    text = w.pick(PIECES) + "".join([f"{{{hole}}}{w.pick(PIECES)}" for hole in order])
    return w.op(f"llm.template {quote(text)}" + (f"({', '.join(holes)})" if holes else ""), TEXT)


def join(w: Writer, _: Attribute) -> str:
    items = w.value(TEXTS)
    return w.op(f"llm.join {items} with {quote(w.pick(('', ', ', '{0}', '、')))}", TEXT)


def quoted(w: Writer, _: Attribute) -> str:
    return w.op(f"llm.quote {w.value(TEXTS)}", TEXT)


def content(w: Writer, _: Attribute) -> str:
    return w.op(f"llm.content {w.value(MESSAGES)}", TEXT)


def redact(w: Writer, wanted: Attribute) -> str:
    """Both results of a redaction; the one that is wanted."""
    text = w.value(TEXT)
    policies = [policy for policy in POLICIES if w.sometimes(2)] or [POLICIES[0]]
    listed = ", ".join(map(quote, policies))
    masked, hidden = w.fresh(), w.fresh()
    w.multiple(
        [(masked, TEXT), (hidden, TEXTS)], f'llm.redact {text} hiding [{listed}] to "public"'
    )
    return masked if wanted == TEXT else hidden


def restore(w: Writer, _: Attribute) -> str:
    return w.op(f"llm.restore {w.value(TEXT)} from {w.value(TEXTS)}", TEXT)


def parse(w: Writer, wanted: Attribute) -> str:
    grammar, texts = w.pick([fitting for fitting in GRAMMARS if fitting.type == wanted])
    is_known = not w.sometimes(4)
    text = w.op(f"llm.constant {quote(w.pick(texts))}", TEXT) if is_known else w.value(TEXT)
    return w.op(f"llm.parse {text} as {format_grammar(grammar)} : {wanted}", wanted)


def parses(found: Attribute) -> bool:
    """Whether some grammar gives values of a type."""
    return any(fitting.type == found for fitting in GRAMMARS)


def declassify(w: Writer, wanted: Attribute) -> str:
    return w.op(
        f'llm.declassify {w.value(wanted)} to "public" because "é" : {wanted}',
        wanted,
    )


# Lists and records.


def list_of(w: Writer, wanted: Attribute) -> str:
    items = w.values(element_of(wanted))
    return w.op(f"llm.list({', '.join(items)}) : {wanted}", wanted)


def concat(w: Writer, wanted: Attribute) -> str:
    return w.op(f"llm.concat({', '.join(w.values(wanted))}) : {wanted}", wanted)


def get(w: Writer, wanted: Attribute) -> str:
    items = w.value(ListType(wanted))
    index = w.value(i64) if w.sometimes(9) else integer(w, w.pick((0, 0, 0, -1, 0, -1, 0, 1, 5)))
    return w.op(f"llm.get {items}[{index}] : {ListType(wanted)}", wanted)


def length(w: Writer, _: Attribute) -> str:
    found = w.pick((TEXTS, TEXT, ListType(i64)))
    return w.op(f"llm.length of {w.value(found)} : {found}", i64)


def top_k(w: Writer, wanted: Attribute) -> str:
    vectors, query = w.value(ListType(EMBEDDING)), w.value(EMBEDDING)
    return w.op(f"llm.top_k {w.number(3, 1)} of {vectors} near {query}", wanted)


def record(w: Writer, wanted: Attribute) -> str:
    assert isinstance(wanted, RecordType)
    values = [w.value(found) for found in wanted.types.data]
    return w.op(f"llm.record({', '.join(values)}) : {wanted}", wanted)


def is_record(found: Attribute) -> bool:
    """Whether a type is that of records."""
    return isinstance(found, RecordType)


def field(w: Writer, wanted: Attribute) -> str:
    fields = [(r, name) for r in RECORDS if isinstance(r, RecordType) for name in r.fields]
    fitting = [(r, name) for r, name in fields if r.fields[name] == wanted]
    found, name = w.pick(fitting)
    return w.op(f"llm.field {quote(name)} of {w.value(found)} : {found}", wanted)


def is_field(found: Attribute) -> bool:
    """Whether some record has a field of a type."""
    return any(isinstance(record, RecordType) and found in record.types for record in RECORDS)


def tool_calls(w: Writer, wanted: Attribute) -> str:
    return w.op(f"llm.tool_calls {w.value(MESSAGES)}", wanted)


TURNS = ("user", "system", "assistant", "tool", "picture")


def messages(w: Writer, wanted: Attribute) -> str:
    before = w.values(MESSAGES, (1, 2)) if w.sometimes(2) else []
    written = [_turn(w, w.pick(TURNS)) for _ in range(w.number(3, 0 if before else 1))]
    after = f" after({', '.join(before)})" if before else ""
    return w.op(f"llm.messages{after} {' '.join(written)}".rstrip(), wanted)


def _turn(w: Writer, kind: str) -> str:
    if kind == "picture":
        return f"user({w.value(TEXT)}, image {w.value(TEXT)}, {w.value(TEXT)})"
    if kind == "tool":
        return f"tool({w.value(TEXT)}, {w.value(TEXT)})"
    return f"{kind}({w.value(TEXT)})"


# Comparisons and numbers.


def integer(w: Writer, value: int) -> str:
    """A known whole number."""
    return w.op(f"arith.constant {value} : i64", i64)


def number_constant(w: Writer, wanted: Attribute) -> str:
    """A known number or condition."""
    match wanted:
        case Float64Type():
            return w.op(f"arith.constant {w.pick(WRITTEN_NUMBERS)} : f64", wanted)
        case _ if wanted == i1:
            return w.op(f"arith.constant {w.pick(('true', 'false'))}", wanted)
        case _:
            return integer(w, w.pick(INTEGERS))


def binary(*names: str) -> Write:
    """A maker of arithmetic on two numbers of the type that is wanted."""

    def write(w: Writer, wanted: Attribute) -> str:
        name = w.pick(names)
        return w.op(f"arith.{name} {w.value(wanted)}, {w.value(wanted)} : {wanted}", wanted)

    return write


def float_of_integer(w: Writer, _: Attribute) -> str:
    return w.op(f"arith.sitofp {w.value(i64)} : i64 to f64", f64)


INTEGER_PREDICATES = ("eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge")
FLOAT_PREDICATES = ("oeq", "ogt", "oge", "olt", "ole", "one", "une")


def compare_integers(w: Writer, wanted: Attribute) -> str:
    found = w.pick((i64, i1))
    predicate = w.pick(INTEGER_PREDICATES)
    return w.op(f"arith.cmpi {predicate}, {w.value(found)}, {w.value(found)} : {found}", wanted)


def compare_floats(w: Writer, wanted: Attribute) -> str:
    predicate = w.pick(FLOAT_PREDICATES)
    return w.op(f"arith.cmpf {predicate}, {w.value(f64)}, {w.value(f64)} : f64", wanted)


def select(w: Writer, wanted: Attribute) -> str:
    condition, yes, no = w.value(i1), w.value(wanted), w.value(wanted)
    return w.op(f"arith.select {condition}, {yes}, {no} : {wanted}", wanted)


def equal(w: Writer, wanted: Attribute) -> str:
    found = w.pick([found for found in w.language.types if is_comparable(found)])
    return w.op(f"llm.equal {w.value(found)}, {w.value(found)} : {found}", wanted)


def contains(w: Writer, wanted: Attribute) -> str:
    whole, part = w.pick(((TEXT, TEXT), (TEXTS, TEXT), (ListType(i64), i64), (ListType(f64), f64)))
    return w.op(f"llm.contains {w.value(whole)}, {w.value(part)} : {whole}, {part}", wanted)


def leaf(w: Writer, wanted: Attribute) -> str:
    """The simplest value of a type that a program can make."""
    if wanted in SCALARS:
        return constant(w, wanted) if wanted == TEXT else number_constant(w, wanted)
    match wanted:
        case ListType():
            items = [w.leaf(wanted.element) for _ in range(w.pick((1, 1, 1, 0)))]
            return w.op(f"llm.list({', '.join(items)}) : {wanted}", wanted)
        case RecordType():
            return record(w, wanted)
        case TensorType():
            return w.op(f"llm.embed @small({w.value(TEXT)})", wanted)
        case _ if wanted == MESSAGES:
            return w.op(f"llm.messages user({w.value(TEXT)})", wanted)
        case _:
            return apply(w, wanted)


def apply(w: Writer, wanted: Attribute) -> str:
    """A call of a Python function, whose name tells its effect and what it returns."""
    effect = w.pick(("pure", "idempotent", "effectful"))
    types: Sequence[Attribute] = [w.type() for _ in range(w.number(2))]
    arguments = [w.value(found) for found in types]
    function = w.function(effect, wanted)
    shown = ", ".join(map(str, types))
    return w.op(
        f"llm.apply {effect} @{function}({', '.join(arguments)}) : ({shown}) -> {wanted}", wanted
    )


def is_whole(found: Attribute) -> bool:
    """Whether a type is that of whole numbers or of conditions."""
    return isinstance(found, IntegerType)


PLAIN: Sequence[Maker] = (
    Maker("llm.constant", is_one(TEXT), constant, 2),
    Maker("llm.template", is_one(TEXT), template, 5),
    Maker("llm.list", is_list, list_of, 5),
    Maker("llm.join", is_one(TEXT), join, 4),
    Maker("llm.quote", is_one(TEXT), quoted),
    Maker("arith.constant", is_one(i1, i64, f64), number_constant),
    Maker("llm.equal", is_one(i1), equal, 5),
    Maker("llm.contains", is_one(i1), contains, 5),
    Maker("llm.length", is_one(i64), length, 5),
    Maker("llm.record", is_record, record, 3),
    Maker("llm.messages", is_one(MESSAGES), messages, 7),
    Maker("llm.content", is_one(TEXT), content, 4),
    Maker("llm.redact", is_one(TEXT, TEXTS), redact, 2),
    Maker("llm.restore", is_one(TEXT), restore, 2),
    Maker("llm.concat", is_list, concat, 2),
    Maker("llm.get", is_element, get),
    Maker("llm.field", is_field, field),
    Maker("llm.parse", parses, parse, 4),
    Maker("llm.top_k", is_one(ListType(i64)), top_k, 4),
    Maker("llm.tool_calls", is_one(ListType(TOOL_CALL)), tool_calls, 5),
    Maker("llm.declassify", is_any, declassify),
    Maker("llm.apply", is_any, apply),
    Maker("arith.addi", is_one(i64), binary("addi", "subi", "muli", "minsi", "maxsi"), 3),
    Maker("arith.andi", is_whole, binary("andi", "ori", "xori")),
    Maker("arith.addf", is_one(f64), binary("addf", "subf", "mulf"), 3),
    Maker("arith.sitofp", is_one(f64), float_of_integer),
    Maker("arith.cmpi", is_one(i1), compare_integers, 3),
    Maker("arith.cmpf", is_one(i1), compare_floats, 2),
    Maker("arith.select", is_any, select),
)
"""What makes a value without a region, and without a model; the simplest first."""
