"""Redaction: what is found, what is left alone, and that nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ember_mlir.errors import InputError, ShapeError
from ember_mlir.redaction import POLICIES, Redacted, redact, restore
from ember_mlir.redaction.folding import fold


def found(text: str, *policies: str) -> list[str]:
    """What is masked, in order of appearance."""
    return list(redact(text, policies or POLICIES).originals[1::2])


def test_the_policies() -> None:
    assert POLICIES == ("email", "phone", "card", "iban", "ip", "key")


def test_placeholders_are_numbered_over_all_kinds() -> None:
    made = redact("a@b.org, +1 555 010 9999, c@b.org and a@b.org", POLICIES)
    assert made == Redacted(
        "[EMAIL_1], [PHONE_2], [EMAIL_3] and [EMAIL_1]",
        ("[EMAIL_1]", "a@b.org", "[PHONE_2]", "+1 555 010 9999", "[EMAIL_3]", "c@b.org"),
    )


def test_only_what_is_asked_for_is_masked() -> None:
    assert found("a@b.org, 10.0.0.1", "ip") == ["10.0.0.1"]
    assert redact("a@b.org", []) == Redacted("a@b.org", ())


@pytest.mark.parametrize("policy", ["", "EMAIL", "emails", "e\u00admail"])
def test_an_unknown_policy_is_an_error(policy: str) -> None:
    with pytest.raises(InputError) as caught:
        redact("", ["email", policy])
    assert caught.value.message == (
        "a redaction policy must be one of email, phone, card, iban, ip, key, "
        f"but got '{policy}'; correct the name"
    )


def test_placeholders_of_the_text_are_not_confused() -> None:
    text = "[EMAIL_1] is not a@b.org, nor is [KEY_2] or [EMAIL_01] or [EMAIL_0]"
    made = redact(text, POLICIES)
    assert made.text == "[EMAIL_1] is not [EMAIL_3], nor is [KEY_2] or [EMAIL_01] or [EMAIL_0]"
    assert restore(made.text, made.originals) == text


def test_restoring_is_one_pass() -> None:
    originals = ("[EMAIL_1]", "[EMAIL_2]", "[EMAIL_2]", "b@b.org")
    assert restore("[EMAIL_1] [EMAIL_2]", originals) == "[EMAIL_2] b@b.org"


def test_only_exact_placeholders_are_restored() -> None:
    text = "[email_1] [EMAIL_1 ] EMAIL_1 [EMAIL_11] [PHONE_1]"
    assert restore(text, ("[EMAIL_1]", "a@b.org")) == text
    assert restore("[[EMAIL_1]]", ("[EMAIL_1]", "a@b.org")) == "[a@b.org]"


def test_originals_must_be_pairs() -> None:
    with pytest.raises(
        ShapeError, match=r"must be pairs of a placeholder .* but got 1 texts; give"
    ):
        restore("", ["[EMAIL_1]"])
    with pytest.raises(ShapeError, match=r"'\[EMAIL_1\]' stands for two; join the texts before"):
        restore("", ["[EMAIL_1]", "a@b.org", "[EMAIL_1]", "c@b.org"])
    assert restore("[EMAIL_1]", ["[EMAIL_1]", "a@b.org"] * 2) == "a@b.org"


# Put together here, so that nothing that scans this file for keys finds one.
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MIXED = "Zx9q8Lm2Wd5vR7tKb3Yh6Ns1Pf4Gc0JuEaXo"
JWT = ".".join(["eyJ" + "hbGciOi", "eyJ" + "zdWIiOiIx", "c2ln" + "bmF0dXJl"])
BLOCK = f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{LETTERS}\n-----END RSA {'PRIVATE'} KEY-----"


def test_of_parts_that_overlap_all_is_masked_as_the_longest() -> None:
    assert redact("4111 1111 1111 1111", POLICIES).text == "[CARD_1]"
    assert redact("DE89 3704 0044 0532 0130 00", POLICIES).text == "[IBAN_1]"
    assert redact("ann@10.0.0.1.example.org", POLICIES).text == "[EMAIL_1]"
    # The telephone number ends within the card, and no digit of either stays.
    assert redact("+1 4111 1111 1111 1111", POLICIES).text == "[PHONE_1]"


def test_folding_keeps_places() -> None:
    folded = fold("a\u200b\uff11\u2014\u00a0\u0662\ufe0fﬁ")
    assert folded.text == "a1- 2ﬁ"
    assert list(folded.places) == [0, 2, 3, 4, 5, 7]


SECRETS = st.sampled_from(
    [
        "a@b.org",
        "c@d.org",
        "+1 555 010 9999",
        "4111 1111 1111 1111",
        "10.0.0.1",
        "::1",
        JWT,
        "DE89370400440532013000",
        "[EMAIL_1]",
        "[EMAIL_2]",
        "[PHONE_1]",
        "[KEY_9999999999999999999]",
        "[",
        "]",
        "EMAIL_1",
        "\u200b",
        " ",
        "@",
        "key: ",
        BLOCK,
        "1",
        "-",
        ".",
    ]
)
MIXTURES = st.lists(st.one_of(SECRETS, st.text(max_size=5)), max_size=12).map("".join)
CHOSEN = st.sets(st.sampled_from(POLICIES)).map(sorted)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(MIXTURES, CHOSEN)
def test_restoring_gives_the_very_text_back(text: str, policies: list[str]) -> None:
    made = redact(text, policies)
    assert restore(made.text, made.originals) == text


@settings(derandomize=True, max_examples=200, deadline=None)
@given(MIXTURES, MIXTURES)
def test_a_text_without_our_placeholders_is_not_changed(text: str, other: str) -> None:
    originals = redact(text, POLICIES).originals
    if not any(mask in other for mask in originals[::2]):
        assert restore(other, originals) == other


@settings(derandomize=True, max_examples=200, deadline=None)
@given(MIXTURES)
def test_originals_are_pairs_in_order_of_appearance(text: str) -> None:
    made = redact(text, POLICIES)
    masks, originals = made.originals[::2], made.originals[1::2]
    assert len(set(masks)) == len(masks)
    assert len(set(originals)) == len(originals)
    places = [made.text.index(mask) for mask in masks]
    assert places == sorted(places)
    assert all(mask not in text for mask in masks)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(MIXTURES, st.sampled_from(["a@b.org", "c@d.net"]), st.sampled_from(["e@f.org", "g@h.net"]))
def test_what_is_redacted_does_not_depend_on_the_secret(text: str, one: str, two: str) -> None:
    if one in text or two in text:
        return
    assert redact(f"{one} {text}", POLICIES).text == redact(f"{two} {text}", POLICIES).text


HOSTILE = [
    "a",
    "@",
    "a@",
    "a.",
    "@a.",
    "1",
    "1 ",
    "1-",
    "0 ",
    "+1",
    "(1",
    "eyJ",
    "eyJaaaaaa.",
    "key",
    "key ",
    "sk-",
    "-----BEGIN PRIVATE KEY-----",
    "1:",
    "1.",
    "DE89",
    "DE89 ",
    "call 1",
    "bearer ",
    "é\u200b",
    '"a',
    "001",
    "555-123-",
    "a=",
    "[EMAIL_1]",
    "\u0661",
    "4111 1111 1111 1111 ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_long_hostile_texts_are_redacted(piece: str) -> None:
    # Anything that grows faster than the text would not end here.
    text = f"x@a.{piece * (100_000 // len(piece))}!"
    made = redact(text, POLICIES)
    assert restore(made.text, made.originals) == text
