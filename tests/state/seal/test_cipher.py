"""What is closed is opened by the key that closed it, in the place that it was closed for, and else not."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlinfra.state.seal.api import PLAIN, Bound, Unopened, is_sealed
from mlinfra.state.seal.cipher import Cipher, key_id
from mlinfra.state.seal.keys import Cost, Passphrase, from_environment

CHEAP = Cost(memory=64, passes=1, lanes=1)
BOUND = Bound("state", "L", 7)
ONE, TWO = "1" * 64, "2" * 64


def cipher(key: str = ONE, *earlier: str, plain: bool = False) -> Cipher:
    return Cipher(
        from_environment("KEY", {"KEY": key}),
        tuple(from_environment("OLD", {"OLD": old}) for old in earlier),
        plain=plain,
    )


def refusal(attempt: Callable[[], object]) -> Unopened:
    with pytest.raises(Unopened) as found:
        attempt()
    return found.value


@given(st.binary(), st.text(), st.integers(0), st.none() | st.integers(0))
def test_it_comes_back(data: bytes, lineage: str, serial: int, line: int | None) -> None:
    bound = Bound("journal", lineage, serial, line)
    closed = cipher().close(data, bound)
    assert is_sealed(closed)
    assert b"\n" not in closed, "a line stays a line"
    assert cipher().open(closed, "journal", bound) == cipher().open(closed, "journal") == data


def test_nothing_of_it_is_seen() -> None:
    assert b"canary" not in cipher().close(b"canary", BOUND)


def test_the_same_again_is_closed_otherwise() -> None:
    one = cipher()
    found = {json.loads(one.close(b"x", BOUND))["nonce"] for _ in range(100)}
    assert len(found) == 100
    assert {len(b64decode(nonce)) for nonce in found} == {12}


@pytest.mark.parametrize("part", ["nonce", "data"])
@pytest.mark.parametrize("bit", range(0, 96, 7))
def test_a_flipped_bit(part: str, bit: int) -> None:
    document = json.loads(cipher().close(b"some words of a state", BOUND))
    raw = bytearray(b64decode(document[part]))
    raw[bit // 8] ^= 1 << bit % 8
    document[part] = b64encode(bytes(raw)).decode()
    assert refusal(lambda: cipher().open(packed(document), "state")).code == "MLI-STA-082"


def packed(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


@pytest.mark.parametrize("change", [{"serial": 8}, {"lineage": "M"}, {"kind": "plan"}, {"line": 0}])
def test_what_is_said_of_it_is_bound_to_it(change: dict[str, Any]) -> None:
    document = {**json.loads(cipher().close(b"x", BOUND)), **change}
    kind = str(document["kind"])
    assert refusal(lambda: cipher().open(packed(document), kind)).code == "MLI-STA-082"


@pytest.mark.parametrize(
    "other",
    [{"serial": 8}, {"lineage": "M"}, {"kind": "journal"}, {"line": 3}],
    ids=str,
)
def test_put_in_another_place_it_is_refused(other: dict[str, Any]) -> None:
    closed = cipher().close(b"x", BOUND)
    there = replace(BOUND, **other)
    assert refusal(lambda: cipher().open(closed, there.kind, there)).code == "MLI-STA-082"


@pytest.mark.parametrize(
    "text",
    [
        '{"mlinfra_encrypted":1}',
        '{"mlinfra_encrypted":',
        '{"mlinfra_encrypted":"1"}',
        '{"mlinfra_encrypted":1,"kind":"state","lineage":"L","serial":7,"key":{},"nonce":"AA==","data":"AA=="}',
        '{"mlinfra_encrypted":1,"kind":"state","lineage":"L","serial":7,"key":{},"nonce":"*","data":"AA=="}',
        '{"mlinfra_encrypted":1,"kind":"state","lineage":"L","serial":7,"key":{},"nonce":"","data":"","x":1}',
    ],
)
def test_what_is_no_envelope_is_damaged(text: str) -> None:
    assert refusal(lambda: cipher().open(text.encode(), "state")).code == "MLI-STA-082"


def test_cut_off_anywhere_it_is_damaged() -> None:
    closed = cipher().close(b"some words", BOUND)
    for end in range(len(b'{"mlinfra_encrypted":'), len(closed)):
        assert refusal(partial(cipher().open, closed[:end], "state")).code == "MLI-STA-082"


def test_a_newer_format_is_told() -> None:
    wrong = refusal(lambda: cipher().open(b'{"mlinfra_encrypted":2,"x":1}', "state"))
    assert wrong.code == "MLI-STA-081"
    assert "format 2" in wrong.problem


class TestKeys:
    def test_another_key_is_told_from_damage(self) -> None:
        closed = cipher(ONE).close(b"x", BOUND)
        wrong = refusal(lambda: cipher(TWO).open(closed, "state"))
        assert wrong.code == "MLI-STA-085"
        assert key_id(bytes.fromhex(ONE)) in wrong.problem

    def test_an_id_that_lies_opens_nothing(self) -> None:
        document = json.loads(cipher(ONE).close(b"x", BOUND))
        document["key"]["id"] = key_id(bytes.fromhex(TWO))
        assert refusal(lambda: cipher(TWO).open(packed(document), "state")).code == "MLI-STA-082"
        document["key"]["id"] = "ä"
        assert refusal(lambda: cipher(TWO).open(packed(document), "state")).code == "MLI-STA-085"

    def test_rotation_reads_with_either_and_writes_with_the_new_one(self) -> None:
        old = cipher(ONE).close(b"x", BOUND)
        both = cipher(TWO, ONE)
        assert both.open(old, "state") == b"x"
        assert cipher(TWO).open(both.close(b"y", BOUND), "state") == b"y"

    def test_a_key_may_move_from_one_place_to_another(self) -> None:
        document = json.loads(cipher().close(b"x", BOUND))
        document["key"]["method"] = "file"
        assert cipher().open(packed(document), "state") == b"x"

    def test_from_plain_only_when_that_is_said(self) -> None:
        assert cipher(plain=True).open(b"{}", "state") == b"{}"
        wrong = refusal(lambda: cipher().open(b"{}", "state"))
        assert wrong.code == "MLI-STA-084"
        assert "fallback: plain" in wrong.hint

    def test_to_plain_only_by_the_key(self) -> None:
        closed = cipher().close(b"x", BOUND)
        assert refusal(lambda: PLAIN.open(closed, "state")).code == "MLI-STA-080"
        assert PLAIN.open(PLAIN.close(b"x", BOUND), "state") == b"x"
        PLAIN.ready()

    @pytest.mark.parametrize("key", ["", "12", "g" * 64, "1" * 63, "1" * 66])
    def test_what_is_no_key_is_refused_before_anything_is_begun(self, key: str) -> None:
        wrong = refusal(cipher(key).ready)
        assert wrong.code == "MLI-STA-083"
        assert not key or key not in wrong.problem

    def test_a_key_that_is_not_there(self) -> None:
        wrong = refusal(Cipher(from_environment("KEY", {})).ready)
        assert wrong.problem == "needs a key: the environment variable KEY is not there"


class TestPassphrase:
    words = "correct horse battery staple"

    def test_it_opens_what_it_closed_in_another_process(self) -> None:
        closed = Cipher(Passphrase(self.words, CHEAP)).close(b"x", BOUND)
        assert Cipher(Passphrase(self.words, CHEAP)).open(closed, "state") == b"x"
        other = Cipher(Passphrase(self.words + "!", CHEAP))
        assert refusal(lambda: other.open(closed, "state")).code == "MLI-STA-085"

    def test_each_stack_has_a_salt_of_its_own(self) -> None:
        one, two = (json.loads(Cipher(Passphrase(self.words, CHEAP)).close(b"x", BOUND)) for _ in "12")
        assert one["key"]["salt"] != two["key"]["salt"]
        assert {k: one["key"][k] for k in ("memory", "passes", "lanes")} == {
            "memory": 64,
            "passes": 1,
            "lanes": 1,
        }

    def test_what_was_read_is_written_with_the_same_salt(self) -> None:
        first = Cipher(Passphrase(self.words, CHEAP)).close(b"x", BOUND)
        second = Cipher(Passphrase(self.words, CHEAP))
        second.open(first, "state")
        assert json.loads(second.close(b"y", BOUND))["key"] == json.loads(first)["key"]

    def test_a_cost_that_was_raised_is_used_from_the_next_write_on(self) -> None:
        closed = Cipher(Passphrase(self.words, CHEAP)).close(b"x", BOUND)
        dearer = Cipher(Passphrase(self.words, replace(CHEAP, passes=2)))
        assert dearer.open(closed, "state") == b"x"
        assert json.loads(dearer.close(b"y", BOUND))["key"]["passes"] == 2

    @pytest.mark.parametrize(
        "change",
        [
            {"memory": 2**40},
            {"passes": 10**9},
            {"lanes": 10**6},
            {"memory": 1},
            {"memory": True},
            {"passes": None},
            {"salt": "AA=="},
            {"salt": 7},
        ],
        ids=str,
    )
    def test_an_envelope_cannot_make_it_cost_more(self, change: dict[str, Any]) -> None:
        document = json.loads(Cipher(Passphrase(self.words, CHEAP)).close(b"x", BOUND))
        document["key"].update(change)
        again = Cipher(Passphrase(self.words, CHEAP))
        assert refusal(lambda: again.open(packed(document), "state")).code == "MLI-STA-082"

    def test_a_short_one_is_refused(self) -> None:
        wrong = refusal(lambda: Passphrase("hunter2"))
        assert wrong.code == "MLI-STA-083"
        assert "hunter2" not in wrong.problem + wrong.hint

    def test_it_is_not_shown(self) -> None:
        assert self.words not in repr(Passphrase(self.words, CHEAP))
