"""Test files: which there are, and what is read of them. (What may be wrong in one is a scenario.)"""

from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.config.declared_secrets import declared_secrets
from mlinfra.config.staging import SETTINGS, module_path, staged
from mlinfra.config.trials import read_trial, subject_of, trial_files
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.trial import Command, Subject, Trial

STACK = "stack: churn\nbackend: {local: {folder: here}}\nencryption: {key: {env: KEY}}\n"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def trial(folder: Path, text: str, **files: str) -> Trial:
    write(folder, **(files or {"mlinfra_yaml": STACK}))
    write(folder / "tests", **{"a.test_yaml": text})
    return read_trial(folder / "tests" / "a.test.yaml", "tests/a.test.yaml")


def test_files_lie_in_folders_beside_what_they_test(tmp_path: Path) -> None:
    runs = "runs: [{name: a}]"
    write(
        tmp_path,
        stack__mlinfra_yaml=STACK,
        **{
            "stack/tests/b.test_yaml": runs,
            "stack/tests/a.test_yaml": runs,
            "stack/tests/a.policy-test_yaml": runs,
            "stack/tests/deep/c.test_yaml": runs,
            "stack/d.test_yaml": runs,
            "stack/module/module_yaml": "description: x",
            "stack/module/tests/e.test_yaml": runs,
            "elsewhere/tests/f.test_yaml": runs,
        },
    )
    found = [path.relative_to(tmp_path).as_posix() for path in trial_files([tmp_path])]
    assert found == ["stack/module/tests/e.test.yaml", "stack/tests/a.test.yaml", "stack/tests/b.test.yaml"]
    named = tmp_path / "elsewhere" / "tests" / "f.test.yaml"
    twice = [named, tmp_path / "stack", tmp_path / "stack" / "tests"]
    assert trial_files(twice) == [named, *trial_files([tmp_path])]
    with pytest.raises(MlinfraError, match="MLI-TST-001"):
        read_trial(named, "f.test.yaml")


def test_a_folder_that_is_both_is_a_stack(tmp_path: Path) -> None:
    assert subject_of(write(tmp_path)) is None
    assert subject_of(write(tmp_path, module_yaml="")) is Subject.MODULE
    assert subject_of(write(tmp_path, mlinfra_yaml="")) is Subject.STACK


def test_what_is_not_written_has_a_meaning(tmp_path: Path) -> None:
    found = trial(tmp_path, "description: all\nvariables: {a: 1}\nruns: [{name: one}]")
    (run,) = found.runs
    assert (found.description, found.subject, list(found.variables)) == ("all", Subject.STACK, ["a"])
    assert (run.name, run.command, run.settles, run.refusal) == ("one", Command.APPLY, True, None)
    assert (str(run.position), run.assertions, run.requests) == ("tests/a.test.yaml:3:15", (), ())


def test_all_that_can_be_written_is_read(tmp_path: Path) -> None:
    text = """
outputs: {net: {id: /x, ports: [1, 2]}}
simulator: [{method: PUT, path: /a, body: {tags: {b: 1}}}]
runs:
  - name: one
    command: plan
    simulator: [{method: DELETE, path: /a}]
    assert: [{condition: "${true}"}, {condition: "${plan.create == 1}", message: one}]
  - {name: two, expect_error: MLI-X-001}
  - {name: three, expect_error: {code: MLI-X-001, message: text}, variables: {a: [1]}}
  - {name: four, settles: false, reason: why}
"""
    found = trial(tmp_path, text)
    one, two, three, four = found.runs
    assert found.outputs == {"net": {"id": "/x", "ports": [1, 2]}}
    assert [(r.method, r.path, r.body) for r in found.requests] == [("PUT", "/a", {"tags": {"b": 1}})]
    assert [(r.method, r.path, r.body) for r in one.requests] == [("DELETE", "/a", None)]
    assert [assertion.message for assertion in one.assertions] == ["", "one"]
    assert one.command is Command.PLAN
    assert two.refusal is not None and three.refusal is not None
    assert (two.refusal.code, two.refusal.message) == ("MLI-X-001", "")
    assert (three.refusal.code, three.refusal.message) == ("MLI-X-001", "text")
    assert not four.settles


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("- a", "tests/a.test.yaml is a list"),
        ("", "tests/a.test.yaml is empty"),
        ("runs: one", "`runs` is a list"),
        ("runs: [one]", "a run is text, it should be a map"),
        ("runs: [{name: [a]}]", "`name` of a run is a list"),
        ("runs: [{name: a, assert: {condition: x}}]", "`assert` is a list"),
        ("runs: [{name: a, assert: ['${true}']}]", "a member of `assert` is an expression"),
        ("runs: [{name: a, assert: [{condition: '${1 +}'}]}]", "this is no expression"),
        (
            "runs: [{name: a, simulator: [{path: /a, body: {x: '${var.a}'}}]}]",
            "nothing here that an expression",
        ),
        ("outputs: {net: {id: '${var.a}'}}\nruns: [{name: a}]", "nothing here that an expression"),
        ("parent: x\nruns: [{name: a}]", "`parent` is for tests of a module"),
        ("around: {}\nruns: [{name: a}]", "`around` is for tests of a module"),
    ],
)
def test_what_is_wrong_has_its_place(tmp_path: Path, text: str, summary: str) -> None:
    with pytest.raises(MlinfraError) as wrong:
        trial(tmp_path, text)
    (first, *_) = wrong.value.diagnostics
    assert summary in first.summary
    assert first.position is not None
    assert first.position.source.path == "tests/a.test.yaml"


def test_of_a_stack_all_is_read_but_where_its_state_is(tmp_path: Path) -> None:
    found = trial(tmp_path, "variables: {a: 1, b: 2}\nruns: [{name: one, variables: {b: 3}}]")
    stage = staged(found, found.runs[0])
    assert list(stage.top.value) == ["stack"]
    assert {name: node.value for name, node in stage.variables.items()} == {"a": 1, "b": 3}
    assert module_path(found) == ()


def test_a_module_is_called_with_what_is_given(tmp_path: Path) -> None:
    text = """
azure: {location: northeurope}
around: {locals: {x: 1}, modules: {other: {source: ../../other}}}
parent: ${module.other.id}
variables: {nodes: 2}
runs: [{name: one, variables: {nodes: 3}}]
"""
    home = tmp_path / "compute-pool"
    home.mkdir()
    found = trial(home, text, module_yaml="description: x")
    stage = staged(found, found.runs[0])
    sections = stage.top.value
    assert {k: n.value for k, n in sections["azure"].value.items()} == {**SETTINGS, "location": "northeurope"}
    assert list(sections["modules"].value) == ["other", "compute_pool"]
    call = sections["modules"].value["compute_pool"].value
    assert (call["source"].value, call["inputs"].value["nodes"].value) == ("..", 3)
    assert call["parent"].value.text == "${module.other.id}"
    assert [str(step) for step in module_path(found)] == ["module.compute_pool"]
    assert (stage.base, stage.variables) == (home / "tests", {})


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"mlinfra_yaml": "stack: a\nvariables: {a: {sensitive: true}, b: {type: string}}"}, {"a"}),
        (
            {"mlinfra_yaml": "include: [b.yaml]", "b_yaml": "variables: {c: {sensitive: true}}"},
            {"c"},
        ),
        ({"module_yaml": "inputs: {a: {sensitive: true}, b: {type: string}}"}, {"a"}),
        ({"mlinfra_yaml": "stack: a"}, set()),
        ({"mlinfra_yaml": "stack: [a"}, None),
        ({"mlinfra_yaml": "- a"}, None),
    ],
)
def test_which_variables_are_secret(tmp_path: Path, files: dict[str, str], names: set[str] | None) -> None:
    write(tmp_path, **files)
    subject = subject_of(tmp_path)
    assert subject is not None
    assert declared_secrets(tmp_path, subject) == names
    (tmp_path / ("module.yaml" if subject is Subject.MODULE else "mlinfra.yaml")).unlink()
    assert declared_secrets(tmp_path, subject) is None
