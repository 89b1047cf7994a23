from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlinfra.model.value import (
    LocalPath,
    Redacted,
    Sensitive,
    Unknown,
    canonical,
    dotted,
    get,
    has_mark,
    has_unknown,
    is_sensitive,
    leaves,
    reveal,
    transform,
)

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
PATH = LocalPath("data/x.csv", "/home/ana/data/x.csv", "3f9a", is_folder=False)
MARKS = [Unknown("${a.b.c}"), Unknown(), Sensitive("x"), Sensitive({"a": 1}), Redacted("h"), PATH]


class TestCanonical:
    def test_order_of_keys_does_not_matter_and_that_of_lists_does(self) -> None:
        assert canonical({"a": 1, "b": {"c": 1, "d": 2}}) == canonical({"b": {"d": 2, "c": 1}, "a": 1})
        assert canonical([1, 2]) != canonical([2, 1])

    def test_types_matter(self) -> None:
        values: list[Any] = [1, True, 1.0, "1", None, [], {}, "", 0, False]
        assert len({canonical(value) for value in values}) == len(values)

    @pytest.mark.parametrize("mark", MARKS)
    @pytest.mark.parametrize("wrap", [lambda m: m, lambda m: {"a": [1, m]}, lambda m: [{"b": {"c": m}}]])
    def test_marks_have_no_canonical_bytes(self, mark: Any, wrap: Any) -> None:
        with pytest.raises(TypeError):
            canonical(wrap(mark))

    def test_keys_named_like_the_fields_of_marks_are_plain(self) -> None:
        value = {"value": 1, "hmac": "h", "expression": "${x}", "is_folder": True}
        assert canonical(value) == b'{"expression":"${x}","hmac":"h","is_folder":true,"value":1}'


@given(PLAIN)
def test_plain_values_have_no_marks(value: Any) -> None:
    assert not has_mark(value)
    assert not has_unknown(value)
    assert not is_sensitive(value)
    assert reveal(value) == value


@pytest.mark.parametrize("mark", MARKS)
def test_marks_are_found_at_any_depth(mark: Any) -> None:
    deep = {"a": [1, {"b": mark}]}
    assert has_mark(deep)
    assert has_unknown(deep) == isinstance(mark, Unknown)
    assert is_sensitive(deep) == isinstance(mark, Sensitive | Redacted)


def test_local_paths_are_equal_when_their_content_is() -> None:
    assert LocalPath("else.csv", "", "3f9a", is_folder=False) == PATH
    assert LocalPath("data/x.csv", "/home/ana/data/x.csv", "81bc", is_folder=False) != PATH
    assert LocalPath("data/x.csv", "/home/ana/data/x.csv", "3f9a", is_folder=True) != PATH


def test_taint_of_what_is_unknown() -> None:
    assert is_sensitive([Unknown(sensitive=True)])
    assert has_unknown(Sensitive([Unknown()]))


def test_a_secret_does_not_show_itself() -> None:
    secret = Sensitive("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]} { ({'a': secret}) }"


def test_reveal_takes_marks_off_at_any_depth() -> None:
    value = {"a": Sensitive([Sensitive("x"), 1]), "b": [Sensitive({"c": Sensitive(2)})], "d": Unknown()}
    assert reveal(value) == {"a": ["x", 1], "b": [{"c": 2}], "d": Unknown()}


def test_leaves() -> None:
    value = {"a": [1, {"b": None}], "c": {}, "d": [], "e": Sensitive({"f": 1})}
    assert list(leaves(value)) == [
        (("a", 0), 1),
        (("a", 1, "b"), None),
        (("c",), {}),
        (("d",), []),
        (("e",), Sensitive({"f": 1})),
    ]
    assert list(leaves(7)) == [((), 7)]


@given(PLAIN)
def test_leaves_lead_back(value: Any) -> None:
    for path, leaf in leaves(value):
        assert get(value, path, "nowhere") == leaf


def test_transform_changes_leaves_and_leaves_the_rest_alone() -> None:
    value = {"a": [1, 2], "b": {"c": 3}}
    assert transform(value, lambda leaf: leaf + 1) == {"a": [2, 3], "b": {"c": 4}}
    assert value == {"a": [1, 2], "b": {"c": 3}}


@pytest.mark.parametrize("path", [("x",), ("a", 5), ("a", "b"), ("a", 0, "x"), ("s", 0, 0, 1)], ids=str)
def test_get_answers_the_default_where_a_path_leads_nowhere(path: tuple[str | int, ...]) -> None:
    assert get({"a": [1], "s": "t"}, path, "none") == "none"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("networkAcls", "ip_rules", 0), "networkAcls.ip_rules[0]"),
        (("max-size",), "max-size"),
        (("tags", "cost centre"), 'tags["cost centre"]'),
        (("tags", "a.b", "c"), 'tags["a.b"].c'),
        ((), ""),
    ],
)
def test_dotted(path: tuple[str | int, ...], text: str) -> None:
    assert dotted(path) == text
