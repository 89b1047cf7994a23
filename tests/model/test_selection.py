from __future__ import annotations

import pytest

from mlinfra.model.address import parse_address, parse_module
from mlinfra.model.selection import covers, modules_of, moved_along, parse_selection, shown_selection

KEYED = 'module.a["k"].module.i.x.y'
DEEP = 'module.team["ana"].module.store.compute.cpu[3]'


@pytest.mark.parametrize(
    "text", ["compute.cpu", 'compute.cpu["a"]', "module.a", 'module.a["x"].module.b[0]', DEEP]
)
def test_what_is_read_is_shown_as_it_was_typed(text: str) -> None:
    assert shown_selection(parse_selection(text)) == text


@pytest.mark.parametrize("text", ["", "module", "module.", "module.a.", "compute", "module.a.b"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        parse_selection(text)


@pytest.mark.parametrize(
    ("selection", "meant"),
    [
        ("module.team", True),
        ('module.team["ana"]', True),
        ("module.team.module.store", True),
        ('module.team["ben"]', False),
        ("module.tea", False),
        ("module.store", False),
        (DEEP, True),
        (DEEP.removesuffix("[3]"), True),
        (DEEP.replace("3", "4"), False),
        ("module.team.module.store.module.inner", False),
    ],
)
def test_what_it_means(selection: str, meant: bool) -> None:
    assert covers(parse_selection(selection), parse_address(DEEP)) is meant


def test_the_modules_of_an_address_at_any_depth() -> None:
    found = modules_of([parse_address(DEEP), parse_address("compute.cpu")])
    assert {shown_selection(path) for path in found} == {
        'module.team["ana"]',
        'module.team["ana"].module.store',
        "module.team",
    }


@pytest.mark.parametrize(
    ("address", "old", "new", "after"),
    [
        ("module.a.x.y", "module.a", "module.b", "module.b.x.y"),
        ('module.a["k"].x.y[1]', "module.a", "module.b", 'module.b["k"].x.y[1]'),
        ('module.a["k"].x.y', 'module.a["k"]', "module.b", "module.b.x.y"),
        ("module.a.x.y", "module.a", 'module.a["k"]', 'module.a["k"].x.y'),
        ('module.a["k"].x.y', "module.a", 'module.b["l"]', None),
        (
            'module.a["k"].module.i.x.y',
            "module.a.module.i",
            "module.a.module.j",
            'module.a["k"].module.j.x.y',
        ),
        ("module.a.module.i.x.y", "module.a.module.i", "module.i", "module.i.x.y"),
        ('module.a["k"].module.i.x.y', "module.a.module.i", "module.i", None),
        ("module.i.x.y", "module.i", "module.a.module.i", "module.a.module.i.x.y"),
        ("module.a.module.i.x.y", "module.a", "module.b", "module.b.module.i.x.y"),
        ("module.c.x.y", "module.a", "module.b", None),
        ("x.y", "module.a", "module.b", None),
    ],
)
def test_where_an_address_goes_with_its_module(address: str, old: str, new: str, after: str | None) -> None:
    before, path = parse_module(old), parse_module(new)
    assert before is not None and path is not None
    found = moved_along(parse_address(address), before, path)
    assert (str(found) if found else None) == after
