"""What is said of votes that stop adaptively: how far they may be off in all."""

from __future__ import annotations

from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.equivalence import Equivalence
from ember_mlir.passes.optimization import Setting
from ember_mlir.pipeline import parse_passes, run_passes

TEXT = "!llm.text"
LIST = "!llm.list<!llm.text>"
TWO_TEXTS = 'as lark "start: \\22yes\\22 | \\22no\\22"'


def made_adaptive(body: str, passes: str) -> str:
    """What becomes of a module with this body, if all is allowed."""
    module = parse_module(
        'llm.model @m from "simulated"\n'
        f"func.func @f(%q: {TEXT}) -> {TEXT} {{\n{body}\nfunc.return %v : {TEXT}\n}}"
    )
    setting = Setting(Equivalence.parse("bounded(1)"), "cost")
    run_passes(make_context(), module, parse_passes(passes), setting=setting)
    return print_module(module)


def test_a_vote_needs_one_answer_at_least_unless_it_asks_for_more() -> None:
    body = (
        f"%d = ensemble.sample 7 of @m(%q) {TWO_TEXTS} draw <0[*]>\n%v = ensemble.vote %d : {LIST}"
    )
    passes = "stop-early{confidence=0.7}"
    for least, kept in ((" :", "bounded(0.3438)"), (" min_valid 2 :", "bounded(0.1251)")):
        assert f'#llm.utf8"{kept}"' in made_adaptive(body.replace(" :", least), passes)


def test_votes_differ_in_every_run_at_most() -> None:
    body = f"""
    %zero = arith.constant 0 : i64
    %one = arith.constant 1 : i64
    %many = arith.constant 100 : i64
    %v = scf.for %i = %zero to %many step %one iter_args(%t = %q) -> ({TEXT}) : i64 {{
      %d = ensemble.sample 15 of @m(%t) {TWO_TEXTS} draw <0[*, *]>
      %w = ensemble.vote %d : {LIST}
      scf.yield %w : {TEXT}
    }}"""
    assert '#llm.utf8"bounded(1)"' in made_adaptive(body, "stop-early")
