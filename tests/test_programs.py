"""Laws of random programs: their text, their validity, and what the reference makes of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ember_mlir.errors import EmberError
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.passes.analysis.levels import verify_level
from ember_mlir.testing import (
    EVERYTHING,
    Language,
    Program,
    numbered,
    programs,
    reference,
)
from ember_mlir.testing.plain import leaf
from ember_mlir.testing.samples import TYPES


@given(programs())
def test_programs_belong_to_the_highest_level(program: Program) -> None:
    verify_level(parse_module(program.text), "llm")
    verify_level(numbered(program), "llm")


@given(programs(), st.booleans())
def test_the_text_of_a_program_reads_back(program: Program, is_numbered: bool) -> None:
    module = numbered(program) if is_numbered else parse_module(program.text)
    text, generic = print_module(module), print_module(module, generic=True)
    again = parse_module(text)
    assert print_module(again) == text
    assert module.is_structurally_equivalent(again)
    from_generic = parse_module(generic)
    assert print_module(from_generic) == text
    assert print_module(from_generic, generic=True) == generic
    located = print_module(module, locations=True)
    assert print_module(parse_module(located), locations=True) == located
    assert print_module(module.clone(), locations=True) == located


@given(programs(), st.integers(0, 3), st.sampled_from((0, 10, 40)))
def test_a_program_is_a_function_of_its_inputs_and_its_tape(
    program: Program, seed: int, faults: int
) -> None:
    module = numbered(program)
    first = reference(module, program, seed, faults)
    assert reference(module, program, seed, faults) == first
    assert reference(parse_module(print_module(module)), program, seed, faults) == first
    # Either there are results, or there is an error that says more than its class.
    assert (first.results is None) != (first.error is None)
    assert first.error is None or first.error[1]


@pytest.mark.parametrize("operation", sorted({maker.operation for maker in EVERYTHING.makers}))
def test_every_operation_is_written_as_it_verifies(operation: str) -> None:
    makers = [maker for maker in EVERYTHING.makers if maker.operation == operation]
    types = [found for found in TYPES if any(maker.makes(found) for maker in makers)]
    seen: list[bool] = []

    @settings(max_examples=10)
    @given(programs(Language(types, makers, leaf), max_ops=4))
    def check(program: Program) -> None:
        module = parse_module(program.text)
        verify_level(module, "llm")
        seen.append(operation in {op.name for op in module.walk()})

    check()
    assert any(seen)


def test_programs_are_shown_as_text() -> None:
    program = Program("func.func @f() {\n  func.return\n}\n", {"q": "é"}, {})
    assert repr(program) == "\nfunc.func @f() {\n  func.return\n}\n// inputs: {'q': 'é'}\n"


def test_a_failing_program_shrinks_to_a_short_text() -> None:
    failing: list[str] = []

    @settings(max_examples=1000)
    @given(programs(max_ops=4))
    def fails(program: Program) -> None:
        if "llm.join" in program.text:
            failing.append(program.text)
            raise EmberError("found")

    with pytest.raises(EmberError, match="found"):
        fails()
    # Models, tools, the function, a list, and what joins it.
    assert len(failing[-1].splitlines()) < 12
