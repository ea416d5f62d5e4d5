"""Help with code: reviews, repairs, tests and messages."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import ember_mlir as ember

from .written import Written

FUNCTIONS = (
    ("def add(a, b):\n    return a - b",),
    ("def greet(name):\n    print('hello ' + name)",),
)
PATHS = ["app.py", "util.py", "README.md"]
CHANGES = ["+ password = 'secret'\n- pass", "+ def half(n): return n / 2", "+ More words."]

CHECKS = {
    "bugs": "Find bugs",
    "style": "Find problems of style",
    "security": "Find security problems",
}


def code_review(paths: list[str], changes: list[str]) -> str:
    """Review each file for several kinds of problems and write one summary."""
    comments: list[str] = []
    for path, change in zip(paths, changes, strict=True):
        if path.endswith(".md"):
            continue
        for kind, instruction in CHECKS.items():
            finding = ember.generate(
                f"{instruction} in this change to {path}, or reply OK.\n{change}"
            ).strip()
            if finding != "OK":
                comments.append(f"{path} ({kind}): {finding}")
    if len(comments) == 0:
        return "LGTM"
    worst = ember.generate("Which comment matters most?\n" + "\n".join(comments), model="large")
    return f"{len(comments)} comments. First of all: {worst}"


def is_python(code: str) -> bool:
    """Whether a text parses as Python."""
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def repair_loop(code: str) -> tuple[str, int]:
    """Let the model rewrite code until it parses and a reviewer is content."""
    tries = 0
    while True:
        tries += 1
        code = ember.generate(f"Improve this function. Only code.\n{code}", temperature=0.2)
        if is_python(code):
            review = ember.generate(f"Review:\n{code}\nReply with one of: accept, reject")
            if "accept" in review.lower():
                break
        if tries >= 4:
            break
    return code, tries


@dataclass
class Case:
    """A test case that a model has thought of."""

    given: str
    expected: str


def write_tests(code: str) -> list[Case]:
    """Have test cases made as 'input -> output' lines, and drop those that repeat."""
    reply = ember.generate(f"Write test cases as 'input -> output', one per line:\n{code}")
    cases: list[Case] = []
    for line in reply.splitlines():
        given, arrow, expected = line.partition("->")
        if not arrow:
            continue
        case = Case(given.strip(), expected.strip())
        if case not in cases:
            cases.append(case)
    return cases


def commit_message(paths: list[str], changes: list[str]) -> str:
    """Describe each file, then write a message that is never longer than 50 characters."""
    notes = {
        path: ember.generate(f"What changed in {path}?\n{change}")
        for path, change in zip(paths, changes, strict=True)
    }
    listed = "\n".join(f"{path}: {note}" for path, note in notes.items())
    subject = ember.generate(f"Write a commit subject:\n{listed}").strip().splitlines()
    first = subject[0] if subject else "Update files"
    if len(first) > 50:
        first = first[:47] + "..."
    return first[:1].upper() + first[1:]


def translate_code(code: str, languages: list[str]) -> dict[str, str]:
    """Translate a function to other languages, with a check of each that may ask for more."""
    done: dict[str, str] = {}
    for language in languages:
        version = ember.generate(f"Translate to {language}:\n{code}")
        verdict = ember.generate(
            f"Same behaviour? Answer yes or no.\nPython:\n{code}\n{language}:\n{version}"
        )
        if not verdict.strip().lower().startswith("yes"):
            version = ember.generate(f"Correct this {language} code:\n{version}", model="large")
        done[language] = version
    return done


PROGRAMS = [
    Written(code_review, ((PATHS, CHANGES), (["a.py"], ["+ x = 1"]))),
    Written(repair_loop, FUNCTIONS),
    Written(write_tests, FUNCTIONS),
    Written(commit_message, ((PATHS, CHANGES), (["a.py"], ["+ x = 1"]))),
    Written(
        translate_code,
        ((FUNCTIONS[0][0], ["Rust", "Go"]), (FUNCTIONS[1][0], ["C"])),
    ),
]
