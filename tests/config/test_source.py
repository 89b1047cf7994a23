from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlinfra.config import codes
from mlinfra.config.source import MAX_BYTES, parse, read_mapping, read_source
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity
from mlinfra.model.source import Node, SourceFile
from tests.config.helpers import marked, plain, read, refused, told


def only(text: str) -> Diagnostic:
    (found,) = refused(text)
    return found


# ---- bytes → text ----------------------------------------------------------------------------------------


def source_error(path: Path) -> Diagnostic:
    with pytest.raises(MlinfraError) as raised:
        read_source(path, path.name)
    return raised.value.diagnostics[0]


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("a: ü\r\nb: 1\r\n".encode())
    source = read_source(path, "sub/a.yaml")
    assert source.path == "sub/a.yaml"
    assert source.text == "a: ü\r\nb: 1\r\n"


def test_a_byte_order_mark_moves_no_column(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    node = parse(read_source(path, "a.yaml"))
    assert plain(node) == {"a": 1}
    assert node.position.column == 1


def test_a_missing_file(tmp_path: Path) -> None:
    assert source_error(tmp_path / "a.yaml").code == codes.UNREADABLE


def test_a_folder(tmp_path: Path) -> None:
    assert source_error(tmp_path).summary.endswith("is a folder, not a file")


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b" " * (MAX_BYTES + 1))
    assert source_error(path).code == codes.TOO_LARGE


def test_another_encoding_is_told_with_byte_and_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("a: 1\nü: caf".encode() + b"\xe9\n")
    found = source_error(path)
    assert told(found).startswith("2:7 MLI-CFG-003")
    assert "Byte 12 (0xe9, line 2)" in found.detail


def test_offsets_count_the_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: \xff")
    found = source_error(path)
    assert "Byte 6 (0xff" in found.detail
    assert found.position is not None
    assert found.position.column == 4


def test_utf_16_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("a: 1".encode("utf-16"))
    assert "It seems to be UTF-16." in source_error(path).detail


# ---- values and places -----------------------------------------------------------------------------------


def test_every_key_and_value_knows_its_place() -> None:
    node = read("a:\n  - x\n  - {b: 'y z', c: [1, 2]}\n")
    listed = node.value["a"]
    assert (listed.key.line, listed.key.column, listed.key.length) == (1, 1, 1)
    assert (listed.position.line, listed.position.column) == (2, 3)
    inner = listed.value[1]
    assert (inner.position.line, inner.position.column, inner.position.length) == (3, 5, 21)
    text = inner.value["b"]
    assert (text.key.column, text.position.column, text.position.length) == (6, 9, 5)
    assert inner.value["c"].position.length == 6
    assert inner.key is None


def test_columns_count_characters_not_bytes() -> None:
    found = read("é: {ü: 🎉, b: 1}").value["é"].value["b"]
    assert found.key.column == 11


def test_text_in_quotes_is_text() -> None:
    assert plain(read("""{a: "1", b: 'true', c: "null", d: ''}""")) == {
        "a": "1", "b": "true", "c": "null", "d": "",
    }  # fmt: skip


def test_block_scalars_are_text() -> None:
    assert plain(read("a: |\n  12\nb: >-\n  x\n  y\n")) == {"a": "12\n", "b": "x y"}


def test_nothing_after_a_key_is_null() -> None:
    assert plain(read("a:\nb: 1")) == {"a": None, "b": 1}


def test_old_booleans_are_text_with_a_warning() -> None:
    problems: list[Diagnostic] = []
    node = read_mapping(SourceFile("s", 'a: yes\nb: "no"\nc: [off]\n'), problems)
    assert node is not None
    assert plain(node) == {"a": "yes", "b": "no", "c": ["off"]}
    assert [told(p) for p in problems] == [
        "1:4 MLI-CFG-019 `yes` is text here, not true",
        "3:5 MLI-CFG-019 `off` is text here, not false",
    ]
    assert all(p.severity is Severity.WARNING for p in problems)


def test_without_expressions_they_are_text() -> None:
    assert plain(read("a: ${AZUREML_MODEL_DIR\nb: $${x}", expressions=False)) == {
        "a": "${AZUREML_MODEL_DIR",
        "b": "$${x}",
    }


# ---- aliases and merge keys ------------------------------------------------------------------------------


def test_an_alias_is_what_it_names_under_its_own_key() -> None:
    node = read("a: &x {b: 1}\nc: *x\n")
    assert plain(node) == {"a": {"b": 1}, "c": {"b": 1}}
    assert node.value["c"].key.line == 2
    assert node.value["c"].position.line == 1


def test_an_alias_can_be_a_key() -> None:
    assert plain(read("a: &x name\n*x : 2\n")) == {"a": "name", "name": 2}


def test_a_later_anchor_of_the_same_name_counts() -> None:
    assert plain(read("a: &x 1\nb: &x 2\nc: *x")) == {"a": 1, "b": 2, "c": 2}


def test_merge_keys_lie_beneath() -> None:
    node = read("base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nall:\n  <<: [*b, *m]\n  x: 9\n")
    assert plain(node.value["all"]) == {"x": 9, "y": 2, "z": 4}


def test_a_merge_key_may_come_last() -> None:
    assert plain(read("b: &b {x: 1}\na: {x: 2, <<: *b}").value["a"]) == {"x": 2}


def test_a_merge_key_in_quotes_is_a_key() -> None:
    assert plain(read('{"<<": 1}')) == {"<<": 1}


def test_a_merge_key_takes_maps_only() -> None:
    assert told(only("a: {<<: [1]}")) == "1:9 MLI-CFG-010 `<<` takes a map, or a list of maps"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: &x [*x]", "1:8 MLI-CFG-009 `*x` stands inside of what it names"),
        ("a: &x {b: {c: *x}}", "1:15 MLI-CFG-009 `*x` stands inside of what it names"),
        ("a: *x", "1:4 MLI-CFG-009 nothing before this is marked `&x`"),
    ],
)
def test_aliases_that_lead_nowhere(text: str, wanted: str) -> None:
    assert told(only(text)) == wanted


def test_aliases_cannot_make_it_deep() -> None:
    chain = "a0: &a0 " + "[" * 40 + "]" * 40 + "\na1: " + "[" * 30 + "*a0" + "]" * 30
    assert only(chain).code == codes.TOO_DEEP


def test_many_small_aliases_are_fine() -> None:
    text = "a: &x {k: 1}\n" + "".join(f"b{i}: *x\n" for i in range(1000))
    assert len(read(text).value) == 1001


# ---- what a stack does not take --------------------------------------------------------------------------


def test_a_key_twice_shows_both_places() -> None:
    found = only("a:\n  b: 1\n  c: 2\n  b: 3\n")
    assert told(found) == "4:3 MLI-CFG-007 the key `b` stands here twice"
    assert "stack.yaml:2:3" in found.detail


def test_all_keys_that_stand_twice_are_told() -> None:
    assert [told(p) for p in refused("a: 1\na: 2\nb: 1\nb: 2\na: 3\n")] == [
        "2:1 MLI-CFG-007 the key `a` stands here twice",
        "4:1 MLI-CFG-007 the key `b` stands here twice",
        "5:1 MLI-CFG-007 the key `a` stands here twice",
    ]


@pytest.mark.parametrize("depth", [65, 1_000, 100_000])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_is_bounded(depth: int, opening: str) -> None:
    assert (
        only(f"a: {opening * depth}" if opening != "- " else f"a:\n  {opening * depth}").code
        == codes.TOO_DEEP
    )


def test_sixty_four_levels_are_taken() -> None:
    assert read("a: " + "[" * 63 + "]" * 63).is_map


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1: x", "1:1 MLI-CFG-015 the key `1` is no text"),
        ("a: {true: x}", "1:5 MLI-CFG-015 the key `true` is no text"),
        ("null: x", "1:1 MLI-CFG-015 the key `null` is no text"),
        ("{? : x}", "1:4 MLI-CFG-015 a key is missing here"),
        ("? [a]\n: b", "1:3 MLI-CFG-015 this key is a list"),
        ("{{a: b}: c}", "1:2 MLI-CFG-015 this key is a map"),
        ('"${var.x}": 1', "1:1 MLI-CFG-015 a key cannot hold an expression"),
        ("a: &x 1\n*x : 2", "2:1 MLI-CFG-015 the key `*x` is no text"),
    ],
)
def test_keys_are_text(text: str, wanted: str) -> None:
    assert told(only(text)) == wanted


def test_keys_may_hold_what_only_looks_like_an_expression() -> None:
    assert plain(read('"$${x}": 1\n"${{x}}": 2')) == {"${x}": 1, "${{x}}": 2}


@pytest.mark.parametrize(
    "text",
    ["a: !!python/object:os.system x", "a: !foo b", "a: !!binary eA==", "a: !!set {x, y}", "a: !x [1]"],
)
def test_tags_are_refused(text: str) -> None:
    found = only(text)
    assert found.code == codes.YAML_FEATURE
    assert marked(found) == "!"


def test_tags_that_say_what_is_there_are_taken() -> None:
    assert plain(read("a: !!str 12\nb: !!map {}\nc: !!seq [1]\nd: ! 5")) == {
        "a": "12",
        "b": {},
        "c": [1],
        "d": "5",
    }


def test_one_document_only() -> None:
    assert told(only("---\na: 1\n---\nb: 2\n")) == "3:1 MLI-CFG-010 a second document starts here"


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n", "~"])
def test_an_empty_file(text: str) -> None:
    assert told(only(text)) == "1:1 MLI-CFG-011 stack.yaml is empty"


@pytest.mark.parametrize(
    ("text", "what"), [("- a\n", "a list"), ("text", "a single value"), ("12", "a single value")]
)
def test_the_top_is_a_map(text: str, what: str) -> None:
    assert told(only(text)) == f"1:1 MLI-CFG-013 stack.yaml is {what}, it should be a map"


def test_a_number_that_is_too_large() -> None:
    assert told(only(f"a: {'9' * 400}")) == "1:4 MLI-CFG-018 this number is too large"


def test_the_collector_is_put_back() -> None:
    assert gc.isenabled()
    read("a: [" + "x, " * 60_000 + "x]")
    assert gc.isenabled()


# ---- whatever comes --------------------------------------------------------------------------------------

_yaml_like = st.text(
    alphabet=st.sampled_from(list("ab:-?{}[],&*!|>'\"%@`#$~<=.0123 \n\t\r\\x\x00é\u2028\ud800")), max_size=60
)


@given(st.one_of(_yaml_like, st.text(max_size=60)))
def test_whatever_the_text_the_answer_is_nodes_or_diagnostics(text: str) -> None:
    try:
        node = read(text)
    except MlinfraError as wrong:
        assert wrong.diagnostics
        for found in wrong.diagnostics:
            if found.position is not None:
                assert found.position.line >= 1
                assert found.position.column >= 1
                assert found.position.length >= 1
    else:
        assert isinstance(node, Node)
        assert node.is_map


@given(st.binary(max_size=40))
def test_whatever_the_bytes(data: bytes) -> None:
    from mlinfra.config.source import decode

    try:
        source = decode(data, "x")
    except MlinfraError as wrong:
        assert wrong.diagnostics[0].code == codes.ENCODING
    else:
        assert source.text.encode() == data.removeprefix(b"\xef\xbb\xbf")


_text = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff\ufeff"),
    max_size=8,
)
_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9), _text),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_text, inner, max_size=4)),
    max_leaves=12,
)


@given(st.dictionaries(_text, _values, max_size=4))
def test_json_is_read_as_json(value: object) -> None:
    import json

    text = json.dumps(value, ensure_ascii=False)
    assert plain(read(text, expressions=False)) == value
