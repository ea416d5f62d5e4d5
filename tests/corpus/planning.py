"""Plans, and agents that act on them."""

from __future__ import annotations

import re
from collections.abc import Callable

import ember_mlir as ember

from .written import Written

GOALS = (
    ("Organize a birthday party for ten children",),
    ("Move the blog from one host to another",),
)


def parse_steps(plan: str) -> list[str]:
    """The lines of a plan without their numbers."""
    steps: list[str] = []
    for line in plan.splitlines():
        line = re.sub(r"^\s*(\d+[.)]|[-*])\s*", "", line).strip()
        if line:
            steps.append(line)
    return steps


def plan_and_execute(goal: str) -> str:
    """Make a plan, carry out each step knowing the results before it, and report."""
    plan = ember.generate(f"Goal: {goal}\nMake a plan with one step per line.", model="large")
    results: list[str] = []
    for i, step in enumerate(parse_steps(plan), start=1):
        context = "\n".join(results)
        outcome = ember.generate(f"Goal: {goal}\nDone:\n{context}\nNow do step {i}: {step}")
        results.append(f"{i}. {step}: {outcome}")
    return ember.generate(f"Goal: {goal}\n" + "\n".join(results) + "\nWrite a short report.")


def plan_with_replanning(goal: str) -> list[str]:
    """After every step ask whether the plan still holds, and make a new one if not."""
    done: list[str] = []
    plan = parse_steps(ember.generate(f"Plan for: {goal}\nOne step per line."))
    for _ in range(4):
        if not plan:
            break
        step, plan = plan[0], plan[1:]
        outcome = ember.generate(f"Do this for the goal '{goal}': {step}")
        done.append(f"{step} => {outcome}")
        check = ember.generate(
            f"Goal: {goal}\nDone: {done}\nLeft: {plan}\nIs the plan still good? Answer yes or no."
        )
        if "no" in check.lower().split():
            plan = parse_steps(
                ember.generate(f"Goal: {goal}\nDone: {done}\nNew plan, one step per line.")
            )
    return done


POPULATION = {"france": 68, "norway": 5, "japan": 124}


def lookup(country: str) -> str:
    """The population of a country in millions."""
    found = POPULATION.get(country.strip().lower())
    return f"{found} million" if found is not None else "unknown country"


def calculate(expression: str) -> str:
    """The sum of the numbers in an expression."""
    return str(sum(int(number) for number in re.findall(r"\d+", expression)))


TOOLS: dict[str, Callable[[str], str]] = {"lookup": lookup, "calculate": calculate}


def react(question: str) -> str:
    """Thought, action, observation: until the model finishes or five rounds are over."""
    scratchpad = f"Question: {question}"
    for _ in range(5):
        reply = ember.generate(
            f"{scratchpad}\nNext action? Use lookup[country], calculate[expression] or "
            "finish[answer].",
            temperature=0,
        )
        match = re.search(r"(\w+)\[(.*?)\]", reply)
        if not match:
            scratchpad += f"\n{reply}\nObservation: I did not understand that."
            continue
        name, argument = match.group(1), match.group(2)
        if name == "finish":
            return argument
        if name in TOOLS:
            observation = TOOLS[name](argument)
        else:
            observation = f"there is no tool {name}"
        scratchpad += f"\n{reply}\nObservation: {observation}"
    return "I do not know"


def least_to_most(problem: str) -> str:
    """Solve easier questions first and build on their answers."""
    listed = ember.generate(
        f"To solve '{problem}', which questions must be answered first? List them, one per line."
    )
    questions = [line.lstrip("-0123456789. ") for line in listed.split("\n") if line.strip()][:3]
    context = ""
    for question in [*questions, problem]:
        answer = ember.generate(f"{context}Q: {question}\nA:")
        context += f"Q: {question}\nA: {answer}\n"
    return context.rsplit("A: ", 1)[1].strip()


class TodoAgent:
    """An agent with a list of tasks that it adds to and works off."""

    def __init__(self, objective: str, budget: int = 4) -> None:
        self.objective = objective
        self.budget = budget
        self.log: list[str] = []

    def execute(self, task: str) -> str:
        """Carry out a task."""
        return ember.generate(f"Objective: {self.objective}\nTask: {task}\nResult:")

    def follow_up(self, task: str, result: str) -> str | None:
        """A new task that follows from a result, if there is one."""
        reply = ember.generate(
            f"Objective: {self.objective}\nTask: {task}\nResult: {result}\n"
            "Name one follow-up task, or reply NONE."
        ).strip()
        return None if reply.upper() == "NONE" else reply

    def run(self) -> list[str]:
        """Work until there is nothing left to do, or the budget is spent."""
        task: str | None = "Make a first draft"
        while task is not None and self.budget > 0:
            result = self.execute(task)
            self.log.append(f"{task}: {result}")
            self.budget -= 1
            task = self.follow_up(task, result)
        return self.log


def todo_agent(objective: str) -> list[str]:
    """Run a small agent that makes itself new tasks."""
    return TodoAgent(objective).run()


PROGRAMS = [
    Written(plan_and_execute, GOALS),
    Written(plan_with_replanning, GOALS),
    Written(
        react,
        (
            ("How many people live in France and Norway?",),
            ("What is 3 plus 4 plus 5?",),
        ),
    ),
    Written(least_to_most, (("How many weekends does a year have?",), ("Is 2028 a leap year?",))),
    Written(todo_agent, (("Write a guide to composting",), ("Found a chess club",))),
]
