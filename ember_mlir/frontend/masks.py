"""Texts without what is sensitive, and back."""

from __future__ import annotations

from dataclasses import dataclass

from ember_mlir.frontend.operations.reading import masked, restored


@dataclass(frozen=True)
class Masked:
    """A text whose sensitive parts are behind masks, as `[EMAIL_1]`, and what is hidden."""

    text: str
    hidden: list[str]

    def restore(self, text: str) -> str:
        """A text, such as an answer about the masked one, with what the masks hide."""
        return restored(text, self.hidden)


def redact(text: str, *policies: str, label: str = "public") -> Masked:
    """A text with what policies (`"email"`, `"phone"` and so on) find behind masks.

    The masked text has the label that is given: that nothing else in it is sensitive is your
    claim. Raises `InputError` for a policy that there is not.

    >>> letter = redact("Write to ann@example.org", "email")
    >>> letter.text, letter.restore("Mail to [EMAIL_1] is sent.")
    ('Write to [EMAIL_1]', 'Mail to ann@example.org is sent.')
    """
    text, hidden = masked(text, policies, label)
    return Masked(text, hidden)
