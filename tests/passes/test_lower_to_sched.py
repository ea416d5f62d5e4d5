"""`lower-to-sched` beyond its lit files: every program, every place, every size, and effects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from xdsl.dialects import func
from xdsl.dialects.builtin import FileLineColLoc, ModuleOp, NameLoc, StringAttr
from xdsl.ir import Operation

from ember_mlir.dialects import sched
from ember_mlir.dialects.names import LABEL
from ember_mlir.dialects.sched.effects import verify_effect
from ember_mlir.dialects.values import LABELS, LabelAttr
from ember_mlir.errors import InvalidIRError
from ember_mlir.limits import Limits
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.analysis.labels import infer_labels
from ember_mlir.passes.analysis.levels import verify_level
from ember_mlir.pipeline import Options, compile_to, parse_passes, run_passes
from ember_mlir.testing import EVERYTHING, Language, Program, numbered, programs
from ember_mlir.testing.plain import leaf
from ember_mlir.testing.samples import TYPES

TEXT, TEXTS = "!llm.text", "!llm.list<!llm.text>"
SEND = f"= llm.apply effectful @send(%q) : ({TEXT}) -> {TEXT}"
ASK = "= llm.generate @m(%q) temperature 0"


def lowered(module: ModuleOp) -> ModuleOp:
    run_passes(make_context(), module, parse_passes("assign-draws,lower-to-sched"))
    verify_level(module, "sched")
    return module


def scheduled(body: str, limits: Limits | None = None) -> ModuleOp:
    """The schedule of a function of a text, a list of texts and a condition."""
    text = f"""llm.model @m from "simulated"
func.func @f(%q: {TEXT}, %xs: {TEXTS}, %c: i1) {{
{body}
  func.return
}}"""
    return lowered(parse_module(text, "a.mlir", limits=limits or Limits()))


def named(module: ModuleOp, name: str) -> list[Operation]:
    return [op for op in module.walk() if op.name == name]


# Every program


@given(programs())
def test_every_program_is_scheduled_and_its_text_reads_back(program: Program) -> None:
    module = lowered(numbered(program))
    text = print_module(module)
    again = parse_module(text)
    verify_level(again, "sched")
    assert print_module(again) == text
    generic = print_module(module, generic=True)
    assert print_module(parse_module(generic)) == text


@given(programs())
def test_what_is_scheduled_knows_where_it_comes_from_and_what_it_is(program: Program) -> None:
    module = numbered(program)
    before = Counter(str(draw) for draw in draws(module))
    run_passes(make_context(), module, parse_passes("infer-labels,lower-to-sched"))
    check_places(module)
    after = Counter(str(draw) for draw in draws(module))
    # Of one answer that is written out, no judge is asked.
    assert after <= before
    assert before == after or "ensemble.judge" in program.text
    # Each request is told what it was told before, so none is labelled too low.
    labels = infer_labels(module)
    for asking in labels.requests:
        found = asking.op.properties.get("label")
        written = found.data if isinstance(found, LabelAttr) else "public"
        assert LABELS.index(labels.of_request(asking)) <= LABELS.index(written)


def check_places(module: ModuleOp) -> None:
    """Check that all operations and arguments come from a place in the text."""
    for op in module.walk():
        location = op.location
        assert isinstance(location, FileLineColLoc), op.name
        for block in (block for region in op.regions for block in region.blocks):
            for argument in block.args:
                found = argument.location
                place = found.location if isinstance(found, NameLoc) else found
                assert isinstance(place, FileLineColLoc), f"argument of {op.name}"


def draws(module: ModuleOp) -> Iterator[object]:
    return (op.properties["draw"] for op in module.walk() if "draw" in op.properties)


@pytest.mark.parametrize("operation", sorted({maker.operation for maker in EVERYTHING.makers}))
def test_every_operation_is_scheduled(operation: str) -> None:
    makers = [maker for maker in EVERYTHING.makers if maker.operation == operation]
    types = [found for found in TYPES if any(maker.makes(found) for maker in makers)]
    seen: list[bool] = []

    @settings(max_examples=3)
    @given(programs(Language(types, makers, leaf), max_ops=4))
    def check(program: Program) -> None:
        seen.append(operation in program.text)
        lowered(numbered(program))

    check()
    assert any(seen)


# Effects


@given(programs())
def test_effects_have_an_order_and_nothing_else_has(program: Program) -> None:
    module = lowered(numbered(program))
    if "effectful" not in program.text:
        text = print_module(module)
        assert all(word not in text for word in ("sched.done", "in_order", "future<none>"))
    for op in named(module, "llm.apply"):
        task = op.parent_op()
        assert isinstance(task, sched.TaskOp)
        verify_effect(task, op)
    for block in {op.parent for op in named(module, "sched.task") if acts(op)}:
        assert block is not None
        behind: set[object] = set()
        for op in block.ops:
            if acts(op):
                assert behind <= reached(op)
                behind.add(op)


def acts(op: Operation) -> bool:
    """Whether a function with an effect stands in `op`."""
    effects = (inner.properties.get("effect") for inner in op.walk())
    return any(effect == StringAttr("effectful") for effect in effects)


def reached(op: Operation) -> set[object]:
    """The operations that `op`, or what stands in it, reads, directly or not."""
    found: set[object] = set()
    waiting = [operand for inner in op.walk() for operand in inner.operands]
    while waiting:
        owner = waiting.pop().owner
        if isinstance(owner, Operation) and owner not in found:
            found.add(owner)
            waiting += [operand for inner in owner.walk() for operand in inner.operands]
    return found


def tokens(task: Operation) -> list[Operation]:
    """What makes the tokens that a task reads."""
    owners = [operand.owner for operand in task.operands if operand.type == sched.DONE]
    return [owner for owner in owners if isinstance(owner, Operation)]


def test_what_cannot_fail_is_not_waited_for() -> None:
    module = scheduled(f'%t = llm.template "{{0}}"(%q)\n%e {SEND}')
    (done,) = named(module, "sched.done")
    assert not done.operands


def test_what_is_read_by_what_is_waited_for_is_not_waited_for_itself() -> None:
    module = scheduled(
        f"%a {ASK}\n%b = llm.generate @m(%a)\n%l = llm.list(%a, %b) : {TEXTS}\n%e {SEND}"
    )
    (done,) = named(module, "sched.done")
    assert [str(value.type) for value in done.operands] == ["!sched.list<!llm.text>"]


def test_a_member_that_is_left_out_is_no_failure() -> None:
    inside = f"{{\n%a {ASK}\nensemble.yield %x : {TEXT}\n}}"
    handled = f"%r = ensemble.map %x in %xs on_error drop : {TEXTS} -> {TEXTS} do {inside}"
    (done,) = named(scheduled(f"{handled}\n%e {SEND}"), "sched.done")
    assert not done.operands
    failing = scheduled(f"{handled.replace(' on_error drop', '')}\n%e {SEND}")
    (task,) = [op for op in named(failing, "sched.task") if acts(op)]
    (token,) = tokens(task)
    assert [owner.name for owner in reached(token) if isinstance(owner, sched.FanoutOp)]


def test_a_fallback_whose_last_arm_cannot_fail_does_not() -> None:
    arms = [f"%a {ASK}\nensemble.yield %a : {TEXT}", f"ensemble.yield %q : {TEXT}"]
    for one, other in ((arms[0], arms[1]), (arms[1], arms[0])):
        module = scheduled(
            f"%r = ensemble.fallback : {TEXT} do {{\n{one}\n}} else {{\n{other}\n}}\n%e {SEND}"
        )
        done = named(module, "sched.done")[-1]
        assert len(done.operands) == (other == arms[0])


def test_a_loop_in_front_of_an_effect_says_when_all_its_runs_are_over() -> None:
    module = scheduled(
        f"%r = ensemble.refine %x from %q at_most 2 : {TEXT} do {{\n"
        f"%a {ASK}\nensemble.accept %x if %c : {TEXT}\n}}\n%e {SEND}"
    )
    (loop,) = named(module, "sched.loop")
    assert [value.type for value in loop.operands][-1] == sched.DONE
    (task,) = [op for op in named(module, "sched.task") if acts(op)]
    (token,) = tokens(task)
    assert token is loop


def test_arms_in_front_of_an_effect_give_their_pieces_when_they_are_over() -> None:
    module = scheduled(
        f"%r = ensemble.parallel : {TEXTS} do {{\n%a {ASK}\nensemble.yield %q : {TEXT}\n}} and {{\n"
        f"%b {ASK}\nensemble.yield %b : {TEXT}\n}}\n%e {SEND}"
    )
    (parallel,) = named(module, "sched.parallel")
    ends = [region.block.last_op for region in parallel.regions]
    yielded = [end.operands[0].owner for end in ends if end is not None]
    assert [len(tokens(task)) for task in yielded if isinstance(task, sched.TaskOp)] == [1, 0]


HANDLED = f"""%r = ensemble.fallback : {TEXT} do {{
  %e {SEND}
  %l = llm.list(%q, %e) : {TEXTS}
  INSIDE
  ensemble.yield %q : {TEXT}
}} else {{
  ensemble.yield %q : {TEXT}
}}"""


@pytest.mark.parametrize(
    "inside",
    [
        f"%a {ASK}",
        f'%p = llm.parse %q as regex "a" : {TEXT}',
        f"scf.if %c {{\n%a {ASK}\n}}",
        f"%a = ensemble.map %x in %l : {TEXTS} -> {TEXTS} do {{\n%b {ASK}\n"
        f"ensemble.yield %b : {TEXT}\n}}",
        f"%a = ensemble.refine %x from %q at_most 2 : {TEXT} do {{\n%b {ASK}\n"
        f"ensemble.accept %b if %c : {TEXT}\n}}",
        f"%a = ensemble.fallback : {TEXT} do {{\nensemble.yield %q : {TEXT}\n}} else {{\n"
        f"%b {ASK}\nensemble.yield %b : {TEXT}\n}}",
    ],
    ids=["request", "parse", "branch", "map", "loop", "fallback"],
)
def test_where_a_failure_is_handled_it_comes_after_the_effects_before_it(inside: str) -> None:
    module = scheduled(HANDLED.replace("INSIDE", inside))
    (effect,) = [op for op in named(module, "sched.task") if acts(op)]
    (task,) = [op for op in named(module, "sched.task") if asks(op)]
    (token,) = tokens(task)
    assert [value.owner for value in token.operands] == [effect]
    # At the top, a failure ends the program: nothing has to wait for the effect.
    apart = f"%e {SEND}\n{inside.replace('%l ', '%xs ')}"
    (free,) = [op for op in named(scheduled(apart), "sched.task") if asks(op)]
    assert not tokens(free)


def asks(op: Operation) -> bool:
    """Whether a task may fail, of those that are tried here."""
    return any(inner.name in ("sched.request", "llm.parse") for inner in op.walk())


def test_a_reduction_behind_an_effect_waits_for_it_as_it_may_be_of_nothing() -> None:
    inside = (
        f'%a = ensemble.reduce %g in %l by 2 : {TEXTS} do {{\n%j = llm.join %g with ""\n'
        f"ensemble.yield %j : {TEXT}\n}}"
    )
    (reduce,) = named(scheduled(HANDLED.replace("INSIDE", inside)), "sched.reduce")
    items = reduce.operands[0].owner
    assert isinstance(items, sched.TaskOp)
    assert tokens(items)


def test_each_round_waits_for_the_effects_of_the_one_before() -> None:
    inside = (
        f"%a = ensemble.refine %x from %q at_most 2 : {TEXT} do {{\n%b {ASK}\n%f {SEND}\n"
        f"ensemble.accept %b if %c : {TEXT}\n}}"
    )
    module = scheduled(HANDLED.replace("INSIDE", inside))
    (loop,) = named(module, "sched.loop")
    argument = loop.regions[0].block.args[-1]
    assert argument.type == sched.DONE
    (request,) = [op for op in named(module, "sched.task") if asks(op)]
    assert argument in request.operands


# Labels, names, and what is written besides


def test_what_is_written_on_an_operation_of_several_tasks_is_handed_on() -> None:
    module = scheduled(f"""%z = arith.constant 0 : i64
    %r, %n = scf.while (%k = %z) : (i64) -> ({TEXT}, i64) {{
      scf.condition(%c) %q, %k : {TEXT}, i64
    }} do {{
    ^bb0(%y: {TEXT}, %k: i64):
      scf.yield %k : i64
    }} attributes {{{LABEL} = #llm.label"internal"}}
    %t = llm.template "{{0}}"(%r)
    %u = llm.template "{{0}}{{0}}"(%r)
    %s = arith.addi %n, %n : i64""")
    labelled = [op for op in module.walk() if LABEL in op.attributes]
    # One moves into the task that alone reads it, and keeps its label there.
    assert [op.name for op in labelled] == ["sched.task", "llm.get"]


def test_a_model_that_is_not_there_is_an_error() -> None:
    for call in (
        "%a = llm.generate @x(%q) draw <0>",
        "%a = llm.embed @x(%q) site <0>",
        "%a = llm.score @x(%q) among %xs site <0>",
        "%a = ensemble.judge @x(%q) among %xs draw <0>",
    ):
        message = r"^a\.mlir:3:\d+: '.*' must name a model of this module, but got @x$"
        with pytest.raises(InvalidIRError, match=message):
            scheduled(call)


def test_elements_that_have_no_future_are_an_error() -> None:
    lists = "!llm.list<!sched.future<i1>>"
    text = f"""func.func @f() {{
  %l = llm.list() : {lists}
  %r = ensemble.map %x in %l : {lists} -> {lists} do {{
    ensemble.yield %x : !sched.future<i1>
  }}
  func.return
}}"""
    with pytest.raises(InvalidIRError, match=r"^a:3:8: 'ensemble.map' a future must hold a single"):
        run_passes(make_context(), parse_module(text, "a"), parse_passes("lower-to-sched"))


# Size


def test_regions_may_nest_deeply() -> None:
    deep = 200
    body = "scf.if %c {\n" * deep + f"%a {ASK}\n%e {SEND}\n" + "}\n" * deep
    text = f"""llm.model @m from "simulated"
func.func @f(%q: {TEXT}, %c: i1) {{\n{body}func.return\n}}"""
    limits = Limits(depth=deep + 10)
    # The inner branches are known from the outer one, and would not be there.
    options = Options(without=frozenset({"prune-branches"}))
    module = compile_to(parse_module(text, limits=limits), "sched", options)
    assert len(named(module, "sched.if")) == deep
    again = print_module(module)
    assert print_module(parse_module(again, limits=limits)) == again


def test_the_rungs_of_a_cascade_do_not_nest() -> None:
    rung = f"{{\n%a {ASK}\nensemble.accept %a if %c : {TEXT}\n}}"
    module = scheduled(f"%r = ensemble.cascade : {TEXT} do {' else '.join([rung] * 100)}")
    (function,) = [op for op in module.ops if isinstance(op, func.FuncOp)]
    assert all(op.parent_op() is function for op in named(module, "sched.if"))
    assert len(named(module, "sched.if")) == 99


GROWING = {
    "effects": f"%a# {ASK}\n%e# {SEND}",
    "branches": f"scf.if %c {{\n%a {ASK}\n%e {SEND}\n}}",
    "fallbacks": (
        f"%r# = ensemble.fallback : {TEXT} do {{\n%a {ASK}\n%e {SEND}\nensemble.yield %a : {TEXT}\n"
        f"}} else {{\nensemble.yield %q : {TEXT}\n}}"
    ),
    "judges": "%j# = ensemble.judge @m(%q) among %xs temperature 0",
    "whiles": (
        f"%w# = scf.while (%x = %c) : (i1) -> {TEXT} {{\nscf.condition(%x) %q : {TEXT}\n}} do {{\n"
        f"^bb0(%y: {TEXT}):\nscf.yield %c : i1\n}}"
    ),
}


@pytest.mark.parametrize("shape", GROWING)
def test_a_schedule_grows_as_its_program_does(shape: str) -> None:
    def size(count: int) -> int:
        lines = [GROWING[shape].replace("#", str(number)) for number in range(count)]
        return sum(1 + len(op.operands) for op in scheduled("\n".join(lines)).walk())

    assert size(40) - size(20) == 2 * (size(20) - size(10))
