"""The examples in docstrings run, and every op's example parses and verifies."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re
from types import ModuleType

import pytest
from xdsl.ir import Operation

import ember_mlir
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.universe import DIALECTS

MODULES = sorted(
    found.name
    for found in pkgutil.walk_packages(ember_mlir.__path__, "ember_mlir.")
    if ".bench" not in found.name
)
OPERATIONS = [op for load in DIALECTS.values() for op in load().operations]


@pytest.mark.parametrize("name", MODULES)
def test_doctests_pass(name: str) -> None:
    module: ModuleType = importlib.import_module(name)
    failed, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)
def test_the_example_of_an_op_parses_verifies_and_uses_it(op: type[Operation]) -> None:
    doc = inspect.getdoc(op)
    assert doc is not None, "every op says what it means"
    examples = re.findall(r"```mlir\n(.*?)```", doc, re.DOTALL)
    assert examples, "every op has an example"
    for example in examples:
        module = parse_module(example, f"{op.name}.mlir")
        verify_module(module)
        assert any(found.name == op.name for found in module.walk())
        assert print_module(parse_module(print_module(module))) == print_module(module)
