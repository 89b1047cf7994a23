from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.config import codes
from mlinfra.config.paths import read_path
from mlinfra.model.address import Address
from mlinfra.model.configuration import Block, Lifecycle
from mlinfra.model.diagnostic import Diagnostic
from tests.config.helpers import plain, problems, stack, told


def block(folder: Path, body: str) -> Block:
    return stack(folder, f"stack: a\nresources:\n  t:\n    a:\n      {body}\n    b: {{}}\n").blocks[0]


def wrong(folder: Path, body: str) -> Diagnostic:
    (found,) = problems(folder, f"stack: a\nresources:\n  t:\n    a:\n      {body}\n    b: {{}}\n")
    return found


def test_meta_keys_are_no_part_of_the_body(tmp_path: Path) -> None:
    found = block(
        tmp_path,
        "{name: x, parent: t.b, for_each: [a], import: /id, depends_on: [t.b], lifecycle: {}, when: true}",
    )
    assert plain(found.body) == {"name": "x"}
    assert found.parent is not None
    assert found.when is not None
    assert found.count is None
    assert not found.is_single
    assert found.import_id is not None
    assert found.import_id.value == "/id"


@pytest.mark.parametrize("written", ["azure", "azure.a.b", "azure.", "7.a"])
def test_a_provider_has_an_alias(tmp_path: Path, written: str) -> None:
    expected = "5:17 MLI-CFG-013 `provider` of t.a is a provider and one of its aliases"
    assert told(wrong(tmp_path, f"provider: '{written}'")) == expected
    found = block(tmp_path, "provider: azure.other").provider
    assert found is not None and found.value == "azure.other"


def test_for_each_and_count(tmp_path: Path) -> None:
    found = wrong(tmp_path, "{for_each: [a], count: 1}")
    assert told(found) == "5:23 MLI-CFG-013 t.a has both `for_each` and `count`"


def test_lifecycle(tmp_path: Path) -> None:
    found = block(
        tmp_path,
        "lifecycle: {prevent_destroy: true, "
        "allow_unmanaged_loss: false, "
        "ignore_changes: [tags, tags.owner, 'rules[0].name', 'tags[\"a b\"]', $schema]}",
    )
    assert found.lifecycle == Lifecycle(
        prevent_destroy=True,
        ignore_changes=(("tags",), ("tags", "owner"), ("rules", 0, "name"), ("tags", "a b"), ("$schema",)),
    )


@pytest.mark.parametrize("text", ['"*"', "all", '["*"]'])
def test_everything_can_be_ignored(tmp_path: Path, text: str) -> None:
    assert block(tmp_path, f"lifecycle: {{ignore_changes: {text}}}").lifecycle.ignore_changes == (("*",),)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (
            "lifecycle: {prevent_destory: true}",
            "5:19 MLI-CFG-012 unknown key `prevent_destory` in `lifecycle` of t.a",
        ),
        (
            "lifecycle: {prevent_destroy: 1}",
            "5:36 MLI-CFG-013 `prevent_destroy` of `lifecycle` of t.a is a number, "
            "it should be true or false",
        ),
        ("lifecycle: [a]", "5:18 MLI-CFG-013 `lifecycle` of t.a is a list, it should be a map"),
        (
            "lifecycle: {replace_triggered_by: t.b}",
            "5:41 MLI-CFG-013 `replace_triggered_by` of t.a takes a list of resources or of keys of them",
        ),
        (
            "lifecycle: {replace_triggered_by: [b]}",
            "5:42 MLI-CFG-013 `replace_triggered_by` of t.a takes a list of resources or of keys of them",
        ),
        ("lifecycle: {replace_triggered_by: [t.c.size]}", "5:42 MLI-REF-001 there is no t.c"),
        (
            "lifecycle: {on_soft_deleted: forget}",
            "5:36 MLI-CFG-013 `on_soft_deleted` of `lifecycle` of t.a is text, "
            "it should be refuse, recover or purge",
        ),
        (
            "lifecycle: {ignore_changes: tags}",
            "5:35 MLI-CFG-013 `ignore_changes` of t.a takes a list of keys",
        ),
        (
            "lifecycle: {ignore_changes: [tags, .x]}",
            "5:42 MLI-CFG-013 `ignore_changes` of t.a takes a list of keys",
        ),
        ("lifecycle: {ignore_changes: [1]}", "5:36 MLI-CFG-013 `ignore_changes` of t.a takes a list of keys"),
        ("depends_on: t.b", "5:19 MLI-CFG-013 `depends_on` of t.a takes a list of addresses"),
        ("depends_on: [b]", "5:20 MLI-CFG-013 `depends_on` of t.a takes a list of addresses"),
        ("depends_on: ['${t.b}-x']", "5:20 MLI-CFG-013 `depends_on` of t.a takes a list of addresses"),
        ("depends_on: [t.c]", "5:20 MLI-REF-001 there is no t.c"),
        ("depends_on: [module.x.t.b]", "5:20 MLI-REF-001 there is no module.x.t.b"),
        ("timeouts: {create: 30}", "5:26 MLI-CFG-013 `create` of `timeouts` of t.a is no duration"),
        ("timeouts: {read: 30s}", "5:18 MLI-CFG-012 unknown key `read` in `timeouts` of t.a"),
        ("import: {}", "5:15 MLI-CFG-013 `import` of t.a takes the id of what exists already"),
        ("import: [a]", "5:15 MLI-CFG-013 `import` of t.a takes the id of what exists already"),
    ],
)
def test_what_is_wrong_with_meta_keys(tmp_path: Path, body: str, place: str) -> None:
    assert told(wrong(tmp_path, body)) == place


def test_near_names_of_lifecycle_are_told(tmp_path: Path) -> None:
    found = wrong(tmp_path, "lifecycle: {prevent_destory: true}")
    assert found.detail.startswith("Did you mean `prevent_destroy`?")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("t.b", Address("t", "b")),
        ('"${t.b}"', Address("t", "b")),
        ('"${ t.b }"', Address("t", "b")),
        ("'t.b[\"ana\"]'", Address("t", "b", "ana")),
        ("'t.b[0]'", Address("t", "b", 0)),
    ],
)
def test_depends_on(tmp_path: Path, text: str, address: Address) -> None:
    ((found, position),) = block(tmp_path, f"depends_on: [{text}]").depends_on
    assert found == address
    assert position.line == 5


@pytest.mark.parametrize("text", ["import: {id: /x}", "import: /x", "import: '${stack.name}'"])
def test_import(tmp_path: Path, text: str) -> None:
    found = block(tmp_path, text).import_id
    assert found is not None


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("a-b.c", ("a-b", "c")),
        ("a[0][1].b", ("a", 0, 1, "b")),
        ('a["b.c"].d', ("a", "b.c", "d")),
        ('["a b"]', ("a b",)),
        ("*", ("*",)),
        ("", None),
        (".a", None),
        ("a..b", None),
        ("a.", None),
        ("a b", None),
        ("[0]", None),
        ("a[x]", None),
        ("a.[0]", None),
    ],
)
def test_paths(text: str, path: Any) -> None:
    assert read_path(text) == path


def test_names_of_blocks(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "stack: a\nresources:\n  compute:\n    cpu-cluster: {}\n")
    assert found.code == codes.BAD_NAME
    assert "name: cpu-cluster" in found.detail


def test_a_block_whose_name_is_wrong_makes_no_other_mistake(tmp_path: Path) -> None:
    text = "stack: a\nresources:\n  t:\n    a-b: {x: '${var.none}'}\noutputs: {o: {value: '${1}'}}\n"
    assert [p.code for p in problems(tmp_path, text)] == [codes.BAD_NAME]


@pytest.mark.parametrize("word", ["refuse", "recover", "purge"])
def test_what_is_done_about_a_kept_name_is_read(tmp_path: Path, word: str) -> None:
    found = block(tmp_path, f"lifecycle: {{on_soft_deleted: {word}}}")
    assert found.lifecycle.on_soft_deleted.value == word
