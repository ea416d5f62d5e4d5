"""`remove-dead-calls` beyond its lit file: what it tells."""

from __future__ import annotations

from ember_mlir.testing.exactness import remarks_of

GONE = (True, "is gone, as nobody reads what it gives")
STAYS = (False, "is read by nobody, but its failure is, or comes before an effect")
LIST = "!llm.list<!llm.text>"


def told(body: str) -> list[tuple[bool, str]]:
    """What is told of a function with this body."""
    return remarks_of(
        f"""llm.model @m from "p"
        func.func @f(%q: !llm.text, %xs: {LIST}) -> !llm.text {{
        {body}
        func.return %q : !llm.text
        }}""",
        "remove-dead-calls",
    )


def test_calls_that_are_gone_are_told_and_nothing_else_is() -> None:
    chain = '%p = llm.template "a{0}"(%q)\n%a = llm.generate @m(%p)\n%b = llm.generate @m(%a)'
    assert told(chain) == [GONE] * 2
    assert told('%p = llm.template "a{0}"(%q)') == []


def test_what_asks_inside_of_it_is_told_once() -> None:
    body = f"""%r = ensemble.map %x in %xs : {LIST} -> {LIST} do {{
      %a = llm.generate @m(%x)
      %t = llm.template "{{0}}!"(%a)
      ensemble.yield %t : !llm.text
    }}"""
    assert told(body) == [GONE]


def test_what_stays_though_nobody_reads_it_says_why() -> None:
    charge = "%c = llm.apply effectful @charge(%q) : (!llm.text) -> !llm.text"
    assert told(f"%a = llm.generate @m(%q) draw <0>\n{charge}") == [STAYS]
    assert told(f"{charge}\n%a = llm.generate @m(%q) draw <0>") == [GONE]


def test_inside_of_what_stays_the_rest_goes() -> None:
    body = f"""%r = ensemble.map %x in %xs on_error drop : {LIST} -> {LIST} do {{
      %n = llm.parse %x as regex "[0-9]+" : !llm.text
      ensemble.yield %n : !llm.text
    }}
    %s = ensemble.map %x in %xs : {LIST} -> {LIST} do {{
      %a = llm.generate @m(%x) draw <0[*]>
      %n = llm.parse %x as regex "[0-9]+" : !llm.text
      ensemble.yield %n : !llm.text
    }}
    %c = llm.apply effectful @charge(%q) : (!llm.text) -> !llm.text"""
    assert told(body) == [STAYS] * 3
