"""`batch-requests` beyond its lit files: it keeps what programs mean, and saves requests."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp, f64, i1, i64
from xdsl.ir import Attribute

from ember_mlir.dialects.llm import EmbedOp, ListOp
from ember_mlir.dialects.values import EMBEDDING, TEXT, TEXTS, ListType
from ember_mlir.errors import ProgramError
from ember_mlir.parsing import make_context, parse_module
from ember_mlir.passes.analysis.awaiting import MOST
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.passes.assign_draws import AssignDrawsPass
from ember_mlir.passes.batch_requests import BatchRequestsPass, grouping
from ember_mlir.passes.lower_to_exec import LowerToExecPass
from ember_mlir.passes.lower_to_sched import LowerToSchedPass
from ember_mlir.passes.optimization import Objective, Setting
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.simulated import Simulated
from ember_mlir.runtime.run import prepare, run_module
from ember_mlir.testing import (
    EVERYTHING,
    Dice,
    Effects,
    Language,
    Outcome,
    Program,
    numbered,
    programs,
    reference,
)
from ember_mlir.testing.counting import counted_instructions, counted_operands
from ember_mlir.testing.engines import Watched
from ember_mlir.testing.plain import element_of, is_one
from ember_mlir.testing.writer import Maker, Name, Writer

LIT = Path(__file__).parent.parent.parent / "lit_tests/passes"
VECTORS, SCORES = ListType(EMBEDDING), ListType(ListType(f64))

# Programs in which much can be batched.


def embedding(w: Writer) -> str:
    model = w.pick(("small", "small", "small", "large"))
    return w.op(f"llm.embed @{model}({w.value(TEXT)})", EMBEDDING)


def several(w: Writer, wanted: Attribute) -> str:
    """Embeddings of one block, with what may keep them apart between them."""
    made = [embedding(w)]
    for _ in range(w.number(4, 1)):
        match w.number(7):
            case 5:
                w.value(TEXT)
            case 6:
                w.op(f"llm.equal {w.pick(made)}, {w.pick(made)} : {EMBEDDING}", i1)
            case 7:
                function = w.function(w.pick(("pure", "idempotent", "effectful")), TEXT)
                effect = function.partition("_")[0]
                argument = w.value(TEXT)
                w.op(f"llm.apply {effect} @{function}({argument}) : ({TEXT}) -> {TEXT}", TEXT)
            case _:
                pass
        made.append(embedding(w))
    return w.op(f"llm.list({', '.join(made)}) : {wanted}", wanted)


def each(w: Writer, wanted: Attribute) -> str:
    """A map whose body ends with an embedding or a score."""
    items, element, result = w.value(TEXTS), w.fresh(), w.fresh()
    error = w.pick(("", "", "", " on_error drop"))
    w.line(f"{result} = ensemble.map {element} in {items}{error} : {TEXTS} -> {wanted} do {{")
    with w.region(Name(element, TEXT), repeats=True):
        for _ in range(w.number(2)):
            # Texts that are made of the element are more likely to be asked about.
            made = w.op(f'llm.template "{w.pick(("é", "", "1"))}{{0}}"({element})', TEXT)
            element = w.pick((made, element))
        text = w.pick((element, element, w.value(TEXT)))
        if wanted == VECTORS:
            value = w.op(f"llm.embed @small({text})", EMBEDDING)
        else:
            value = w.op(f"llm.score @small({text}) among {w.value(TEXTS)}", element_of(wanted))
        if w.sometimes(5):
            w.op(f"llm.parse {element} as {INTEGER}", i64)
        w.line(f"ensemble.yield {value} : {element_of(wanted)}")
    return w.close(result, wanted)


INTEGER = r'json_schema "{\"type\": \"integer\"}" : i64'
KEPT = ("llm.constant", "llm.template", "llm.list", "llm.equal", "arith.select", "llm.parse")
MORE = ("llm.get", "llm.generate", "llm.embed", "ensemble.fallback", "scf.if", "ensemble.map")
ROUNDS = ("scf.for", "llm.length", "llm.contains", "llm.concat", "llm.join", "ensemble.reduce")
AIMED = Language(
    (VECTORS, VECTORS, SCORES, EMBEDDING, TEXT, TEXTS),
    (
        *[m for m in EVERYTHING.makers if m.operation in (*KEPT, *MORE)],
        *[Maker("several", is_one(VECTORS), several, nests=True)] * 6,
        *[Maker("each", is_one(VECTORS, SCORES), each, nests=True)] * 6,
    ),
    EVERYTHING.leaf,
)
AIMS = st.sampled_from(("both", "cost", "latency"))
FAULTS = st.sampled_from((0, 0, 15))


def batched(module: ModuleOp, aim: Objective) -> ModuleOp:
    """The module with its requests batched."""
    made = module.clone()
    with Setting(optimize_for=aim).current():
        BatchRequestsPass().apply(make_context(), made)
    verify_module(made)
    return made


def check_kept(before: Outcome, after: Outcome) -> None:
    """Check what `exact` promises of a run that succeeds."""
    if before.error is None:
        assert (after.error, after.results) == (None, before.results)
        assert after.effects == before.effects
        assert after.requests <= before.requests


@given(program=programs(AIMED, max_ops=30), aim=AIMS, faults=FAULTS)
def test_it_keeps_what_a_program_with_many_embeddings_means(
    program: Program, aim: Objective, faults: int
) -> None:
    source = numbered(program)
    made = batched(source, aim)
    for seed in range(2):
        check_kept(reference(source, program, seed, faults), reference(made, program, seed, faults))


@given(program=programs(), aim=AIMS, faults=FAULTS)
def test_it_keeps_what_any_program_means(program: Program, aim: Objective, faults: int) -> None:
    source = numbered(program)
    check_kept(
        reference(source, program, 1, faults), reference(batched(source, aim), program, 1, faults)
    )


@given(program=programs(AIMED, max_ops=30), aim=AIMS, faults=FAULTS)
def test_the_engine_sends_batches_and_gives_what_the_reference_gives(
    program: Program, aim: Objective, faults: int
) -> None:
    source = numbered(program)
    expected = reference(source, program, 1, faults)
    module = lowered(batched(source, aim))
    dice, effects = Dice(faults), Effects(program.functions, faults)
    inputs = list(program.inputs.values())
    run = Watched(prepare(module), inputs, dice, seed=1, functions=effects.functions)
    if expected.error is not None:
        with pytest.raises(ProgramError):
            run.run("heap")
        return
    assert repr(run.run("heap").outputs) == expected.results
    # What else of a part that fails was asked, is a question of time.
    if not any(word in program.text for word in ("on_error", "fallback")):
        assert Counter(dice.requests) <= expected.requests


def lowered(module: ModuleOp) -> ModuleOp:
    """The module as the engine takes it."""
    for lower in (AssignDrawsPass(), LowerToSchedPass(), LowerToExecPass()):
        lower.apply(make_context(), module)
    verify_module(module)
    return module


def test_the_programs_have_much_that_can_be_batched() -> None:
    count: list[bool] = []

    @given(program=programs(AIMED, max_ops=30))
    def look(program: Program) -> None:
        setting = Setting(optimize_for="cost")
        with setting.current():
            BatchRequestsPass().apply(make_context(), numbered(program))
        count.append(setting.rewrites > 0)

    look()
    assert sum(count) > len(count) / 6


# What it saves.

ELEMENTS = """
llm.model @m named "small" from "simulated" batch {batch}
func.func @f(%xs: !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>> {{
  %es = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {{
    %t = llm.template "About {{0}}"(%x)
    %e = llm.embed @m(%t)
    ensemble.yield %e : tensor<?xf32>
  }}
  func.return %es : !llm.list<tensor<?xf32>>
}}
"""


@pytest.mark.parametrize(("batch", "calls"), [(100, 1), (50, 1), (49, 2), (10, 5), (1, 50)])
def test_fifty_embeddings_take_as_few_requests_as_the_model_allows(batch: int, calls: int) -> None:
    source = parse_module(ELEMENTS.format(batch=batch))
    inputs = {"xs": [f"word {number}" for number in range(50)]}
    with Session(Simulated(), seed=1, clock="virtual") as session:
        apart = run_module(lowered(source.clone()), inputs, session)
        together = run_module(lowered(batched(source, "both")), inputs, session)
    assert together.outputs == apart.outputs
    assert (apart.bill.calls, together.bill.calls) == (50, calls)
    assert apart.bill.tokens == together.bill.tokens
    assert apart.bill.seconds == together.bill.seconds


class Constant(Dice):
    """A provider that takes one second to embed or score, however many texts."""

    def simulate(self, request: Request) -> tuple[Reply, float]:
        reply, seconds = super().simulate(request)
        return reply, 1.0 if request.kind in ("embed", "score") else seconds


def search(w: Writer, wanted: Attribute) -> str:
    """A text that is asked for once something was found for each of several other texts."""
    vectors, found = w.value(VECTORS), ListType(i64)
    places: list[str] = []
    for _ in range(w.number(3, 2)):
        text = w.value(TEXT)
        if w.sometimes(2):
            text = w.op(f"llm.generate @{w.pick(('small', 'large'))}({text})", TEXT)
        if w.sometimes(3):
            text = w.op(f'llm.template "about {{0}}"({text})', TEXT)
        vector = w.op(f"llm.embed @small({text})", EMBEDDING)
        near = w.op(f"llm.top_k 1 of {vectors} near {vector}", found)
        places.append(w.op(f"llm.length of {near} : {found}", i64))
    if w.sometimes(5):
        places.pop()
    total = places[0]
    for place in places[1:]:
        total = w.op(f"arith.addi {total}, {place} : i64", i64)
    enough = w.op(f"arith.cmpi {w.pick(('eq', 'slt'))}, {total}, {w.pick(places)} : i64", i1)
    either = w.op(f"arith.select {enough}, {w.value(TEXT)}, {w.value(TEXT)} : {TEXT}", TEXT)
    return w.op(f"llm.generate @small({either})", wanted)


WAITING = Language(
    (VECTORS, EMBEDDING, TEXT, TEXTS, TEXTS, i64, i1),
    (
        *[m for m in EVERYTHING.makers if m.operation in (*KEPT, *MORE, *ROUNDS)],
        *[Maker("several", is_one(VECTORS), several, nests=True)] * 4,
        *[Maker("search", is_one(TEXT), search, nests=True)] * 8,
    ),
    EVERYTHING.leaf,
)


@given(program=programs(WAITING, max_ops=40), aim=st.sampled_from(("both", "latency")))
def test_nothing_comes_later_because_it_waits_for_others(program: Program, aim: Objective) -> None:
    source = numbered(program)
    taken: list[float] = []
    for module in (source.clone(), batched(source, aim)):
        functions = Effects(program.functions, 0).functions
        inputs = list(program.inputs.values())
        run = Watched(prepare(lowered(module)), inputs, Constant(), seed=1, functions=functions)
        try:
            taken.append(run.run("heap").bill.seconds)
        except ProgramError:
            return
    before, after = taken
    assert after <= before + 1e-6


# What it tells.


@pytest.mark.parametrize(
    ("name", "aim", "told"),
    [
        (
            "batch_requests.mlir",
            "cost",
            {
                "asks a model that takes one text at a time",
                "comes after something that the one before it has to come before",
                "gives what is read for an element, too",
                "has labels of its own for each element",
                "is about elements that may fail one by one",
                "is in a map that has a label of its own",
                "is not all that is asked or done for an element",
                "tells what is 'pii', and the one before it what is 'public'",
            },
        ),
        (
            "batch_requests_read.mlir",
            "cost",
            {
                "comes after something that reads what the one before it gives",
                "comes after something that the one before it has to come before",
            },
        ),
        (
            "batch_requests_waiting.mlir",
            "latency",
            {"is about a text that comes later than others, which would wait for it"},
        ),
        ("batch_requests_waiting.mlir", "cost", set[str]()),
    ],
)
def test_it_tells_why_requests_stay(name: str, aim: Objective, told: set[str]) -> None:
    setting = Setting(optimize_for=aim, remarks=[])
    with setting.current():
        text = (LIT / name).read_text(encoding="utf-8")
        BatchRequestsPass().apply(make_context(), parse_module(text, name))
    assert setting.remarks is not None
    assert {remark.said for remark in setting.remarks if not remark.fired} == told
    fired = [remark for remark in setting.remarks if remark.fired]
    assert len(fired) == setting.rewrites
    assert all(remark.source is not None and remark.source.file == name for remark in fired)


# How long it takes.


def test_operands_are_renamed_once_per_user() -> None:
    count = 300
    calls = "\n".join(f"%e{i} = llm.embed @m(%q)" for i in range(count))
    names = ", ".join(f"%e{i}" for i in range(count))
    module = parse_module(
        f"""llm.model @m from "p" batch 9
        func.func @f(%q: !llm.text) -> !llm.list<tensor<?xf32>> {{
        {calls}
        %l = llm.list({names}) : !llm.list<tensor<?xf32>>
        func.return %l : !llm.list<tensor<?xf32>>
        }}"""
    )
    with counted_operands() as renamed:
        BatchRequestsPass().apply(make_context(), module)
    lists = [op for op in module.walk() if isinstance(op, ListOp)]
    assert [len(found.items) for found in lists] == [count, count]
    assert renamed[lists[-1]] == 1
    assert len([op for op in module.walk() if isinstance(op, EmbedOp)]) == 1
    verify_module(module)


@pytest.mark.parametrize("depends", [False, True])
def test_what_moves_is_looked_at_once_for_a_group(depends: bool) -> None:
    """Each embedding is read at once; each text is made of another, or of what was found."""

    def steps(count: int) -> int:
        lines: list[str] = []
        for i in range(count):
            of = f"%t{i - 1}" if i else "%q"
            if depends and i:
                lines.append(f"%i{i} = llm.top_k 1 of %es near %e{i - 1}")
                lines.append(f"%n{i} = llm.get %i{i}[%zero] : !llm.list<i64>")
                lines.append(f"%x{i} = llm.get %xs[%n{i}] : !llm.list<!llm.text>")
                of = f"%x{i}"
            lines.append(f'%t{i} = llm.template "more {{0}}"({of})')
            lines.append(f"%e{i} = llm.embed @m(%t{i})")
            lines.append(f"%s{i} = llm.equal %e{i}, %e{i} : tensor<?xf32>")
        body = "\n".join(lines)
        module = parse_module(
            f"""llm.model @m named "small" from "p" batch 9
            func.func @f(%q: !llm.text, %xs: {TEXTS}, %es: {VECTORS}) -> tensor<?xf32> {{
            %zero = arith.constant 0 : i64
            {body}
            func.return %e{count - 1} : tensor<?xf32>
            }}"""
        )
        setting = Setting(optimize_for="cost")
        with setting.current(), counted_instructions(grouping) as counted:
            BatchRequestsPass().apply(make_context(), module)
        verify_module(module)
        assert setting.rewrites == (0 if depends else 1)
        return counted.total()

    assert steps(200) < 3 * steps(100)


@pytest.mark.parametrize(("count", "requests"), [(MOST, 1), (MOST + 1, MOST + 1)])
def test_late_texts_are_waited_for_together_up_to_some_number(count: int, requests: int) -> None:
    lines = [
        f"""%t{i} = llm.generate @m(%q) draw <{i}>
        %e{i} = llm.embed @m(%t{i})
        %n{i} = llm.top_k 1 of %es near %e{i}
        %l{i} = llm.length of %n{i} : !llm.list<i64>
        %s{i} = arith.addi %l{i}, {f"%s{i - 1}" if i else "%zero"} : i64"""
        for i in range(count)
    ]
    body = "\n".join(lines)
    module = parse_module(
        f"""llm.model @m named "small" from "p" batch 999
        func.func @f(%q: !llm.text, %es: {VECTORS}) -> i64 {{
        %zero = arith.constant 0 : i64
        {body}
        func.return %s{count - 1} : i64
        }}"""
    )
    made = batched(module, "both")
    assert len([op for op in made.walk() if isinstance(op, EmbedOp)]) == requests
