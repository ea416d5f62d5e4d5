"""Functions with an effect: they run at most once, and in the order of the program."""

from __future__ import annotations

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Operation
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.sched.types import DONE
from ember_mlir.dialects.values import ancestors


def verify_effect(task: Operation, function: Operation) -> None:
    """Check that `function`, in `task`, is ordered if it has an effect that counts."""
    if function.properties.get("effect") != StringAttr("effectful"):
        return
    if all(operand.type != DONE for operand in task.operands):
        raise VerifyException(
            "a task whose function is effectful must read a !sched.future<none>, "
            "which says that all before it is over, but it reads none"
        )
    for around in ancestors(task):
        if _repeats_or_reorders(around):
            raise VerifyException(
                "a task whose function is effectful must run once and in order, "
                f"but it stands in '{around.name}'"
            )


def _repeats_or_reorders(op: Operation) -> bool:
    match op.name:
        case "sched.cached" | "sched.first" | "sched.parallel":
            return True
        case "sched.fanout" | "sched.reduce":
            return "in_order" not in op.properties
        case "sched.attempt":
            return "at_most" in op.properties
        case _:
            return False
