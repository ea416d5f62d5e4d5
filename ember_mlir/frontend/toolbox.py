"""Functions of Python as tools that a model may ask for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from inspect import getdoc
from typing import Any

from ember_mlir.errors import InputError
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.kinds import DictKind
from ember_mlir.frontend.layouts import Layout, Parts
from ember_mlir.frontend.making import has_a_say
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.schemas import Schema, parameters_of
from ember_mlir.frontend.values import describe, is_symbolic
from ember_mlir.grammars import Grammar
from ember_mlir.providers import Tool

AnyTool = Tool | Callable[..., Any]
"""A tool that is described, or a function that describes itself."""


def tool_of(tool: object) -> Tool:
    """The description of a tool: of a function its name, docstring and annotated arguments.

    Raises `InputError` for what cannot be one.

    >>> def weather(city: str) -> str:
    ...     "Tells the weather."
    ...     return f"sun in {city}"
    >>> print(tool_of(weather).description)
    Tells the weather.
    """
    if isinstance(tool, Tool):
        return tool
    if is_symbolic(tool) or not callable(tool):
        raise InputError(
            f"a tool must be a function or an ember.Tool, but got {describe(tool)}; "
            "give the function itself"
        )
    return _described(tool)


@lru_cache(maxsize=256)
def _described(function: Callable[..., object]) -> Tool:
    written = function.function if isinstance(function, Callee) else function
    name = getattr(written, "__name__", type(written).__name__)
    return Tool(name, getdoc(written) or name, json.dumps(parameters_of(written)[0]))


Function = tuple[str, Any, Schema | None]
"""A tool to call: its name, the function, and what its arguments must look like, if any."""


@dataclass(frozen=True)
class Toolbox:
    """The tools of an agent: as models are told of them, and as they are called."""

    described: tuple[Tool, ...]
    functions: tuple[Function, ...]


def toolbox_of(tools: object, max_steps: object) -> Toolbox:
    """The tools of an agent, checked. Raises `InputError` for what an agent cannot call."""
    if not isinstance(max_steps, int) or isinstance(max_steps, bool) or max_steps < 1:
        raise InputError(
            f"max_steps must be an int of at least 1, but got {describe(max_steps)}; "
            "give the number of turns that the model may take"
        )
    if not is_list(tools) or not tools:
        raise InputError(
            f"an agent must have a list of tools, but got {describe(tools)}; "
            "use ember.chat for a model without tools"
        )
    functions = tuple(map(_called, tools))
    names = [name for name, _, _ in functions]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError(
            f"the tools of an agent must have different names, but two are called '{twice}'; "
            "rename one"
        )
    return Toolbox(tuple(map(tool_of, tools)), functions)


def _called(tool: object) -> Function:
    if isinstance(tool, Tool) or not callable(tool):
        raise InputError(
            f"a tool of an agent must be a function, but got {describe(tool)}; "
            "give the function that is to be called"
        )
    described, written = tool_of(tool), tool.function if isinstance(tool, Callee) else tool
    parameters, layouts = parameters_of(written)
    if not layouts:
        return described.name, tool, None
    grammar = Grammar("json_schema", json.dumps(parameters))
    layout: Layout = Parts(DictKind(tuple(layouts)), tuple(layouts.values()))
    return described.name, tool, Schema(grammar, layout, has_a_say(layout))
