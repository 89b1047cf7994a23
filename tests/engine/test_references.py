"""Names of resources written as plain text, at the top of a body and inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mlinfra_files import FilesProvider, TextFile

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.plan import Change, Step
from mlinfra.model.value import Attrs
from tests.engine.bench import Bench

_FILE = {"type": "string", "x-ref": "text_file", "x-source": "here"}


class Register(TextFile):
    """A text file that names others: in a list of objects, in a free map and in an object."""

    name = "a_register"

    def schema(self, attrs: Attrs) -> Mapping[str, Any]:
        plain = super().schema(attrs)
        entry = {"type": "object", "properties": {"file": _FILE, "word": {"type": "string"}}}
        about = {
            "type": "object",
            "properties": {"first": _FILE, "others": {"type": "array", "items": entry}},
        }
        by_word = {"type": "object", "additionalProperties": _FILE}
        return {**plain, "properties": {**plain["properties"], "about": about, "by_word": by_word}}


@dataclass(frozen=True)
class Registering(FilesProvider):
    """The provider of files, with registers."""

    @property
    def types(self) -> Mapping[str, Any]:
        return {**super().types, "a_register": Register()}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, Registering())


def planned(bench: Bench, body: str) -> tuple[Change, Step]:
    bench.write(f"""
resources:
  folder: {{main: {{name: reports}}}}
  text_file:
    a: {{name: A.txt, content: one}}
    b: {{content: two, name: "b.${{folder.main.name}}"}}
  a_register:
    all: {{name: all.txt, content: all, {body}}}
""")
    plan = bench.plan().plan
    change = next(each for each in plan.changes if each.type == "a_register")
    return change, next(step for step in plan.steps if step.id == "create:a_register.all")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("about: {first: azureml:a.txt}", ("about", "first")),
        ("about: {others: [{word: x}, {file: a.txt}]}", ("about", "others", 1, "file")),
        ("by_word: {one: azureml:A.txt}", ("by_word", "one")),
        ("about: {others: [{file: /reports/A.txt}]}", ("about", "others", 0, "file")),
    ],
)
def test_a_name_inside_a_body_is_an_id_and_an_edge(bench: Bench, body: str, path: tuple[Any, ...]) -> None:
    change, step = planned(bench, body)
    value: Any = change.after
    for part in path:
        value = value[part]
    assert value == "/reports/A.txt"
    assert "create:text_file.a" in step.after


def test_a_word_that_names_nothing_stays_and_is_no_edge(bench: Bench) -> None:
    change, step = planned(bench, "about: {others: [{file: azureml:elsewhere.txt, word: A.txt}]}")
    assert change.after is not None
    assert change.after["about"] == {"others": [{"file": "elsewhere.txt", "word": "A.txt"}]}
    assert not any("text_file" in each for each in step.after)


def test_names_inside_bodies_that_need_each_other_are_a_cycle_with_its_places(bench: Bench) -> None:
    bench.write("""
resources:
  folder: {main: {name: reports}}
  a_register:
    one: {name: one.txt, content: one}
  text_file:
    two: {name: two.txt, content: "${a_register.one.id}"}
""")
    assert not any(each.code == "MLI-REF-004" for each in bench.plan().plan.warnings)
    bench.write("""
resources:
  folder: {main: {name: reports}}
  a_register:
    one: {name: one.txt, content: one, about: {others: [{file: two.txt}]}}
  text_file:
    two: {name: two.txt, content: "${a_register.one.id}"}
""")
    with pytest.raises(MlinfraError) as caught:
        bench.plan()
    assert caught.value.diagnostics[0].code == "MLI-REF-004"
    assert "a_register.one needs text_file.two" in caught.value.diagnostics[0].detail
