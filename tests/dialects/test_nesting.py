"""Frames fit one another: types, depths, and no frame that runs itself."""

from __future__ import annotations

import pytest

from ember_mlir.dialects.exec.nesting import entry_frames, verify_frames
from ember_mlir.errors import InvalidIRError
from ember_mlir.parsing import parse_module

LIST = "!llm.list<!llm.text>"
LANE = 'exec.lane @lane model "m" from "p" concurrency 1\n'


def frame(symbol: str, *runs: str) -> str:
    """A frame that runs other frames over its list."""
    rows = "\n".join(
        f"%v{number} = exec.fanout @{run} times 2 with %xs : {LIST} -> !llm.list<{LIST}>"
        for number, run in enumerate(runs)
    )
    return f"exec.frame @{symbol}(%xs: {LIST}) -> {LIST} {{\n{rows}\nexec.return %xs : {LIST}\n}}\n"


def asking(symbol: str, indices: str) -> str:
    """A frame that asks at a depth."""
    return f"""exec.frame @{symbol}(%xs: {LIST}) -> {LIST} {{
      %j = exec.join %xs with ""
      %a = exec.request @lane(%j) temperature 0 site <0{indices}> label "public"
      exec.return %xs : {LIST}
    }}
    """


def test_entries_are_the_frames_that_nobody_names() -> None:
    module = parse_module(frame("c") + frame("a", "b", "c") + frame("b", "c") + frame("d"))
    assert [op.sym_name.data for op in entry_frames(module)] == ["a", "d"]
    verify_frames(module)


@pytest.mark.parametrize(
    "text",
    [
        frame("a", "a"),
        frame("a", "b") + frame("b", "a"),
        frame("a", "b") + frame("b", "c") + frame("c", "d", "b") + frame("d"),
    ],
    ids=["itself", "each other", "behind an entry"],
)
def test_no_frame_runs_itself(text: str) -> None:
    with pytest.raises(InvalidIRError, match="must not run a frame that runs itself") as caught:
        verify_frames(parse_module(text, "cycle.mlir"))
    assert caught.value.location is not None
    assert caught.value.location.file == "cycle.mlir"


def test_the_frame_on_the_cycle_is_named() -> None:
    text = frame("a", "b") + frame("b", "d", "c") + frame("c", "b") + frame("d")
    with pytest.raises(InvalidIRError, match="but @b does") as caught:
        verify_frames(parse_module(text))
    assert caught.value.location is not None
    assert caught.value.location.line == 7


def test_requests_are_as_deep_as_they_say() -> None:
    verify_frames(parse_module(LANE + asking("a", "")))
    verify_frames(parse_module(LANE + frame("a", "b") + frame("b", "c") + asking("c", "[*, 1, *]")))
    with pytest.raises(InvalidIRError, match=r"one '\*' .* here 0, but got 1"):
        verify_frames(parse_module(LANE + asking("a", "[*]")))
    with pytest.raises(InvalidIRError, match="here 1, but got 0"):
        verify_frames(parse_module(LANE + frame("a", "b") + asking("b", "[0]")))


def test_a_shared_frame_must_be_equally_deep_everywhere() -> None:
    verify_frames(
        parse_module(
            LANE + frame("a", "b", "c") + frame("b", "d") + frame("c", "d") + asking("d", "[*, *]")
        )
    )
    text = LANE + frame("a", "b", "c") + frame("b", "c") + asking("c", "[*]")
    with pytest.raises(InvalidIRError, match="here 1 and also 2, as its frame is shared"):
        verify_frames(parse_module(text))


def test_a_shared_frame_without_requests_may_be_anywhere() -> None:
    verify_frames(parse_module(frame("a", "b", "c") + frame("b", "c") + frame("c")))


def test_a_frame_must_exist_and_have_the_type_of_its_use() -> None:
    with pytest.raises(InvalidIRError, match="must run a frame of the module, but got @b"):
        verify_frames(parse_module(frame("a", "b")))
    other = 'exec.frame @b() -> !llm.text {\n%c = exec.constant "c"\nexec.return %c : !llm.text\n}'
    with pytest.raises(InvalidIRError, match=r"must run a frame of type .* but @b has"):
        verify_frames(parse_module(frame("a", "b") + other))


def test_a_long_row_of_frames_takes_linear_time_and_no_recursion() -> None:
    text = "".join(frame(f"f{number}", f"f{number + 1}") for number in range(1500))
    verify_frames(parse_module(LANE + text + asking("f1500", f"[{', '.join('*' * 1500)}]")))


SAME = f"exec.frame @same(%xs: {LIST}) -> {LIST} {{\nexec.return %xs : {LIST}\n}}\n"


@pytest.mark.parametrize(
    ("runs", "indices"),
    [
        (f"%h, %v = exec.spawn @b with %xs : {LIST} -> {LIST}", ""),
        (f"%v = exec.select %yes then @b else @same with %xs : {LIST} -> {LIST}", ""),
        (f"%v = exec.select %yes then @same else @b with %xs : {LIST} -> {LIST}", ""),
        (f"%v = exec.first [@same, @b] with %xs : {LIST} -> {LIST}", ""),
        (f"%v = exec.attempt [@same, @b] with %xs : {LIST} -> {LIST}", ""),
        (f"%v = exec.attempt [@b] at_most 3 redraw with %xs : {LIST} -> {LIST}", ""),
        (f"%v = exec.parallel [@same, @b] with %xs : {LIST} -> !llm.list<{LIST}>", ""),
        (f"%v = exec.fanout @b times 2 with %xs : {LIST} -> !llm.list<{LIST}>", "[*]"),
    ],
    ids=lambda found: found.partition("exec.")[2].partition(" ")[0],
)
def test_only_what_repeats_a_frame_adds_an_index(runs: str, indices: str) -> None:
    outer = f"""exec.frame @a(%xs: {LIST}) -> {LIST} {{
      %yes = exec.constant true
      {runs}
      exec.return %xs : {LIST}
    }}
    """
    wrong = "" if indices else "[*]"
    verify_frames(parse_module(LANE + outer + SAME + asking("b", indices)))
    with pytest.raises(InvalidIRError, match=f"here {len(indices) and 1}, but got"):
        verify_frames(parse_module(LANE + outer + SAME + asking("b", wrong)))


def test_a_loop_adds_an_index() -> None:
    text = f"""exec.frame @a(%xs: {LIST}) -> {LIST} {{
      %more, %v = exec.loop @b from %xs : {LIST} at_most 2
      exec.return %v : {LIST}
    }}
    exec.frame @b(%xs: {LIST}) -> (i1, {LIST}) {{
      %yes = exec.constant true
      %h, %v = exec.spawn @c with %xs : {LIST} -> {LIST}
      exec.return %yes, %v : i1, {LIST}
    }}
    """
    verify_frames(parse_module(LANE + text + asking("c", "[*]")))
    with pytest.raises(InvalidIRError, match="reduction or loop around it, here 1, but got 0"):
        verify_frames(parse_module(LANE + text + asking("c", "")))


def test_entries_are_not_run_by_anything() -> None:
    text = f"""exec.frame @a(%xs: {LIST}) -> {LIST} {{
      %yes = exec.constant true
      %v = exec.select %yes then @b else @c with %xs : {LIST} -> {LIST}
      %w = exec.first [@d, @b] with %v : {LIST} -> {LIST}
      exec.return %w : {LIST}
    }}
    """
    module = parse_module(text + frame("b") + frame("c") + frame("d") + frame("e"))
    assert [op.sym_name.data for op in entry_frames(module)] == ["a", "e"]
    verify_frames(module)


def test_a_cycle_through_any_instruction_is_found() -> None:
    text = f"""exec.frame @a(%xs: {LIST}) -> {LIST} {{
      %v = exec.first [@c, @b] with %xs : {LIST} -> {LIST}
      exec.return %v : {LIST}
    }}
    exec.frame @b(%xs: {LIST}) -> {LIST} {{
      %h, %v = exec.spawn @a with %xs : {LIST} -> {LIST}
      exec.return %v : {LIST}
    }}
    """
    with pytest.raises(InvalidIRError, match="runs itself, but @a does"):
        verify_frames(parse_module(text + frame("c")))


def test_a_frame_that_is_named_twice_is_counted_twice() -> None:
    text = f"""exec.frame @a(%xs: {LIST}) -> {LIST} {{
      %v = exec.first [@b, @b] with %xs : {LIST} -> {LIST}
      exec.return %v : {LIST}
    }}
    """
    verify_frames(parse_module(LANE + text + asking("b", "")))


def test_what_is_released_later_may_be_read_before() -> None:
    text = f"""exec.frame @a(%xs: {LIST}) -> {LIST} {{
      %j = exec.join %xs with ""
      %l = exec.list(%j) : {LIST}
      exec.release %xs, %j : {LIST}, !llm.text
      exec.return %l : {LIST}
    }}
    """
    verify_frames(parse_module(text))
    with pytest.raises(InvalidIRError, match="what has been released, but %xs has been"):
        verify_frames(parse_module(text.replace("return %l", "return %xs")))
