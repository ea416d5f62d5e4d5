"""Rewritten functions: the same function, in which all that may be unknown goes through hooks.

    answer = ask(f"Q: {q}")      =>      answer = _E_.named(3, _E_.call(0, _E_.name(1, ask),
                                                  _E_.text(2, "Q: ", (q, -1, None))))

The code runs in the user's own frame: file, lines and scopes stay as they are. The first
argument of a hook is a place: it says where the construct stands, and for a call its
site, which is the ordinal of the call in the source of its function.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from types import CodeType, FunctionType

from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.rewriting.plain_forms import ASK
from ember_mlir.frontend.rewriting.positions import copied
from ember_mlir.frontend.rewriting.results import note_rewritten
from ember_mlir.frontend.rewriting.statements import Rewriter
from ember_mlir.frontend.source import Definition, FunctionNode, find_definition, nested_codes

_FACTORY = "_ember_factory"
_FUNCTION = "_ember_function"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The rewritten code of a function, and the places of its hooks."""

    code: CodeType
    places: tuple[Place, ...]
    definition: Definition


# By code and file: functions made by one `def` share their code. Equal code is equal text.
_REWRITTEN: dict[tuple[CodeType, str], Rewritten] = {}


def rewrite(function: FunctionType) -> Rewritten:
    """The rewritten form of `function`; raises `CaptureError` if it cannot be captured."""
    code = function.__code__
    key = code, code.co_filename
    found = _REWRITTEN.get(key)
    if found is None:
        definition = find_definition(function)
        found = _build(definition, code)
        for result in (found.code, *nested_codes(found.code)):
            note_rewritten(result)
        _REWRITTEN[key] = found
    return found


def _compiled(module: ast.Module, rewriter: Rewriter) -> CodeType:
    """The code of a module; raises `CaptureError` if it is nested too deep for Python."""
    definition = rewriter.definition
    try:
        return compile(module, definition.file, "exec", flags=definition.flags, dont_inherit=True)
    except SyntaxError:
        # The source has been compiled before, but each of its blocks is two or three now.
        step = "make a function of the inner ones"
        rewriter.refuse(definition.node, "control flow that is nested so deep", step)


def _build(definition: Definition, code: CodeType) -> Rewritten:
    node = copied(definition.node)
    _mangle(node, _class_of(code))
    rewriter = Rewriter(definition)
    rewriter.whole(node)
    # The defaults are those of the function that there is; annotations are not needed.
    node.args.defaults = []
    node.args.kw_defaults = [None] * len(node.args.kwonlyargs)
    statement = _as_statement(node)
    # The variables of the enclosing functions are the factory's, so that they stay free.
    free = (ASK, *[name for name in code.co_freevars if name != ASK])
    names: list[ast.expr] = [ast.Name(name, ast.Store()) for name in free]
    module = ast.parse(f"def {_FACTORY}(): pass")
    factory = module.body[0]
    assert isinstance(factory, ast.FunctionDef)
    factory.body = [ast.Assign(names, ast.Constant(None))]
    ast.fix_missing_locations(module)
    factory.body.append(statement)
    compiled = _compiled(module, rewriter)
    made = next(nested_codes(next(nested_codes(compiled))))
    renamed = _renamed(made, made.co_qualname, code.co_qualname).replace(co_name=code.co_name)
    return Rewritten(renamed, tuple(rewriter.places), definition)


def _renamed(code: CodeType, old: str, new: str) -> CodeType:
    """`code` and those inside it with qualified names that begin with `new` for `old`."""
    constants = [
        _renamed(constant, old, new) if isinstance(constant, CodeType) else constant
        for constant in code.co_consts
    ]
    name = new + code.co_qualname.removeprefix(old)
    return code.replace(co_consts=tuple(constants), co_qualname=name)


def _class_of(code: CodeType) -> str:
    """The name of the innermost class around `code`, or nothing."""
    *outer, _ = code.co_qualname.split(".")
    while outer and outer[-1] == "<locals>":
        del outer[-2:]
    return outer[-1] if outer else ""


def _mangle(tree: ast.AST, owner: str) -> None:
    """Name what is private to the class `owner` as Python does, since `tree` leaves the class."""
    prefix = f"_{owner.lstrip('_')}"
    for node in ast.walk(tree) if len(prefix) > 1 else ():
        for field in ("id", "arg", "attr", "name"):
            name = getattr(node, field, None)
            if isinstance(name, str) and name.startswith("__") and not name.endswith("__"):
                setattr(node, field, prefix + name)


def _as_statement(node: FunctionNode) -> ast.stmt:
    if isinstance(node, ast.Lambda):
        return ast.copy_location(ast.Return(node), node)
    # Under its own name it would hide the global or free variable of that name.
    node.name = _FUNCTION
    node.decorator_list = []
    return node
