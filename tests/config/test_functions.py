from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlinfra.config import codes
from mlinfra.config.functions import FUNCTIONS, MAX_ITEMS, MAX_TEXT, Function
from tests.config.helpers import failure, value


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda f: f.name)
def test_the_example_gives_what_it_says(function: Function) -> None:
    found = value(f"${{{function.example}}}")
    assert found == function.gives
    assert type(found) is type(function.gives)
    assert function.example.startswith(f"{function.name}(")


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda f: f.name)
def test_each_says_what_it_does(function: Function) -> None:
    assert function.about.endswith(".")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("trim('xxaxx', 'x')", "a"),
        ("split('-', '')", [""]),
        ("join(',', [])", ""),
        ("join(',', [1, true, 2.0])", "1,true,2"),
        ("format('%%')", "%"),
        ("format('%5s|', 'a')", "    a|"),
        ("format('%.2f %x', 1.005, 255)", "1.00 ff"),
        ("format('%s', true)", "true"),
        ("replace('aaa', 'a', '')", ""),
        ("length('é')", 1),
        ("length({'a': 1})", 1),
        ("concat()", []),
        ("merge()", {}),
        ("merge({'a': 1}, null)", {"a": 1}),
        ("lookup({'a': null}, 'a', 2)", None),
        ("lookup({'a': 1}, 'b')", None),
        ("contains([1], true)", False),
        ("contains([1], 1)", True),
        ("contains({'a': 1}, 'a')", True),
        ("contains({'a': 1}, 1)", False),
        ("contains([[1]], [1])", True),
        ("coalesce(0, 1)", 0),
        ("coalesce(null, false)", False),
        ("range(3)", [0, 1, 2]),
        ("range(3, 0, -1)", [3, 2, 1]),
        ("range(0)", []),
        ("sort([3, 1, 2.5])", [1, 2.5, 3]),
        ("distinct([1, true, '1', 1])", [1, True, "1"]),
        ("distinct(['b', 'a', 'b'])", ["b", "a"]),
        ("flatten([1, [2, [3, []]]])", [1, 2, 3]),
        ("tolist(null)", []),
        ("tolist('a')", ["a"]),
        ("min([3, 1])", 1),
        ("max(1, 2.5)", 2.5),
        ("abs(-2.5)", 2.5),
        ("ceil(2)", 2),
        ("tostring('a')", "a"),
        ("tostring(2.50)", "2.5"),
        ("tostring(false)", "false"),
        ("tonumber(4)", 4),
        ("tonumber(' -1.5e2 ')", -150.0),
        ("tobool('false')", False),
        ("jsondecode('{\"a\": [1, null]}')", {"a": [1, None]}),
        ("jsonencode('é')", '"é"'),
        ("base64encode('é')", "w6k="),
        (
            "uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'contoso.com')",
            "2925428c-a5e2-56fd-9428-066f43b9c2e7",
        ),
        ("lookup(map={'a': 1}, key='a')", 1),
        ("yamlencode('a')", "a\n"),
        ("yamlencode('0o17')", '"0o17"\n'),
        ("yamlencode([])", "[]\n"),
        ("yamlencode([[1], [1]])", "- - 1\n- - 1\n"),
        ("yamldecode('')", None),
        ("yamldecode('012')", 12),
        ("yamldecode('a: ${x}')", {"a": "${x}"}),
        ("yamldecode('[{a: 1.5}, ~]')", [{"a": 1.5}, None]),
        ("base64decode('w6k=')", "é"),
        ("urlencode('é&-._~')", "%C3%A9%26-._~"),
        ("length(sha1(''))", 40),
        ("length(sha512(''))", 128),
        ("cidr_subnet('10.0.0.0/16', 0, 0)", "10.0.0.0/16"),
        ("cidr_subnet('10.0.0.0/8', 24, 16777215)", "10.255.255.255/32"),
        ("cidr_subnet('fd00::/48', 16, 255)", "fd00:0:0:ff::/64"),
        ("cidr_host('10.0.2.0/24', -1)", "10.0.2.255"),
        ("cidr_host('fd00::/64', 1)", "fd00::1"),
        (
            "resource_id('s', 'g', 'Microsoft.Storage/storageAccounts/blobServices', 'st', 'default')",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/st/blobServices/default",
        ),
        ("resource_id('s', null, 'Microsoft.A/b', 'c')", "/subscriptions/s/providers/Microsoft.A/b/c"),
    ],
)
def test_at_the_edges(text: str, wanted: Any) -> None:
    found = value(f"${{ {text} }}")
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("lower(1)", "It takes text, and this is a number."),
        ("upper(null)", "It takes text, and this is null."),
        ("split('', 'a')", "It needs a separator."),
        ("replace('a', '', 'b')", "It needs some text to look for."),
        ("join(',', 'a')", "It takes a list, and this is text."),
        ("join(',', [[1]])", "A list cannot be put into text."),
        ("format('%d', 'a')", "It takes a number, and this is text."),
        ("format('%d', 1.5)", "It takes a whole number."),
        ("format('%s')", "It has fewer values than places in the pattern."),
        ("format('a', 1)", "It has more values than places in the pattern."),
        ("format('%q', 1)", "After % stands s, d, f, x or another %."),
        ("format('100%')", "After % stands s, d, f, x or another %."),
        ("length(1)", "It takes text, a list or a map, and this is a number."),
        ("keys([1])", "It takes a map, and this is a list."),
        ("merge([1])", "It takes a map, and this is a list."),
        ("lookup({}, 1)", "It takes text, and this is a number."),
        ("range(1.5)", "It takes a whole number."),
        ("range(1, 2, 0)", "Its step cannot be 0."),
        ("sort(['a', 1])", "It takes a number, and this is text."),
        ("sort([true])", "It takes a number, and this is true or false."),
        ("flatten('a')", "It takes a list, and this is text."),
        ("min()", "It needs at least one number."),
        ("max([])", "It needs at least one number."),
        ("tostring([])", "A list cannot be put into text."),
        ("tonumber('')", "This text is no number."),
        ("tonumber('0x1f')", "This text is no number."),
        ("tonumber('1e999')", "It takes a finite number."),
        ("tobool('yes')", 'It takes true, false, "true" or "false".'),
        ("jsondecode('{')", "This text is no JSON."),
        ("jsondecode('Infinity')", "This text is no JSON."),
        ("yamldecode('a: [')", "This text is no YAML that a stack could hold."),
        ("yamldecode('a: 1\\na: 2')", "This text is no YAML that a stack could hold."),
        ("yamldecode('.inf')", "It takes a finite number."),
        ("base64decode('x')", "This is no base64 of UTF-8 text."),
        ("base64decode('/w==')", "This is no base64 of UTF-8 text."),
        ("cidr_subnet('10.0.0.0/16', 17, 0)", "Its prefix has 16 of 32 bits already."),
        ("cidr_subnet('10.0.0.0/16', 8, 256)", "8 more bits make 256 subnets, counted from 0."),
        ("cidr_subnet('10.0.0.1/16', 8, 0)", "Its network has bits set behind the prefix"),
        ("cidr_subnet('here', 8, 0)", "It takes a network as 10.0.0.0/16."),
        ("cidr_subnet('10.0.0.0/33', 8, 0)", "It takes a network as 10.0.0.0/16."),
        ("cidr_host('10.0.2.0/30', 4)", "The network has fewer addresses."),
        ("cidr_host('10.0.2.0/30', -5)", "The network has fewer addresses."),
        ("resource_id('s', 'g', 'Microsoft.A/b/c', 'd')", "Its type has 2 parts after the namespace"),
        ("resource_id('s', 'g', 'Microsoft.A', 'd')", "Its type has a namespace and kinds"),
        ("resource_id('s/t', 'g', 'Microsoft.A/b', 'd')", "Each name has at least one character"),
        ("uuid5('x', 'y')", "Its namespace is dns, url, oid, x500 or a GUID."),
    ],
)
def test_what_they_cannot_do_with(text: str, why: str) -> None:
    found = failure(f"${{ {text} }}")
    assert found.code == codes.FAILS
    assert found.detail.startswith(why)
    assert "For example " in found.detail


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(values)
@settings(deadline=None)
def test_yaml_that_is_written_reads_back(given: Any) -> None:
    encode, decode = FUNCTIONS["yamlencode"].call, FUNCTIONS["yamldecode"].call
    assert decode(encode(given)) == given


def test_aliases_in_yaml_that_is_read_are_bounded() -> None:
    bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\\n" + "".join(
        f"{name}: &{name} [{','.join(f'*{chr(ord(name) - 1)}' for _ in range(10))}]\\n" for name in "bcde"
    )
    assert failure(f"${{yamldecode('{bomb}')}}").code == codes.TOO_MUCH


def test_coalesce_wants_one_that_is_there() -> None:
    assert failure("${coalesce(null, '')}").detail.startswith("Every value is null or empty.")
    assert failure("${coalesce()}").code == codes.FAILS


@pytest.mark.parametrize(
    "text",
    [
        f"range({MAX_ITEMS + 1})",
        f"range(0, {-MAX_ITEMS - 1}, -1)",
        f"concat(range({MAX_ITEMS}), [1])",
        f"join('', ['a' * {MAX_TEXT}, 'b'])",
        f"replace('a' * {MAX_TEXT // 2}, 'a', 'bbb')",
        f"format('%s%s', 'a' * {MAX_TEXT}, 'b')",
        f"base64encode('a' * {MAX_TEXT})",
        f"[0] * {MAX_ITEMS + 1}",
        f"'a' * {MAX_TEXT + 1}",
        f"'a' * {MAX_TEXT} + 'b'",
        f"range({MAX_ITEMS}) + [1]",
        "1e299 * 1e299",
        "-1e299 * 1e299 - 1e299 * 10",
    ],
)
def test_what_they_make_is_bounded(text: str) -> None:
    assert failure(f"${{ {text} }}").code == codes.TOO_MUCH


def test_the_bounds_themselves_are_reached() -> None:
    assert len(value(f"${{range({MAX_ITEMS})}}")) == MAX_ITEMS
    assert len(value(f"${{'a' * {MAX_TEXT}}}")) == MAX_TEXT
