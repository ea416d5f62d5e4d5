"""Redaction: takes what names a person or opens a door out of a text, and puts it back.

What is found is replaced by placeholders such as `[EMAIL_1]`. A text that was made from
the redacted one, such as a model's answer, is restored with the originals.

What is found is what is written in one of the usual forms, in any digits and widths and
through invisible characters. It is a net, not a proof: words that spell a number out
("five five five"), "ann at example dot org", encodings such as base64, look-alike letters
of other scripts, and short passwords pass through it. A text that must not leave needs a
label, not a policy.
"""

from __future__ import annotations

from ember_mlir.redaction.masks import POLICIES, Redacted, check_policies, redact, restore

__all__ = ["POLICIES", "Redacted", "check_policies", "redact", "restore"]
