"""Agents: a model that asks for tools until it has an answer."""

from __future__ import annotations

from collections.abc import Sequence

from ember_mlir.errors import NotAcceptedError
from ember_mlir.frontend.composition import Operator
from ember_mlir.frontend.operations.asking import generate
from ember_mlir.frontend.operations.conversing import Prompt, extended, started
from ember_mlir.frontend.operations.reading import fits, read_arguments
from ember_mlir.frontend.operations.talking import given_by, together
from ember_mlir.frontend.toolbox import AnyTool, Toolbox, toolbox_of
from ember_mlir.frontend.turns import Turn
from ember_mlir.providers import ToolCall
from ember_mlir.providers.conversations import Conversation


class Agent(Operator[Prompt, str]):
    """A model with tools, made by `ember.agent`: call it with what it shall do."""

    def __init__(
        self,
        tools: Toolbox,
        max_steps: int,
        system: str | None,
        model: str | None,
        temperature: float | None,
        max_tokens: int | None,
    ) -> None:
        self.tools = tools
        self.max_steps = max_steps
        self.system = system
        self.model = model
        self.temperature = temperature
        self.max_tokens = max_tokens

    def forward(self, prompt: Prompt) -> str:
        talk = started(prompt, self.system)
        turn = self.ask(talk)
        steps = 1
        while turn.tool_calls and steps < self.max_steps:
            answers = [(call.id, self.answer(call)) for call in turn.tool_calls]
            talk = together(talk, turn.conversation)
            for call_id, answer in answers:
                talk = extended(talk, "tool", call_id, answer)
            turn = self.ask(talk)
            steps += 1
        if turn.tool_calls:
            raise NotAcceptedError(
                f"an agent must answer within {self.max_steps} steps, but still asks for tools; "
                "give more max_steps, or fewer tools"
            )
        return turn.text

    def ask(self, talk: Conversation) -> Turn:
        """The next turn of the model."""
        return generate(
            talk,
            tools=self.tools.described,
            model=self.model,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
        )

    def answer(self, call: ToolCall, number: int = 0) -> str:
        """What a tool gives for a call: the one of that number, or one behind it.

        What the model got wrong, it is told.
        """
        if number == len(self.tools.functions):
            return f"There is no tool '{call.tool}'."
        name, function, takes = self.tools.functions[number]
        if call.tool != name:
            return self.answer(call, number + 1)
        if takes is None:
            return str(given_by(function()))
        if not fits(call.arguments, takes, name):
            return f"The arguments of '{name}' must fit its schema, but do not."
        return str(given_by(function(**read_arguments(call.arguments, takes))))


def agent(
    tools: Sequence[AnyTool],
    max_steps: int = 8,
    *,
    system: str | None = None,
    model: str | None = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
) -> Agent:
    """A model that may call `tools` until it answers, in `max_steps` turns of its at most.

    A tool is a function: its name, docstring and annotated arguments are what the model is
    told. It is declared as any function that a program applies (`@ember.pure`,
    `@ember.idempotent`, `@ember.tool`), or captured if it is not. The calls of one turn do not
    wait for one another, except where they do something. Arguments that do not fit are told
    the model; an error that a tool raises is that of the agent. Raises `NotAcceptedError` if
    there is no answer after `max_steps`, and `InputError` for what cannot be a tool.

    >>> import ember_mlir as ember
    >>> @ember.pure
    ... def weather(city: str) -> str:
    ...     "Tells the weather."
    ...     return f"Sun in {city}."
    >>> with ember.Session(seed=1, clock="virtual"):
    ...     isinstance(ember.agent([weather])("How is the weather in Rome?"), str)
    True
    """
    return Agent(toolbox_of(tools, max_steps), max_steps, system, model, temperature, max_tokens)
