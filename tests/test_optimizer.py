"""Optimizations keep what programs mean: each alone, in random subsets, and all together.

Every optimization of the level `llm` that keeps `exact` is tried, a new one as soon as it
stands in the table of passes. A random program runs as it was written and as it is
rewritten, on the same tapes, with and without faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st
from xdsl.dialects import scf
from xdsl.dialects.builtin import ModuleOp
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects import llm
from ember_mlir.dialects.values import Draw, DrawAttr
from ember_mlir.parsing import make_context
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.passes.equivalence import EXACT
from ember_mlir.passes.optimization import Objective, Optimization, Setting
from ember_mlir.pipeline import STAGES, parse_passes, run_passes
from ember_mlir.testing import Outcome, Program, numbered, programs, reference, without
from ember_mlir.testing.engines import on_engine
from ember_mlir.universe import PASSES

Tapes = Sequence[tuple[int, int]]
"""Seeds, each with how many requests in 100 fail."""

TAPES: Tapes = ((0, 0), (1, 0))
FAULTY: Tapes = ((0, 15), (1, 5))


def optimizations() -> dict[str, type[Optimization]]:
    """The optimizations of the level `llm` that keep `exact`, in the order of the pipeline."""
    later = {name.partition("{")[0] for level in ("sched", "exec") for name in STAGES[level]}
    order = [name.partition("{")[0] for name in STAGES["llm"]]
    loaded = {name: load() for name, load in PASSES.items() if name not in later}
    found = {
        name: made
        for name, made in loaded.items()
        if issubclass(made, Optimization) and made.equivalence == "exact"
    }
    known = sorted(found, key=lambda name: order.index(name) if name in order else len(order))
    return {name: found[name] for name in known}


EXACT_PASSES = optimizations()
WHOLE_STAGE = tuple([name for name in STAGES["llm"] if not name.startswith("verify-labels")])
# Half of it with faults and half without; with the profile `fuzz`, 10 000 of each.
PROGRAMS = settings(max_examples=max(250, settings().max_examples))
ON_ENGINE = settings(max_examples=max(60, settings().max_examples))


class Aim(NamedTuple):
    """What optimizations aim at, in whose service some run that others do not."""

    objective: Objective
    speculate: bool

    def setting(self) -> Setting:
        """What the passes are told."""
        return Setting(EXACT, self.objective, speculate=self.speculate, remarks=[])

    def serves(self, names: Sequence[str]) -> bool:
        """Whether more may be asked for by one of these passes, as it serves this aim."""
        found = [EXACT_PASSES[name] for name in names if name in EXACT_PASSES]
        return any(made.serves == self.objective for made in found)


def aim_of(name: str) -> Aim:
    """What a pass is tried under alone: an aim for which it runs."""
    serves = EXACT_PASSES[name].serves
    return Aim("cost", False) if serves is None else Aim(serves, True)


AIMS = st.sampled_from(
    (Aim("both", False), Aim("cost", False), Aim("latency", False), Aim("latency", True))
)
ALONE = st.sampled_from(tuple(EXACT_PASSES))
SUBSETS = st.sets(st.sampled_from(tuple(EXACT_PASSES)), min_size=2).map(
    lambda chosen: [name for name in EXACT_PASSES if name in chosen]
)


def optimized(source: ModuleOp, names: Sequence[str], aim: Aim) -> ModuleOp:
    """A copy of `source` on which passes have run, which leave it valid."""
    module, setting = source.clone(), aim.setting()
    note(f"{','.join(names)} for {aim.objective}")
    run_passes(make_context(), module, parse_passes(",".join(names)), setting=setting)
    verify_module(module)
    for remark in setting.remarks or []:
        if remark.fired:
            note(f"{remark.pass_name}: {remark.op_name} {remark.said}")
    return module


def check_kept(before: Outcome, after: Outcome, *, may_ask_more: bool) -> None:
    """Check what `exact` promises: of a run that succeeds, results and effects are the same.

    Nothing is asked that it would not have asked, nor oftener, unless a pass serves an aim.
    """
    if before.error is None:
        assert (after.error, after.results) == (None, before.results)
        assert after.effects == before.effects
        assert may_ask_more or after.requests <= before.requests


def check_program(
    program: Program, alone: str, subset: Sequence[str], aim: Aim, tapes: Tapes
) -> None:
    """Check one pass, a subset of them, and the whole stage on one program."""
    source = numbered(program)
    known = {tape: reference(source, program, *tape) for tape in tapes}
    for names, for_aim in (([alone], aim_of(alone)), (subset, aim), (WHOLE_STAGE, aim)):
        module = optimized(source, names, for_aim)
        for tape, before in known.items():
            after = reference(module, program, *tape)
            check_kept(before, after, may_ask_more=for_aim.serves(names))


@PROGRAMS
@given(program=programs(), alone=ALONE, subset=SUBSETS, aim=AIMS)
def test_optimizations_keep_what_a_program_means(
    program: Program, alone: str, subset: list[str], aim: Aim
) -> None:
    check_program(program, alone, subset, aim, TAPES)


@PROGRAMS
@given(program=programs(), alone=ALONE, subset=SUBSETS, aim=AIMS)
def test_optimizations_keep_what_a_program_means_when_calls_fail(
    program: Program, alone: str, subset: list[str], aim: Aim
) -> None:
    check_program(program, alone, subset, aim, FAULTY)


@ON_ENGINE
@given(
    program=programs(without("ensemble.race")),
    subset=SUBSETS,
    aim=AIMS,
    whole=st.booleans(),
    tape=st.sampled_from((*TAPES, *FAULTY)),
)
def test_the_engine_gives_what_the_program_means_that_was_optimized(
    program: Program, subset: list[str], aim: Aim, whole: bool, tape: tuple[int, int]
) -> None:
    source = numbered(program)
    names = WHOLE_STAGE if whole else subset
    before = reference(source, program, *tape)
    got, _ = on_engine(compile_for_engine(optimized(source, names, aim)), program, *tape)
    if before.error is None:
        assert (got.error, got.results) == (None, before.results)
        assert effectful(got) == effectful(before)
        # What is cancelled when another member has failed, depends on time.
        handles = any(word in program.text for word in ("on_error", "fallback", "cascade"))
        assert handles or aim.serves(names) or got.requests <= before.requests


def compile_for_engine(module: ModuleOp) -> ModuleOp:
    """The instructions of a module that is optimized already."""
    names = ["infer-labels", *STAGES["sched"], *STAGES["exec"]]
    lowered = module.clone()
    run_passes(make_context(), lowered, parse_passes(",".join(names)))
    return lowered


def effectful(outcome: Outcome) -> list[str]:
    """The calls of functions that happen once and in order."""
    return [call for call in outcome.effects if call.startswith("effectful")]


# That this finds what is wrong, and tries what there is.


def test_random_programs_are_such_as_each_optimization_rewrites() -> None:
    fired: Counter[str] = Counter()
    total = 0

    @settings(max_examples=200, database=None)
    @given(program=programs())
    def count(program: Program) -> None:
        nonlocal total
        total += 1
        source = numbered(program)
        for name in EXACT_PASSES:
            setting = aim_of(name).setting()
            run_passes(make_context(), source.clone(), parse_passes(name), setting=setting)
            fired[name] += any(remark.fired for remark in setting.remarks or [])

    count()
    # It is 3 in 100 at least, which so few programs show only about.
    assert [name for name in EXACT_PASSES if fired[name] < total / 200] == []


def test_every_optimization_is_tried() -> None:
    assert {"canonicalize", "merge-calls", "remove-dead-calls", "stop-early"} <= set(EXACT_PASSES)
    stage = [*dict.fromkeys(name for name in STAGES["llm"] if name in EXACT_PASSES)]
    assert stage == [name for name in EXACT_PASSES if name in STAGES["llm"]]


def share_a_draw(module: ModuleOp) -> None:
    """Give all calls one draw, so that what are independent samples are so no longer."""
    for op in module.walk():
        draw = op.properties.get("draw")
        if isinstance(draw, DrawAttr) and isinstance(draw.data, Draw):
            op.properties["draw"] = DrawAttr(Draw((0,), draw.data.indices))


def ask_before_branches(module: ModuleOp) -> None:
    """Move calls out of the branches that they stand in, so that they are always made."""
    for branch in [op for op in module.walk() if isinstance(op, scf.IfOp)]:
        for call in [op for region in branch.regions for op in region.walk()]:
            around = call.parent_op()
            outside = not any(branch.is_ancestor(value.owner) for value in call.operands)
            if isinstance(call, llm.GenerateOp) and around is branch and outside:
                call.detach()
                Rewriter.insert_op(call, InsertPoint.before(branch))


@pytest.mark.parametrize("break_it", [share_a_draw, ask_before_branches])
def test_what_breaks_programs_is_found(break_it: Callable[[ModuleOp], None]) -> None:
    @settings(max_examples=2000, database=None, phases=[Phase.generate])
    @given(program=programs())
    def check(program: Program) -> None:
        source = numbered(program)
        broken = source.clone()
        break_it(broken)
        for tape in TAPES:
            before, after = (reference(module, program, *tape) for module in (source, broken))
            check_kept(before, after, may_ask_more=False)

    with pytest.raises(AssertionError):
        check()
