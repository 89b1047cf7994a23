from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlinfra.model.address import Address, Key, ModuleStep, parse_address

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
KEYS = st.none() | st.integers(0, 10**6) | st.text()
STEPS = st.builds(ModuleStep, NAMES, KEYS)
TYPES = NAMES.filter(lambda name: name != "module")
ADDRESSES = st.builds(Address, TYPES, NAMES, KEYS, st.lists(STEPS, max_size=3).map(tuple))


@given(ADDRESSES)
def test_what_is_written_is_read(address: Address) -> None:
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("compute.cpu", Address("compute", "cpu")),
        ("compute.n[3]", Address("compute", "n", 3)),
        ('role_assignment.team["ana"]', Address("role_assignment", "team", "ana")),
        ('a.b["x.y[0]"]', Address("a", "b", "x.y[0]")),
        ('a.b["say \\"hi\\""]', Address("a", "b", 'say "hi"')),
        ("module.ws.a.b", Address("a", "b", None, (ModuleStep("ws"),))),
        (
            'module.ws["x"].module.in[0].a.b',
            Address("a", "b", None, (ModuleStep("ws", "x"), ModuleStep("in", 0))),
        ),
        ("a.module", Address("a", "module")),
    ],
)
def test_how_addresses_look(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "compute",
        "compute.",
        ".cpu",
        "compute.cpu.",
        "compute.cpu.size",
        "compute.cpu-cluster",
        "compute.cpu[]",
        "compute.cpu[-1]",
        "compute.cpu[ana]",
        "compute.cpu['ana']",
        "compute.cpu[0][1]",
        "compute[0].cpu",
        "module.ws",
        "module[0].ws.a.b",
        "1a.b",
        "a b.c",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="is no address; one looks like"):
        parse_address(text)


def test_a_block_is_what_its_instances_are_of() -> None:
    step = (ModuleStep("ws", "x"),)
    assert Address("a", "b", 3, step).block == Address("a", "b", None, step)


def test_order() -> None:
    keys: list[Key] = [0, 2, 10, None, "a", "b"]
    ordered = [
        Address("a", "z"),
        *(Address("b", "a", key) for key in keys),
        Address("b", "b"),
        Address("a", "a", None, (ModuleStep("m"),)),
    ]
    shuffled = ordered[:]
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled) == ordered
    assert sorted(shuffled, key=lambda address: address.sort_key) == ordered


@given(ADDRESSES, ADDRESSES)
def test_any_two_can_be_ordered(one: Address, two: Address) -> None:
    assert (one < two) + (two < one) <= 1
