"""Which members of a list a vote may leave unmade, and what forbids it."""

from __future__ import annotations

import pytest

from ember_mlir.dialects.ensemble import VoteOp
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.votes import DECISIVE, Votes, sources_of

HEAD = """llm.model @m from "p"
func.func @f(%q: !llm.text, %xs: !llm.list<!llm.text>, %ls: !llm.list<!llm.list<!llm.text>>) {
"""
SAMPLE = "%a = ensemble.sample 3 of @m(%q) draw <0[*]>"
MAP = "%b = ensemble.map %x in %a{} : !llm.list<!llm.text> -> !llm.list<!llm.text> do {{"
ASKED = "%y = llm.generate @m(%x) draw <1[*]> ensemble.yield %y : !llm.text }"
SAVED = """%y = llm.apply idempotent @save(%x) : (!llm.text) -> !llm.text
  ensemble.yield %y : !llm.text
}"""
NEXT = """%c = ensemble.map %z in %b : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
  ensemble.yield %z : !llm.text
}"""
ARMS = """%a = ensemble.parallel{} : !llm.list<!llm.text> do {{
  %g = llm.generate @m(%q) draw <0>
  ensemble.yield %g : !llm.text
}}"""
CHARGE = "%d = llm.apply effectful @charge(%q) : (!llm.text) -> !llm.text"
ELSEWHERE = "takes a list that is not made right before it"
READ = "%n = llm.length of %a : !llm.list<!llm.text>"
DROP = " on_error drop"


def vote_over(body: str, answers: str) -> tuple[VoteOp, Votes]:
    """The vote of a program over the answers that are made in it."""
    vote = f"%v = ensemble.vote %{answers} : !llm.list<!llm.text>"
    module = parse_module(f"{HEAD}{body}\n{vote}\nfunc.return\n}}")
    (found,) = [op for op in module.walk() if isinstance(op, VoteOp)]
    return found, Votes(module)


@pytest.mark.parametrize(
    ("body", "answers", "names"),
    [
        ("", "xs", []),
        (SAMPLE, "a", ["a"]),
        (f"{SAMPLE}\n{MAP.format('')} {ASKED}", "b", ["b", "a"]),
        (f"{SAMPLE.replace(' draw', DROP + ' draw')}\n{MAP.format('')} {ASKED}", "b", ["b"]),
        (f"{ARMS.format('')}\n{MAP.format('')} {ASKED}", "b", ["b", "a"]),
        (f"{ARMS.format(DROP)}\n{MAP.format('')} {ASKED}", "b", ["b"]),
        (f"{SAMPLE}\n{MAP.format(DROP)} {ASKED}\n{NEXT}", "c", ["c"]),
        (f"{SAMPLE}\n{MAP.format('')} {ASKED}\n{NEXT}", "c", ["c", "b", "a"]),
    ],
)
def test_a_list_that_may_become_shorter_is_no_source(
    body: str, answers: str, names: list[str]
) -> None:
    vote, _ = vote_over(body, answers)
    assert [source.result.name_hint for source in sources_of(vote)] == names


@pytest.mark.parametrize(
    ("body", "answers", "why"),
    [
        ("", "xs", ELSEWHERE),
        ("%a = llm.list(%q, %q) : !llm.list<!llm.text>", "a", ELSEWHERE),
        (SAMPLE, "a", None),
        (f"{SAMPLE}\n{READ}", "a", "is not the only one that reads its list"),
        (f"{SAMPLE}\n{CHARGE}", "a", DECISIVE),
        (f"{SAMPLE}\n{CHARGE}\n{MAP.format('')} {ASKED}", "b", DECISIVE),
        (
            f"{SAMPLE}\n{MAP.format('')} {SAVED}\n{NEXT}",
            "c",
            DECISIVE,
        ),
        (
            f"{MAP.format('').replace('%a', '%xs')} {SAVED}",
            "b",
            "takes a list whose members call a function that is not pure",
        ),
        (
            f"{MAP.format('').replace('%a', '%xs')} {SAVED}\n{NEXT}",
            "c",
            "takes a list whose members call a function that is not pure",
        ),
    ],
)
def test_what_forbids_it_is_told(body: str, answers: str, why: str | None) -> None:
    vote, votes = vote_over(body, answers)
    assert votes.obstacle(vote) == why
