"""`ember`: run a program from its text."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, TextIO

from ember_mlir.errors import EmberError, InputError, Interrupted, ProgramError
from ember_mlir.text_files import check_writable
from ember_mlir.tools.command_line import (
    CommandParser,
    Console,
    add_goals,
    add_limits,
    goals_of,
    limits_of,
    run_command,
)
from ember_mlir.version import VERSION

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from ember_mlir.interpreter import Value
    from ember_mlir.pipeline import Compiled
    from ember_mlir.providers import Session
    from ember_mlir.runtime.run import Prepared, Run

_COMMANDS = """\
commands:
  run FILE    run the program in a .mlir file; see ember run --help"""


def main(
    arguments: Sequence[str] | None = None,
    *,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Run `ember` with `arguments` (the process's own by default): its exit status."""
    return run_command(_main, arguments, stdin, stdout, stderr)


def _main(arguments: Sequence[str], console: Console) -> int:
    if arguments[:1] == ["run"]:
        return _run_command(arguments[1:], console)
    parser = CommandParser("ember", "Run programs that call language models.")
    parser.usage = "ember [--help] [--version] run FILE …"
    options, rest = parser.parse_known_args(arguments)
    if options.version:
        print(f"ember {VERSION}", file=console.stdout)
        return 0
    if options.help or not rest:
        print(f"{parser.format_help()}\n{_COMMANDS}", file=console.stdout)
        return 0
    raise InputError(f"there is no command '{rest[0]}'; run ember --help")


def _run_parser() -> CommandParser:
    parser = CommandParser("ember run", "Run the only public function of a module, or @main.")
    add = parser.add_argument
    add("file", nargs="?", metavar="FILE", help="a .mlir file of any level, or - for stdin")
    add(
        "--input",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="text: VALUE or @file; list: a JSON array or @glob; @@ is a literal @",
    )
    add("--json", action="store_true", help="print outputs and bill as JSON")
    add("--seed", type=int, metavar="N", help="the same seed is the same run")
    engine = parser.add_mutually_exclusive_group()
    engine.add_argument(
        "--reference",
        action="store_true",
        help="run one operation after another, as the language is defined: it knows all of it",
    )
    engine.add_argument(
        "--trace", metavar="FILE", help="write what ran when, for ui.perfetto.dev, also on errors"
    )
    add_goals(parser)
    add("--explain", action="store_true", help="say which pass did what, and what it has saved")
    add("--clock", choices=("real", "virtual"), default="real", help="virtual does not wait")
    add_limits(parser)
    show = parser.add_mutually_exclusive_group()
    show.add_argument("--progress", action="store_true", default=None, help="show a progress bar")
    show.add_argument("--no-progress", action="store_false", dest="progress", help="show none")
    return parser


def _run_command(arguments: Sequence[str], console: Console) -> int:
    parser = _run_parser()
    options = parser.parse_args(arguments)
    if options.version:
        print(f"ember {VERSION}", file=console.stdout)
    elif options.help:
        print(parser.format_help(), end="", file=console.stdout)
    elif options.file is None:
        raise InputError("a file to run must be given; run ember run --help")
    elif options.trace is not None:
        _run_traced(options, console)
    else:
        _print_run(_run(options, console), options, console)
    return 0


def _run_traced(options: Namespace, console: Console) -> None:
    """Run, print, and write the trace of the run, however it has ended."""
    check_writable(options.trace)
    try:
        run = _run(options, console)
    except (EmberError, Interrupted) as error:
        if error.trace is not None:
            error.trace.write(options.trace)
        raise
    # What was paid for is shown before anything else can fail.
    _print_run(run, options, console)
    run.trace.write(options.trace)


def _run(options: Namespace, console: Console) -> Run:
    from ember_mlir.entry import find_entry, parameters_of
    from ember_mlir.inputs import read_inputs
    from ember_mlir.parsing import parse_module
    from ember_mlir.pipeline import compile_with
    from ember_mlir.progress import progress_bar
    from ember_mlir.providers import Session
    from ember_mlir.runtime.run import prepare, run

    limits = limits_of(options)
    name, text = console.read_source(options.file, limits)
    module = parse_module(text, name, limits=limits)
    if options.reference:
        return _run_reference(module, options)
    compiled = compile_with(module, "exec", goals_of(options), explained=options.explain)
    for warning in compiled.warnings:
        print(f"warning: {warning}", file=console.stderr)
    prepared = prepare(compiled.module, find_entry(module))
    parameters = parameters_of(prepared.arguments, prepared.types)
    inputs = list(read_inputs(options.input, parameters).values())
    shown = console.stderr.isatty() if options.progress is None else options.progress
    with ExitStack() as stack:
        progress = stack.enter_context(progress_bar(console.stderr)) if shown else None
        session = Session(seed=options.seed, clock=options.clock, progress=progress)
        if not options.explain:
            return run(prepared, inputs, stack.enter_context(session))
        return _run_explained(module, compiled, prepared, inputs, session, console)


def _run_explained(
    module: ModuleOp,
    compiled: Compiled,
    prepared: Prepared,
    inputs: Sequence[Value],
    session: Session,
    console: Console,
) -> Run:
    """Run, and say what was optimized and what that has saved."""
    from ember_mlir.pipeline import explain, for_reference
    from ember_mlir.recording import Recording
    from ember_mlir.runtime.run import run

    recording = Recording(session)
    try:
        found = run(prepared, inputs, recording)
    except ProgramError:
        print(explain(compiled), file=console.stderr)
        raise
    saving = recording.saving(for_reference(module), inputs)
    print(explain(compiled, saving), file=console.stderr)
    return found


def _run_reference(module: ModuleOp, options: Namespace) -> Run:
    from ember_mlir.direct import run_reference
    from ember_mlir.entry import find_entry, inputs_of
    from ember_mlir.inputs import read_inputs
    from ember_mlir.pipeline import for_reference
    from ember_mlir.providers import Session

    program = for_reference(module)
    entry = find_entry(program)
    inputs = list(read_inputs(options.input, inputs_of(program, entry)).values())
    with Session(seed=options.seed, clock=options.clock) as session:
        return run_reference(program, inputs, session, entry=entry)


def _print_run(run: Run, options: Namespace, console: Console) -> None:
    if options.json:
        result = {"outputs": run.outputs, "bill": run.bill.as_json()}
        print(_json(result), file=console.stdout)
        return
    for output in run.outputs:
        print(_readable(output), file=console.stdout)
    print(run.bill, file=console.stderr)


def _readable(output: object) -> str:
    if isinstance(output, str):
        return output
    return _json(output)


def _json(value: object) -> str:
    # Turns of a conversation are objects of a class of their own.
    return json.dumps(value, ensure_ascii=False, indent=2, default=_fields_of)


def _fields_of(value: object) -> object:
    """The fields of a dataclass, or what a value prints as."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
