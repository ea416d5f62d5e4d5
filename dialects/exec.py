"""The `exec` dialect: instructions that fire when their inputs are ready.

A program is a set of frames. A frame is one flat block of instructions over slots; its
text is in topological order, and the order has no other meaning. Frames are not strict:
each argument goes in and each result comes out as soon as it is there, and lists are
ready piece by piece. The engine does what this text says and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from xdsl.dialects.builtin import (
    I64,
    ArrayAttr,
    DictionaryAttr,
    FunctionType,
    IntegerAttr,
    StringAttr,
    SymbolNameConstraint,
    SymbolRefAttr,
    UnitAttr,
)
from xdsl.dialects.utils import parse_func_op_like, print_func_op_like
from xdsl.ir import Attribute, Dialect, Region, SSAValue
from xdsl.irdl import (
    AnyAttr,
    AttrSizedOperandSegments,
    IRDLOperation,
    ParamAttrConstraint,
    VarConstraint,
    irdl_op_definition,
    lazy_traits_def,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import (
    HasParent,
    IsolatedFromAbove,
    IsTerminator,
    SymbolOpInterface,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import (
    PRICES,
    SAMPLING,
    Number,
    Source,
    integer,
    verify_arity,
    verify_sampling,
    verify_template,
)
from ember_mlir.dialects.values import (
    TEXT,
    DecimalAttr,
    DrawAttr,
    LabelAttr,
    ListType,
    RefersTo,
    SourceAttr,
    TextType,
    Utf8Attr,
    is_greedy,
)
from ember_mlir.errors import SourceLocation

TEXTS = ListType(TEXT)


@irdl_op_definition
class LaneOp(IRDLOperation):
    """All that the engine needs to know of where requests go: provider, prices, limits.

    At most `concurrency` requests of a lane are in flight at once.

    ```mlir
    exec.lane @small_lane model "small" from "simulated" concurrency 64
        usd_per_million 0.15 in 0.60 out
    ```
    """

    name = "exec.lane"

    sym_name = prop_def(SymbolNameConstraint())
    model = prop_def(Utf8Attr)
    provider = prop_def(Utf8Attr)
    concurrency = prop_def(IntegerAttr[I64])
    input_usd_per_million = opt_prop_def(DecimalAttr)
    output_usd_per_million = opt_prop_def(DecimalAttr)

    traits = traits_def(SymbolOpInterface())
    custom_directives = (Number,)
    assembly_format = (
        "$sym_name `model` $model `from` $provider `concurrency` $concurrency "
        + PRICES
        + " attr-dict"
    )

    def __init__(
        self,
        symbol: str,
        model: str,
        provider: str,
        concurrency: int,
        prices: tuple[Decimal, Decimal] | None = None,
    ) -> None:
        super().__init__(
            properties={
                "sym_name": StringAttr(symbol),
                "model": Utf8Attr(model),
                "provider": Utf8Attr(provider),
                "concurrency": integer(concurrency),
                "input_usd_per_million": DecimalAttr(prices[0]) if prices else None,
                "output_usd_per_million": DecimalAttr(prices[1]) if prices else None,
            }
        )

    def verify_(self) -> None:
        if self.concurrency.value.data < 1:
            raise VerifyException(
                f"concurrency must be at least 1, but got {self.concurrency.value.data}"
            )
        if (self.input_usd_per_million is None) != (self.output_usd_per_million is None):
            raise VerifyException("a lane must have both prices or neither, but got one")
        for price in (self.input_usd_per_million, self.output_usd_per_million):
            if price is not None and price.data < 0:
                raise VerifyException(f"a price must not be negative, but got {price.data:f}")


@irdl_op_definition
class FrameOp(IRDLOperation):
    """A flat block of instructions, each of which fires when its inputs are ready.

    Nothing orders instructions but their inputs, and no result waits for another. A
    frame that no instruction names can be run from outside; its arguments are known by
    their attribute `ember.name`.

    ```mlir
    exec.frame @greet(%name: !llm.text {ember.name = #llm.utf8"name"}) -> !llm.text {
      %hello = exec.format "Hello {0}!"(%name)
      exec.return %hello : !llm.text
    }
    ```
    """

    name = "exec.frame"

    sym_name = prop_def(SymbolNameConstraint())
    function_type = prop_def(FunctionType)
    arg_attrs = opt_prop_def(ArrayAttr[DictionaryAttr])
    body = region_def("single_block")

    traits = traits_def(SymbolOpInterface(), IsolatedFromAbove())

    def __init__(
        self,
        symbol: str,
        function_type: FunctionType,
        body: Region,
        arg_attrs: ArrayAttr[DictionaryAttr] | None = None,
    ) -> None:
        super().__init__(
            properties={
                "sym_name": StringAttr(symbol),
                "function_type": function_type,
                "arg_attrs": arg_attrs,
            },
            regions=[body],
        )

    def print(self, printer: Printer) -> None:
        print_func_op_like(
            printer,
            self.sym_name,
            self.function_type,
            self.body,
            self.attributes,
            arg_attrs=self.arg_attrs,
            reserved_attr_names=(),
        )

    @classmethod
    def parse(cls, parser: Parser) -> FrameOp:
        name, inputs, outputs, body, extra, arg_attrs, _ = parse_func_op_like(
            parser, reserved_attr_names=("sym_name", "function_type", "arg_attrs")
        )
        op = cls(name, FunctionType.from_lists(inputs, outputs), body, arg_attrs)
        if extra is not None:
            op.attributes.update(extra.data)
        return op

    def verify_(self) -> None:
        got = [argument.type for argument in self.body.block.args]
        if got != list(self.function_type.inputs):
            raise VerifyException("the block of a frame must take the arguments of its type")
        last = self.body.block.last_op
        if not isinstance(last, ReturnOp):
            raise VerifyException("a frame must end with 'exec.return', but it does not")
        returned = [value.type for value in last.values]
        if returned != list(self.function_type.outputs):
            raise VerifyException(
                f"a frame must return {_shown(self.function_type.outputs.data)}, "
                f"but got {_shown(returned)}"
            )
        for op in self.body.block.ops:
            if op.regions:
                raise VerifyException(f"a frame must be flat, but '{op.name}' has a region")


def _shown(types: Sequence[Attribute]) -> str:
    return "(" + ", ".join(map(str, types)) + ")"


@irdl_op_definition
class ConstantOp(IRDLOperation):
    """A text that is known.

    ```mlir
    exec.frame @hello() -> !llm.text {
      %hello = exec.constant "hello"
      exec.return %hello : !llm.text
    }
    ```
    """

    name = "exec.constant"

    value = prop_def(Utf8Attr)
    result = result_def(TextType)

    assembly_format = "$value attr-dict"

    def __init__(self, value: str) -> None:
        super().__init__(properties={"value": Utf8Attr(value)}, result_types=[TEXT])


@irdl_op_definition
class FormatOp(IRDLOperation):
    """A template with its holes filled.

    Values are data: braces in them are never holes.

    ```mlir
    exec.frame @greet(%name: !llm.text) -> !llm.text {
      %hello = exec.format "Hello {0}!"(%name)
      exec.return %hello : !llm.text
    }
    ```
    """

    name = "exec.format"

    template = prop_def(Utf8Attr)
    holes = var_operand_def(TextType)
    result = result_def(TextType)

    assembly_format = "$template (`(` $holes^ `)`)? attr-dict"

    def __init__(self, template: str, holes: Sequence[SSAValue]) -> None:
        super().__init__(
            operands=[holes], properties={"template": Utf8Attr(template)}, result_types=[TEXT]
        )

    def verify_(self) -> None:
        verify_template(self.template.data, len(self.holes))


@irdl_op_definition
class ListOp(IRDLOperation):
    """A list whose pieces become ready one by one.

    It fires at once: its consumers see each piece when that piece is there.

    ```mlir
    exec.frame @pair(%a: !llm.text) -> !llm.list<!llm.text> {
      %both = exec.list(%a, %a) : !llm.list<!llm.text>
      exec.return %both : !llm.list<!llm.text>
    }
    ```
    """

    name = "exec.list"

    T: ClassVar = VarConstraint("T", AnyAttr())
    items = var_operand_def(T)
    result = result_def(ParamAttrConstraint.get(ListType, T))

    assembly_format = "`(` $items `)` `:` type($result) attr-dict"

    def __init__(self, items: Sequence[SSAValue], result_type: Attribute) -> None:
        super().__init__(operands=[items], result_types=[result_type])


@irdl_op_definition
class JoinOp(IRDLOperation):
    """The texts of a list as one, once the whole list is there.

    ```mlir
    exec.frame @line(%words: !llm.list<!llm.text>) -> !llm.text {
      %line = exec.join %words with ", "
      exec.return %line : !llm.text
    }
    ```
    """

    name = "exec.join"

    items = operand_def(TEXTS)
    separator = prop_def(Utf8Attr)
    result = result_def(TextType)

    assembly_format = "$items `with` $separator attr-dict"

    def __init__(self, items: SSAValue, separator: str) -> None:
        super().__init__(
            operands=[items], properties={"separator": Utf8Attr(separator)}, result_types=[TEXT]
        )


@irdl_op_definition
class VoteOp(IRDLOperation):
    """The answer given most often, once the whole list is there.

    The rule is that of `ensemble.vote`; an empty list is `EmptyVoteError`.

    ```mlir
    exec.frame @elect(%answers: !llm.list<!llm.text>) -> !llm.text {
      %winner = exec.vote %answers : !llm.list<!llm.text>
      exec.return %winner : !llm.text
    }
    ```
    """

    name = "exec.vote"

    answers = operand_def(TEXTS)
    result = result_def(TextType)

    assembly_format = "$answers `:` type($answers) attr-dict"

    def __init__(self, answers: SSAValue) -> None:
        super().__init__(operands=[answers], result_types=[TEXT])


@irdl_op_definition
class RequestOp(IRDLOperation):
    """One request on a lane.

    Site, label and source are required, so that no pass can lose them: the site is the
    identity of the call, the label says who may see the prompt, the source is the line
    that errors point to (where the text names none, the line of the text itself). A
    `sampled` request reads the tape at its site; one that is not sends no draws.

    ```mlir
    exec.lane @small_lane model "small" from "simulated" concurrency 64
    exec.frame @ask(%prompt: !llm.text) -> !llm.text {
      %a = exec.request @small_lane(%prompt) temperature 0.7 sampled
          site <0> label "public" at "app.py":12:5
      exec.return %a : !llm.text
    }
    ```
    """

    name = "exec.request"

    lane = prop_def(SymbolRefAttr)
    prompt = operand_def(TextType)
    temperature = opt_prop_def(DecimalAttr)
    max_tokens = opt_prop_def(IntegerAttr[I64])
    sampled = opt_prop_def(UnitAttr)
    site = prop_def(DrawAttr)
    label = prop_def(LabelAttr)
    source = prop_def(SourceAttr)
    result = result_def(TextType)

    traits = traits_def(RefersTo("lane", "exec.lane"))
    custom_directives = (Number, Source)
    assembly_format = (
        f"$lane `(` $prompt `)` {SAMPLING} (`sampled` $sampled^)? `site` $site "
        "`label` $label custom<Source>($source) attr-dict"
    )

    def __init__(
        self,
        lane: str,
        prompt: SSAValue,
        *,
        temperature: DecimalAttr | None,
        max_tokens: IntegerAttr | None,
        sampled: bool,
        site: DrawAttr,
        label: LabelAttr,
        source: SourceLocation,
    ) -> None:
        super().__init__(
            operands=[prompt],
            properties={
                "lane": SymbolRefAttr(lane),
                "temperature": temperature,
                "max_tokens": max_tokens,
                "sampled": UnitAttr() if sampled else None,
                "site": site,
                "label": label,
                "source": SourceAttr(source),
            },
            result_types=[TEXT],
        )

    def verify_(self) -> None:
        verify_sampling(self)
        if is_greedy(self) and self.sampled is not None:
            raise VerifyException("a request with temperature 0 must not be 'sampled'")
        if not is_greedy(self) and self.sampled is None:
            raise VerifyException(
                "a request must be 'sampled' unless its temperature is 0, but it is neither"
            )


@irdl_op_definition
class FanoutOp(IRDLOperation):
    """A frame run for every piece of a list, or a given number of times.

    The frame takes the piece first (over a list), then what stands behind `with`. Each
    run starts as soon as its own piece is there. The result is in the list's order.

    ```mlir
    exec.frame @greet_all(%names: !llm.list<!llm.text>, %how: !llm.text)
        -> !llm.list<!llm.text> {
      %all = exec.fanout @greet over %names : !llm.list<!llm.text>
          with %how : !llm.text -> !llm.list<!llm.text>
      exec.return %all : !llm.list<!llm.text>
    }
    exec.frame @greet(%name: !llm.text, %how: !llm.text) -> !llm.text {
      %hello = exec.format "{0} {1}!"(%how, %name)
      exec.return %hello : !llm.text
    }
    ```
    """

    name = "exec.fanout"

    frame = prop_def(SymbolRefAttr)
    items = opt_operand_def(ListType)
    count = opt_prop_def(IntegerAttr[I64])
    captures = var_operand_def()
    result = result_def(ListType)

    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    traits = traits_def(RefersTo("frame", "exec.frame"))
    assembly_format = (
        "$frame (`over` $items^ `:` type($items))? (`times` $count^)? "
        "(`with` $captures^ `:` type($captures))? `->` type($result) attr-dict"
    )

    def __init__(
        self,
        frame: str,
        source: SSAValue | int,
        captures: Sequence[SSAValue],
        result_type: Attribute,
    ) -> None:
        repeated = isinstance(source, int)
        super().__init__(
            operands=[[] if repeated else [source], captures],
            properties={
                "frame": SymbolRefAttr(frame),
                "count": integer(source) if repeated else None,
            },
            result_types=[result_type],
        )

    def verify_(self) -> None:
        if (self.items is None) == (self.count is None):
            raise VerifyException("a fan-out must run over a list or a number of times")
        if self.count is not None and self.count.value.data < 1:
            raise VerifyException(
                f"a fan-out must run at least 1 time, but got {self.count.value.data}"
            )

    def frame_type(self) -> FunctionType:
        """The type that the frame must have."""
        assert isinstance(self.result.type, ListType)
        first = (
            [self.items.type.element]
            if self.items is not None and isinstance(self.items.type, ListType)
            else []
        )
        captured = [value.type for value in self.captures]
        return FunctionType.from_lists([*first, *captured], [self.result.type.element])


@irdl_op_definition
class ReduceOp(IRDLOperation):
    """A list merged to one piece by a tree of frames whose shape is fixed by its length.

    The frame takes a group first, then what stands behind `with`. A node starts as soon
    as its own group is there; nodes are counted level by level from the leaves.

    ```mlir
    exec.frame @glue(%words: !llm.list<!llm.text>) -> !llm.text {
      %all = exec.reduce @node over %words by 4 : !llm.list<!llm.text>
      exec.return %all : !llm.text
    }
    exec.frame @node(%group: !llm.list<!llm.text>) -> !llm.text {
      %glued = exec.join %group with " "
      exec.return %glued : !llm.text
    }
    ```
    """

    name = "exec.reduce"

    T: ClassVar = VarConstraint("T", AnyAttr())
    frame = prop_def(SymbolRefAttr)
    items = operand_def(ParamAttrConstraint.get(ListType, T))
    arity = prop_def(IntegerAttr[I64])
    captures = var_operand_def()
    result = result_def(T)

    traits = traits_def(RefersTo("frame", "exec.frame"))
    assembly_format = (
        "$frame `over` $items `by` $arity `:` type($items) "
        "(`with` $captures^ `:` type($captures))? attr-dict"
    )

    def __init__(
        self, frame: str, items: SSAValue, arity: int, captures: Sequence[SSAValue]
    ) -> None:
        assert isinstance(items.type, ListType)
        super().__init__(
            operands=[items, captures],
            properties={"frame": SymbolRefAttr(frame), "arity": integer(arity)},
            result_types=[items.type.element],
        )

    def verify_(self) -> None:
        verify_arity(self.arity.value.data)

    def frame_type(self) -> FunctionType:
        """The type that the frame must have."""
        captured = [value.type for value in self.captures]
        return FunctionType.from_lists([self.items.type, *captured], [self.result.type])


@irdl_op_definition
class ReturnOp(IRDLOperation):
    """The results of a frame; each leaves as soon as it is there.

    ```mlir
    exec.frame @same(%text: !llm.text) -> !llm.text {
      exec.return %text : !llm.text
    }
    ```
    """

    name = "exec.return"

    values = var_operand_def()

    traits = lazy_traits_def(lambda: (IsTerminator(), HasParent(FrameOp)))
    assembly_format = "($values^ `:` type($values))? attr-dict"

    def __init__(self, values: Sequence[SSAValue]) -> None:
        super().__init__(operands=[values])


EXEC = Dialect(
    "exec",
    [
        LaneOp,
        FrameOp,
        ConstantOp,
        FormatOp,
        ListOp,
        JoinOp,
        VoteOp,
        RequestOp,
        FanoutOp,
        ReduceOp,
        ReturnOp,
    ],
    [],
)
