"""`ember-opt`: parse, verify, run passes, print; the tool of people who work on the compiler."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from ember_mlir.diagnostics import Diagnostic, diagnostic_of, render
from ember_mlir.errors import EmberError
from ember_mlir.limits import DEFAULT_LIMITS, on_deep_stack
from ember_mlir.tools.command_line import (
    FAILED,
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
    from xdsl.context import Context
    from xdsl.dialects.builtin import ModuleOp
    from xdsl.passes import ModulePass

    from ember_mlir.expected_diagnostics import Chunk
    from ember_mlir.pipeline import Explanation, Watch


def main(
    arguments: Sequence[str] | None = None,
    *,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Run `ember-opt` with `arguments` (the process's own by default): its exit status."""
    return run_command(_main, arguments, stdin, stdout, stderr)


def _main(arguments: Sequence[str], console: Console) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.version:
        print(f"ember-opt {VERSION}", file=console.stdout)
    elif options.help:
        print(parser.format_help(), end="", file=console.stdout)
    elif options.list_passes:
        print(_passes(), file=console.stdout)
    elif options.verify_diagnostics:
        return _verify_diagnostics(options, console)
    else:
        return _transform(options, console)
    return 0


def _parser() -> CommandParser:
    parser = CommandParser("ember-opt", "Parse, verify, transform and print a module.")
    add = parser.add_argument
    add("file", nargs="?", default="-", metavar="FILE", help="a file, or - for stdin (default)")
    add("-p", "--passes", default="", metavar="PIPELINE", help="run these: 'a,b{option=1}'")
    add("--emit", choices=("llm", "sched", "exec"), help="run what is missing to this level")
    add("-o", "--output", metavar="FILE", help="write there, all or nothing")
    add("--list-passes", action="store_true", help="list the passes")
    add("--print-ir-after-all", action="store_true", help="print each step to stderr")
    add("--print-op-generic", action="store_true", help="print the generic format")
    add("--print-debuginfo", action="store_true", help="print source locations")
    add("--split-input-file", action="store_true", help="treat parts between '// -----' alone")
    add("--verify-diagnostics", action="store_true", help="check 'expected-error' comments")
    add("--verify-each", action="store_true", help="verify after each pass")
    add_goals(parser)
    add("--explain", action="store_true", help="say on stderr which pass did what, or why not")
    add_limits(parser)
    return parser


def _passes() -> str:
    from ember_mlir.pipeline import known_passes

    lines: list[str] = []
    for name, load in known_passes().items():
        documented = load().__doc__ or "A pass of another package."
        lines.append(f"{name:<20}{documented.strip().splitlines()[0]}")
    return "\n".join(lines)


def _transform(options: Namespace, console: Console) -> int:
    """Transform each part of the input; a part with an error does not stop the others."""
    name, chunks = _read(options, console)
    texts: list[str] = []
    for chunk in chunks:
        try:
            texts.append(_transform_chunk(chunk, name, options, console))
        except EmberError as error:
            console.report(error)
    failed = len(texts) < len(chunks)
    if failed and (options.output or not options.split_input_file):
        return FAILED
    _write("// -----\n".join(texts), options.output, console)
    return FAILED if failed else 0


def _verify_diagnostics(options: Namespace, console: Console) -> int:
    from ember_mlir.expected_diagnostics import expectations_in, unmatched

    name, chunks = _read(options, console)
    status = 0
    for chunk in chunks:
        expected = expectations_in(chunk.text, name, chunk.first_line)
        found: list[Diagnostic] = []
        try:
            _transform_chunk(chunk, name, options, console)
        except EmberError as error:
            found.append(diagnostic_of(error))
        for difference in unmatched(found, expected, name):
            print(render(difference, console.texts[name]), file=console.stderr)
            status = FAILED
    return status


def _read(options: Namespace, console: Console) -> tuple[str, list[Chunk]]:
    from ember_mlir.expected_diagnostics import Chunk, split_chunks

    name, text = console.read_source(options.file, limits_of(options))
    return name, split_chunks(text) if options.split_input_file else [Chunk(text)]


def _transform_chunk(chunk: Chunk, name: str, options: Namespace, console: Console) -> str:
    def transform() -> str:
        return _transformed(chunk, name, options, console)

    deep = limits_of(options).depth > DEFAULT_LIMITS.depth
    return on_deep_stack(transform) if deep else transform()


def _transformed(chunk: Chunk, name: str, options: Namespace, console: Console) -> str:
    from ember_mlir.parsing import make_context, parse_module, print_module
    from ember_mlir.passes.analysis.verification import verify_module

    ctx = make_context()
    module = parse_module(
        chunk.text, name, ctx=ctx, limits=limits_of(options), first_line=chunk.first_line
    )
    verify_module(module)
    return print_module(
        _lowered(module, ctx, options, console),
        generic=options.print_op_generic,
        locations=options.print_debuginfo,
    )


def _lowered(module: ModuleOp, ctx: Context, options: Namespace, console: Console) -> ModuleOp:
    """What the passes that are named, and then those to the level, make of a module."""
    from ember_mlir.passes.analysis.verification import verify_module
    from ember_mlir.pipeline import compile_with, explain, run_named

    goals, watch = goals_of(options), _watch(options, console)
    if options.passes.strip():
        found = run_named(ctx, module, options.passes, goals, watch, explained=options.explain)
        verify_module(module)
        _tell(explain(found) if options.explain else None, found.warnings, console)
    if options.emit is None:
        return module
    compiled = compile_with(module, options.emit, goals, explained=options.explain, watch=watch)
    _tell(explain(compiled) if options.explain else None, compiled.warnings, console)
    return compiled.module


def _watch(options: Namespace, console: Console) -> Watch:
    from ember_mlir.parsing import print_module
    from ember_mlir.pipeline import Watch

    def show(found: ModulePass, module: ModuleOp) -> None:
        text = print_module(module, locations=options.print_debuginfo)
        print(f"// ----- after {found} -----\n{text}", file=console.stderr)

    after_each = show if options.print_ir_after_all else None
    return Watch(verify_each=options.verify_each, after_each=after_each)


def _tell(explanation: Explanation | None, warnings: Sequence[str], console: Console) -> None:
    if explanation is not None:
        print(explanation, file=console.stderr)
        return
    for warning in warnings:
        print(f"warning: {warning}", file=console.stderr)


def _write(text: str, path: str | None, console: Console) -> None:
    if path is None:
        console.stdout.write(text)
        return
    from ember_mlir.text_files import write_text

    write_text(path, text)
