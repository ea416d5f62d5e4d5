"""Text to module and back: MLIR with source locations and UTF-8 throughout.

xDSL's own parser leaves locations unknown, forgets how arguments were called, reads
back as bytes what its printer made of non-ASCII text, and can be kept busy for hours by
a few lines. Here every operation knows its place in the text, every argument its name,
every text is read in time linear in its length or refused, and every failure is an
`InvalidIRError` that says where.
"""

from __future__ import annotations

from io import StringIO

from xdsl.context import Context
from xdsl.dialects import get_all_dialects
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.utils.exceptions import ParseError

from ember_mlir.errors import InvalidIRError, SourceLocation
from ember_mlir.limits import DEFAULT_LIMITS, Limits, on_any_stack
from ember_mlir.parsing.messages import reworded
from ember_mlir.parsing.parser import LocatingParser
from ember_mlir.parsing.printer import Utf8Printer
from ember_mlir.universe import DIALECTS

CORE_DIALECTS = ("builtin", "func", "arith", "scf")
"""The dialects of xDSL that programs may use beside ours."""


def make_context() -> Context:
    """A context that knows Ember's dialects and the core ones, and loads each on first use."""
    core = get_all_dialects()
    ctx = Context()
    for name in CORE_DIALECTS:
        ctx.register_dialect(name, core[name])
    for name, load in DIALECTS.items():
        ctx.register_dialect(name, load)
    return ctx


def parse_module(
    text: str,
    name: str = "<input>",
    *,
    ctx: Context | None = None,
    limits: Limits = DEFAULT_LIMITS,
    first_line: int = 1,
) -> ModuleOp:
    """The module that `text` says; a text of comments only is an empty module.

    `name` is the file that locations and errors name, and `first_line` the line of it
    that `text` begins with. The module is not verified: see
    `ember_mlir.passes.analysis.verification.verify_module`.

    Raises `InvalidIRError`, with the place in the text, also for a text beyond `limits`.

    >>> from ember_mlir.dialects.locations import source_of
    >>> module = parse_module('llm.model @small from "simulated"', "models.mlir")
    >>> [str(source_of(op)) for op in module.ops]
    ['models.mlir:1:1']
    """
    start = SourceLocation(name, first_line, 1)
    _check_text(text, start, limits)
    known = make_context() if ctx is None else ctx
    return on_any_stack(lambda: _parse(known, text, start, limits), start)


def _check_text(text: str, start: SourceLocation, limits: Limits) -> None:
    try:
        size = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError as error:
        message = "a text must be Unicode, but has half of a surrogate pair here"
        place = _place(text, error.start, start)
        raise InvalidIRError(message, location=place) from error
    if size > limits.size:
        raise InvalidIRError(
            limits.problem("size", "a text must have at most {} bytes"), location=start
        )


def _place(text: str, position: int, start: SourceLocation) -> SourceLocation:
    line = start.line + text.count("\n", 0, position)
    return start._replace(line=line, column=position - text.rfind("\n", 0, position))


def _parse(ctx: Context, text: str, start: SourceLocation, limits: Limits) -> ModuleOp:
    parser = None
    try:
        parser = LocatingParser(ctx, text, start.file, limits, start.line)
        return parser.parse_module()
    except RecursionError:
        raise
    except ParseError as error:
        message, position = reworded(error, ctx)
        raise InvalidIRError(message, location=_place(text, position, start)) from error
    except Exception as error:
        if parser is None:
            raise
        # A dialect may refuse what it reads with any exception; the text is at fault.
        raise parser.refusal(error) from error


def print_module(module: Operation, *, generic: bool = False, locations: bool = False) -> str:
    """The text of `module`, ending in a newline; `parse_module` reads it back.

    `generic` prints all operations in the generic format; `locations` prints where each
    comes from.

    >>> print(print_module(parse_module('llm.model @m from "日本"')), end="")
    builtin.module {
      llm.model @m from "日本"
    }
    """
    return on_any_stack(lambda: _print(module, generic, locations))


def _print(module: Operation, generic: bool, locations: bool) -> str:
    stream = StringIO()
    Utf8Printer(stream, generic=generic, locations=locations).print_op(module)
    return stream.getvalue() + "\n"
