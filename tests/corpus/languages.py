"""Translating, and checking translations."""

from __future__ import annotations

import difflib
import string

import ember_mlir as ember

from .written import Written

SENTENCES = (
    ("The early bird catches the worm.",),
    ("It is raining cats and dogs.",),
)
GLOSSARY = {"bird": "oiseau", "worm": "ver", "rain": "pluie"}


def normalize(text: str) -> str:
    """Lower case, without punctuation."""
    return text.lower().translate(str.maketrans("", "", string.punctuation)).strip()


def back_translation(sentence: str) -> tuple[str, float]:
    """Translate there and back, compare, and let a better model try if much was lost."""
    german = ember.generate(f"Translate to German: {sentence}")
    back = ember.generate(f"Translate to English: {german}")
    ratio = difflib.SequenceMatcher(None, normalize(sentence), normalize(back)).ratio()
    if ratio < 0.3:
        german = ember.generate(f"Translate to German with care: {sentence}", model="large")
    return german, round(ratio, 2)


def glossary_translation(text: str) -> str:
    """Translate with fixed terms, and repair what does not keep to them."""
    terms = [f"{source} = {target}" for source, target in GLOSSARY.items() if source in text]
    draft = ember.generate(f"Translate to French. Terms: {'; '.join(terms)}\n{text}")
    broken = [t for s, t in GLOSSARY.items() if s in text and t.lower() not in draft.lower()]
    if not broken:
        return draft
    return ember.generate(f"Use the words {', '.join(broken)} in: {draft}")


def pivot_translation(sentence: str) -> str:
    """Translate over several pivot languages and let the model merge the results."""
    versions: dict[str, str] = {}
    for pivot in ("English", "Spanish", "Latin"):
        middle = ember.generate(f"Translate to {pivot}: {sentence}")
        versions[pivot] = ember.generate(f"Translate from {pivot} to Danish: {middle}")
    table = "\n".join(f"{name}: {text}" for name, text in versions.items())
    return ember.generate(f"Merge these into the best Danish sentence:\n{table}")


class Localizer:
    """Translates texts of a program, and remembers what it has translated."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.memory: dict[str, str] = {}

    def translate(self, text: str) -> str:
        """The translation of a text, from memory if it was there before."""
        if text not in self.memory:
            self.memory[text] = ember.generate(f"Translate to {self.language}: {text}")
        return self.memory[text]

    def screen(self, texts: list[str]) -> list[str]:
        """The translations of all texts of a screen, none longer than twenty characters."""
        result: list[str] = []
        for text in texts:
            translated = self.translate(text)
            while len(translated) > 20:
                translated = translated.rsplit(" ", 1)[0] if " " in translated else translated[:20]
            result.append(translated)
        return result


def localize_screen() -> list[str]:
    """Translate the texts of a screen, of which some come twice."""
    return Localizer("Finnish").screen(["Save", "Cancel", "Save", "Do you want to go on?"])


def style_ladder(sentence: str, styles: list[str]) -> list[tuple[str, str]]:
    """Rewrite a sentence from style to style, each from the one before."""
    current = sentence
    ladder: list[tuple[str, str]] = []
    for style in styles:
        current = ember.generate(f"Rewrite in a {style} style: {current}", temperature=0.6)
        ladder.append((style, current))
    return ladder


PROGRAMS = [
    Written(back_translation, SENTENCES),
    Written(glossary_translation, SENTENCES),
    Written(pivot_translation, SENTENCES),
    Written(localize_screen, ((), ())),
    Written(
        style_ladder,
        ((SENTENCES[0][0], ["legal", "childish"]), (SENTENCES[1][0], ["pirate"])),
    ),
]
