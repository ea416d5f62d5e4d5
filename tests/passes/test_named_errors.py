"""What may be an error that a fallback names keeps its place among all that can fail."""

from __future__ import annotations

import pytest

from ember_mlir.errors import ProviderError
from ember_mlir.interpreter import interpret
from ember_mlir.parsing import make_context, parse_module
from ember_mlir.passes.equivalence import EXACT
from ember_mlir.passes.optimization import Setting
from ember_mlir.pipeline import STAGES, parse_passes, run_passes
from ember_mlir.providers import Reply, Request

LIST = "!llm.list<!llm.text>"
VECTOR = "tensor<?xf32>"
MODEL = 'llm.model @m from "simulated" batch 100\n'


def told(arm: str) -> str:
    """A program that shows the error of the provider that a region is."""
    return f"""{MODEL}
func.func @main(%xs: {LIST}, %a: !llm.text, %b: !llm.text) -> !llm.text {{
  %r = ensemble.fallback errors ["ProviderError"] : !llm.text do {{
    {arm}
    ensemble.yield %a : !llm.text
  }} else %error {{
    %why = llm.apply pure @str(%error) : (!llm.object) -> !llm.text
    ensemble.yield %why : !llm.text
  }}
  func.return %r : !llm.text
}}"""


TWO_MAPS = told(f"""
    %ys = ensemble.map %x in %xs : {LIST} -> {LIST} do {{
      %y = llm.generate @m(%x) temperature 0
      ensemble.yield %y : !llm.text
    }}
    %zs = ensemble.map %y in %ys : {LIST} -> {LIST} do {{
      %z = llm.apply pure @picky(%y) : (!llm.text) -> !llm.text
      ensemble.yield %z : !llm.text
    }}""")
BETWEEN = told(f"""
    %e = llm.embed @m(%a)
    %z = llm.apply pure @picky(%a) : (!llm.text) -> !llm.text
    %f = llm.embed @m(%b)
    %n = llm.length of %xs : {LIST}""")
IN_A_MAP = told(f"""
    %es = ensemble.map %x in %xs : {LIST} -> !llm.list<{VECTOR}> do {{
      %z = llm.apply pure @picky(%x) : (!llm.text) -> !llm.text
      %e = llm.embed @m(%z)
      ensemble.yield %e : {VECTOR}
    }}""")


def picky(text: str) -> str:
    """Fails in a way that nobody handles, after what is handled."""
    raise ValueError(text)


def second_only(text: str) -> str:
    """Fails for the second element."""
    if text == "b":
        raise ValueError(text)
    return text


def shown(error: object) -> str:
    """Tells that there was an error, whatever it says."""
    return "told" if isinstance(error, ProviderError) else repr(error)


def refused(request: Request) -> Reply:
    """Refuses what is about the text that comes first in the error that is handled."""
    texts = request.prompts or [request.prompt]
    if request.kind == "embed" or "b" in texts:
        raise ProviderError("no")
    return Reply(["a"], 1, 1)


@pytest.mark.parametrize("name", [name for name in STAGES["llm"] if "labels" not in name])
@pytest.mark.parametrize("text", [TWO_MAPS, BETWEEN, IN_A_MAP], ids=["maps", "between", "in map"])
def test_the_first_error_stays_the_first(text: str, name: str) -> None:
    module = parse_module(text)
    run_passes(make_context(), module, parse_passes("assign-draws"))
    run_passes(make_context(), module, parse_passes(name), setting=Setting(EXACT, "cost"))
    found = interpret(
        module,
        [["a", "b"], "a", "b"],
        seed=1,
        send=refused,
        functions={"picky": second_only if text == IN_A_MAP else picky, "str": shown},
    )
    assert found == ["told"]
