"""`ember-opt`: what it prints, where, and with which exit status."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from ember_mlir.tools import ember_opt
from ember_mlir.tools.ember_opt import main
from ember_mlir.universe import PASSES
from ember_mlir.version import VERSION

PROGRAM = """\
llm.model @small from "simulated"
func.func @"répondre"(%question_1: !llm.text) -> !llm.text {
  %unused = llm.generate @small(%question_1) temperature 0.7
  %answer = llm.generate @small(%question_1) temperature 0
  func.return %answer : !llm.text
}
"""
BROKEN = '%x = llm.template "{1}"\n'


@dataclass
class Result:
    """What one run of the tool gave."""

    status: int
    out: str
    err: str


def opt(*arguments: str, stdin: str = "") -> Result:
    stdout, stderr = StringIO(), StringIO()
    status = main(arguments, stdin=StringIO(stdin), stdout=stdout, stderr=stderr)
    return Result(status, stdout.getvalue(), stderr.getvalue())


Write = Callable[[str], str]


@pytest.fixture
def file(tmp_path: Path) -> Write:
    """Write a file with a name that is not ASCII: its path."""

    def write(text: str) -> str:
        path = tmp_path / "prögramm.mlir"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_reads_a_file_or_the_standard_input(file: Write) -> None:
    from_file = opt(file(PROGRAM))
    assert from_file.status == 0
    assert '@"répondre"(%question_1: !llm.text)' in from_file.out
    assert opt(stdin=PROGRAM) == opt("-", stdin=PROGRAM) == from_file
    assert opt(stdin=from_file.out) == from_file


def test_runs_passes() -> None:
    result = opt("-p", "assign-draws,remove-dead-calls,verify-level{level=llm}", stdin=PROGRAM)
    assert result.status == 0
    assert "%unused" not in result.out
    assert "site <" in result.out


def test_passes_of_xdsl_that_do_not_know_draws_are_no_passes() -> None:
    for name in ("cse", "dce"):
        assert "a pass must be a known one" in opt("-p", name, stdin=PROGRAM).err


@pytest.mark.parametrize(
    ("level", "mark"), [("llm", "llm.generate"), ("sched", "sched.task"), ("exec", "exec.request")]
)
def test_emits_a_level(level: str, mark: str) -> None:
    result = opt(f"--emit={level}", stdin=PROGRAM)
    assert result.status == 0
    assert mark in result.out
    again = opt(f"--emit={level}", stdin=result.out)
    assert again == result


def test_emits_step_by_step_what_it_emits_at_once() -> None:
    sched = opt("--emit=sched", stdin=PROGRAM).out
    stepwise = opt("--emit=exec", stdin=sched).out.replace("<stdin>", "").splitlines()
    at_once = opt("--emit=exec", stdin=PROGRAM).out.replace("<stdin>", "").splitlines()
    assert [line.split(" at ")[0] for line in stepwise] == [
        line.split(" at ")[0] for line in at_once
    ]


def test_going_up_is_an_error() -> None:
    lowered = opt("--emit=exec", stdin=PROGRAM).out
    result = opt("--emit=sched", stdin=lowered)
    assert result.status == 1
    assert "error: a module can only be lowered" in result.err
    assert result.out == ""


def test_runs_the_pipeline_before_it_emits() -> None:
    result = opt("-p", "remove-dead-calls", "--emit=sched", stdin=PROGRAM)
    assert result.out.count("sched.request") == 1


def test_prints_the_ir_after_each_pass_to_stderr() -> None:
    result = opt("-p", "assign-draws,canonicalize", "--print-ir-after-all", stdin=PROGRAM)
    assert result.out == opt("-p", "assign-draws,canonicalize", stdin=PROGRAM).out
    assert result.err.count("builtin.module") == 2
    first, second = result.err.index("after assign-draws"), result.err.index("after canonicalize")
    assert first < second


def test_prints_the_generic_format_and_locations(file: Write) -> None:
    path = file(PROGRAM)
    result = opt(path, "--print-op-generic", "--print-debuginfo")
    assert '"func.func"' in result.out
    assert f'loc("{path}":4:13)' in result.out


def test_lists_the_passes() -> None:
    lines = opt("--list-passes").out.splitlines()
    assert [line.split()[0] for line in lines] == [*PASSES]
    assert "merge-calls         Make equal calls one" in "\n".join(lines)
    assert all(len(line.split()) > 2 for line in lines)


def test_shows_help_and_version() -> None:
    assert opt("--version").out == f"ember-opt {VERSION}\n"
    shown = opt("--help").out
    assert "usage: ember-opt" in shown
    assert "--verify-diagnostics" in shown


def test_the_version_does_not_import_xdsl() -> None:
    code = (
        "import sys; from ember_mlir.tools.ember_opt import main; main(['--version']);"
        "sys.exit('xdsl' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


# Errors


ERRORS: dict[str, tuple[str, list[str], str]] = {
    "parse": (
        PROGRAM.replace("llm.generate", "llm.generat", 1),
        [],
        "<stdin>:3:13: error: there is no operation 'llm.generat'; did you mean 'llm.generate'\n"
        "  %unused = llm.generat @small(%question_1) temperature 0.7\n            ^\n",
    ),
    "verify": (BROKEN, [], "<stdin>:1:6: error: 'llm.template' a template without operands"),
    "use before definition": (
        "func.func @f() {\n  %a = arith.addi %b, %b : i32\n  %b = arith.constant 1 : i32\n"
        "  func.return\n}",
        [],
        "<stdin>:2:8: error: 'arith.addi' must use values that are defined before it",
    ),
    "unknown pass": (
        PROGRAM,
        ["-p", "merge-cals"],
        "error: a pass must be a known one, but got 'merge-cals'; there is merge-calls",
    ),
    "unknown option of a pass": (
        PROGRAM,
        ["-p", "verify-level{depth=3}"],
        "error: the options of the pass 'verify-level' must be its own, but got",
    ),
    "malformed pipeline": (PROGRAM, ["-p", "a b"], "error: a pipeline must be names with options"),
    "unknown flag": (PROGRAM, ["--emitt=llm"], "error: unrecognized arguments: --emitt=llm"),
    "unknown level": (PROGRAM, ["--emit=asm"], "error: argument --emit: invalid choice: 'asm'"),
    "missing value": (PROGRAM, ["-p"], "error: argument -p/--passes: expected one argument"),
    "missing file": (PROGRAM, ["nowhere.mlir"], "error: there is no file 'nowhere.mlir'"),
}


@pytest.mark.parametrize(("text", "arguments", "message"), ERRORS.values(), ids=ERRORS)
def test_errors_are_diagnostics(text: str, arguments: list[str], message: str) -> None:
    result = opt(*arguments, stdin=text)
    assert result.status == 1
    assert result.out == ""
    assert result.err.startswith(message)
    assert "Traceback" not in result.err


def test_debug_shows_the_traceback() -> None:
    result = opt("--debug", stdin=BROKEN)
    assert result.status == 1
    assert "Traceback" in result.err
    assert "<stdin>:1:6: error: 'llm.template'" in result.err


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "latin.mlir"
    path.write_bytes(b"// caf\xe9\n")
    result = opt(str(path))
    assert result.status == 1
    assert (
        result.err == f"{path}:1:7: error: a text must be UTF-8, but has the byte 0xe9 here; "
        "save it as UTF-8\n"
    )


def test_an_error_of_ours_asks_for_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise TypeError("a bug\nof two lines")

    monkeypatch.setattr(ember_opt, "_transform", fail)
    result = opt(stdin=PROGRAM)
    assert result.status == 1
    assert result.err == "internal error: TypeError: a bug of two lines; run again with --debug\n"
    shown = opt("--debug", stdin=PROGRAM)
    assert "Traceback" in shown.err
    assert shown.err.endswith("internal error: TypeError: a bug of two lines\n")


def test_an_interrupt_ends_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(ember_opt, "_transform", interrupt)
    assert opt(stdin=PROGRAM) == Result(130, "", "")


def test_a_broken_pass_is_found_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from xdsl.context import Context
    from xdsl.dialects.builtin import ModuleOp

    from ember_mlir.passes.merge_calls import MergeCallsPass

    def turn_round(self: MergeCallsPass, ctx: Context, op: ModuleOp) -> None:
        block = op.body.block
        for found in reversed(list(block.ops)):
            found.detach()
            block.add_op(found)

    monkeypatch.setattr(MergeCallsPass, "apply", turn_round)
    text = '%a = llm.constant "x"\n%b = llm.template "{0}"(%a)'
    result = opt("-p", "merge-calls,remove-dead-calls", "--verify-each", stdin=text)
    assert result.status == 1
    assert "must use values that are defined before it" in result.err
    assert "(after the pass 'merge-calls')" in result.err


def test_output_goes_to_a_file_all_or_nothing(tmp_path: Path) -> None:
    target = tmp_path / "sortie.mlir"
    assert opt("-o", str(target), stdin=PROGRAM) == Result(0, "", "")
    assert target.read_text(encoding="utf-8") == opt(stdin=PROGRAM).out
    before = target.read_bytes()
    assert opt("-o", str(target), stdin=BROKEN).status == 1
    assert opt("-o", str(target), "--split-input-file", stdin=f"{PROGRAM}// -----\nx.y").status == 1
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


# Parts of a file

PARTS = f"""\
llm.model @a from "p"
// -----
{BROKEN}// -----
llm.model @c from "p"
"""


def test_parts_are_treated_alone() -> None:
    result = opt("--split-input-file", stdin=PARTS)
    assert result.status == 1
    assert result.err.startswith("<stdin>:3:6: error: 'llm.template'")
    assert BROKEN.strip() in result.err
    first, second = result.out.split("// -----\n")
    assert "@a" in first
    assert "@c" in second
    assert opt("--split-input-file", stdin=result.out) == Result(0, result.out, "")


def test_expected_diagnostics_are_silent() -> None:
    text = f"{BROKEN.strip()} // expected-error {{{{without operands}}}}\n// -----\n{PROGRAM}"
    assert opt("--split-input-file", "--verify-diagnostics", stdin=text) == Result(0, "", "")


def test_an_unexpected_diagnostic_fails() -> None:
    result = opt("--verify-diagnostics", stdin=BROKEN)
    assert result.status == 1
    assert result.err.startswith("<stdin>:1:6: error: unexpected error: 'llm.template'")


def test_a_missing_diagnostic_fails() -> None:
    text = f"{PROGRAM}// -----\n\n{BROKEN} // expected-error {{{{nothing}}}}"
    result = opt("--split-input-file", "--verify-diagnostics", stdin=text)
    assert result.status == 1
    assert "<stdin>:10:1: error: expected error on line 10 did not come: nothing" in result.err


def test_an_expectation_of_one_part_does_not_count_for_another() -> None:
    text = f"// expected-error@+2 {{{{operands}}}}\n// -----\n{BROKEN}"
    result = opt("--split-input-file", "--verify-diagnostics", stdin=text)
    assert result.status == 1
    assert result.err.count("error: ") == 3


# Limits


def test_limits_can_be_moved() -> None:
    deep = "module {" * 70 + "}" * 70
    refused = opt(stdin=deep)
    assert refused.status == 1
    assert "must nest at most 64 deep; raise the limit by --max-depth" in refused.err
    assert "must not stand in another module" in opt("--max-depth=1000", stdin=deep).err
    wide = "module attributes {a = 1 : i100} {}"
    assert "at most 64 bits; raise the limit by --max-width" in opt(stdin=wide).err
    assert opt("--max-width=100", stdin=wide).status == 0


def test_a_depth_of_a_thousand_works_through_passes() -> None:
    attribute = "[" * 999 + "]" * 999
    result = opt("--max-depth=1000", "-p", "canonicalize,merge-calls", "--emit=exec",
                 stdin=f"module attributes {{a = {attribute}}} {{}}")  # fmt: skip
    assert result.err == ""
    assert attribute in result.out


@pytest.mark.parametrize("written", ["0", "-1", "x", "1e3", "", "9" * 30, "٣"])
def test_a_limit_is_a_whole_number(written: str) -> None:
    result = opt(f"--max-depth={written}", stdin=PROGRAM)
    expected = f"must be a whole number of 1 or more, but got '{written}'; run ember-opt --help"
    assert result.err == f"error: argument --max-depth: {expected}\n"


def test_a_text_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.mlir"
    path.write_text("// " + "x" * 100, encoding="utf-8")
    expected = "a text must have at most 99 bytes; raise the limit by --max-size, "
    assert f"{path}:1:1: error: {expected}" in opt("--max-size=99", str(path)).err
    assert expected in opt("--max-size=99", stdin="x" * 100).err
    assert opt("--max-size=103", str(path)).status == 0


def test_a_nested_module_is_refused() -> None:
    result = opt(stdin="module {\n  module {}\n}")
    assert result.err.startswith(
        "<stdin>:2:3: error: 'builtin.module' must not stand in another module; move"
    )


def test_many_parts_take_linear_memory() -> None:
    result = opt("--split-input-file", stdin="// -----\n" * 300 + "\n)")
    assert result.err.startswith("<stdin>:302:1: error: there must be an operation")


TWICE = """\
llm.model @small from "simulated"
func.func @twice(%q: !llm.text) -> !llm.text {
  %a = llm.generate @small(%q) temperature 0
  %b = llm.generate @small(%q) temperature 0
  %p = llm.template "{0}{1}"(%a, %b)
  func.return %p : !llm.text
}
"""


def test_explains_what_the_passes_did() -> None:
    result = opt("--emit=exec", "--explain", stdin=TWICE)
    assert result.out == opt("--emit=exec", stdin=TWICE).out
    assert "merge-calls (exact), saves 1 call and about 320 tokens\n" in result.err
    assert "  + <stdin>:4:8: 'llm.generate' is one" in result.err
    assert "nothing to do: " in result.err
    assert result.err.endswith("kept: exact\n")


def test_explains_the_passes_that_are_named() -> None:
    result = opt("-p", "assign-draws,merge-calls", "--explain", stdin=TWICE)
    assert result.err.splitlines()[0] == "merge-calls (exact), saves 1 call and about 320 tokens"
    assert "nothing to do" not in result.err


def test_leaves_out_what_it_is_told_to() -> None:
    kept = opt("--emit=llm", "--without=merge-calls", stdin=TWICE).out
    assert kept.count("llm.generate") == 2
    named = opt("-p", "assign-draws,merge-calls", "--without=merge-calls", stdin=TWICE).out
    assert named.count("llm.generate") == 2
    wrong = opt("--emit=llm", "--without=merge", stdin=TWICE)
    assert wrong.status == 1
    assert "only an optimization can be left out, but got 'merge'" in wrong.err


def test_runs_only_what_is_allowed() -> None:
    result = opt("-p", "redact-prompts", stdin=TWICE)
    assert result.status == 0
    assert result.err == (
        "warning: the pass 'redact-prompts' was left out: this keeps meaning, and only "
        "distribution is allowed\n"
    )
    assert opt("-p", "redact-prompts", "--allow=meaning", stdin=TWICE).err == ""


def test_an_allowance_that_is_none_is_an_error() -> None:
    result = opt("--emit=llm", "--allow=bounded", stdin=TWICE)
    assert result.status == 1
    assert "a promise must be exact, distribution, bounded(δ)" in result.err
