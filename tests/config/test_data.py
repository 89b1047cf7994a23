"""``data:``: what is only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.config import codes
from mlinfra.config.reading import Read, Reads
from mlinfra.config.scope import fixed_locals
from mlinfra.model.address import Address
from tests.config.helpers import plain, problems, stack, told

STACK = """stack: s
variables: {name: {default: kv-shared}}
locals:
  vault: ${data.key_vault.shared.id}
data:
  key_vault:
    shared: {name: "${var.name}", resource_group: rg-shared}
  workspace:
    main: {id: /subscriptions/0}
    here: {parent: "${resource_group.main.id}"}
    other:
resources:
  resource_group:
    main: {tags: {vault: "${data.key_vault.shared.name}"}}
outputs: {vault: {value: "${local.vault}"}}
"""


def test_what_is_read_is_told_apart_from_what_is_kept(tmp_path: Path) -> None:
    config = stack(tmp_path, STACK)
    assert [block.label for block in config.data] == [
        "data.key_vault.shared",
        "data.workspace.main",
        "data.workspace.here",
        "data.workspace.other",
    ]
    assert all(block.read and block.is_single for block in config.data)
    assert [block.label for block in config.blocks] == ["resource_group.main"]
    assert not config.blocks[0].read
    shared, main, here, other = config.data
    assert shared.address == Address("key_vault", "shared")
    assert sorted(shared.body.value) == ["name", "resource_group"]
    assert str(shared.position) == "mlinfra.yaml:7:5"
    assert plain(main.body) == {"id": "/subscriptions/0"}
    assert here.parent is not None
    assert plain(here.body) == plain(other.body) == {}
    assert "data" not in config.settings


def test_references_keep_the_whole_name(tmp_path: Path) -> None:
    config = stack(tmp_path, STACK)
    ((read, _),) = Reads(config.modules, []).of(config.outputs["vault"].value, ())
    assert read == Read(Address("key_vault", "shared"), data=True)
    assert fixed_locals(config.locals) == frozenset()


@pytest.mark.parametrize(
    ("body", "place", "summary"),
    [
        ("{id: a, name: b}", "4:9", "data.t.a has more than its `id`"),
        ("{id: a, parent: b}", "4:9", "data.t.a has more than its `id`"),
        ("{name: b, for_each: [a]}", "4:18", "data.t.a cannot have `for_each`"),
        ("{lifecycle: {prevent_destroy: true}}", "4:9", "data.t.a cannot have `lifecycle`"),
        ("{file: a.yml}", "4:9", "data.t.a cannot have `file`"),
        ("[a]", "4:8", "data.t.a is a list, it should be a map"),
    ],
)
def test_what_a_data_block_cannot_hold(tmp_path: Path, body: str, place: str, summary: str) -> None:
    (found,) = problems(tmp_path, f"stack: s\ndata:\n  t:\n    a: {body}\n")
    assert told(found) == f"{place} {codes.WRONG_SHAPE} {summary}"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("{name: '${each.key}'}", "`each` means nothing here"),
        ("{name: '${self.fingerprint}'}", "`self` means nothing here"),
        ("{parent: '${data.t.b.id}'}", "there is no data block `t.b`"),
        ("{name: '${var.x}'}", "there is no variable `x`"),
    ],
)
def test_what_a_data_block_cannot_read(tmp_path: Path, body: str, what: str) -> None:
    (found,) = problems(tmp_path, f"stack: s\ndata:\n  t:\n    a: {body}\n")
    assert found.summary == what


def test_names_that_cannot_be(tmp_path: Path) -> None:
    found = problems(tmp_path, "stack: s\ndata:\n  key-vault: {}\n  t: {a-b: {}}\n  u: [x]\n")
    assert [d.code for d in found] == [codes.BAD_NAME, codes.BAD_NAME, codes.WRONG_SHAPE]


def test_settings_of_a_provider_cannot_wait_for_what_is_read(tmp_path: Path) -> None:
    text = "stack: s\nazure: {subscription: '${data.t.a.id}'}\ndata: {t: {a: {}}}\n"
    (found,) = problems(tmp_path, text)
    assert (found.code, found.summary) == (codes.NOT_HERE, "`data` cannot be read here")


def test_data_of_several_files(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("data: {t: {b: {}}}\n")
    text = "stack: s\ninclude: more.yaml\ndata: {t: {a: {}}}\nresources: {t: {a: {}, b: {}}}\n"
    assert [block.label for block in stack(tmp_path, text).data] == ["data.t.a", "data.t.b"]
    (found,) = problems(tmp_path, text.replace("{a: {}}", "{b: {}}"))
    assert (found.code, found.summary) == (codes.DECLARED_TWICE, "data.t.b is declared twice")
