from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.config import codes
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.source import Template
from tests.config.helpers import plain, problems, stack, told


def text(body: str) -> str:
    return f"stack: a\nvariables: {{v: {{default: 1}}}}\nresources:\n  t:\n    a: {body}\n"


def block(folder: Path, body: str) -> Block:
    return stack(folder, text(body)).blocks[0]


def wrong(folder: Path, body: str) -> Diagnostic:
    (found,) = problems(folder, text(body))
    return found


@pytest.fixture
def env(tmp_path: Path) -> Path:
    (tmp_path / "envs").mkdir()
    path = tmp_path / "envs" / "basic.yml"
    path.write_text(
        "$schema: https://x/environment.schema.json\nname: basic\nversion: 1\n"
        "command: python ${AZUREML_MODEL_DIR} ${{inputs.x}} $${y}\nvalue: ${var.v}\n"
    )
    return tmp_path


def test_a_body_is_verbatim(env: Path) -> None:
    found = block(env, "{file: envs/basic.yml}")
    assert plain(found.body)["command"] == "python ${AZUREML_MODEL_DIR} ${{inputs.x}} $${y}"
    assert plain(found.body)["value"] == "${var.v}"
    assert found.folder == (env / "envs").resolve()
    assert str(found.body.value["name"].key) == "envs/basic.yml:2:1"


def test_unless_it_is_asked_otherwise(env: Path) -> None:
    (env / "envs" / "basic.yml").write_text("value: ${var.v}\n")
    found = block(env, "{file: {path: envs/basic.yml, expressions: true}}")
    assert isinstance(found.body.value["value"].value, Template)


def test_expressions_in_it_are_checked_then(env: Path) -> None:
    found = problems(env, text("{file: {path: envs/basic.yml, expressions: true}}"))
    assert [told(p) for p in found] == ["4:19 MLI-REF-001 there is no `AZUREML_MODEL_DIR`"]


def test_keys_beside_it_lie_over_it(env: Path) -> None:
    found = block(env, "{file: envs/basic.yml, version: '${var.v}', tags: {a: b}}")
    body = found.body.value
    assert isinstance(body["version"].value, Template)
    assert plain(body["tags"]) == {"a": "b"}
    assert body["name"].value == "basic"
    assert "file" not in body


def test_meta_keys_of_a_body_are_keys_of_the_body(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text("parent: x\nfor_each: [1]\n")
    found = block(tmp_path, "{file: b.yml}")
    assert plain(found.body) == {"parent": "x", "for_each": [1]}
    assert found.for_each is None


def test_two_blocks_may_share_a_body(env: Path) -> None:
    config = stack(env, text("{file: envs/basic.yml}") + "    b: {file: ./envs/../envs/basic.yml}\n")
    assert config.blocks[0].body.value["name"] is config.blocks[1].body.value["name"]


def test_what_is_wrong_in_a_shared_body_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text("a: 1\na: 2\n")
    found = problems(tmp_path, text("{file: b.yml}") + "    b: {file: b.yml}\n")
    assert [str(p.position) for p in found] == ["b.yml:2:1"]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("{file: }", "5:15 MLI-CFG-013 `file` of t.a takes the path of a file"),
        ("{file: ''}", "5:15 MLI-CFG-013 `file` of t.a takes the path of a file"),
        ("{file: [a]}", "5:15 MLI-CFG-013 `file` of t.a takes the path of a file"),
        ("{file: '${var.v}'}", "5:15 MLI-CFG-013 `file` of t.a takes the path of a file"),
        ("{file: {}}", "5:9 MLI-CFG-014 `file` of t.a needs `path`"),
        (
            "{file: {path: envs/basic.yml, expresions: true}}",
            "5:38 MLI-CFG-012 unknown key `expresions` in `file` of t.a",
        ),
        (
            "{file: {path: envs/basic.yml, expressions: 1}}",
            "5:51 MLI-CFG-013 `expressions` of `file` of t.a is a number, it should be true or false",
        ),
        ("{file: envs/basics.yml}", "5:15 MLI-CFG-062 there is no file `envs/basics.yml`"),
        ("{file: env/basic.yml}", "5:15 MLI-CFG-062 there is no file `env/basic.yml`"),
        ("{file: envs}", "5:15 MLI-CFG-002 envs is a folder, not a file"),
        ('{file: "a\\0b"}', "5:15 MLI-CFG-062 this cannot be the path of a file"),
        ("{file: ../x.yml}", "5:15 MLI-CFG-061 `../x.yml` lies outside of the repository"),
        ("{file: /etc/passwd}", "5:15 MLI-CFG-061 `/etc/passwd` lies outside of the repository"),
        ("{file: envs/../../x.yml}", "5:15 MLI-CFG-061 `envs/../../x.yml` lies outside of the repository"),
    ],
)
def test_files_that_cannot_be_read(env: Path, body: str, wanted: str) -> None:
    assert told(wrong(env, body)) == wanted


def test_near_names_of_files(env: Path) -> None:
    assert wrong(env, "{file: envs/basics.yml}").detail.startswith("Did you mean `basic.yml`?")
    assert wrong(env, "{file: env/basic.yml}").detail.startswith("There is no folder env either.")
    (env / "empty").mkdir()
    assert wrong(env, "{file: empty/x.yml}").detail == "The folder empty is empty."


def test_a_link_out_of_the_repository_leads_nowhere(tmp_path: Path) -> None:
    inside = tmp_path / "repo"
    inside.mkdir()
    (tmp_path / "secret.yml").write_text("a: s3cr3t\n")
    (inside / "link.yml").symlink_to(tmp_path / "secret.yml")
    (inside / "folder").symlink_to(tmp_path)
    (inside / "loop.yml").symlink_to(inside / "loop.yml")
    assert wrong(inside, "{file: link.yml}").code == codes.FILE_OUTSIDE
    assert wrong(inside, "{file: folder/secret.yml}").code == codes.FILE_OUTSIDE
    assert wrong(inside, "{file: loop.yml}").code == codes.FILE_MISSING


def test_the_repository_is_all_one_may_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "shared.yml").write_text("a: 1\n")
    folder = tmp_path / "stacks" / "dev"
    folder.mkdir(parents=True)
    found = block(folder, "{file: ../../shared.yml}")
    assert plain(found.body) == {"a": 1}
    assert found.body.position.source.path == "../../shared.yml"


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "1:1 MLI-CFG-011 b.yml is empty"),
        (b"- a\n", "1:1 MLI-CFG-013 b.yml is a list, it should be a map"),
        (b"a: \xff\n", "1:4 MLI-CFG-003 b.yml is not UTF-8"),
    ],
)
def test_bodies_that_are_none(tmp_path: Path, content: bytes, wanted: str) -> None:
    (tmp_path / "b.yml").write_bytes(content)
    assert told(wrong(tmp_path, "{file: b.yml}")) == wanted
