"""Programs as users write them: functions in an ordinary module."""

from __future__ import annotations

import ember_mlir as ember


@ember.jit
def five_drafts(question: str) -> str:
    """Ask five times, and take the majority."""
    prompt = f"Q: {question}\nA:"
    return ember.vote([ember.generate(prompt, model="fake", temperature=0.7) for _ in range(5)])


@ember.jit
def one_draft(question: str) -> str:
    """Ask once."""
    return ember.generate(f"Q: {question}\nA:", model="fake", temperature=0.7)
