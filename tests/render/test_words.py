from __future__ import annotations

from typing import Any

import pytest

from mlinfra.model.value import LocalPath, Redacted, Sensitive, Unknown
from mlinfra.render.escape import shown, visible, visible_lines
from mlinfra.render.words import about, count, elapsed, inline, phrase, size, span


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.34, "0.3 s"),
        (9, "9 s"),
        (9.96, "10 s"),
        (60, "1 min"),
        (75, "75 s"),
        (90, "2 min"),
        (240, "4 min"),
        (3599, "1 h"),
        (4200, "1 h 10 min"),
    ],
)
def test_span(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_about() -> None:
    assert about(None) == about(0) == about(1.9) == ""
    assert about(10) == "about 10 s"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.9, "0s"), (59, "59s"), (72, "1m 12s"), (120, "2m 00s"), (7500, "2h 05m")]
)
def test_elapsed(seconds: float, text: str) -> None:
    assert elapsed(seconds) == text


def test_count() -> None:
    assert [count(n, "error") for n in (0, 1, 2, 12345)] == [
        "0 errors",
        "1 error",
        "2 errors",
        "12,345 errors",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            LocalPath("data/x.csv", "/home/ana/x.csv", "3f9a2c0db714aaaa", is_folder=False),
            "data/x.csv (3f9a2c0db714)",
        ),
        ("plain words", "plain words"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("2024-04-01", "2024-04-01"),
        ("4", '"4"'),
        ("-1.5e3", '"-1.5e3"'),
        ("true", '"true"'),
        ("null", '"null"'),
        ("", '""'),
        (" x", '" x"'),
        ("x ", '"x "'),
        ("[a]", '"[a]"'),
        ("(known after apply)", '"(known after apply)"'),
        ('say "a"', 'say "a"'),
        ('"a\\b"', '"\\"a\\\\b\\""'),
        ("a # b", '"a # b"'),
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        ({}, "{}"),
        ([], "[]"),
        ({"a": ["x", "y, z"], "b: c": None}, '{a: [x, "y, z"], "b: c": null}'),
        (["azureml:env:1"], "[azureml:env:1]"),
        (Unknown("${x}"), "(known after apply)"),
        (Unknown(sensitive=True), "(sensitive)"),
        (Sensitive("x"), "(sensitive)"),
        (Redacted("x"), "(sensitive)"),
        ([Sensitive("x"), Unknown()], "[(sensitive), (known after apply)]"),
        ("PT", "PT"),
        ("P", "P"),
        ("PT5", "PT5"),
        ("PT" + "9" * 5000 + "S", "PT" + "9" * 5000 + "S"),
        ("PT1H30M", "1 h 30 min"),
        ("P1DT0S", "1 day 0 s"),
    ],
)
def test_phrase(value: Any, text: str) -> None:
    assert phrase(value) == text


@pytest.mark.parametrize(
    ("bytes_", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (3_355_443, "3.2 MiB"), (5 << 50, "5120 TiB")],
)
def test_size(bytes_: int, text: str) -> None:
    assert size(bytes_) == text


def test_inline_keeps_durations_as_they_are_written() -> None:
    assert inline("PT1H") == "PT1H"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("héllo 日本 🎉", "héllo 日本 🎉"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b31m\x7f\x00", r"\x9b31m\x7f\x00"),
        ("abc\u202edef\u2066", r"abc\u202edef\u2066"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("no\xa0break", r"no\xa0break"),
        ("line\u2028end", r"line\u2028end"),
        ("lone\ud800", r"lone\ud800"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("wide\u3000space", "wide\u3000space"),
    ],
)
def test_visible(text: str, safe: str) -> None:
    assert visible(text) == shown(text) == safe


def test_visible_lines() -> None:
    assert visible_lines("a\r\nb\x1b\n") == ["a\\r", "b\\x1b", ""]
