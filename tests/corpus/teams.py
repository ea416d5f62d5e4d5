"""Agents that work together: graphs of nodes, modules, crews, group chats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import ember_mlir as ember

from .written import Written

State = dict[str, object]


def write_node(state: State) -> State:
    feedback = state.get("critique", "")
    prompt = f"Answer: {state['question']}"
    if feedback:
        prompt += f"\nTake this into account: {feedback}"
    return {"draft": ember.generate(prompt), "rounds": f"{state.get('rounds', '')}."}


def critique_node(state: State) -> State:
    return {"critique": ember.generate(f"Is this good, yes or no? {state['draft']}")}


def next_node(state: State) -> str:
    if "yes" in str(state["critique"]).lower() or len(str(state["rounds"])) >= 3:
        return "end"
    return "write"


NODES: dict[str, Callable[[State], State]] = {"write": write_node, "critique": critique_node}


def graph_of_nodes(question: str) -> object:
    """A graph of nodes that hand on a state, with an edge that depends on it."""
    state: State = {"question": question}
    node = "write"
    while node != "end":
        state = {**state, **NODES[node](state)}
        node = "critique" if node == "write" else next_node(state)
    return state["draft"]


def state_of_rounds(task: str) -> dict[str, str]:
    """A state that gets its keys in the first round."""
    state = {"task": task}
    for _ in range(3):
        last = state.get("draft", "none")
        state = {**state, "draft": ember.generate(f"Task: {state['task']}\nLast draft: {last}")}
        state = state | {"review": ember.generate(f"Is it done, yes or no? {state['draft']}")}
        if state["review"].lower().startswith("yes"):
            break
    return state


class Predict:
    """A module that is declared by the names of what it takes and gives."""

    def __init__(self, signature: str, temperature: float | None = None) -> None:
        inputs, output = [part.strip() for part in signature.split("->")]
        self.names = [name.strip() for name in inputs.split(",")]
        self.output = output
        self.temperature = temperature

    def __call__(self, **entries: str) -> str:
        lines = [f"{name.capitalize()}: {entries[name]}" for name in self.names]
        lines.append(f"{self.output.capitalize()}:")
        return ember.generate("\n".join(lines), temperature=self.temperature).strip()


class MultiHop:
    """Looks for passages, hop by hop, until there are enough for an answer."""

    def __init__(self, passages: list[str], hops: int = 2) -> None:
        self.passages = passages
        self.hops = hops
        self.query = Predict("context, question -> query")
        self.answer = Predict("context, question -> answer", temperature=0.2)

    def __call__(self, question: str) -> str:
        context: list[str] = []
        for _ in range(self.hops):
            query = self.query(context="\n".join(context), question=question)
            for passage in ember.top_k(query, self.passages, 2):
                if passage not in context:
                    context.append(passage)
        return self.answer(context="\n".join(context), question=question)


PASSAGES = [
    "The tower was built in 1889.",
    "Paris is in France.",
    "Iron rusts.",
    "Eiffel was an engineer.",
]


def modules_of_signatures(question: str) -> str:
    """Modules that are declared by signatures, in one that uses them."""
    return MultiHop(PASSAGES)(question)


@dataclass
class Agent:
    """Somebody with a role."""

    role: str
    goal: str
    story: str = ""

    def execute(self, task: str, context: str = "") -> str:
        told = f"\n\nContext:\n{context}" if context else ""
        return ember.generate(
            [
                {
                    "role": "system",
                    "content": f"You are {self.role}. {self.story}\nYour goal: {self.goal}",
                },
                {"role": "user", "content": task + told},
            ]
        )


@dataclass
class Task:
    """Something that an agent does with what others have done."""

    name: str
    description: str
    agent: Agent
    depends_on: Sequence[str] = field(default_factory=tuple)


RESEARCHER = Agent("a researcher", "find facts", "You have read a lot.")
WRITER = Agent("a writer", "write well")
EDITOR = Agent(role="an editor", goal="cut what is not needed")
TASKS = [
    Task("research", "Research {topic} for {audience}.", RESEARCHER),
    Task("article", "Write an article on {topic}.", WRITER, ["research"]),
    Task("final", "Edit the article.", EDITOR, ["research", "article"]),
]


def crew(topic: str) -> str:
    """A crew whose tasks get the outputs of those that they depend on."""
    inputs = {"topic": topic, "audience": "beginners"}
    outputs: dict[str, str] = {}
    for task in TASKS:
        context = "\n\n".join(outputs[name] for name in task.depends_on)
        outputs[task.name] = task.agent.execute(task.description.format(**inputs), context)
    return outputs["final"]


class Speaker:
    """One who takes part in a group chat."""

    def __init__(self, name: str, system: str) -> None:
        self.name = name
        self.system = system

    def reply(self, history: list[dict[str, str]]) -> str:
        transcript = "\n".join(f"{one['name']}: {one['content']}" for one in history)
        return ember.generate(transcript, system=self.system)


class GroupChat:
    """A manager says who speaks next."""

    def __init__(self, speakers: list[Speaker], rounds: int = 3) -> None:
        self.speakers = {speaker.name: speaker for speaker in speakers}
        self.messages: list[dict[str, str]] = []
        self.rounds = rounds

    def select(self) -> str:
        names = [*self.speakers]
        last = self.messages[-1]["content"]
        choice = ember.generate(f"{last}\nWho is next, one of: {', '.join(names)}")
        for name in names:
            if name in choice.lower():
                return name
        return names[len(self.messages) % len(names)]

    def run(self, task: str) -> list[dict[str, str]]:
        self.messages.append({"name": "user", "content": task})
        for _ in range(self.rounds):
            speaker = self.speakers[self.select()]
            content = speaker.reply(self.messages)
            self.messages.append({"name": speaker.name, "content": content})
            if "42" in content:
                break
        return self.messages


def group_chat(task: str) -> str:
    """Speakers in a table, of which a manager chooses the next."""
    chat = GroupChat([Speaker("coder", "You write code."), Speaker("critic", "You find faults.")])
    return "\n".join(f"[{one['name']}] {one['content']}" for one in chat.run(task))


def look_up(query: str) -> str:
    return ember.generate(f"What is known of {query}?")


def measure(text: str) -> str:
    return str(len(text))


TOOLS: dict[str, Callable[[str], str]] = {"play": look_up, "call": measure}


def tools_of_a_table(question: str) -> str:
    """A loop of thoughts and tools, which are looked up by what the model says."""
    prompt = f"Question: {question}\n"
    for _ in range(3):
        step = ember.generate(f"{prompt}What next, 'play <song>' or 'call <name>'?", stop=["\n\n"])
        prompt += f"Step: {step}\n"
        if step == "stop":
            return prompt
        name, _, argument = step.strip().partition(" ")
        tool = TOOLS.get(name.lower())
        observation = tool(argument) if tool else f"no tool {name!r}"
        prompt += f"Observation: {observation}\n"
    return ember.generate(f"{prompt}Final answer:")


QUESTIONS = (("Why is the sky blue?",), ("Write a parser.",))
PROGRAMS = [
    Written(graph_of_nodes, QUESTIONS),
    Written(state_of_rounds, QUESTIONS),
    Written(modules_of_signatures, QUESTIONS),
    Written(crew, (("bees",), ("the tower",))),
    Written(group_chat, QUESTIONS),
    Written(tools_of_a_table, QUESTIONS),
]
