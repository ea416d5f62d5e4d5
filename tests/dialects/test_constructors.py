"""Operations made by Python are those that their text means."""

from __future__ import annotations

from decimal import Decimal

import pytest
from xdsl.builder import ImplicitBuilder
from xdsl.dialects.arith import ConstantOp as NumberOp
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, f64, i1, i64
from xdsl.ir import Block, Operation, Region
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.formats import Sampling
from ember_mlir.dialects.formats.strategies import Stopping
from ember_mlir.dialects.values import (
    EMBEDDING,
    TEXT,
    TEXTS,
    Draw,
    DrawAttr,
    ListType,
    RecordType,
    Turn,
)
from ember_mlir.grammars import Grammar
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.passes.analysis.verification import verify_module


def check(module: ModuleOp, expected: str) -> None:
    verify_module(module)
    written = [line.strip() for line in print_module(module).split("\n")]
    assert written[1:-2] == [line.strip() for line in expected.strip().split("\n")]
    assert print_module(parse_module(print_module(module))) == print_module(module)


def region(*ops: Operation) -> Region:
    return Region(Block(ops))


def test_operations_of_llm() -> None:
    module = ModuleOp([])
    with ImplicitBuilder(module.body):
        llm.ModelOp("m", "p", model="m", prices=(Decimal("0.1"), Decimal(2)))
        llm.ModelOp("n", "p", model="é", clearance="pii", concurrency=2, batch=5, supports_n=True)
        llm.ToolOp("t", "does", '{"type": "object"}')
        a = llm.ConstantOp("x", "internal").result
        zero = NumberOp(IntegerAttr(0, i64)).result
        names = llm.ListOp([a, a], TEXTS).result
        llm.GenerateOp("m", a, temperature=Decimal(0), max_tokens=3, draw=DrawAttr(Draw((1,))))
        sampling = Sampling(
            top_p=Decimal("0.5"), stop=["."], grammar=Grammar("regex", "a"), retries=1
        )
        llm.GenerateOp("m", a, sampling=sampling)
        talk = llm.MessagesOp([Turn("user", ("text", "image"))], [a, a]).result
        more = llm.GenerateOp("m", talk, tools=["t"]).result
        after = llm.MessagesOp([Turn("tool", ("text", "text"))], [a, a], [more]).result
        llm.ContentOp(after)
        llm.ToolCallsOp(after)
        vector = llm.EmbedOp("m", a, DrawAttr(Draw((2,)))).result
        llm.ScoreOp("m", a, names)
        llm.EmbedOp("m", names, DrawAttr(Draw((3,), (None,))))
        llm.ScoreOp("m", names, names)
        llm.QuoteOp(names)
        vectors = llm.ListOp([vector], ListType(EMBEDDING)).result
        llm.TopKOp(3, vectors, vector)
        llm.ApplyOp("pure", "f", [a], i64)
        llm.GetOp(names, zero)
        llm.ConcatOp([names, names], TEXTS)
        llm.LengthOp(names)
        person = llm.RecordOp([a, zero], RecordType.of([("name", TEXT), ("age", i64)])).result
        llm.FieldOp("age", person)
        llm.EqualOp(person, person)
        llm.ContainsOp(names, a)
        llm.ParseOp(a, Grammar("json_schema", '{"type": "integer"}'))
        llm.JoinOp(names, ", ")
        redacted = llm.RedactOp(a, ["email"], "public")
        llm.RestoreOp(redacted.masked, redacted.hidden)
        llm.DeclassifyOp(names, "public", "approved")
    check(module, LLM)


LLM = """
llm.model @m from "p" usd_per_million 0.1 in 2 out
llm.model @n named "é" from "p" clearance "pii" concurrency 2 batch 5 supports_n
llm.tool @t "does" takes "{\\"type\\": \\"object\\"}"
%0 = llm.constant "x" label "internal"
%1 = arith.constant 0 : i64
%2 = llm.list(%0, %0) : !llm.list<!llm.text>
%3 = llm.generate @m(%0) temperature 0 max_tokens 3 site <1>
%4 = llm.generate @m(%0) top_p 0.5 stop ["."] as regex "a" retries 1
%5 = llm.messages user(%0, image %0)
%6 = llm.generate @m(%5 : !llm.messages) tools [@t] -> !llm.messages
%7 = llm.messages after(%6) tool(%0, %0)
%8 = llm.content %7
%9 = llm.tool_calls %7
%10 = llm.embed @m(%0) site <2>
%11 = llm.score @m(%0) among %2
%12 = llm.embed @m(%2 : !llm.list<!llm.text>) site <3[*]> -> !llm.list<tensor<?xf32>>
%13 = llm.score @m(%2 : !llm.list<!llm.text>) among %2 -> !llm.list<!llm.list<f64>>
%14 = llm.quote %2
%15 = llm.list(%10) : !llm.list<tensor<?xf32>>
%16 = llm.top_k 3 of %15 near %10
%17 = llm.apply pure @f(%0) : (!llm.text) -> i64
%18 = llm.get %2[%1] : !llm.list<!llm.text>
%19 = llm.concat(%2, %2) : !llm.list<!llm.text>
%20 = llm.length of %2 : !llm.list<!llm.text>
%21 = llm.record(%0, %1) : !llm.record<"name": !llm.text, "age": i64>
%22 = llm.field "age" of %21 : !llm.record<"name": !llm.text, "age": i64>
%23 = llm.equal %21, %21 : !llm.record<"name": !llm.text, "age": i64>
%24 = llm.contains %2, %0 : !llm.list<!llm.text>, !llm.text
%25 = llm.parse %0 as json_schema "{\\"type\\": \\"integer\\"}" : i64
%26 = llm.join %2 with ", "
%27, %28 = llm.redact %0 hiding ["email"] to "public"
%29 = llm.restore %27 from %28
%30 = llm.declassify %2 to "public" because "approved" : !llm.list<!llm.text>
"""


def test_operations_of_ensemble() -> None:
    module = ModuleOp([])
    with ImplicitBuilder(module.body):
        llm.ModelOp("m", "p")
        a = llm.ConstantOp("x").result
        yes = NumberOp(IntegerAttr(1, i1)).result
        draw = DrawAttr(Draw((0,), (None,)))
        names = ensemble.SampleOp(2, "m", a, max_tokens=3, default=a, draw=draw).result
        ensemble.SampleOp(2, "m", a, sampling=Sampling(top_p=Decimal(1)), drop=True)
        ensemble.VoteOp(names, keys=names, rule=Stopping(min_valid=2))
        ensemble.JudgeOp("m", a, names, temperature=Decimal(0), max_tokens=1)
        scores = llm.ListOp([], ListType(f64)).result
        ensemble.BestOp(names, scores)
    body = Block(arg_types=[TEXT])
    body.add_op(ensemble.YieldOp(body.args[0]))
    module.body.block.add_op(ensemble.MapOp(names, Region(body), TEXTS, drop=True))
    group = Block(arg_types=[TEXTS])
    joined = llm.JoinOp(group.args[0], "")
    group.add_ops([joined, ensemble.YieldOp(joined.result)])
    draft = Block(arg_types=[TEXT])
    draft.add_op(ensemble.AcceptOp(draft.args[0], yes))
    module.body.block.add_ops(
        [
            ensemble.ReduceOp(names, 3, Region(group), TEXT),
            ensemble.ParallelOp([region(ensemble.YieldOp(a))], TEXTS, default=a),
            ensemble.CascadeOp(
                [region(ensemble.AcceptOp(a, yes)), region(ensemble.YieldOp(a))], TEXT
            ),
            ensemble.FallbackOp([region(ensemble.YieldOp(a))], TEXT),
            ensemble.RaceOp([region(ensemble.YieldOp(a))], TEXT),
            ensemble.RefineOp(a, 4, Region(draft), must_accept=True),
        ]
    )
    check(module, ENSEMBLE)


ENSEMBLE = """
llm.model @m from "p"
%0 = llm.constant "x"
%1 = arith.constant true
%2 = ensemble.sample 2 of @m(%0) max_tokens 3 on_error use %0 draw <0[*]>
%3 = ensemble.sample 2 of @m(%0) top_p 1 on_error drop
%4 = ensemble.vote %2 by %2 min_valid 2 : !llm.list<!llm.text>, !llm.list<!llm.text>
%5 = ensemble.judge @m(%0) among %2 temperature 0 max_tokens 1
%6 = llm.list() : !llm.list<f64>
%7 = ensemble.best %2 by %6 : !llm.list<!llm.text>, !llm.list<f64>
%8 = ensemble.map %9 in %2 on_error drop : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
ensemble.yield %9 : !llm.text
}
%10 = ensemble.reduce %11 in %2 by 3 : !llm.list<!llm.text> do {
%12 = llm.join %11 with ""
ensemble.yield %12 : !llm.text
}
%13 = ensemble.parallel on_error use %0 : !llm.list<!llm.text> do {
ensemble.yield %0 : !llm.text
}
%14 = ensemble.cascade : !llm.text do {
ensemble.accept %0 if %1 : !llm.text
} else {
ensemble.yield %0 : !llm.text
}
%15 = ensemble.fallback : !llm.text do {
ensemble.yield %0 : !llm.text
}
%16 = ensemble.race : !llm.text do {
ensemble.yield %0 : !llm.text
}
%17 = ensemble.refine %18 from %0 at_most 4 must_accept : !llm.text do {
ensemble.accept %18 if %1 : !llm.text
}
"""


@pytest.mark.parametrize("schema", ["[" * 100_000, "9" * 10_000, "null", "", '{"a": ' * 2_000])
def test_a_hostile_schema_of_a_tool_is_an_error(schema: str) -> None:
    with pytest.raises(VerifyException, match='a tool must take a JSON schema of type "object", b'):
        llm.ToolOp("t", "does", schema).verify()
