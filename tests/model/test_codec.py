from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlinfra.model.address import Address, ModuleStep, parse_address
from mlinfra.model.codec import (
    Malformed,
    decode_entry,
    decode_state,
    encode_entry,
    encode_state,
)
from mlinfra.model.journal import Entry, EntryKind
from mlinfra.model.plan import Op
from mlinfra.model.redaction import digest, redact
from mlinfra.model.state import Deed, OutputValue, Record, State
from mlinfra.model.value import LocalPath, Redacted, Sensitive, Unknown

KEY = bytes(range(32))
CPU = parse_address("compute.cpu")

# Keys that could be mistaken for marks, or for the fields of marks.
KEYS = st.sampled_from(
    ["$redacted", "$unknown", "$sensitive", "$path", "$", "$$", "$$redacted", "value", "hmac", "expression"]
)
PATH_KEYS = st.sampled_from(["shown", "digest", "folder", "is_folder"])
TEXT = (
    st.text() | KEYS | PATH_KEYS | st.sampled_from(["${var.x}", "\\u0024", "\u2028", "\x00", "ä€😀", "null"])
)
NUMBERS = st.integers() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
PATHS = st.builds(LocalPath, TEXT, st.just(""), TEXT, st.booleans())
MARKS = PLAIN.map(Sensitive) | TEXT.map(Redacted) | PATHS
UNKNOWNS = st.builds(Unknown, TEXT, st.booleans())


def trees(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    values = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(TEXT, values, max_size=5)


def exact(value: Any) -> Any:
    """Something that is equal only for values of the same types, unlike ``1 == True == 1.0``."""
    if isinstance(value, dict):
        return "dict", {name: exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return "list", [exact(item) for item in value]
    return type(value).__name__, repr(value)


def state(**records: Any) -> State:
    given: dict[Address, Record] = {}
    for name, desired in records.items():
        address = Address("compute", name)
        given[address] = Record(address, "compute", "azure", f"/{name}", desired, {})
    return State("L", 7, "churn", "stacks/churn", given)


def entry(**more: Any) -> Entry:
    fields: dict[str, Any] = {
        "kind": EntryKind.INTENT,
        "step": "s1",
        "address": CPU,
        "op": Op.CREATE,
        "type": "compute",
        "provider": "azure",
        "id": "/cpu",
    }
    return Entry(**{**fields, **more})


@given(trees(PLAIN | MARKS))
def test_any_value_survives(value: dict[str, Any]) -> None:
    found = decode_state(encode_state(state(cpu=value), KEY, "tool"))
    assert exact(found.records[CPU].desired) == exact(redact(value, KEY))


@given(trees(PLAIN | MARKS | UNKNOWNS), trees(PLAIN | MARKS), trees(PLAIN), trees(PLAIN))
def test_any_entry_survives(
    desired: dict[str, Any], observed: dict[str, Any], token: dict[str, Any], settings: dict[str, Any]
) -> None:
    written = entry(desired=desired, observed=observed, token=token, settings=settings)
    found = decode_entry(encode_entry(written, KEY))
    wanted = replace(written, desired=redact(desired, KEY), observed=redact(observed, KEY))
    for name in ("desired", "observed", "token", "settings"):
        assert exact(getattr(found, name)) == exact(getattr(wanted, name))
    assert found == wanted


@given(st.lists(PLAIN | MARKS, max_size=3))
def test_any_output_survives(values: list[Any]) -> None:
    outputs = {f"o{n}": OutputValue(value, sensitive=n == 1) for n, value in enumerate(values)}
    found = decode_state(encode_state(State("L", outputs=outputs), KEY, "tool")).outputs
    assert {name: (exact(o.value), o.sensitive) for name, o in found.items()} == {
        name: (exact(redact(o.value, KEY)), o.sensitive) for name, o in outputs.items()
    }


def test_every_field_of_a_record_survives() -> None:
    address = Address("role_assignment", "team", 'a"na\\', (ModuleStep("ws", 3),))
    full = Record(
        address=address,
        type="role_assignment",
        provider="azure",
        id="/x",
        desired={"a": 1},
        observed={"a": 1, "b": None},
        dependencies=(CPU, Address("compute", "n", 3)),
        settings={"subscription": "s", "nested": {"a": [1]}},
        type_version=4,
        lifecycle=frozenset({"prevent_destroy", "allow_unmanaged_loss"}),
        broken=True,
    )
    plain = Record(CPU, "compute", "azure", "/cpu", {}, {})
    written = State("L", 7, "churn", ".", {address: full, CPU: plain})
    assert decode_state(encode_state(written, KEY, "tool")) == written


def test_every_field_of_an_entry_survives() -> None:
    full = entry(
        kind=EntryKind.FAILED,
        op=Op.UPDATE,
        desired={"a": 1},
        observed={},
        token={},
        settings={"s": 1},
        dependencies=(CPU, Address("compute", "n", 3)),
        message="no room",
        type_version=2,
        lifecycle=frozenset({"prevent_destroy", "allow_unmanaged_loss"}),
        broken=True,
    )
    assert decode_entry(encode_entry(full, KEY)) == full
    bare = entry(id=None)
    assert decode_entry(encode_entry(bare, KEY)) == bare


def test_durations_survive_in_an_order_of_their_own() -> None:
    made, gone = Deed("compute", "amlcompute", "create"), Deed("compute", "", "delete")
    written = State("L", 7, "churn", ".", durations={made: (7.0, 0.0, 12.0), gone: (60.0,)})
    document = json.loads(encode_state(written, KEY, "tool"))
    assert document["durations"] == [
        {"type": "compute", "op": "delete", "seconds": [60.0]},
        {"type": "compute", "kind": "amlcompute", "op": "create", "seconds": [7.0, 0.0, 12.0]},
    ]
    assert decode_state(json.dumps(document).encode()) == written


def test_a_duration_that_none_can_be_is_refused() -> None:
    document = json.loads(encode_state(State("L"), KEY, "tool"))
    document["durations"] = [{"type": "compute", "op": "create", "seconds": [-1]}]
    with pytest.raises(Malformed, match=r"durations\[0\]\.seconds\[0\]"):
        decode_state(json.dumps(document).encode())


def test_how_a_state_file_looks() -> None:
    written = state(cpu={"size": "small", "password": Sensitive("x"), "$schema": "s"})
    text = encode_state(written, KEY, "mlinfra 0.1.0").decode()
    trace = digest("x", KEY).hmac
    assert text == (
        "{\n"
        '  "format_version": 1,\n'
        '  "tool": "mlinfra 0.1.0",\n'
        '  "lineage": "L",\n'
        '  "serial": 7,\n'
        '  "stack": "churn",\n'
        '  "folder": "stacks/churn",\n'
        '  "outputs": {},\n'
        '  "records": [\n'
        "    {\n"
        '      "address": "compute.cpu",\n'
        '      "type": "compute",\n'
        '      "provider": "azure",\n'
        '      "id": "/cpu",\n'
        '      "desired": {\n'
        '        "$$schema": "s",\n'
        '        "password": {\n'
        f'          "$redacted": "{trace}"\n'
        "        },\n"
        '        "size": "small"\n'
        "      },\n"
        '      "observed": {}\n'
        "    }\n"
        "  ]\n"
        "}\n"
    )


def test_the_order_is_the_contents_own() -> None:
    one = state(b={"x": 1, "y": {"p": 1, "q": 2}}, a={})
    two = State("L", 7, "churn", "stacks/churn", dict(reversed(list(one.records.items()))))
    swapped = {"y": {"q": 2, "p": 1}, "x": 1}
    two = replace(
        two, records={a: replace(r, desired=swapped) if r.desired else r for a, r in two.records.items()}
    )
    assert encode_state(one, KEY, "t") == encode_state(two, KEY, "t")


def test_records_are_ordered_by_address_and_counts_by_size() -> None:
    addresses = [Address("compute", "n", key) for key in (10, 9, "a", 2)] + [Address("a", "z"), CPU]
    records = {a: Record(a, a.type, "azure", "/", {}, {}) for a in addresses}
    document = json.loads(encode_state(State("L", records=records), KEY, "t"))
    found = [record["address"] for record in document["records"]]
    assert found == ["a.z", "compute.cpu", "compute.n[2]", "compute.n[9]", "compute.n[10]", 'compute.n["a"]']


@pytest.mark.parametrize(
    "secret",
    ["hunter2", {"value": "hunter2"}, {"hunter2": 1}, ["x", {"y": Sensitive("hunter2")}]],
    ids=["text", "map", "key", "nested"],
)
def test_a_secret_is_never_written(secret: Any) -> None:
    data = encode_state(state(cpu={"a": Sensitive(secret)}), KEY, "t")
    data += encode_entry(entry(desired={"a": [Sensitive(secret)]}, observed={"a": Sensitive(secret)}), KEY)
    assert b"hunter2" not in data
    assert data.count(digest(secret, KEY).hmac.encode()) == 3


def test_where_a_local_path_lies_on_this_machine_is_not_written() -> None:
    path = LocalPath("data/x.csv", "/home/ana/data/x.csv", "3f9a", is_folder=False)
    data = encode_state(state(cpu={"path": path}), KEY, "t")
    assert b"/home/ana" not in data
    found = decode_state(data).records[CPU].desired["path"]
    assert (found.shown, found.absolute, found.digest, found.is_folder) == ("data/x.csv", "", "3f9a", False)


@pytest.mark.parametrize("where", ["desired", "observed"])
def test_an_unknown_is_not_recorded(where: str) -> None:
    parts: dict[str, dict[str, Any]] = {"desired": {}, "observed": {}, where: {"a": [Unknown("${x.y.z}")]}}
    records = {CPU: Record(CPU, "compute", "azure", "/cpu", parts["desired"], parts["observed"])}
    with pytest.raises(TypeError, match=r"\$\{x\.y\.z\}"):
        encode_state(State("L", records=records), KEY, "t")


@pytest.mark.parametrize("kind", EntryKind)
@pytest.mark.parametrize("where", ["desired", "observed", "settings", "token"])
def test_an_unknown_stands_in_what_is_wanted_by_an_open_step_alone(kind: EntryKind, where: str) -> None:
    written = entry(kind=kind, **{where: {"a": Unknown("${x.y.z}")}})
    if where == "desired" and not kind.ends:
        assert b'{"$unknown":"${x.y.z}"}' in encode_entry(written, KEY)
    else:
        with pytest.raises(TypeError):
            encode_entry(written, KEY)


def test_a_secret_with_something_unknown_in_it_is_unknown() -> None:
    found = decode_entry(encode_entry(entry(desired={"a": Sensitive(["x", Unknown("${y}")])}), KEY))
    assert found.desired == {"a": Unknown(sensitive=True)}


@pytest.mark.parametrize(
    "mark", [Sensitive("x"), Redacted("y"), Unknown(), LocalPath("a", "/a", "d", is_folder=True)]
)
def test_a_token_is_plain(mark: Any) -> None:
    with pytest.raises(TypeError, match="token"):
        encode_entry(entry(token={"deep": [mark]}), KEY)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_lacks_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="no number of JSON"):
        encode_state(state(cpu={"a": [number]}), KEY, "t")


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(encode_state(state(a={"x": 1}, b={}, c={}), KEY, "t"))
    return found


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["records"][2].update(id=7), "records[2].id: expected a string, found a whole number"),
        (lambda d: d["records"][2].update(id=None), "records[2].id: expected a string, found null"),
        (lambda d: d["records"][1].pop("id"), 'records[1]: the key "id" is missing'),
        (
            lambda d: d["records"][0].update(mood=1),
            'records[0]: it has the key "mood", which this mlinfra does not know',
        ),
        (lambda d: d.update(mood=1), 'it has the key "mood", which this mlinfra does not know'),
        (
            lambda d: d["records"][0].update(desired=[]),
            "records[0].desired: expected a mapping, found a list",
        ),
        (
            lambda d: d["records"][0].update(broken="no"),
            "records[0].broken: expected true or false, found a string",
        ),
        (lambda d: d.update(records={}), "records: expected a list, found a mapping"),
        (lambda d: d.update(serial=-1), "serial: expected `int` >= 0"),
        (lambda d: d.update(serial="1"), "serial: expected a whole number, found a string"),
        (lambda d: d.update(format_version=0), "format_version: expected `int` >= 1"),
        (lambda d: d.pop("format_version"), 'the key "format_version" is missing'),
        (lambda d: d["records"][1].update(address="compute.a"), "records[1]: compute.a is there twice"),
        (lambda d: d["records"][1].update(address="compute"), "records[1].address: 'compute' is no address"),
        (
            lambda d: d["records"][1].update(dependencies=["compute.a", "?"]),
            "records[1].dependencies: '?' is no address",
        ),
        (
            lambda d: d["records"][1].update(desired={"a": {"$secret": 1}}),
            "records[1].desired: it holds $secret, which this mlinfra does not know",
        ),
        (
            lambda d: d["records"][1].update(desired={"$redacted": "x"}),
            "records[1].desired: expected a mapping, found a mark",
        ),
        (
            lambda d: d["records"][1].update(desired={"a": {"$redacted": 1}}),
            "records[1].desired: it holds $redacted",
        ),
        (
            lambda d: d["records"][1].update(desired={"a": {"$redacted": "x", "b": 1}}),
            "records[1].desired: it holds $redacted",
        ),
        (
            lambda d: d["records"][1].update(desired={"a": {"$path": {"digest": "x", "shown": "y"}}}),
            "records[1].desired: it holds $path, which is not as this mlinfra writes it",
        ),
        (
            lambda d: d["records"][1].update(desired={"a": {"$path": "x", "b": 1}}),
            "records[1].desired: it holds $path, which this mlinfra does not know",
        ),
        (
            lambda d: d.update(outputs={"url": {"value": {"$new": 1}}}),
            "outputs.url.value: it holds $new, which this mlinfra does not know",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words(change: Change, message: str) -> None:
    wrong = document()
    change(wrong)
    with pytest.raises(Malformed) as told:
        decode_state(json.dumps(wrong).encode())
    assert str(told.value).startswith(message)
    assert told.value.place is None
    assert not told.value.newer


def test_a_file_that_is_no_mapping() -> None:
    with pytest.raises(Malformed, match="expected a mapping, found a list"):
        decode_state(b"[]")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", (1, 1)),
        (b"  \n", (2, 1)),
        (b'{"serial": 1,\n "b" 2}', (2, 6)),
        (b'{"serial": 1,\n', (2, 1)),
        ('{"tool": "ä€😀",, }'.encode(), (1, 16)),
        (b'{"serial": 1,\n<<<<<<< HEAD', (2, 1)),
        (b'{"stack":\n "\xff"}', (2, 3)),
    ],
)
def test_where_json_breaks_is_told(data: bytes, place: tuple[int, int]) -> None:
    with pytest.raises(Malformed, match="not JSON") as told:
        decode_state(data)
    assert told.value.place == place


def test_too_deep_a_nesting_is_no_crash() -> None:
    data = encode_state(state(cpu={}), KEY, "t")
    deep = b'"desired": {"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    with pytest.raises(Malformed, match="nested too deep"):
        decode_state(data.replace(b'"desired": {}', deep))


@pytest.mark.parametrize("cut", [b'"records"', b'"lineage": "L"', b'"desired"'])
def test_a_truncated_file_is_told(cut: bytes) -> None:
    data = encode_state(state(cpu={"a": 1}), KEY, "t")
    with pytest.raises(Malformed, match="it ends in the middle"):
        decode_state(data[: data.index(cut) + 3])


def test_a_newer_format_is_told_before_anything_else() -> None:
    with pytest.raises(Malformed, match="newer mlinfra") as told:
        decode_state(b'{"format_version": 2, "records": 7}')
    assert told.value.newer
    with pytest.raises(Malformed, match=r"newer mlinfra \(mlinfra 2\.0\)"):
        decode_state(json.dumps({**document(), "format_version": 3, "tool": "mlinfra 2.0"}).encode())


def test_keys_may_be_written_with_escapes() -> None:
    data = encode_state(state(cpu={"a": Redacted("h"), "$b": 1}), KEY, "t")
    assert decode_state(data.replace(b"$", b"\\u0024")) == decode_state(data)


def test_an_entry_that_is_wrong_is_told() -> None:
    good = json.loads(encode_entry(entry(desired={"a": 1}), KEY))
    for change, message in (
        ({"op": "explode"}, "op: invalid enum value"),
        ({"kind": 1}, "kind: expected a string"),
        ({"desired": 1}, "expected a mapping, found a whole number"),
        ({"mood": 1}, 'it has the key "mood"'),
    ):
        with pytest.raises(Malformed) as told:
            decode_entry(json.dumps({**good, **change}).encode())
        assert message in str(told.value)
