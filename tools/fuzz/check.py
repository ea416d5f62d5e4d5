"""What must hold of every text, however hostile: an answer, or a diagnostic with a place."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from io import StringIO
from random import Random

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from ember_mlir.diagnostics import diagnostic_of, render
from ember_mlir.dialects.names import argument_names
from ember_mlir.errors import EmberError
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.pipeline import known_passes
from ember_mlir.tools import ember, ember_opt

_UNCLEAR = ("Traceback (most recent", "internal error")


def problem_with(text: str, random: Random) -> str | None:
    """What went wrong with `text`, or None; `random` chooses passes and options."""
    try:
        return (
            _text_problem(text, random)
            or _passes_problem(text, random)
            or _run_problem(text, random)
        )
    except Exception:
        return traceback.format_exc()


def _text_problem(text: str, random: Random) -> str | None:
    try:
        module = parse_module(text)
        verify_module(module)
    except EmberError as error:
        return _unclear(error, text)
    generic, locations = random.random() < 0.3, random.random() < 0.3
    first = print_module(module, generic=generic, locations=locations)
    try:
        second = parse_module(first)
        verify_module(second)
    except EmberError as error:
        return f"what was printed does not read back: {error}\n{first}"
    again = print_module(second, generic=generic, locations=locations)
    if again != first:
        return f"printing again gives another text:\n{first}\n{again}"
    names = [argument_names(op) for op in _functions(module)]
    if names != [argument_names(op) for op in _functions(second)]:
        return f"printing changes the names of inputs {names}:\n{first}"
    return None


def _functions(module: ModuleOp) -> list[Operation]:
    functions = [op for op in module.ops if op.name in ("func.func", "exec.frame")]
    return [op for op in functions if op.regions[0].blocks]


def _unclear(error: EmberError, text: str) -> str | None:
    shown = render(diagnostic_of(error), text)
    if error.location is None or len(shown.split("\n")) > 3 or not error.message:
        return f"a diagnostic must be one line with a place, but is:\n{shown}"
    return None


def _passes_problem(text: str, random: Random) -> str | None:
    passes = [name for name in known_passes() if name != "verify-level"]
    chosen = [random.choice(passes) for _ in range(random.randint(0, 4))]
    options = [f"--passes={','.join(chosen)}"] if chosen else []
    if random.random() < 0.5:
        options.append(f"--emit={random.choice(('llm', 'sched', 'exec'))}")
    flags = ("--split-input-file", "--print-op-generic", "--print-debuginfo", "--verify-each")
    options += [flag for flag in flags if random.random() < 0.2]
    return _tool_problem("ember-opt", ["-", *options], text)


def _run_problem(text: str, random: Random) -> str | None:
    if random.random() < 0.7:
        return None
    try:
        module = parse_module(text)
        verify_module(module)
    except EmberError:
        return None
    names = [name for op in _functions(module) for name in argument_names(op)]
    value = random.choice(("x", '["a", "b"]', "[]", "@", "1", '{"a": "b"}'))
    inputs = [f"--input={name}={value}" for name in names]
    arguments = ["run", "-", "--seed=1", "--clock=virtual", "--json", *inputs]
    if random.random() < 0.5:
        arguments.append("--reference")
    return _tool_problem("ember", arguments, text)


def _tool_problem(tool: str, arguments: Sequence[str], text: str) -> str | None:
    main = ember.main if tool == "ember" else ember_opt.main
    stdout, stderr = StringIO(), StringIO()
    status = main(arguments, stdin=StringIO(text), stdout=stdout, stderr=stderr)
    said = stderr.getvalue()
    if status not in (0, 1) or any(word in said for word in _UNCLEAR) or (status and not said):
        debug = StringIO()
        main([*arguments, "--debug"], stdin=StringIO(text), stdout=stdout, stderr=debug)
        return f"{tool} {' '.join(arguments)}: status {status}\n{debug.getvalue()}"
    return None
