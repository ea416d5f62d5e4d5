"""`ember run`: inputs in, outputs and a bill out, and errors that say where."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from ember_mlir.tools import ember_opt
from ember_mlir.tools.ember import main
from ember_mlir.version import VERSION

ASK = """\
llm.model @large from "simulated" usd_per_million 2.50 in 10.00 out
func.func @"répondre"(%question_1: !llm.text) -> !llm.text {
  %prompt = llm.template "Q: {0}\\nA:"(%question_1)
  %answer = llm.generate @large(%prompt) temperature 0.7 max_tokens 16
  func.return %answer : !llm.text
}
"""

ECHO = """\
func.func @echo(%texts: !llm.list<!llm.text>, %glue: !llm.text {ember.name = #llm.utf8"colle"})
    -> (!llm.text, !llm.list<!llm.text>) {
  %joined = llm.join %texts with " + "
  %both = llm.template "{0}{1}"(%joined, %glue)
  func.return %both, %texts : !llm.text, !llm.list<!llm.text>
}
"""


FAILS = """\
exec.lane @large model "large" from "simulated" concurrency 8
exec.frame @main(%text: !llm.text {ember.name = #llm.utf8"question_1"}) -> !llm.text {
  %answer = exec.request @large(%text) temperature 0 site <0> label "public"
  %all = exec.list(%answer) : !llm.list<!llm.text>
  %winner = exec.vote %all min_valid 2 : !llm.list<!llm.text>
  exec.return %winner : !llm.text
}
"""
"""It fails after its one request."""


@dataclass
class Result:
    """What one run of the tool gave."""

    status: int
    out: str
    err: str


def ember(*arguments: str, stdin: str = "") -> Result:
    stdout, stderr = StringIO(), StringIO()
    status = main(arguments, stdin=StringIO(stdin), stdout=stdout, stderr=stderr)
    return Result(status, stdout.getvalue(), stderr.getvalue())


def lowered(text: str, level: str) -> str:
    out = StringIO()
    arguments = [f"--emit={level}"]
    assert ember_opt.main(arguments, stdin=StringIO(text), stdout=out, stderr=StringIO()) == 0
    return out.getvalue()


def ask(*arguments: str, text: str = ASK) -> Result:
    question = "question_1=What is 17 * 23?"
    return ember("run", "-", "--clock=virtual", "--input", question, *arguments, stdin=text)


def test_prints_outputs_and_the_bill() -> None:
    result = ask("--seed=1")
    assert result.status == 0
    assert result.out == "391\n"
    assert re.fullmatch(r"1 call, \d+ tokens, \$0\.\d+, \d+\.\d\d s \(simulated\)\n", result.err)


def test_prints_json() -> None:
    result = ask("--seed=1", "--json")
    assert result.err == ""
    shown = json.loads(result.out)
    assert shown["outputs"] == ["391"]
    assert shown["bill"]["calls"] == 1
    assert shown["bill"]["simulated"] is True
    assert shown["bill"]["tokens"] == shown["bill"]["input_tokens"] + shown["bill"]["output_tokens"]


def test_the_same_seed_is_the_same_run() -> None:
    assert ask("--seed=7", "--json") == ask("--seed=7", "--json")


@pytest.mark.parametrize("level", ["llm", "sched", "exec"])
def test_runs_the_text_of_any_level(level: str) -> None:
    assert ask("--seed=1", text=lowered(ASK, level)).out == "391\n"


def test_the_real_clock_is_the_default(tmp_path: Path) -> None:
    path = tmp_path / "écho.mlir"
    path.write_text(ECHO, encoding="utf-8")
    result = ember("run", str(path), "--input", 'texts=["é", "日本"]', "--input", "colle=!")
    assert result.status == 0
    assert result.out == 'é + 日本!\n[\n  "é",\n  "日本"\n]\n'
    assert result.err.startswith("0 calls, 0 tokens")


@pytest.mark.parametrize("level", ["llm", "sched", "exec"])
def test_names_of_inputs_are_the_same_at_all_levels(level: str) -> None:
    inputs = ["--input", "texts=[]", "--input", "colle=x"]
    result = ember("run", "-", "--json", *inputs, stdin=lowered(ECHO, level))
    assert json.loads(result.out)["outputs"] == ["x", []]


def test_inputs_come_from_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    result = ember(
        "run", "-", "--input", f"texts=@{tmp_path}/*.txt", "--input", "colle=@@x", stdin=ECHO
    )
    assert result.out.splitlines()[0] == "a.txt + b.txt@x"


def test_shows_progress_when_asked() -> None:
    assert "requests" in ask("--progress").err
    assert "requests" not in ask("--no-progress").err
    assert "requests" not in ask().err


def spans_in(path: Path) -> list[str]:
    """The names of the spans in a trace."""
    events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    return [event["name"] for event in events if event["ph"] == "X"]


def test_writes_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    assert ask("--seed=1", "--trace", str(path)) == ask("--seed=1")
    assert spans_in(path) == ["request <stdin>:4"]
    assert "What is" not in path.read_text(encoding="utf-8")


def test_a_run_that_fails_has_a_trace_too(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    result = ask("--seed=1", "--trace", str(path), text=FAILS)
    assert result.status == 1
    assert "note: the run had cost " in result.err
    assert spans_in(path) == ["request <stdin>:3"]


def test_a_program_that_cannot_run_has_no_trace(tmp_path: Path) -> None:
    result = ask("--trace", str(tmp_path / "trace.json"), text=ASK.replace("0.7", "9"))
    assert result.err.startswith("<stdin>:4:13: error: 'llm.generate' ")
    assert list(tmp_path.iterdir()) == []


def test_nothing_runs_if_the_trace_cannot_be_written(tmp_path: Path) -> None:
    result = ask("--trace", str(tmp_path))
    assert result == Result(1, "", f"error: '{tmp_path}' must be writable, but: Is a directory\n")


def test_the_reference_has_no_trace(tmp_path: Path) -> None:
    result = ask("--reference", "--trace", str(tmp_path / "trace.json"))
    assert result.status == 1
    assert "--trace: not allowed with argument --reference" in result.err


# Which function runs

CONSTANT = """\
func.func {0}@{1}() -> !llm.text {{
  %text = llm.constant "{1}"
  func.return %text : !llm.text
}}
"""


def functions(*names: str) -> str:
    return "".join(
        CONSTANT.format("private " if name.startswith("_") else "", name) for name in names
    )


@pytest.mark.parametrize(
    ("names", "expected"),
    [(("only",), "only"), (("_a", "b", "_c"), "b"), (("a", "main", "b"), "main")],
)
@pytest.mark.parametrize("level", ["llm", "sched"])
def test_runs_the_only_public_function_or_main(
    names: tuple[str, ...], expected: str, level: str
) -> None:
    result = ember("run", "-", stdin=lowered(functions(*names), level))
    assert result.out == f"{expected}\n"


def test_runs_the_frame_that_no_other_names_or_main() -> None:
    assert ember("run", "-", stdin=lowered(functions("a", "main"), "exec")).out == "main\n"


@pytest.mark.parametrize("level", ["llm", "exec"])
def test_several_candidates_are_listed(level: str) -> None:
    result = ember("run", "-", stdin=lowered(functions("a", "b"), level))
    assert result == Result(
        1,
        "",
        "error: a module must have one public function or @main, but has @a, @b; "
        "make the others private, or call one @main\n",
    )


def test_a_module_without_functions() -> None:
    result = ember("run", "-", stdin="")
    assert result.err == (
        "error: a module must have a public function to run, but this one has none\n"
    )


# Errors


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([], "error: the input 'question_1' must be given; the program takes question_1: text"),
        (["question=x"], "error: there is no input 'question'; the program takes question_1: text"),
        (["question_1=@none"], "error: there is no file 'none'; check the path"),
        (["question_1"], "error: an input must be written NAME=VALUE, but got 'question_1'"),
    ],
)
def test_wrong_inputs(inputs: list[str], message: str) -> None:
    given = [part for text in inputs for part in ("--input", text)]
    result = ember("run", "-", *given, stdin=ASK)
    assert result.status == 1
    assert result.err.startswith(message)


def test_an_error_of_the_run_shows_its_line() -> None:
    text = """\
llm.model @small from "simulated"
func.func @f(%docs: !llm.list<!llm.text>) -> !llm.text {
  %one = ensemble.vote %docs : !llm.list<!llm.text>
  func.return %one : !llm.text
}
"""
    result = ember("run", "-", "--input", "docs=[]", stdin=text)
    assert result.status == 1
    assert result.out == ""
    assert result.err.startswith("<stdin>:3:10: error: ")
    assert "\n  %one = ensemble.vote %docs" in result.err


def test_invalid_ir_shows_its_line() -> None:
    result = ember("run", "-", stdin=ASK.replace("0.7", "9"))
    assert result.status == 1
    assert result.err.startswith("<stdin>:4:13: error: 'llm.generate' ")
    assert "            ^" in result.err


UNKNOWN = ASK.replace('@large from "simulated"', '@huge from "nobody"').replace("@large", "@huge")

USAGE: dict[str, tuple[list[str], str]] = {
    "command": (["fly"], "error: there is no command 'fly'; run ember --help"),
    "file": (["run"], "error: a file to run must be given; run ember run --help"),
    "no such file": (["run", "none.mlir"], "error: there is no file 'none.mlir'; check the path"),
    "flag": (["run", "-", "--fast"], "error: unrecognized arguments: --fast; run ember run --help"),
    "seed": (["run", "-", "--seed", "x"], "error: argument --seed: invalid int value: 'x'"),
    "clock": (["run", "-", "--clock", "x"], "error: argument --clock: invalid choice: 'x'"),
}


@pytest.mark.parametrize(("arguments", "message"), USAGE.values(), ids=USAGE)
def test_wrong_usage(arguments: list[str], message: str) -> None:
    result = ember(*arguments)
    assert result.status == 1
    assert result.err.startswith(message)


def test_an_unknown_provider() -> None:
    result = ember("run", "-", "--input", "question_1=x", stdin=UNKNOWN)
    assert result.status == 1
    assert "error: " in result.err
    assert "'nobody'" in result.err
    assert "Traceback" not in result.err


def test_a_failure_tells_what_was_paid() -> None:
    result = ask("--seed=1", text=FAILS)
    assert result.status == 1
    assert "<stdin>:5:13: error: " in result.err
    assert "\nnote: the run had cost " in result.err


@pytest.mark.parametrize("arguments", [["--help"], [], ["--debug"]])
def test_shows_help(arguments: list[str]) -> None:
    result = ember(*arguments)
    assert result.status == 0
    assert "usage: ember " in result.out
    assert "run FILE" in result.out


def test_shows_help_of_run_and_version() -> None:
    assert "--input NAME=VALUE" in ember("run", "--help").out
    assert ember("--version").out == ember("run", "--version").out == f"ember {VERSION}\n"


def test_debug_shows_the_traceback() -> None:
    result = ember("run", "none.mlir", "--debug")
    assert result.status == 1
    assert "Traceback" in result.err


def test_limits_hold_for_programs_too() -> None:
    deep = "module {" * 70 + "}" * 70
    assert "raise the limit by --max-depth" in ember("run", "-", stdin=deep).err
    assert "at most 9 bytes" in ember("run", "-", "--max-size=9", stdin=ASK).err


def test_an_at_sign_alone_names_no_file() -> None:
    result = ember("run", "-", "--input", "question_1=@", stdin=ASK)
    assert result.err == (
        "error: the input 'question_1' must name a file after '@', as in question_1=@file.txt; "
        "write @@ for the text '@'\n"
    )
    lists = ember("run", "-", "--input=texts=@", "--input=colle=x", stdin=ECHO)
    assert "as in texts=@folder/*.txt" in lists.err


TWICE = """\
llm.model @small from "simulated"
func.func @twice(%q: !llm.text) -> !llm.text {
  %a = llm.generate @small(%q) temperature 0
  %b = llm.generate @small(%q) temperature 0
  %p = llm.template "{0}{1}"(%a, %b)
  func.return %p : !llm.text
}
"""


def test_explains_what_a_run_has_saved() -> None:
    arguments = ("run", "-", "--input", "q=2 + 2", "--clock=virtual", "--seed=1")
    plain, told = ember(*arguments, stdin=TWICE), ember(*arguments, "--explain", stdin=TWICE)
    assert (plain.status, plain.out) == (0, told.out)
    assert "merge-calls (exact), saves 1 call" in told.err
    assert (
        "the last run made 1 of the 2 calls of the program as it is written, and took about "
        in told.err
    )


def test_explains_a_run_that_fails() -> None:
    text = """
    func.func @fails(%t: !llm.list<!llm.text>) -> !llm.text {
      %v = ensemble.vote %t min_valid 2 : !llm.list<!llm.text>
      func.return %v : !llm.text
    }
    """
    result = ember("run", "-", "--input", 't=["a"]', "--clock=virtual", "--explain", stdin=text)
    assert result.status == 1
    assert "kept: exact" in result.err
    assert "ensemble.vote" in result.err.partition("error: ")[2]


def test_runs_as_it_is_allowed_to() -> None:
    arguments = ("run", "-", "--input", "q=2 + 2", "--clock=virtual", "--json")
    assert '"calls": 1' in ember(*arguments, stdin=TWICE).out
    assert '"calls": 2' in ember(*arguments, "--without", "merge-calls", stdin=TWICE).out
    wrong = ember(*arguments, "--allow=all", stdin=TWICE)
    assert wrong.status == 1
    assert "a promise must be exact" in wrong.err
