from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlinfra.config import codes
from mlinfra.config.loader import load
from mlinfra.config.stackfile import repository
from mlinfra.model.address import Address
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.source import Template
from tests.config.helpers import marked, plain, problems, stack, told

WHOLE = """
stack: churn-dev
azure: {subscription: "${var.sub}", location: westeurope}
variables:
  sub: {type: string, default: "0"}
  people: {type: list(string), default: [ana]}
locals:
  prefix: ${stack.name}-x
resources:
  resource_group:
    main: {name: rg-churn}
  workspace:
    main:
      name: ${local.prefix}
      tags: {group: "${resource_group.main.id}"}
    other:
  role_assignment:
    team:
      for_each: ${var.people}
      principal: ${each.value}
      scope: ${workspace.main.id}
      depends_on: [resource_group.main]
outputs:
  url: {value: "${workspace.main.url}", description: Where it is., sensitive: true}
"""


def test_a_whole_stack(tmp_path: Path) -> None:
    config = stack(tmp_path, WHOLE)
    assert config.stack == "churn-dev"
    assert config.folder == tmp_path
    assert config.root == tmp_path.resolve()
    assert config.source.path == "mlinfra.yaml"
    assert list(config.settings) == ["azure"]
    assert list(config.variables) == ["sub", "people"]
    assert list(config.locals) == ["prefix"]
    assert [str(b.address) for b in config.blocks] == [
        "resource_group.main",
        "workspace.main",
        "workspace.other",
        "role_assignment.team",
    ]
    assert config.warnings == ()
    team = config.blocks[3]
    assert sorted(team.body.value) == ["principal", "scope"]
    assert team.for_each is not None
    assert str(team.position) == "mlinfra.yaml:18:5"
    assert team.depends_on[0][0] == Address("resource_group", "main")
    assert plain(config.blocks[2].body) == {}
    output = config.outputs["url"]
    assert (output.description, output.sensitive) == ("Where it is.", True)
    assert isinstance(output.value.value, Template)


def test_the_smallest_stack(tmp_path: Path) -> None:
    config = stack(tmp_path, "stack: a\nresources:\noutputs:\nlocals:\nvariables:\n")
    assert (config.stack, config.blocks, config.outputs) == ("a", (), {})


# ---- finding it ------------------------------------------------------------------------------------------


def no_stack(folder: Path) -> str:
    with pytest.raises(MlinfraError) as raised:
        load(folder)
    (found,) = raised.value.diagnostics
    assert found.code == codes.NO_STACK
    return f"{found.summary} | {found.detail}"


def test_no_stack_here(tmp_path: Path) -> None:
    found = no_stack(tmp_path)
    assert f"there is no mlinfra.yaml in {tmp_path}" in found
    assert "`mlinfra init`" in found


def test_a_stack_with_another_ending(tmp_path: Path) -> None:
    (tmp_path / "mlinfra.yml").write_text("stack: a\n")
    assert "There is mlinfra.yml: call it mlinfra.yaml." in no_stack(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    assert "there is no folder" in no_stack(tmp_path / "x")


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "mlinfra.yaml").mkdir()
    assert "is a folder, not a file" in no_stack(tmp_path)


def test_in_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert no_stack(Path()).startswith("there is no mlinfra.yaml in this folder")


def test_the_repository_is_the_nearest_folder_up_with_git(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert repository(deep) == deep.resolve()
    (tmp_path / ".git").mkdir()
    assert repository(deep) == tmp_path.resolve()
    (tmp_path / "a" / ".git").write_text("gitdir: elsewhere\n")  # a worktree has a file there
    assert repository(deep) == (tmp_path / "a").resolve()


# ---- shape -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("azure: {}", "1:1 MLI-CFG-014 the stack has no name"),
        ("stack:", "1:1 MLI-CFG-014 the stack has no name"),
        ("stack: [a]", "1:8 MLI-CFG-013 `stack` is a list, it should be text"),
        ("stack: 12", "1:8 MLI-CFG-013 `stack` is a number, it should be text"),
        ("stack: ${var.x}", "1:8 MLI-CFG-013 `stack` is an expression, it should be text"),
        ("stack: a/b", "1:8 MLI-CFG-017 `a/b` cannot be the name of a stack"),
        ("stack: a\nresources: [a]", "2:12 MLI-CFG-013 `resources` is a list, it should be a map"),
        ("stack: a\nresources: {t: x}", "2:16 MLI-CFG-013 `t` is text, it should be a map"),
        ("stack: a\nresources: {t: {a: x}}", "2:20 MLI-CFG-013 t.a is text, it should be a map"),
        (
            "stack: a\nresources: {t: {a: '${ {} }'}}",
            "2:20 MLI-CFG-013 t.a is an expression, it should be a map",
        ),
        ("stack: a\nresources: {a-b: {}}", "2:13 MLI-CFG-017 `a-b` cannot be the name of a type"),
        ("stack: a\nvariables: 1", "2:12 MLI-CFG-013 `variables` is a number, it should be a map"),
        ("stack: a\nlocals: ''", "2:9 MLI-CFG-013 `locals` is text, it should be a map"),
        ("stack: a\nlocals: {a b: 1}", "2:10 MLI-CFG-017 `a b` cannot be the name of a local"),
        ("stack: a\noutputs: {if: {value: 1}}", "2:11 MLI-CFG-017 `if` cannot be the name of an output"),
        ("stack: a\noutputs: {a: 1}", "2:14 MLI-CFG-013 output `a` is a map with the key `value`"),
        ("stack: a\noutputs: {a: {}}", "2:11 MLI-CFG-014 output `a` needs `value`"),
        ("stack: a\noutputs: {a: }", "2:11 MLI-CFG-014 output `a` needs `value`"),
        (
            "stack: a\noutputs: {a: {value: 1, sensitve: true}}",
            "2:25 MLI-CFG-012 unknown key `sensitve` in output `a`",
        ),
        ("stack: a\nmodules: {a: {}}", "2:11 MLI-CFG-074 module `a` needs `source`"),
        ("stack: a\nbackend: local", "2:10 MLI-CFG-013 `backend` is text, it should be a map"),
        ("stack: a\nbackend: {local: 3}", "2:18 MLI-CFG-013 `local` of `backend` takes a map of settings"),
        ("stack: a\nbackend: {local: {}, blob: {}}", "2:22 MLI-CFG-013 `backend` names 2 stores"),
        (
            "stack: a\nlocals: {x: 1}\nbackend: {local: {folder: '${local.x}'}}",
            "3:30 MLI-REF-002 `local` cannot be read here",
        ),
        (
            "stack: a\nbackend: {local: {folder: '${var.x}'}}",
            "2:30 MLI-REF-001 there is no variable `x`",
        ),
    ],
)
def test_what_has_the_wrong_shape(tmp_path: Path, text: str, wanted: str) -> None:
    (found,) = problems(tmp_path, text)
    assert told(found) == wanted


def test_a_name_is_suggested(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "azure: {}")
    assert f"stack: {tmp_path.name}" in found.detail


def test_many_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text("x: 1\nx: 2\n")
    text = (
        "stack: a b\nresources:\n  t:\n    one: {file: b.yml}\n    two: {n: '${var.x}', m: '${1 +}'}\n"
        "    two: {}\n  u: 1\noutputs: {o: 1}\nlocals: {l: '${local.l}'}\n"
    )
    assert [str(p.position) for p in problems(tmp_path, text, values={"y": "1"})] == [
        "mlinfra.yaml:1:8",
        "mlinfra.yaml:5:17",
        "mlinfra.yaml:5:32",
        "mlinfra.yaml:6:5",
        "mlinfra.yaml:7:6",
        "mlinfra.yaml:8:14",
        "mlinfra.yaml:9:14",
        "b.yml:2:1",
        "None",
    ]


def test_warnings_do_not_stop_it(tmp_path: Path) -> None:
    config = stack(tmp_path, "stack: a\nresources: {t: {a: {x: yes}}}\n")
    assert [told(w) for w in config.warnings] == ["2:24 MLI-CFG-019 `yes` is text here, not true"]


def test_warnings_are_told_with_errors(tmp_path: Path) -> None:
    found = problems(tmp_path, "stack: a\nresources: {t: {a: {x: yes, y: '${var.z}'}}}\n")
    assert [p.code for p in found] == [codes.LOOKS_LIKE_OTHER, codes.NO_SUCH_NAME]


# ---- whatever comes --------------------------------------------------------------------------------------

_KEYS = """
stack variables locals resources outputs azure t a file for_each count when lifecycle ignore_changes
depends_on import parent value default type path x-y
"""
_keys = st.sampled_from(_KEYS.split())
_leaves = st.sampled_from(
    [
        None,
        True,
        1,
        "a",
        "",
        "${var.a}",
        "${each.key}",
        "${local.a}",
        "${t.a.id}",
        "t.a",
        "${",
        "string",
        "../x",
        "*",
        "a\x00b",
    ]
)
_trees = st.recursive(
    _leaves,
    lambda t: st.one_of(st.lists(t, max_size=3), st.dictionaries(_keys, t, max_size=4)),
    max_leaves=25,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(_keys, _trees, max_size=5))
def test_whatever_the_shape(tmp_path: Path, tree: object) -> None:
    import json

    (tmp_path / "mlinfra.yaml").write_text(json.dumps(tree), encoding="utf-8")
    try:
        load(tmp_path)
    except MlinfraError as wrong:
        assert wrong.diagnostics


def test_underlined_is_the_reference(tmp_path: Path) -> None:
    text = "stack: a\nresources: {t: {a: {x: 'é ${ t.b.id }'}}}\n"
    (found,) = problems(tmp_path, text)
    assert marked(found) == "t.b"


def test_files_are_read_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "stacks"
    folder.mkdir()
    (folder / "mlinfra.yaml").write_text("stack: a\nvariables: {x: {default: 1}}\n")
    (tmp_path / "v.yaml").write_text("x: 2\n")
    monkeypatch.chdir(tmp_path)
    assert load(Path("stacks"), var_files=[Path("v.yaml")]).variables["x"].value == 2
    with pytest.raises(MlinfraError) as raised:
        load(Path("stacks"), var_files=[Path("none.yaml")])
    assert raised.value.diagnostics[0].summary == "there is no file none.yaml"
    assert os.fspath(folder)


def test_shared_values_may_be_for_other_stacks(tmp_path: Path) -> None:
    (tmp_path / "mlinfra.yaml").write_text("stack: s\nvariables: {env: {}}\n")
    values = {"env": "dev", "size": "3"}
    assert load(tmp_path, values=values, shared=True).variables["env"].value == "dev"
    with pytest.raises(MlinfraError, match="no variable `size` is declared"):
        load(tmp_path, values=values)
