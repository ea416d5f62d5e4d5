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
    from ember_mlir.errors import (
        CaptureError,
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
    from ember_mlir.program import (
        LastRun,
        Program,
        compile,
        generate,
        jit,
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
    "CaptureError",
    "EmberError",
    "EmptyChoiceError",
    "EmptyReduceError",
    "EmptyVoteError",
    "Faulty",
    "FunctionError",
    "Image",
    "InputError",
    "InvalidIRError",
    "LabelError",
    "LastRun",
    "Message",
    "ModelError",
    "NotAcceptedError",
    "OptimizationWarning",
    "ParseError",
    "PipelineError",
    "Program",
    "ProgramError",
    "ProviderError",
    "Reply",
    "Request",
    "Session",
    "ShapeError",
    "SourceLocation",
    "Tool",
    "ToolCall",
    "__version__",
    "compile",
    "generate",
    "jit",
    "join",
    "map",
    "reduce",
    "register_model",
    "register_provider",
    "sample",
    "vote",
]

_PROGRAM = (
    *("LastRun", "Program", "compile", "jit"),
    *("generate", "join", "map", "reduce", "sample", "vote"),
)
_PROVIDERS = (
    *("Bill", "Faulty", "Image", "Message", "Reply", "Request", "Session", "Tool", "ToolCall"),
    *("register_model", "register_provider"),
)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _PROGRAM:
        home = "program"
    else:
        home = "providers" if name in _PROVIDERS else "errors"
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
