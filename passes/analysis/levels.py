"""The levels of a program: which operations each allows, and which one a module is at."""

from __future__ import annotations

from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from ember_mlir.dialects import sched
from ember_mlir.dialects.ensemble import ENSEMBLE
from ember_mlir.dialects.exec import EXEC
from ember_mlir.dialects.llm import LLM
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.sched import SCHED
from ember_mlir.dialects.sched.tasks import LOCAL_OPS
from ember_mlir.errors import PipelineError
from ember_mlir.limits import on_any_stack
from ember_mlir.passes.analysis.verification import verify_module

LEVELS = ("llm", "sched", "exec")
"""From what is asked to what is run; lowering goes from left to right."""

_FUNCTIONS = {"builtin.module", "func.func", "func.return"}

BRANCHES = frozenset({"scf.if", "scf.for", "scf.while", "scf.yield", "scf.condition"})
"""The builtin branches and loops that a program may have."""

NUMBERS = frozenset(
    f"arith.{name}"
    for name in (
        "constant",
        *("addi", "subi", "muli", "andi", "ori", "xori", "minsi", "maxsi", "cmpi", "select"),
        *("addf", "subf", "mulf", "cmpf", "index_cast", "sitofp"),
    )
)
"""The builtin arithmetic that a program may have."""

_ALLOWED: dict[str, set[str]] = {
    "llm": _FUNCTIONS
    | BRANCHES
    | NUMBERS
    | {op.name for op in (*LLM.operations, *ENSEMBLE.operations)},
    "sched": _FUNCTIONS
    | {op.name for op in SCHED.operations}
    | LOCAL_OPS
    | {"llm.model", "llm.tool"},
    "exec": {"builtin.module"} | {op.name for op in EXEC.operations},
}


def level_of(module: ModuleOp) -> str:
    """The lowest level that some operation or function type of `module` belongs to."""
    level = "llm"
    for op in walk(module):
        dialect = op.name.partition(".")[0]
        if dialect == "exec":
            return "exec"
        if dialect == "sched" or (isinstance(op, func.FuncOp) and _takes_futures(op)):
            level = "sched"
    return level


def _takes_futures(function: func.FuncOp) -> bool:
    types = (*function.function_type.inputs, *function.function_type.outputs)
    return any(isinstance(found, sched.FutureType | sched.StreamType) for found in types)


def check_level(name: str) -> str:
    """`name` if it is a level, else `PipelineError`."""
    if name not in LEVELS:
        raise PipelineError(f"a level must be one of {', '.join(LEVELS)}, but got '{name}'")
    return name


def verify_level(module: ModuleOp, level: str) -> None:
    """Check that `module` is valid and that all its operations belong to `level`.

    Raises `InvalidIRError` that names the first operation which does not.
    """
    verify_operations(module, level)
    verify_module(module)


def verify_operations(module: ModuleOp, level: str) -> None:
    """Check that all operations of `module` belong to `level`, as a lowering needs it."""
    allowed = _ALLOWED[check_level(level)]
    on_any_stack(lambda: _verify_operations(module, level, allowed))


def _verify_operations(module: ModuleOp, level: str, allowed: set[str]) -> None:
    for op in walk(module):
        if op.name not in allowed:
            raise invalid(op, f"must not stand at the level '{level}'; lower or remove it")
        if level == "sched":
            _verify_scheduled(op)


def _verify_scheduled(op: Operation) -> None:
    kind = type(op)
    if op.name in LOCAL_OPS and not isinstance(op.parent_op(), sched.TaskOp):
        raise invalid(op, "must stand in a 'sched.task' at the level 'sched'")
    if kind in (sched.RequestOp, sched.EmbedOp, sched.ScoreOp) and "draw" not in op.properties:
        raise invalid(op, "must have a draw or site once scheduled; run assign-draws first")
    if isinstance(op, func.FuncOp):
        types = (*op.function_type.inputs, *op.function_type.outputs)
        for found in types:
            if not isinstance(found, sched.FutureType | sched.StreamType):
                raise invalid(
                    op, f"must take and return futures, but got {found}; run lower-to-sched first"
                )
