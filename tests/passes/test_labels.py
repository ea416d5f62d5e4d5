"""Labels beyond their lit files: paths, options, cost, and the lower levels."""

from __future__ import annotations

import pytest
from xdsl.dialects.builtin import ModuleOp, UnknownLoc
from xdsl.ir import Operation

from ember_mlir.dialects.exec import FrameOp
from ember_mlir.errors import InvalidIRError, LabelError, PipelineError
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.analysis.flow_graph import Event, FlowGraph
from ember_mlir.passes.analysis.label_flows import captures_of
from ember_mlir.passes.analysis.labels import TRANSFERS, Flows, infer_labels
from ember_mlir.passes.verify_labels import verify_labels
from ember_mlir.pipeline import compile_to, parse_passes, passes_between, run_passes
from ember_mlir.testing.counting import counted_operands

LETTER = """
llm.model @m from "simulated"
func.func @f(%letter: !llm.text {ember.label = #llm.label"pii"}) -> !llm.text {
"""


def program(*lines: str) -> ModuleOp:
    return parse_module(LETTER + "\n".join(lines) + "\n}", "letter.mlir")


def leak_of(module: ModuleOp) -> LabelError:
    with pytest.raises(LabelError) as caught:
        verify_labels(module)
    return caught.value


def test_a_leak_is_located_and_says_how_it_came_there_and_what_to_do() -> None:
    error = leak_of(
        program(
            '%p = llm.template "Sum up: {0}"(%letter)',
            "%a = llm.generate @m(%p)",
            "func.return %a : !llm.text",
        )
    )
    assert str(error) == (
        "letter.mlir:5:6: 'llm.generate' must go to a model cleared for 'pii', but @m is cleared "
        "for 'public': argument %letter (letter.mlir:3) -> 'llm.template' (letter.mlir:4) -> "
        "'llm.generate' (letter.mlir:5); redact or declassify what is sensitive, or ask a model "
        "with clearance"
    )


def test_a_path_names_what_decides() -> None:
    error = leak_of(
        program(
            "%n = llm.length of %letter : !llm.text",
            "%c = arith.cmpi sgt, %n, %n : i64",
            "%r = scf.if %c -> (!llm.text) {",
            '%q = llm.constant "Why?"',
            "%a = llm.generate @m(%q)",
            "scf.yield %a : !llm.text",
            "} else {",
            "scf.yield %letter : !llm.text",
            "}",
            "func.return %r : !llm.text",
        )
    )
    assert error.message.count(" -> ") == 4
    assert "-> 'arith.cmpi' (letter.mlir:5) -> 'scf.if' (letter.mlir:6) -> 'llm.gen" in str(error)


def test_the_middle_of_a_long_path_is_left_out() -> None:
    lines = [f'%t{i + 1} = llm.template "{{0}}."(%t{i})' for i in range(20)]
    start = '%t0 = llm.template "{0}"(%letter)'
    error = leak_of(
        program(start, *lines, "%a = llm.generate @m(%t20)", "func.return %a : !llm.text")
    )
    assert "-> (11 more) ->" in error.message
    assert error.message.count(" -> ") == 12


def test_the_path_is_the_shortest_one() -> None:
    error = leak_of(
        program(
            '%long = llm.template "{0}"(%letter)',
            '%p = llm.template "{0} {1}"(%long, %letter)',
            "%a = llm.generate @m(%p)",
            "func.return %a : !llm.text",
        )
    )
    assert "(letter.mlir:3) -> 'llm.template' (letter.mlir:5) ->" in error.message


def test_a_path_without_places_still_has_names() -> None:
    module = program("%a = llm.generate @m(%letter)", "func.return %a : !llm.text")
    for op in module.walk():
        op.location = UnknownLoc()
        for region in op.regions:
            for argument in region.block.args:
                argument.location = UnknownLoc()
    assert str(leak_of(module)).startswith("'llm.generate' must go to a model")
    assert ": argument %letter -> 'llm.generate'; redact" in str(leak_of(module))


class CountingGraph(FlowGraph):
    """A graph that counts its flows."""

    flows = 0

    def flow(self, *arguments: object, **named: object) -> None:
        CountingGraph.flows += 1
        super().flow(*arguments, **named)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("shape", ["wide", "long", "deep"])
def test_the_number_of_flows_grows_as_the_module_does(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ember_mlir.passes.analysis.label_flows.FlowGraph", CountingGraph)
    counts: list[int] = []
    for size in (10, 20, 40):
        CountingGraph.flows = 0
        Flows(shaped(shape, size), TRANSFERS)
        counts.append(CountingGraph.flows)
    assert counts[2] - counts[1] == 2 * (counts[1] - counts[0])


def shaped(shape: str, size: int) -> ModuleOp:
    """A module of one kind of nesting: a wide list, a long chain, or arms within arms."""
    if shape == "wide":
        calls = [f"%a{i} = llm.generate @m(%letter)" for i in range(size)]
        names = ", ".join(f"%a{i}" for i in range(size))
        listed = f"%l = llm.list({names}) : !llm.list<!llm.text>"
        return program(*calls, listed, "func.return %letter : !llm.text")
    if shape == "long":
        chain = [f'%t{i + 1} = llm.template "{{0}}"(%t{i})' for i in range(size)]
        start = '%t0 = llm.template "{0}"(%letter)'
        return program(start, *chain, f"func.return %t{size} : !llm.text")
    opened = [f"%r{i} = ensemble.race : !llm.text do {{" for i in range(size)]
    closed = [
        f"ensemble.yield %r{i + 1} : !llm.text\n}} or {{\nensemble.yield %letter : !llm.text\n}}"
        for i in reversed(range(size))
    ]
    inner = f"%r{size} = llm.generate @m(%letter)"
    return program(*opened, inner, *closed, "func.return %r0 : !llm.text")


def test_labels_go_round_in_cycles_and_end() -> None:
    graph, op = FlowGraph(), ModuleOp([])
    nodes = [Event(op) for _ in range(3)]
    for before, after in zip(nodes, [*nodes[1:], nodes[0]], strict=True):
        graph.flow(before, after)
    graph.begin(nodes[1], 2)
    spread = graph.spread()
    assert [spread.rank(node) for node in nodes] == [2, 2, 2]
    assert spread.way_to(nodes[0]) == [nodes[1], nodes[2], nodes[0]]
    assert spread.way_to(Event(op)) == []


def test_the_highest_label_wins_whatever_the_order() -> None:
    graph, op = FlowGraph(), ModuleOp([])
    low, high, both, capped = (Event(op) for _ in range(4))
    graph.begin(low, 1)
    graph.begin(high, 3)
    graph.flow(low, both)
    graph.flow(high, both)
    graph.flow(both, capped, 2)
    spread = graph.spread()
    assert [spread.rank(node) for node in (low, high, both, capped)] == [1, 3, 3, 2]
    assert spread.way_to(capped) == [high, both, capped]


def test_of_what_is_not_known_everything_depends_on_everything() -> None:
    module = program(
        '%q = llm.constant "Why?"',
        "%r = scf.execute_region -> (!llm.text) {",
        "%a = llm.generate @m(%q)",
        "scf.yield %letter : !llm.text",
        "}",
        "func.return %r : !llm.text",
    )
    labels = infer_labels(module)
    assert [labels.of_request(asking) for asking in labels.requests] == ["pii"]
    with pytest.raises(InvalidIRError, match="must be known to the analysis of labels"):
        captures_of(module)


PIECES = """
llm.model @house from "simulated" clearance "pii"
sched.lane @lane for @house concurrency 4 clearance "pii"
func.func @f(%letter: !sched.future<!llm.text> {ember.label = #llm.label"pii"},
    %q: !sched.future<!llm.text>) {
  %r = sched.task(%t = %letter : !sched.future<!llm.text>) on @lane
      estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %a = sched.request @house(%t) draw <0>
    sched.yield %a : !llm.text
  }
  %s = sched.task(%t = %q : !sched.future<!llm.text>) on @lane
      estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
    %a = sched.request @house(%t) draw <1> label "pii"
    sched.yield %a : !llm.text
  }
  %k = sched.cached per user for 60 seconds -> !sched.future<!llm.text> do {
    sched.yield %letter : !sched.future<!llm.text>
  }
  func.return
}
"""
FRAMES = """
exec.lane @lane model "house" from "simulated" concurrency 4 clearance "pii"
exec.frame @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) {
  %a = exec.request @lane(%letter) sampled site <0> label "public"
  %b = exec.request @lane(%q) sampled site <1> label "pii"
  exec.return
}
"""


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (PIECES, ['draw <0> label "pii"', "draw <1>\n", "seconds -> !sched.future<!llm.text> do"]),
        (FRAMES, ['site <0> label "pii"', 'site <1> label "public"']),
    ],
    ids=["sched", "exec"],
)
def test_labels_are_written_where_the_level_has_them(text: str, written: list[str]) -> None:
    module = parse_module(text, "pieces.mlir")
    run_passes(make_context(), module, parse_passes("infer-labels,verify-labels"), verify_each=True)
    shown = print_module(module)
    assert all(part in shown for part in written)
    assert print_module(parse_module(shown)) == shown


def test_a_function_that_is_only_declared_has_no_labels() -> None:
    module = parse_module("func.func private @f(!llm.text) -> !llm.text")
    run_passes(make_context(), module, parse_passes("infer-labels,verify-labels"))
    assert "ember.label" not in print_module(module)


def test_redaction_must_be_asked_for() -> None:
    module = program("%a = llm.generate @m(%letter)", "func.return %a : !llm.text")
    with pytest.raises(LabelError, match="must go to a model cleared for 'pii'"):
        compile_to(module, "llm")
    masked = print_module(compile_to(module, "llm", redact=["email", "phone"]))
    assert 'llm.redact %letter hiding ["email", "phone"] to "public"' in masked
    assert passes_between("sched", "exec", redact=["email"]) == passes_between("sched", "exec")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("policies=names", "a redaction policy must be one of email, phone, "),
        ("to=secret", "a label must be one of public, internal, confidential, pii, but got"),
    ],
)
def test_options_that_cannot_be(options: str, message: str) -> None:
    with pytest.raises(PipelineError) as caught:
        parse_passes(f"redact-prompts{{{options}}}")
    assert message in str(caught.value)


def test_masks_must_lower_a_label_far_enough() -> None:
    module = program("%a = llm.generate @m(%letter)", "func.return %a : !llm.text")
    with pytest.raises(LabelError, match="but what is masked is 'internal', above 'public', its"):
        run_passes(make_context(), module, parse_passes("redact-prompts{to=internal}"))


def test_many_masked_answers_are_renamed_once_per_reader() -> None:
    module = shaped("wide", 50)
    (reader,) = [op for op in module.walk() if op.name == "llm.list"]
    with counted_operands() as renamed:
        run_passes(make_context(), module, parse_passes("redact-prompts"))
    assert renamed[reader] == 1
    assert {op.name for value in reader.operands if isinstance(op := value.owner, Operation)} == {
        "llm.restore"
    }


def test_frames_that_many_run_have_the_labels_of_all() -> None:
    module = parse_module("""
exec.lane @lane model "m" from "simulated" concurrency 4
exec.frame @f(%letter: !llm.text {ember.label = #llm.label"pii"}, %q: !llm.text) {
  %one, %a = exec.spawn @ask with %q : !llm.text -> !llm.text
  %two, %b = exec.spawn @ask with %letter : !llm.text -> !llm.text
  exec.return
}
exec.frame @ask(%t: !llm.text) -> !llm.text {
  %a = exec.request @lane(%t) sampled site <0> label "pii"
  exec.return %a : !llm.text
}""")
    labels = infer_labels(module)
    frame = next(op for op in module.ops if isinstance(op, FrameOp))
    spawned = [op.results[1] for op in frame.body.block.ops if op.results]
    assert [labels.of(value) for value in spawned] == ["pii", "pii"]
