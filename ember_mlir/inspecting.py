"""Looking at a program: its text at each level, its graph, what became of it, its shapes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from ember_mlir.errors import EmberError
from ember_mlir.frontend.guards import Callee
from ember_mlir.goals import Goals
from ember_mlir.last_run import LastRun

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from ember_mlir.passes.analysis.shapes import Shape
    from ember_mlir.pipeline import Explanation

R = TypeVar("R")

GraphForm = Literal["mermaid", "dot", "svg"]
"""How a graph is written."""

Level = Literal["llm", "sched", "exec"]
"""The texts of a program: what is asked, when and where, and the instructions."""


class Inspectable(Callee, ABC, Generic[R]):
    """What a person can look at, once it has run or its arguments are annotated."""

    last_run: LastRun[R] | None
    """The last run that succeeded, compiled or eager; None before the first."""

    @abstractmethod
    def _captured(self) -> ModuleOp:
        """The program of the last run, or if there was none, of the annotated types."""

    @abstractmethod
    def _goals(self) -> Goals:
        """What the program is compiled for here."""

    def ir(self, level: Level = "llm") -> str:
        """The text of the program at a level: "llm", "sched" or "exec".

        It is that of the last run. Before any, the types of the arguments must be
        annotated, and static arguments have defaults; else it raises `CaptureError`.
        """
        from ember_mlir.parsing import print_module
        from ember_mlir.pipeline import compile_to

        module = compile_to(self._captured(), level, self._goals().options())
        return print_module(module).rstrip("\n")

    def graph(self, form: GraphForm = "mermaid") -> str:
        """The program as a graph: for Mermaid, Graphviz ("dot"), or as an SVG picture.

        It is about the program of the last run, as for `ir`.
        """
        from ember_mlir.graphs import drawn
        from ember_mlir.pipeline import compile_to

        return drawn(compile_to(self._captured(), "llm", self._goals().options()), form)

    def _repr_svg_(self) -> str | None:
        """The picture that a notebook shows; none before the types of arguments are known."""
        try:
            return self.graph("svg")
        except EmberError:
            return None

    def explain(self) -> Explanation:
        """What became of the program: which optimizations did what and where, or why not.

        Print it. It is about the program of the last run, and tells what that has saved if
        it was made in a session that is `recorded`. Before any run, the types of the
        arguments must be annotated, and static arguments have defaults; else it raises
        `CaptureError`.
        """
        from ember_mlir.pipeline import compile_with, explain

        compiled = compile_with(self._captured(), "exec", self._goals().options(), explained=True)
        return explain(compiled, None if self.last_run is None else self.last_run.saved)

    def patterns(self) -> Sequence[Shape]:
        """The shapes of the program as it is written: ensembles, maps, reductions, chains.

        Each prints as a line, with the lines of the source that it stands on. As for
        `explain`, it is about the program of the last run.
        """
        from ember_mlir.passes.analysis.shapes import shapes_of

        return shapes_of(self._captured())

    def __str__(self) -> str:
        """The signature of the program, its last run and its text, or how to get that."""
        from ember_mlir.describing import described

        return described(self.function, len(self.fixed), self.ir, self.last_run)
