from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.config.reading import Reads
from mlinfra.config.references import local_reads
from mlinfra.model.module import Definition, Module
from tests.config.helpers import marked, problems, read, template, told

STACK = """stack: a
variables:
  owner: {default: maria}
locals:
  one: x
  reads: ${t.a.id}
  read: ${data.u.b.id}
data:
  u: {b: {name: "${t.many['x'].id}"}}
resources:
  t:
    a: {tags: {x: "EXPRESSION"}}
    many: {for_each: [x], tags: {}}
    counted: {count: 2}
"""


def wrong(folder: Path, expression: str) -> str:
    (found,) = problems(folder, STACK.replace("EXPRESSION", expression))
    return f"{marked(found)} | {found.code} {found.summary} | {found.detail}"


@pytest.mark.parametrize(
    "expression",
    [
        "${var.owner}",
        "${var['owner']}",
        "${local.one}",
        "${stack.name}",
        "${self.fingerprint}",
        "${self['fingerprint']}",
        "${data.u.b.id}",
        "${data['u'].b.id}",
        "${local.read}",
        "${t.many['x'].id}",
        "${t.counted[0].id}",
        "${[t.a for t in [1]]}",
        "${[x.id for x in values(t.many)]}",
        "${null or true}",
    ],
)
def test_names_that_lead_somewhere(tmp_path: Path, expression: str) -> None:
    assert problems(tmp_path, STACK.replace("EXPRESSION", expression)) == []


@pytest.mark.parametrize(
    ("expression", "underlined", "summary", "advice"),
    [
        ("${var.ower}", "var.ower", "there is no variable `ower`", "Did you mean `owner`?"),
        ("${var.zzz.x}", "var.zzz", "there is no variable `zzz`", "use one of: owner."),
        ("${var}", "var", "`var` alone is no value", "${var.owner}"),
        ("${var[local.one]}", "var", "`var` alone is no value", "Say which one"),
        ("${local.on}", "local.on", "there is no local `on`", "Did you mean `one`?"),
        ("${t.b.id}", "t.b", "there is no block `t.b`", "There is: t.a, t.many, t.counted."),
        ("${t.may.id}", "t.may", "there is no block `t.may`", "Did you mean `many`?"),
        ("${t[local.one].id}", "t", "`t` alone is no value", "Say which one"),
        ("${keys(t)}", "t", "`t` alone is no value", "Say which one"),
        ("${u.a.id}", "u", "there is no `u.a`", "a type that has blocks in this stack: t."),
        ("${vr.owner}", "vr", "there is no `vr.owner`", "Did you mean `var`?"),
        ("${owner}", "owner", "there is no `owner`", "A variable is read as var.owner."),
        ("${stack.nme}", "stack.nme", "there is no `stack.nme`", "Did you mean `name`?"),
        ("${each.key}", "each", "`each` means nothing here", "`for_each` or `count`"),
        ("${module.x.y}", "module", "there is no `module`", "This file calls no modules"),
        ("${data.v.one.id}", "data.v.one", "there is no data block `v.one`", "use one of: data.u.b."),
        ("${data.u.a.id}", "data.u.a", "there is no data block `u.a`", "Declare it under `data:`"),
        ("${data.u.bb}", "data.u.bb", "there is no data block `u.bb`", "Did you mean `b`?"),
        ("${data.u}", "data.u", "`data.u` alone is no value", "${data.TYPE.NAME.id}"),
        ("${data.uu}", "data.uu", "there is no `data.uu`", "Did you mean `u`?"),
        ("${data}", "data", "`data` alone is no value", "${data.TYPE.NAME.id}"),
        ("${data[local.one]}", "data", "`data` alone is no value", "${data.TYPE.NAME.id}"),
        ("${self}", "self", "`self` alone is no value", "There is self.fingerprint only"),
        ("${self.name}", "self.name", "there is no `self.name`", "There is self.fingerprint only"),
        ("${self.fingerprint.x}", "self.fingerprint.x", "there is no `self.fingerprint.x`", "only"),
        ("${count.index}", "count", "there is no `count`", "${each.key}"),
        ("${locals.one}", "locals", "there is no `locals`", "Did you mean `local`?"),
        ("${upper}", "upper", "`upper` is a function", "Call it: upper("),
        ("${t.a.cost-center}", "center", "there is no `center`", "The `-` before it is a minus."),
        ("x ${var.owner} ${t.a.id + t.x.id}", "t.x", "there is no block `t.x`", ""),
    ],
)
def test_names_that_lead_nowhere(
    tmp_path: Path, expression: str, underlined: str, summary: str, advice: str
) -> None:
    found = wrong(tmp_path, expression)
    assert found.startswith(f"{underlined} | MLI-REF-00")
    assert f" {summary} | " in found
    assert advice in found


def test_where_there_are_no_variables(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "stack: a\nlocals: {x: '${var.y}'}\n")
    assert found.detail == "Declare it under `variables:`."


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("{for_each: '${each.value}'}", "`each` means nothing here"),
        ("{count: '${each.value}'}", "`each` means nothing here"),
        ("{for_each: [a], when: '${each.value}'}", "`each` means nothing here"),
        ("{for_each: '${self.x}'}", "`self` means nothing here"),
        ("{for_each: [a], x: '${each.valu}'}", "there is no `each.valu`"),
        ("{parent: '${self.x}'}", "`self` means nothing here"),
    ],
)
def test_each_and_self_where_they_mean_nothing(tmp_path: Path, body: str, summary: str) -> None:
    (found,) = problems(tmp_path, f"stack: a\nresources: {{t: {{a: {body}}}}}\n")
    assert found.summary == summary


@pytest.mark.parametrize(
    "body",
    [
        "{for_each: [a], x: '${each.value}', parent: '${each.key}', import: '/x/${each.key}'}",
        "{count: 2, x: '${each.key}', y: '${each[\"value\"]}'}",
        "{for_each: [a], x: '${self.fingerprint}'}",
    ],
)
def test_each_and_self_where_they_mean_something(tmp_path: Path, body: str) -> None:
    assert problems(tmp_path, f"stack: a\nresources: {{t: {{a: {body}}}}}\n") == []


def test_settings_read_no_resources(tmp_path: Path) -> None:
    text = "stack: a\nazure: {location: '${t.a.location}'}\nresources: {t: {a: {}}}\n"
    (found,) = problems(tmp_path, text)
    assert told(found) == "2:22 MLI-REF-002 `t` cannot be read here"


def test_locals_that_need_each_other(tmp_path: Path) -> None:
    text = (
        "stack: a\nlocals:\n  a: '${local.b}'\n  b: ['${local.c}']\n"
        "  c: '${local.a}-${local.d}'\n  d: '${local.d}'\n"
    )
    found = problems(tmp_path, text)
    assert len(found) == 2
    assert {p.code for p in found} == {"MLI-REF-003"}
    ring = found[0].summary.removeprefix("these locals need each other: ").split(" -> ")
    assert ring[0] == ring[-1]
    assert set(ring) == {"local.a", "local.b", "local.c"}
    assert "local.a needs local.b  (mlinfra.yaml:3:7)" in found[0].detail
    assert found[1].summary.endswith("local.d -> local.d")


def test_a_ring_inside_of_a_map_is_one_too(tmp_path: Path) -> None:
    found = problems(tmp_path, "stack: a\nlocals: {a: {x: '${local[\"a\"].y}', y: 1}}\n")
    assert [p.code for p in found] == ["MLI-REF-003"]


# ---- what is read ----------------------------------------------------------------------------------------


def test_what_a_node_reads() -> None:
    node = template("${local.a} ${local.b.c} ${var.x} ${lower(local['d'])}")
    assert local_reads(node) == (frozenset({"a", "b", "d"}), False)
    assert local_reads(template("${t.a.id}")) == (frozenset(), True)
    assert local_reads(template("${[x.y for x in var.z]}")) == (frozenset(), False)


def test_resources_are_found_through_locals() -> None:
    locals_ = read(
        "a: ${t.x.id}\nb: ['${local.a}', '${local.c}']\nc: {d: '${u.y.id}', e: '${local.b}'}\nf: ${var.z}\n"
    ).value
    node = template("${local.b} ${t.z.id} ${local.f} ${local.none}")
    definition = Definition(node.position.source, Path(), Path(), locals=locals_)
    reads = Reads({(): Module((), definition)}, [])
    found = {(str(read.address), position.column) for read, position in reads.of(node, ())}
    assert found == {("t.x", 1), ("t.z", 12), ("u.y", 1)}


@pytest.mark.parametrize("expression", ["${AZUREML_MODEL_DIR}", "${HOME:-/tmp}", "${NAME%.txt}"])
def test_variables_of_a_shell_are_left_to_it(tmp_path: Path, expression: str) -> None:
    (found,) = problems(tmp_path, STACK.replace("EXPRESSION", expression))
    assert "o leave it to the shell write $${" in found.detail
    assert problems(tmp_path, STACK.replace("EXPRESSION", f"${expression}")) == []
