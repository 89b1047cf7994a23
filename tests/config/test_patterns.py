from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlinfra.config import codes
from mlinfra.config.patterns import BadPattern, compile_pattern
from tests.config.helpers import failure, value


def nothing(_: int) -> None:
    pass


def spans(pattern: str, text: str) -> tuple[tuple[int, int], ...] | None:
    places = compile_pattern(pattern).search(text, 0, nothing)
    return None if places is None else tuple(zip(places[::2], places[1::2], strict=True))


def python(pattern: str, text: str) -> tuple[tuple[int, int], ...] | None:
    found = re.search(pattern.replace("$", r"\Z"), text)
    return None if found is None else found.regs


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", ""),
        ("a", "cab"),
        ("a|ab", "ab"),
        ("ab|a", "ab"),
        ("a*", "baa"),
        ("a+?", "aaa"),
        ("(a)(b)?", "a"),
        ("(a|b)*c", "xababc"),
        ("^a", "ba"),
        ("a$", "ab"),
        ("a.c", "a\nc a-c"),
        (r"\bdev\b", "devs dev"),
        (r"\Bx", "x xx"),
        (r"[\w.-]+@[a-z]+\.com", "mail ana.b-c@contoso.com now"),
        ("[^a-c]+", "abcxyzabc"),
        ("[]a]+", "x]a]"),
        ("[a-]+", "x-a-"),
        (r"[\]\\]", "x\\"),
        ("(?P<y>[0-9]{4})-(?P<m>[0-9]{2})", "on 2024-05-06"),
        ("a{2,3}", "aaaa"),
        ("a{2,}?b", "aaaab"),
        ("a{,2}", "aaa"),
        ("(?:ab){2}", "ababab"),
        ("(?i)CHURN-é", "x churn-É"),
        ("(?i)[a-c]+", "xABCabc"),
        (r"\s+\S", "a \t b"),
        (r"\d\D\W", "x1x-"),
        ("x*y*z*", "xyzzy"),
        ("(a*)(a*)", "aaa"),
        ("((a)|b)+", "ab"),
        ("é+", "caféé"),
    ],
)
def test_it_finds_what_python_finds(pattern: str, text: str) -> None:
    assert spans(pattern, text) == python(pattern, text)


atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\w", "(a)", "(?:ab)", "(a|bb)", "(b|a|ab)"])
pieces = st.tuples(atoms, st.sampled_from(["", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{2,}?"]))
sequences = st.lists(pieces, max_size=5).map(lambda parts: "".join(a + q for a, q in parts))


@given(st.lists(sequences, min_size=1, max_size=3).map("|".join), st.text("abc\n", max_size=12))
@settings(max_examples=400, deadline=None)
def test_it_finds_what_python_finds_whatever_the_pattern(pattern: str, text: str) -> None:
    ours, theirs = spans(pattern, text), python(pattern, text)
    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None:
        assert ours[0] == theirs[0]


@given(st.text("ab()[]{}*+?|\\^$.,12-", max_size=12))
@settings(max_examples=400, deadline=None)
def test_whatever_is_written_is_a_pattern_or_refused(pattern: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except BadPattern:
        return
    compiled.search("abab12", 0, nothing)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a", "a `(` is not closed"),
        ("a)", "a `)` closes nothing"),
        ("[a", "a `[` is not closed"),
        ("[", "a `[` is not closed"),
        ("*a", "nothing stands before `*` to repeat"),
        ("a**", "a repeat cannot be repeated"),
        ("a{2}{3}", "a repeat cannot be repeated"),
        ("a{x}", "after `{` stand numbers"),
        ("a{", "after `{` stand numbers"),
        ("a{3,2}", "its first number is larger than its second"),
        ("[b-a]", "a range in `[…]` goes from one character up to another"),
        (r"[a-\d]", "a range in `[…]` goes"),
        (r"\1", r"`\1` means nothing in a pattern"),
        ("a\\", "it ends with a backslash"),
        ("(?=a)", "there is no looking around"),
        ("(?P<1>a)", "a group's name is a word"),
        ("(?P<a>a)(?P<a>b)", "a group's name is a word that no other group has"),
        ("(a{100}){100}", "it repeats too much"),
        ("a{99999}", "it repeats too much"),
        ("(" * 60 + ")" * 60, "nested too deep"),
        ("a" * 501, "at most 500 characters"),
    ],
)
def test_what_is_no_pattern(pattern: str, why: str) -> None:
    with pytest.raises(BadPattern, match=re.escape(why)):
        compile_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(a*)*b", "a*a*a*a*a*a*a*b", "(.*)*x"])
def test_patterns_that_would_never_end_do(pattern: str) -> None:
    steps = 0

    def count(amount: int) -> None:
        nonlocal steps
        steps += amount

    compile_pattern(pattern).search("a" * 2_000 + "!", 0, count)
    assert steps < 200_000


def test_the_work_is_counted_against_the_expression() -> None:
    found = failure("${regex('(a?){200}(a+)+b', 'a' * 100000)}")
    assert found.code == codes.TOO_MUCH


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("regex('b+', 'abbb')", "bbb"),
        ("regex('(a)(x)?', 'a')", ["a", None]),
        ("regex('(?P<y>[0-9]+)', 'in 2024')", {"y": "2024"}),
        ("regexall('x', 'abc')", []),
        ("regexall('([a-z])=([0-9])', 'a=1,b=2')", [["a", "1"], ["b", "2"]]),
        ("regexreplace('a-b', '([a-z])-([a-z])', '$2-$1$$')", "b-a$"),
        ("regexreplace('baac', 'a*', '-')", "-b--c-"),
        ("regexreplace('ab', '(?P<x>a)', '<$x>')", "<a>b"),
        ("regexreplace('ab', 'a', '$0$0')", "aab"),
        ("try_(regex('x', 'abc'), 'none')", "none"),
    ],
)
def test_the_functions(text: str, wanted: object) -> None:
    assert value(f"${{ {text} }}") == wanted


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("regex('x', 'abc')", "Nothing in the text matches."),
        ("regex('(', 'abc')", "A `(` is not closed."),
        ("regexreplace('a', 'a', '$1')", "After $ stands a group's number or name"),
        ("regexreplace('a', 'a', '$x')", "After $ stands a group's number or name"),
        ("regexreplace('a', 'a', '100$')", "After $ stands a group's number or name"),
    ],
)
def test_what_they_cannot_do_with(text: str, why: str) -> None:
    assert failure(f"${{ {text} }}").detail.startswith(why)
