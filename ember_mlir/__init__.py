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
        ComparisonWarning,
        EmberError,
        EmptyChoiceError,
        EmptyReduceError,
        EmptyVoteError,
        FunctionError,
        InputError,
        InvalidIRError,
        LabelError,
        MismatchError,
        ModelError,
        NotAcceptedError,
        OptimizationWarning,
        ParseError,
        PipelineError,
        PositionError,
        ProgramError,
        ProviderError,
        ShapeError,
        SourceLocation,
    )
    from ember_mlir.execution import ExecutionOptions, execution_options
    from ember_mlir.frontend.agents import Agent, agent
    from ember_mlir.frontend.chats import Chat, chat
    from ember_mlir.frontend.composition import Chain, Operator, compose
    from ember_mlir.frontend.effects import associative, idempotent, pure, tool
    from ember_mlir.frontend.masks import Masked, redact
    from ember_mlir.frontend.operations.asking import generate, sample
    from ember_mlir.frontend.operations.combining import join, map, reduce, vote
    from ember_mlir.frontend.operations.reading import Embedding, embed, nearest, parse, score
    from ember_mlir.frontend.ready import Ensemble, Judge, MostCommon, Refine
    from ember_mlir.frontend.retrieval import top_k
    from ember_mlir.frontend.transformations import Vectorized, scan, vmap
    from ember_mlir.frontend.turns import Turn
    from ember_mlir.program import CacheInfo, LastRun, Program
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
    "Agent",
    "Bill",
    "CacheInfo",
    "CaptureError",
    "CaptureWarning",
    "Chain",
    "Chat",
    "ComparisonWarning",
    "Embedding",
    "EmberError",
    "EmptyChoiceError",
    "EmptyReduceError",
    "EmptyVoteError",
    "Ensemble",
    "ExecutionOptions",
    "Faulty",
    "FunctionError",
    "Image",
    "InputError",
    "InvalidIRError",
    "Judge",
    "LabelError",
    "LastRun",
    "Masked",
    "Message",
    "MismatchError",
    "ModelError",
    "MostCommon",
    "NotAcceptedError",
    "Operator",
    "OptimizationWarning",
    "ParseError",
    "PipelineError",
    "PositionError",
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
    "Turn",
    "Vectorized",
    "__version__",
    "agent",
    "associative",
    "chat",
    "compile",
    "compose",
    "embed",
    "execution_options",
    "generate",
    "idempotent",
    "jit",
    "join",
    "map",
    "nearest",
    "parse",
    "pure",
    "redact",
    "reduce",
    "register_model",
    "register_provider",
    "sample",
    "scan",
    "score",
    "tool",
    "top_k",
    "vmap",
    "vote",
]

_HOMES = {
    **dict.fromkeys(("ExecutionOptions", "execution_options"), "execution"),
    **dict.fromkeys(("Agent", "agent"), "frontend.agents"),
    **dict.fromkeys(("Chat", "chat"), "frontend.chats"),
    **dict.fromkeys(("compile", "jit"), "compilation"),
    **dict.fromkeys(("CacheInfo", "LastRun", "Program"), "program"),
    **dict.fromkeys(("Masked", "redact"), "frontend.masks"),
    **dict.fromkeys(("generate", "sample"), "frontend.operations.asking"),
    **dict.fromkeys(("join", "map", "reduce", "vote"), "frontend.operations.combining"),
    **dict.fromkeys(
        ("Embedding", "embed", "nearest", "parse", "score"), "frontend.operations.reading"
    ),
    "top_k": "frontend.retrieval",
    "Turn": "frontend.turns",
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
    else:
        home = "providers" if name in _PROVIDERS else "errors"
    if home.startswith("frontend."):
        # Calls outside of any program are answered by what is set there.
        import_module(f"{__name__}.program")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
