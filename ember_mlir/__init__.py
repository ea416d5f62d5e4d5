"""Ember MLIR: a compiler for programs that call language models.

    import ember_mlir as ember

    @ember.jit
    def answer(question: str) -> str:
        drafts = [ember.generate(f"Q: {question}\\nA:", temperature=0.7) for _ in range(5)]
        return ember.vote(drafts)

The names below are loaded when they are first used, so that importing this package, or
a dialect from it, costs nothing.
"""

from __future__ import annotations

from importlib import import_module

from ember_mlir.version import VERSION as __version__

# Type checkers know this name; importing `typing` would take most of the time.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from ember_mlir.compilation import compile, jit
    from ember_mlir.errors import (
        CaptureError,
        CaptureWarning,
        EmberError,
        EmptyChoiceError,
        EmptyReduceError,
        EmptyVoteError,
        FunctionError,
        InputError,
        InvalidIRError,
        LabelError,
        ModelError,
        NotAcceptedError,
        OptimizationWarning,
        ParseError,
        PipelineError,
        ProgramError,
        ProviderError,
        ShapeError,
        SourceLocation,
    )
    from ember_mlir.frontend.composition import Chain, Operator, compose
    from ember_mlir.frontend.effects import associative, idempotent, pure, tool
    from ember_mlir.frontend.ready import Ensemble, Judge, MostCommon, Refine
    from ember_mlir.frontend.transformations import Vectorized, scan, vmap
    from ember_mlir.program import (
        CacheInfo,
        LastRun,
        Program,
        generate,
        join,
        map,
        reduce,
        sample,
        vote,
    )
    from ember_mlir.providers import (
        Bill,
        Faulty,
        Image,
        Message,
        Reply,
        Request,
        Session,
        Tool,
        ToolCall,
        register_model,
        register_provider,
    )

__all__ = [
    "Bill",
    "CacheInfo",
    "CaptureError",
    "CaptureWarning",
    "Chain",
    "EmberError",
    "EmptyChoiceError",
    "EmptyReduceError",
    "EmptyVoteError",
    "Ensemble",
    "Faulty",
    "FunctionError",
    "Image",
    "InputError",
    "InvalidIRError",
    "Judge",
    "LabelError",
    "LastRun",
    "Message",
    "ModelError",
    "MostCommon",
    "NotAcceptedError",
    "Operator",
    "OptimizationWarning",
    "ParseError",
    "PipelineError",
    "Program",
    "ProgramError",
    "ProviderError",
    "Refine",
    "Reply",
    "Request",
    "Session",
    "ShapeError",
    "SourceLocation",
    "Tool",
    "ToolCall",
    "Vectorized",
    "__version__",
    "associative",
    "compile",
    "compose",
    "generate",
    "idempotent",
    "jit",
    "join",
    "map",
    "pure",
    "reduce",
    "register_model",
    "register_provider",
    "sample",
    "scan",
    "tool",
    "vmap",
    "vote",
]

_PROGRAM = (
    *("CacheInfo", "LastRun", "Program"),
    *("generate", "join", "map", "reduce", "sample", "vote"),
)
_HOMES = {
    **dict.fromkeys(("Chain", "Operator", "compose"), "frontend.composition"),
    **dict.fromkeys(("compile", "jit"), "compilation"),
    **dict.fromkeys(("associative", "idempotent", "pure", "tool"), "frontend.effects"),
    **dict.fromkeys(("Ensemble", "Judge", "MostCommon", "Refine"), "frontend.ready"),
    **dict.fromkeys(("Vectorized", "scan", "vmap"), "frontend.transformations"),
}
_PROVIDERS = (
    *("Bill", "Faulty", "Image", "Message", "Reply", "Request", "Session", "Tool", "ToolCall"),
    *("register_model", "register_provider"),
)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _HOMES:
        home = _HOMES[name]
    elif name in _PROGRAM:
        home = "program"
    else:
        home = "providers" if name in _PROVIDERS else "errors"
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
