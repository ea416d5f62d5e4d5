"""Pipelines as text: which passes there are, and which ones a text names."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import entry_points

from xdsl.passes import ModulePass
from xdsl.universe import Universe
from xdsl.utils.arg_spec import parse_pipeline

from ember_mlir.errors import PipelineError
from ember_mlir.universe import PASSES

Loader = Callable[[], type[ModulePass]]

_KNOWN = ("ember_mlir.", "xdsl.")
"""Where the universes of Ember and of xDSL itself stand."""


def known_passes() -> dict[str, Loader]:
    """The passes by name, as lazy loaders: our own, and those of other packages.

    A package adds passes by an entry point `xdsl.universe`. Those of xDSL itself are not
    among them: they know neither draws nor handled failures. Raises `PipelineError` if a
    package takes a name that is taken, or cannot be loaded.
    """
    return PASSES | _foreign_passes()


def forget_other_packages() -> None:
    """Look for passes of other packages again: some were installed, or removed."""
    _foreign_passes.cache_clear()
    _parsed.cache_clear()


@lru_cache(maxsize=1)
def _foreign_passes() -> dict[str, Loader]:
    found: dict[str, Loader] = {}
    for entry in sorted(entry_points(group="xdsl.universe"), key=lambda entry: entry.name):
        if entry.value.startswith(_KNOWN):
            continue
        try:
            universe = entry.load()
        except Exception as error:
            raise PipelineError(
                f"the passes of '{entry.value}' must be there, but cannot be loaded "
                f"({type(error).__name__}: {error}); mend or uninstall that package"
            ) from error
        if not isinstance(universe, Universe):
            raise PipelineError(
                f"'{entry.value}' must be a Universe of passes, but is an object of type "
                f"{type(universe).__name__}; mend or uninstall that package"
            )
        for name, load in universe.all_passes.items():
            if name in PASSES or name in found:
                raise PipelineError(
                    f"a pass must have a name of its own, but '{name}' of '{entry.value}' is "
                    "taken; rename it"
                )
            found[name] = load
    return found


def parse_passes(pipeline: str) -> list[ModulePass]:
    """The passes that a pipeline such as `assign-draws,merge-calls` names.

    Options stand in braces: `verify-level{level=sched}`. Raises `PipelineError` for an
    unknown pass, an unknown option, or text that is no pipeline.
    """
    return list(_parsed(pipeline))


@lru_cache(maxsize=64)
def _parsed(pipeline: str) -> Sequence[ModulePass]:
    # The same few pipelines are asked for again and again, and passes have no state.
    try:
        specs = list(parse_pipeline(pipeline))
    except BaseException as error:
        # xDSL's own error for this is not an Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise PipelineError(
            f"a pipeline must be names with options, as in 'a,b{{c=1}}', but got '{pipeline}'"
        ) from error
    passes: list[ModulePass] = []
    for spec in specs:
        load = _loader(spec.name)
        try:
            passes.append(load().from_spec(spec))
        except Exception as error:
            raise PipelineError(
                f"the options of the pass '{spec.name}' must be its own, but got '{spec}' ({error})"
            ) from error
    return passes


def _loader(name: str) -> Loader:
    # Looking for other packages reads files: only a name that is not ours is worth it.
    load = PASSES.get(name) or known_passes().get(name)
    if load is None:
        known = known_passes()
        near = get_close_matches(name, known) or sorted(known)
        raise PipelineError(
            f"a pass must be a known one, but got '{name}'; there is {', '.join(near)}"
        )
    return load


def passes_of(given: Iterable[object]) -> list[ModulePass]:
    """The passes that are given as a pipeline, as a class, or as they are.

    Raises `PipelineError` for what is none of these, and what `parse_passes` raises.
    """
    found: list[ModulePass] = []
    for item in given:
        if isinstance(item, str):
            found += parse_passes(item)
        elif isinstance(item, ModulePass):
            found.append(item)
        elif isinstance(item, ABCMeta) and issubclass(item, ModulePass):
            found.append(item())
        else:
            raise PipelineError(
                "a pass must be a name with options, a subclass of ModulePass, or one of its "
                f"objects, but got an object of type {type(item).__name__}"
            )
    return found
