"""What is known of Python's own functions: which are pure, and what they return.

A pure one is called at capture if its arguments are known, and applied by the program if
they are not. What is not listed might do anything, and is applied as effectful.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import EnumType
from types import BuiltinFunctionType, FunctionType

from ember_mlir.frontend.kinds import TupleKind
from ember_mlir.frontend.layouts import BOOL, FLOAT, INT, OBJECT, TEXT_LEAF, Layout, ListOf, Parts

_TEXTS = ListOf(TEXT_LEAF)
_THREE = Parts(TupleKind(3), (TEXT_LEAF, TEXT_LEAF, TEXT_LEAF))

TEXT_METHODS: Mapping[str, Layout] = {
    **dict.fromkeys(
        (
            *("capitalize", "casefold", "center", "expandtabs", "format", "join", "ljust"),
            *("lower", "lstrip", "removeprefix", "removesuffix", "replace", "rjust", "rstrip"),
            *("strip", "swapcase", "title", "translate", "upper", "zfill", "format_map"),
        ),
        TEXT_LEAF,
    ),
    **dict.fromkeys(
        (
            *("endswith", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit"),
            *("isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle"),
            *("isupper", "startswith"),
        ),
        BOOL,
    ),
    **dict.fromkeys(("count", "find", "index", "rfind", "rindex"), INT),
    **dict.fromkeys(("rsplit", "split", "splitlines"), _TEXTS),
    **dict.fromkeys(("partition", "rpartition"), _THREE),
    "encode": OBJECT,
}
"""The methods of texts, all of which are pure, and what they return."""

LIST_METHODS: Mapping[str, Layout | None] = {"count": INT, "index": INT, "copy": None}
"""The methods of lists that change nothing; None for a list of the same type."""

CHANGING = (
    *("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"),
    *("popitem", "setdefault", "update", "add", "discard", "subtract"),
)
"""Methods that change a list, dict or set."""

_PURE_BUILTINS: tuple[object, ...] = (
    *(abs, ascii, bin, bool, bytes, chr, complex, dict, divmod, enumerate, float, format),
    *(frozenset, hex, int, isinstance, issubclass, len, list, max, min, oct, ord, pow),
    *(range, repr, reversed, round, set, slice, sorted, str, sum, tuple, type, zip, callable),
)
_RESULTS: Mapping[object, Layout] = {
    ascii: TEXT_LEAF,
    bool: BOOL,
    chr: TEXT_LEAF,
    float: FLOAT,
    format: TEXT_LEAF,
    int: INT,
    len: INT,
    ord: INT,
    repr: TEXT_LEAF,
    str: TEXT_LEAF,
}

_PURE_MODULES = (
    *("base64", "cmath", "colorsys", "difflib", "fnmatch", "hashlib", "html", "html.entities"),
    *("json", "json.decoder", "json.encoder", "keyword", "math", "operator", "_operator", "re"),
    *("re._parser", "shlex", "statistics", "string", "textwrap", "unicodedata", "_json", "_sre"),
    *("urllib.parse", "posixpath", "binascii", "zlib", "fractions", "numbers", "copy"),
    *("datetime", "decimal", "calendar", "heapq", "bisect", "itertools", "functools"),
    *("collections", "dataclasses", "typing", "abc", "enum"),
)
"""Modules whose functions compute from their arguments alone, but for those below."""

_NOT_PURE = frozenset(
    {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "json.load", "json.dump"}
)

_ANNOTATED: Mapping[str, Layout] = {
    "json.dumps": TEXT_LEAF,
    "re.sub": TEXT_LEAF,
    "re.escape": TEXT_LEAF,
    "re.findall": _TEXTS,
    "re.split": _TEXTS,
    "textwrap.dedent": TEXT_LEAF,
    "textwrap.fill": TEXT_LEAF,
    "textwrap.indent": TEXT_LEAF,
    "textwrap.shorten": TEXT_LEAF,
    "textwrap.wrap": _TEXTS,
    "html.escape": TEXT_LEAF,
    "html.unescape": TEXT_LEAF,
    "unicodedata.normalize": TEXT_LEAF,
    "difflib.get_close_matches": _TEXTS,
    "string.Template.substitute": TEXT_LEAF,
    "string.Template.safe_substitute": TEXT_LEAF,
}

OBJECT_METHODS: Mapping[str, Layout] = dict.fromkeys(
    ("hexdigest", "isoformat", "model_dump_json", "strftime"), TEXT_LEAF
)
"""Methods that give a text, whatever object of a library has them."""


def is_pure_builtin(function: object) -> bool:
    """Whether a builtin function or type only computes from its arguments."""
    return any(function is known for known in _PURE_BUILTINS)


def is_pure(function: object) -> bool:
    """Whether a function of the standard library only computes from its arguments."""
    if is_pure_builtin(function) or is_enumeration(function):
        return True
    module, name = _home(function)
    if module == "string" and name.startswith("Template."):
        return True
    if f"{name}" in _NOT_PURE or f"{module}.{name}" in _NOT_PURE:
        return False
    if isinstance(function, BuiltinFunctionType) and module in ("math", "_json", "_operator"):
        return True
    return module in _PURE_MODULES and isinstance(
        function, FunctionType | BuiltinFunctionType | type
    )


def is_enumeration(function: object) -> bool:
    """Whether a call of it finds a member of an enumeration, and runs no code of a user's."""
    if not isinstance(function, EnumType):
        return False
    missing: object = getattr(function, "_missing_", None)
    return getattr(missing, "__module__", None) == "enum"


def is_function_of(function: object, module: str, name: str) -> bool:
    """Whether a function is the one of that name in a module.

    >>> import json
    >>> is_function_of(json.loads, "json", "loads")
    True
    """
    return _home(function) == (module, name)


def _home(function: object) -> tuple[str, str]:
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", "")
    return (module if isinstance(module, str) else ""), name if isinstance(name, str) else ""


def result_of(function: object) -> Layout:
    """How what a pure function returns is laid out, as far as is known."""
    for known, layout in _RESULTS.items():
        if function is known:
            return layout
    module, name = _home(function)
    if module == "math":
        return _math_result(name)
    return _ANNOTATED.get(f"{module}.{name}", OBJECT)


def _math_result(name: str) -> Layout:
    if name in ("ceil", "floor", "trunc", "gcd", "lcm", "isqrt", "comb", "perm", "factorial"):
        return INT
    return BOOL if name.startswith("is") else FLOAT
