"""What the commands share: streams, arguments, and errors as diagnostics, never tracebacks."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from errno import EBADF
from io import StringIO, TextIOWrapper
from typing import TYPE_CHECKING, NoReturn, TextIO

from ember_mlir.diagnostics import diagnostic_of, render
from ember_mlir.errors import EmberError, InputError, Interrupted
from ember_mlir.limits import DEFAULT_LIMITS, Limits
from ember_mlir.text_files import decode_text, read_text

if TYPE_CHECKING:
    from ember_mlir.pipeline import Options
    from ember_mlir.providers.bill import Bill

FAILED = 1
INTERRUPTED = 130
BROKEN_PIPE = 141
"""Exit statuses; the last two are what a shell reports for the signals."""


class CommandParser(ArgumentParser):
    """An argument parser that raises `InputError` where argparse would end the process."""

    def __init__(self, name: str, description: str) -> None:
        super().__init__(prog=name, description=description, add_help=False, allow_abbrev=False)
        self.add_argument("--help", action="store_true", help="show this help")
        self.add_argument("--version", action="store_true", help="show the version")
        self.add_argument("--debug", action="store_true", help="show tracebacks of errors")

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; run {self.prog} --help")


_LIMITED = {
    "size": "bytes of a text",
    "depth": "regions or types in one another",
    "digits": "digits of a number",
    "width": "bits of an integer type",
    "elements": "elements of a dense attribute",
    "operations": "operations of a text",
}


def add_limits(parser: CommandParser) -> None:
    """Add an option for each guard against a text that would exhaust the machine."""
    group = parser.add_argument_group("limits")
    for name, meaning in _LIMITED.items():
        usual = getattr(DEFAULT_LIMITS, name)
        described = f"at most this many {meaning} ({usual})"
        group.add_argument(
            f"--max-{name}", type=_natural, default=usual, metavar="N", help=described
        )


def add_goals(parser: CommandParser) -> None:
    """Add the options that say what optimizations may do, and what they aim at."""
    add = parser.add_argument_group("optimization").add_argument
    add(
        "--allow",
        default="distribution",
        metavar="PROMISE",
        help="how little may be kept: exact, distribution (default), bounded(0.05), meaning",
    )
    objectives, meaning = ("both", "cost", "latency"), "what is to be little (both)"
    add("--optimize-for", choices=objectives, default="both", help=meaning)
    add("--speculate", action="store_true", help="make calls early that may turn out unneeded")
    add("--without", action="append", default=[], metavar="PASS", help="leave this one out")


def goals_of(options: Namespace) -> Options:
    """What the options of `add_goals` say.

    Raises `PipelineError` if the promise is none.
    """
    from ember_mlir.pipeline import Equivalence, Options

    return Options(
        Equivalence.parse(options.allow),
        options.optimize_for,
        options.speculate,
        without=frozenset(options.without),
    )


def limits_of(options: Namespace) -> Limits:
    """The limits that `options` of `add_limits` set."""
    return Limits(**{name: getattr(options, f"max_{name}") for name in _LIMITED})


def _natural(written: str) -> int:
    if not written.isascii() or not written.isdigit() or len(written) > 18 or int(written) < 1:
        raise ArgumentTypeError(f"must be a whole number of 1 or more, but got '{written}'")
    return int(written)


class _ClosedStream(StringIO):
    """What stands for a standard stream that was closed before the process began."""

    def write(self, s: str, /) -> int:
        raise OSError(EBADF, "it is closed")


@dataclass
class Console:
    """The streams of one run of a command, and the texts that it has read."""

    stdin: TextIO | None
    stdout: TextIO
    stderr: TextIO
    debug: bool
    texts: dict[str, str] = field(default_factory=dict[str, str])

    def read_source(self, path: str, limits: Limits = DEFAULT_LIMITS) -> tuple[str, str]:
        """The name and the text of a source file; `-` is the standard input.

        Raises `InputError` if it cannot be read, or is larger than `limits` allow.
        """
        name = "<stdin>" if path == "-" else path
        if path != "-":
            text = read_text(path, limits)
        elif self.stdin is not None:
            text = self.stdin.read(limits.size + 1)
        else:
            text = decode_text(_read_stdin(limits), name)
        self.texts[name] = text
        return name, text

    def report(self, error: EmberError) -> None:
        """Show `error` with the line that it is about, and what was paid until then."""
        if self.debug:
            traceback.print_exception(error, file=self.stderr)
        place = error.location
        source = None if place is None else self.texts.get(place.file)
        print(render(diagnostic_of(error), source), file=self.stderr)
        if error.bill is not None:
            self.note_cost(error.bill)

    def note_cost(self, bill: Bill) -> None:
        """Show what a run that did not end well had cost."""
        print(f"note: the run had cost {bill}", file=self.stderr)


def run_command(
    command: Callable[[Sequence[str], Console], int],
    arguments: Sequence[str] | None,
    stdin: TextIO | None,
    stdout: TextIO | None,
    stderr: TextIO | None,
) -> int:
    """Run `command` and turn whatever it raises into a diagnostic and an exit status.

    Streams that are not given are the process's own, set to UTF-8.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        _set_utf8(stream)
    # A process that is started without a stream has none.
    output = stdout or sys.stdout or _ClosedStream()
    console = Console(stdin, output, stderr or sys.stderr or StringIO(), "--debug" in given)
    try:
        status = command(given, console)
        console.stdout.flush()
        return status
    except EmberError as error:
        console.report(error)
    except Interrupted as interrupt:
        console.note_cost(interrupt.bill)
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output(console.stdout)
        return BROKEN_PIPE
    except OSError as error:
        # Files have errors of their own; this is one of the standard streams.
        _discard_output(console.stdout)
        reason = error.strerror or str(error)
        console.report(InputError(f"the standard output must be writable, but: {reason}"))
    except MemoryError:
        console.report(InputError("there must be enough memory for the text, but there is not"))
    except RecursionError:
        console.report(InputError("a text must nest less deeply; raise --max-depth above it"))
    except Exception as error:
        _report_internal(error, console)
    return FAILED


def _read_stdin(limits: Limits) -> bytes:
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise InputError("the standard input must be open, but is closed; name a file instead")
    try:
        octets = sys.stdin.buffer.read(limits.size + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"the standard input must be readable, but: {reason}") from error
    if len(octets) > limits.size:
        raise InputError(limits.problem("size", "a text must have at most {} bytes"))
    return octets


def _report_internal(error: Exception, console: Console) -> None:
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    if console.debug:
        traceback.print_exception(error, file=console.stderr)
        print(f"internal error: {reason}", file=console.stderr)
    else:
        print(f"internal error: {reason}; run again with --debug", file=console.stderr)


def _set_utf8(stream: TextIO) -> None:
    if isinstance(stream, TextIOWrapper):
        # A file name that is not UTF-8 is shown as the bytes that it came as.
        stream.reconfigure(encoding="utf-8", errors="surrogateescape")


def _discard_output(stream: TextIO) -> None:
    # At its exit Python flushes once more, and would complain once more.
    if stream is sys.stdout:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
