"""What Ember adds to xDSL, as lazy tables: nothing is imported until it is used.

`xdsl-opt` finds `EMBER` by the entry point `xdsl.universe`; our own tools read the
same tables.
"""

from __future__ import annotations

from collections.abc import Callable

from xdsl.ir import Dialect
from xdsl.passes import ModulePass
from xdsl.universe import Universe


def _llm() -> Dialect:
    from ember_mlir.dialects.llm import LLM

    return LLM


def _ensemble() -> Dialect:
    from ember_mlir.dialects.ensemble import ENSEMBLE

    return ENSEMBLE


def _sched() -> Dialect:
    from ember_mlir.dialects.sched import SCHED

    return SCHED


def _exec() -> Dialect:
    from ember_mlir.dialects.exec import EXEC

    return EXEC


def _assign_draws() -> type[ModulePass]:
    from ember_mlir.passes.assign_draws import AssignDrawsPass

    return AssignDrawsPass


def _merge_calls() -> type[ModulePass]:
    from ember_mlir.passes.merge_calls import MergeCallsPass

    return MergeCallsPass


def _remove_dead_calls() -> type[ModulePass]:
    from ember_mlir.passes.remove_dead_calls import RemoveDeadCallsPass

    return RemoveDeadCallsPass


def _raise_ensembles() -> type[ModulePass]:
    from ember_mlir.passes.raise_ensembles import RaiseEnsemblesPass

    return RaiseEnsemblesPass


def _flatten_templates() -> type[ModulePass]:
    from ember_mlir.passes.flatten_templates import FlattenTemplatesPass

    return FlattenTemplatesPass


def _pack_prompts() -> type[ModulePass]:
    from ember_mlir.passes.pack_prompts import PackPromptsPass

    return PackPromptsPass


def _batch_requests() -> type[ModulePass]:
    from ember_mlir.passes.batch_requests import BatchRequestsPass

    return BatchRequestsPass


def _stop_early() -> type[ModulePass]:
    from ember_mlir.passes.stop_early import StopEarlyPass

    return StopEarlyPass


def _lower_to_sched() -> type[ModulePass]:
    from ember_mlir.passes.lower_to_sched import LowerToSchedPass

    return LowerToSchedPass


def _lower_to_exec() -> type[ModulePass]:
    from ember_mlir.passes.lower_to_exec import LowerToExecPass

    return LowerToExecPass


def _set_priorities() -> type[ModulePass]:
    from ember_mlir.passes.set_priorities import SetPrioritiesPass

    return SetPrioritiesPass


def _plan_slots() -> type[ModulePass]:
    from ember_mlir.passes.plan_slots import PlanSlotsPass

    return PlanSlotsPass


def _canonicalize() -> type[ModulePass]:
    from ember_mlir.passes.canonicalize import CanonicalizePass

    return CanonicalizePass


def _infer_labels() -> type[ModulePass]:
    from ember_mlir.passes.infer_labels import InferLabelsPass

    return InferLabelsPass


def _limit_run() -> type[ModulePass]:
    from ember_mlir.passes.limit_run import LimitRunPass

    return LimitRunPass


def _redact_prompts() -> type[ModulePass]:
    from ember_mlir.passes.redact_prompts import RedactPromptsPass

    return RedactPromptsPass


def _verify_labels() -> type[ModulePass]:
    from ember_mlir.passes.verify_labels import VerifyLabelsPass

    return VerifyLabelsPass


def _verify_level() -> type[ModulePass]:
    from ember_mlir.passes.verify_level import VerifyLevelPass

    return VerifyLevelPass


def _fuse_maps() -> type[ModulePass]:
    from ember_mlir.passes.fuse_maps import FuseMapsPass

    return FuseMapsPass


def _hoist_calls() -> type[ModulePass]:
    from ember_mlir.passes.hoist_calls import HoistCallsPass

    return HoistCallsPass


def _sink_calls() -> type[ModulePass]:
    from ember_mlir.passes.sink_calls import SinkCallsPass

    return SinkCallsPass


def _prune_branches() -> type[ModulePass]:
    from ember_mlir.passes.prune_branches import PruneBranchesPass

    return PruneBranchesPass


def _speculate_branches() -> type[ModulePass]:
    from ember_mlir.passes.speculate_branches import SpeculateBranchesPass

    return SpeculateBranchesPass


def _cancel_losers() -> type[ModulePass]:
    from ember_mlir.passes.cancel_losers import CancelLosersPass

    return CancelLosersPass


DIALECTS: dict[str, Callable[[], Dialect]] = {
    "llm": _llm,
    "ensemble": _ensemble,
    "sched": _sched,
    "exec": _exec,
}

PASSES: dict[str, Callable[[], type[ModulePass]]] = {
    "assign-draws": _assign_draws,
    "canonicalize": _canonicalize,
    "raise-ensembles": _raise_ensembles,
    "merge-calls": _merge_calls,
    "remove-dead-calls": _remove_dead_calls,
    "flatten-templates": _flatten_templates,
    "fuse-maps": _fuse_maps,
    "hoist-calls": _hoist_calls,
    "sink-calls": _sink_calls,
    "prune-branches": _prune_branches,
    "speculate-branches": _speculate_branches,
    "stop-early": _stop_early,
    "batch-requests": _batch_requests,
    "pack-prompts": _pack_prompts,
    "infer-labels": _infer_labels,
    "redact-prompts": _redact_prompts,
    "verify-labels": _verify_labels,
    "lower-to-sched": _lower_to_sched,
    "limit-run": _limit_run,
    "cancel-losers": _cancel_losers,
    "set-priorities": _set_priorities,
    "lower-to-exec": _lower_to_exec,
    "plan-slots": _plan_slots,
    "verify-level": _verify_level,
}

EMBER = Universe(
    all_dialects=DIALECTS,
    # xDSL has a pass of that name, which applies the same patterns.
    all_passes={name: load for name, load in PASSES.items() if name != "canonicalize"},
)
