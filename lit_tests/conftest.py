"""FileCheck tests as pytest tests: the RUN lines of a file, executed in this process.

The same files pass under stock `lit`, which starts a process per command. A test runs
what its RUN lines say, with the part of lit's shell that they need: pipes, `&&`,
redirections, and the commands in `COMMANDS`. Everything else fails the test, as does a
file without a RUN line: nothing passes silently.
"""

from __future__ import annotations

import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import pytest

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr, TracebackStyle

collect_ignore = ["lit.cfg.py"]
# What stock lit leaves behind.
collect_ignore_glob = ["**/Output/*"]

Command = Callable[[Sequence[str], TextIO, TextIO, TextIO], int]
"""Arguments, standard input, output, error => exit status."""


class LitError(Exception):
    """A test failed, or is not a test; the message is the report."""


@dataclass
class Stage:
    """A command of a pipeline, with its redirections in order."""

    words: list[str] = field(default_factory=list[str])
    redirections: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


# Commands


def _ember_opt(arguments: Sequence[str], stdin: TextIO, stdout: TextIO, stderr: TextIO) -> int:
    from ember_mlir.tools.ember_opt import main

    return main(arguments, stdin=stdin, stdout=stdout, stderr=stderr)


def _ember(arguments: Sequence[str], stdin: TextIO, stdout: TextIO, stderr: TextIO) -> int:
    from ember_mlir.tools.ember import main

    return main(arguments, stdin=stdin, stdout=stdout, stderr=stderr)


def _filecheck(arguments: Sequence[str], stdin: TextIO, stdout: TextIO, stderr: TextIO) -> int:
    from filecheck.main import main

    # Called without a file it would print its help and report success.
    if not any(not word.startswith("-") for word in arguments):
        print("filecheck needs a file with CHECK lines", file=stderr)
        return 2
    before = sys.stdin
    sys.stdin = stdin
    try:
        with redirect_stdout(stdout), redirect_stderr(stderr):
            main(["filecheck", *arguments])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    finally:
        sys.stdin = before
    return 2


def _cat(arguments: Sequence[str], stdin: TextIO, stdout: TextIO, stderr: TextIO) -> int:
    for path in arguments:
        stdout.write(_read(path))
    if not arguments:
        stdout.write(stdin.read())
    return 0


def _echo(arguments: Sequence[str], stdin: TextIO, stdout: TextIO, stderr: TextIO) -> int:
    print(*arguments, file=stdout)
    return 0


def _not(arguments: Sequence[str], stdin: TextIO, stdout: TextIO, stderr: TextIO) -> int:
    command = _command(arguments)
    return 1 if command(arguments[1:], stdin, stdout, stderr) == 0 else 0


COMMANDS: dict[str, Command] = {
    "cat": _cat,
    "echo": _echo,
    "ember": _ember,
    "ember-opt": _ember_opt,
    "filecheck": _filecheck,
    "not": _not,
}


def _command(words: Sequence[str]) -> Command:
    if not words or words[0] not in COMMANDS:
        got = words[0] if words else "nothing"
        raise LitError(f"a command must be one of {', '.join(sorted(COMMANDS))}, but got '{got}'")
    return COMMANDS[words[0]]


def _read(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8")
    except OSError as error:
        raise LitError(f"cannot read '{path}': {error.strerror}") from error


# Reading RUN lines

_RUN = re.compile(r"\bRUN:\s*(.*?)\s*$", re.MULTILINE)
_DIRECTIVE = re.compile(r"\b(XFAIL|REQUIRES|UNSUPPORTED|DEFINE|REDEFINE|ALLOW_RETRIES):")
_TOKEN = re.compile(
    r"""\s*(?:(?P<operator>2>&1|&&|[|<]|2>|>)|"""
    r"""(?P<word>(?:[^\s'"|&<>;\\]|'[^']*'|"(?:[^"\\]|\\.)*"|\\.)+))"""
)
_QUOTED = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)""")


def commands_in(text: str) -> list[str]:
    """The commands of a test file's RUN lines; a line that ends in `\\` goes on."""
    if (directive := _DIRECTIVE.search(text)) is not None:
        raise LitError(f"'{directive[0]}' is not supported; a test must run everywhere")
    joined: list[str] = []
    continues = False
    for line in _RUN.findall(text):
        part = line.removesuffix("\\").rstrip()
        if continues:
            joined[-1] += f" {part}"
        else:
            joined.append(part)
        continues = line.endswith("\\")
    if not joined:
        raise LitError("a test must have a RUN line, but this file has none")
    return joined


def pipelines_of(command: str) -> list[list[Stage]]:
    """`a | b && c` as pipelines of stages: [[a, b], [c]]."""
    pipelines = [[Stage()]]
    tokens = _tokens(command)
    for kind, token in tokens:
        stage = pipelines[-1][-1]
        if kind == "word":
            stage.words.append(token)
        elif token == "|":
            pipelines[-1].append(Stage())
        elif token == "&&":
            pipelines.append([Stage()])
        elif token == "2>&1":
            stage.redirections.append((token, ""))
        else:
            target = next(tokens, None)
            if target is None or target[0] != "word":
                raise LitError(f"'{token}' must name a file: {command}")
            stage.redirections.append((token, target[1]))
    return pipelines


def _tokens(command: str) -> Iterator[tuple[str, str]]:
    position = 0
    while command[position:].strip():
        match = _TOKEN.match(command, position)
        if match is None:
            raise LitError(f"this part of a RUN line is not supported: {command[position:]}")
        position = match.end()
        if match["operator"] is not None:
            yield "operator", match["operator"]
        else:
            yield "word", _QUOTED.sub(_unquoted, match["word"])


def _unquoted(match: re.Match[str]) -> str:
    single, double, escaped = match.groups()
    if double is not None:
        return re.sub(r'\\([\\"])', r"\1", double)
    return single if single is not None else escaped


# Running


def run_test(path: Path) -> None:
    """Run all RUN lines of the file; `LitError` reports the first that fails."""
    commands = commands_in(path.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        values = {
            "%s": str(path),
            "%S": str(path.parent),
            "%t": str(Path(folder) / f"{path.name}.tmp"),
            "%%": "%",
        }
        for command in commands:
            substituted = re.sub("%[sSt%]", lambda match: values[match[0]], command)
            for pipeline in pipelines_of(substituted):
                _run_pipeline(pipeline, substituted)


def _run_pipeline(stages: Iterable[Stage], command: str) -> None:
    """Run the stages one after the other; each gets the output of the one before."""
    passed_on = ""
    failed = False
    reports: list[str] = []
    for stage in stages:
        passed_on, errors, status = _run_stage(stage, passed_on)
        failed = failed or status != 0
        reports.append(f"$ {' '.join(stage.words)}\nexit status {status}\n{errors}".rstrip())
    if failed:
        report = "\n".join(reports)
        raise LitError(f"RUN: {command}\n{report}\n{passed_on}".rstrip())


def _run_stage(stage: Stage, passed_on: str) -> tuple[str, str, int]:
    """Run one command: its output, what it said on the standard error, its exit status."""
    stdin, stdout, stderr = StringIO(passed_on), StringIO(), StringIO()
    streams: dict[str, StringIO] = {"<": stdin, ">": stdout, "2>": stderr}
    files: list[tuple[str, StringIO]] = []
    for operator, target in stage.redirections:
        if operator == "2>&1":
            streams["2>"] = streams[">"]
        elif operator == "<":
            streams["<"] = StringIO(_read(target))
        else:
            streams[operator] = StringIO()
            files.append((target, streams[operator]))
    command = _command(stage.words)
    try:
        status = command(stage.words[1:], streams["<"], streams[">"], streams["2>"])
    except LitError:
        raise
    except Exception:
        status = 1
        stderr.write(traceback.format_exc())
    for target, content in files:
        Path(target).write_text(content.getvalue(), encoding="utf-8", newline="")
    return stdout.getvalue(), stderr.getvalue(), status


# Collecting


class LitItem(pytest.Item):
    """One test file."""

    def runtest(self) -> None:
        run_test(self.path)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: TracebackStyle | None = None
    ) -> str | TerminalRepr:
        if isinstance(excinfo.value, LitError):
            return f"{self.path}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.path.name


class LitFile(pytest.File):
    """A file with RUN lines."""

    def collect(self) -> Iterator[LitItem]:
        yield LitItem.from_parent(self, name="RUN")  # pyright: ignore[reportUnknownMemberType]


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> LitFile | None:
    """Collect each `.mlir` file, and other texts if they have RUN lines."""
    if file_path.suffix == ".mlir":
        return LitFile.from_parent(parent, path=file_path)  # pyright: ignore[reportUnknownMemberType]
    if file_path.suffix not in (".md", ".py") or file_path.name in ("conftest.py", "lit.cfg.py"):
        return None
    if _RUN.search(file_path.read_text(encoding="utf-8")) is None:
        return None
    return LitFile.from_parent(parent, path=file_path)  # pyright: ignore[reportUnknownMemberType]
