"""What each policy of redaction finds, and what it leaves alone."""

from __future__ import annotations

import pytest

from ember_mlir.redaction import redact


def found(text: str, policy: str) -> list[str]:
    """What is masked, in order of appearance."""
    return list(redact(text, [policy]).originals[1::2])


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.org",
        "ann.o'neil+x@sub.example.co.uk",
        "ANN@EXAMPLE.ORG",
        "a_b-c@x-y.io",
        '"ann b"@example.org',
        "josé@dominio.es",
        "ann@bücher.de",
        "用户@例子.公司",
        "a@b.xn--p1ai",
        "ｂｏｂ＠example.com",
        "a\u200bnn@exa\u00admple.org",
    ],
)
def test_email_addresses(address: str) -> None:
    for around in ("{}", "<{}>", "mail {}, please", "mailto:{}?x", "({}).", "{}\n", "'{}'"):
        assert found(around.format(address), "email") == [address]


def test_emails_in_scripts_without_spaces() -> None:
    assert found("请发邮件到bob@example.com谢谢", "email") == ["bob@example.com"]


@pytest.mark.parametrize(
    "text",
    ["@ann", "ann@host", "a @ b.org", "x@1.2", "a@b.c", "@", "a@@b.org", "3@4.5", "ann@.org"],
)
def test_no_email_addresses(text: str) -> None:
    assert found(text, "email") == []


@pytest.mark.parametrize(
    "number",
    [
        "+49 30 1234567",
        "+49 (0)30 123456-78",
        "+15550109999",
        "+44.20.7946.0958",
        "0049301234567",
        "0049 30 1234567",
        "(555) 010-9999",
        "1 (555) 010-9999",
        "555-010-9999",
        "555.010.9999",
        "1-555-010-9999",
        "555-0199",
        "030 1234567",
        "0171/1234567",
        "01 23 45 67 89",
        "020 7946 0958",
        "8 800 555 35 35",
        "8 (800) 555-35-35",
        "98765 43210",
        "98-7654-3210",
        "+\uff14\uff19 \u0663\u0660 1234567",
        "+49\u00a030\u20111234567",
        "+49\u200b301234567",
    ],
)
def test_telephone_numbers(number: str) -> None:
    for around in ("{}", "Call {}.", "x,{},y", "({})"):
        assert found(around.format(number), "phone") == [number]


@pytest.mark.parametrize("word", ["Phone: ", "tel. ", "Mobile ", "call ", "Telefon: ", "电话:"])
def test_numbers_after_a_word_are_telephone_numbers(word: str) -> None:
    assert found(f"{word}1234567 x", "phone") == ["1234567"]


@pytest.mark.parametrize(
    "text",
    [
        "1234567",
        "12345678901",
        "2024-05-06",
        "2024-05-06 10:30",
        "06.05.2024 10:30",
        "06/05/24 10",
        "1,234,567",
        "1 234 567",
        "3.14159265",
        "0.1234 5678",
        "12:30:45",
        "555-01",
        "1.2.3.4",
        "978-3-16-148410-0",
        "hotel 1234567",
        "call 2024-05-06",
        "+12345",
    ],
)
def test_no_telephone_numbers(text: str) -> None:
    assert found(text, "phone") == []


@pytest.mark.parametrize(
    "card",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "378282246310005",
        "3782 822463 10005",
        "4222222222222",
        "6304000000000000000",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "\uff14111\u200b1111 1111 1111",
    ],
)
def test_cards(card: str) -> None:
    for around in ("{}", "card {}, 12/27", "{} 123", "99 {}", "x{}."):
        masked = found(around.format(card), "card")
        assert len(masked) == 1
        assert card in masked[0]


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1112", "0000 0000 0000 0000", "411111111111", "94111111111111111112"]
)
def test_no_cards(text: str) -> None:
    assert found(text, "card") == []


@pytest.mark.parametrize(
    "account",
    [
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "gb82 west 1234 5698 7654 32",
        "NO93-8601-1117-947",
        "FR14 2004 1010 0505 0001 3M02 606",
        "MT84MALT011000012345MTLCAST001S",
    ],
)
def test_ibans(account: str) -> None:
    for around in ("{}", "to {} today", "IBAN{}.", "({})"):
        assert found(around.format(account), "iban") == [account]


@pytest.mark.parametrize(
    "text", ["DE88370400440532013000", "DE89 3704", "ZZ89370400440532013000", "AB12 is a name"]
)
def test_no_ibans(text: str) -> None:
    assert found(text, "iban") == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.255",
        "192.168.001.1",
        "2001:db8::1",
        "::1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "2001:0DB8:0:0:0:0:0:1",
    ],
)
def test_ips(address: str) -> None:
    for around in ("{}", "from {} to", "({})", "http://{}/x", "{}, "):
        assert found(around.format(address), "ip") == [address]


@pytest.mark.parametrize(
    "text", ["256.1.1.1", "1.2.3", "1.2.3.4.5", "12:30:45", "std::vector", "a::b", "::", "12:30"]
)
def test_no_ips(text: str) -> None:
    assert found(text, "ip") == []


# Put together here, so that nothing that scans this file for keys finds one.
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MIXED = "Zx9q8Lm2Wd5vR7tKb3Yh6Ns1Pf4Gc0JuEaXo"
JWT = ".".join(["eyJ" + "hbGciOi", "eyJ" + "zdWIiOiIx", "c2ln" + "bmF0dXJl"])
BLOCK = f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{LETTERS}\n-----END RSA {'PRIVATE'} KEY-----"


@pytest.mark.parametrize(
    "key",
    [
        "sk" + "-proj-" + LETTERS,
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp" + "_" + MIXED[:36],
        "github" + "_pat_" + MIXED,
        "xoxb" + "-12345-" + LETTERS,
        "AIza" + MIXED[:35],
        "glpat" + "-" + LETTERS,
        "hf" + "_" + LETTERS,
        "sk" + "_live_" + LETTERS,
        JWT,
        BLOCK,
    ],
)
def test_keys(key: str) -> None:
    for around in ("{}", "use {} now", "KEY='{}'", "x={}\n"):
        assert found(around.format(key), "key") == [key]


@pytest.mark.parametrize(
    "before",
    [
        "Authorization: Bearer ",
        "api_key = ",
        '"token": "',
        "the secret is ",
        "PASSWORD=",
        "key:\n",
        "client_secret => ",
    ],
)
def test_random_signs_after_a_word_are_keys(before: str) -> None:
    assert found(f"{before}{MIXED[:24]}", "key") == [MIXED[:24]]


@pytest.mark.parametrize(
    "text",
    [
        "the key is important",
        "password: hunter2",
        "keyboard-layout-of-1990",
        "token " + "a1" * 20,
        "bearer of-good-news-and-more",
        "monkey 12345678901234567890",
        "sk-short",
        "ghp_short",
        "-----BEGIN PUBLIC KEY-----",
    ],
)
def test_no_keys(text: str) -> None:
    assert found(text, "key") == []


def test_a_private_key_without_an_end_is_masked_as_far_as_it_goes() -> None:
    cut = BLOCK.partition("\n-----END")[0]
    assert found(f"{cut}\n(cut)", "key") == [f"{cut}\n"]
    assert found(f"{BLOCK} {cut}", "key") == [BLOCK, cut]
    assert found(BLOCK.replace(LETTERS, BLOCK.partition("\n")[0]), "key") == [
        BLOCK.replace(LETTERS, BLOCK.partition("\n")[0])
    ]
