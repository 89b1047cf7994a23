"""What there is to say of a resource: where it is written, why it changes, what hangs on it."""

from __future__ import annotations

import pytest

from mlinfra.engine.explain import explain
from mlinfra.model.address import parse_address
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.explanation import Explanation, Origin
from mlinfra.model.plan import Action
from tests.engine.bench import Bench

STACK = """\
variables:
  greeting: {type: string, default: hello}
locals:
  text: ${var.greeting}, all
resources:
  folder:
    logs: {}
    team: {for_each: [ana, bo], name: "team-${each.key}"}
    none: {when: false}
  text_file:
    first: {name: a.txt, parent: folder.logs, content: "${local.text}"}
    second: {name: b.txt, parent: folder.logs, content: "${text_file.first.folder}"}
    third: {name: c.txt, parent: folder.logs, content: "${text_file.second.folder}"}
outputs:
  where: {value: "${text_file.first.id}"}
  fixed: {value: 1}
"""


def explained(bench: Bench, address: str) -> Explanation:
    return explain(bench.plan(), parse_address(address), bench.context.catalogue)


def told(origin: Origin) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(link.what, str(link.position), link.reads) for link in origin.links]


def test_where_it_is_written_and_with_which_values(bench: Bench) -> None:
    bench.write(STACK)
    found = explained(bench, "text_file.first")
    assert str(found.position) == "mlinfra.yaml:13:5"
    assert (found.type, found.kind, found.provider, found.via) == ("text_file", "", "files", ())
    assert [(key.name, key.value, str(key.position)) for key in found.keys] == [
        ("name", "a.txt", "mlinfra.yaml:13:13"),
        ("content", "hello, all", "mlinfra.yaml:13:47"),
    ]
    assert found.others == ("folder",)
    assert [change.action for change in found.changes] == [Action.CREATE]
    assert found.record is None
    assert found.origins == ()


def test_a_change_is_followed_to_the_variable_that_it_comes_from(bench: Bench) -> None:
    bench.write(STACK)
    bench.apply()
    bench.values["greeting"] = "goodbye"
    found = explained(bench, "text_file.first")
    (origin,) = found.origins
    assert origin.path == ("content",)
    assert told(origin) == [
        ("", "mlinfra.yaml:13:56", ("local.text",)),
        ("local text", "mlinfra.yaml:6:9", ("var.greeting",)),
        ("variable greeting", "mlinfra.yaml:4:3", ()),
    ]
    assert found.record is not None
    assert found.serial == 1


def test_a_change_is_followed_through_the_calls_of_modules(bench: Bench) -> None:
    (bench.folder / "outer").mkdir()
    (bench.folder / "inner").mkdir()
    (bench.folder / "outer" / "module.yaml").write_text(
        "inputs: {words: {type: string}}\n"
        "resources: {folder: {main: {name: outer}}}\n"
        "modules:\n"
        "  deep: {source: ../inner, inputs: {text: '${var.words}!'}, parent: '${folder.main}'}\n"
        "outputs: {text: {value: '${module.deep.text}'}}\n"
    )
    (bench.folder / "inner" / "module.yaml").write_text(
        "inputs: {text: {type: string}, mode: {type: string, default: x}}\n"
        "resources:\n"
        "  text_file: {main: {name: deep.txt, content: '${var.text} ${var.mode}'}}\n"
        "outputs: {text: {value: '${text_file.main.content}'}}\n"
    )
    stack = """\
modules:
  top:
    source: outer
    for_each: {a: WORD}
    inputs: {words: "${each.value}"}
resources:
  folder: {here: {}}
  text_file: {copy: {parent: folder.here, content: "${module.top[\\"a\\"].text}"}}
"""
    bench.write(stack.replace("WORD", "one"))
    bench.apply()
    bench.write(stack.replace("WORD", "longer"))
    found = explained(bench, 'module.top["a"].module.deep.text_file.main')
    assert [via.name for via in found.via] == ['module.top["a"].module.deep', 'module.top["a"]']
    (origin,) = found.origins
    assert told(origin) == [
        ("", "inner/module.yaml:3:47", ("var.text", "var.mode")),
        ('input text of module.top["a"].module.deep', "outer/module.yaml:4:43", ("var.words",)),
        ('input words of module.top["a"]', "mlinfra.yaml:7:21", ("each.value",)),
        ("the members of module.top", "mlinfra.yaml:6:15", ()),
        ('the default of module.top["a"].module.deep\'s input mode', "inner/module.yaml:1:32", ()),
    ]
    (origin,) = explained(bench, "text_file.copy").origins
    assert [(link.what, link.action) for link in origin.links] == [
        ("", None),
        ('output text of module.top["a"]', None),
        ('output text of module.top["a"].module.deep', None),
        ('module.top["a"].module.deep.text_file.main', Action.UPDATE),
    ]


def test_what_was_taken_out_says_what_holds_instead(bench: Bench) -> None:
    stack = "resources: {folder: {logs: {}}, text_file: {a: {name: a.txt, content: hello}}}\n"
    bench.write(stack)
    bench.apply()
    bench.write(stack.replace("name: a.txt, ", ""))
    (origin,) = explained(bench, "text_file.a").origins
    assert origin == Origin(("name",), (), "not written: the name of its block")


def test_what_others_changed_outside_is_told(bench: Bench) -> None:
    bench.write(STACK)
    bench.apply()
    assert explained(bench, "text_file.first").drift is None
    (bench.disk / "logs" / "a.txt").write_text("mine")
    drift = explained(bench, "text_file.first").drift
    assert drift is not None
    assert [attribute.path for attribute in drift.attributes] == [("content",)]


def test_what_it_waits_for_and_who_needs_it(bench: Bench) -> None:
    bench.write(STACK)
    found = explained(bench, "text_file.second")
    assert [(str(n.address), n.parent, str(n.position)) for n in found.needs] == [
        ("folder.logs", True, "mlinfra.yaml:14:35"),
        ("text_file.first", False, "mlinfra.yaml:14:58"),
    ]
    assert [str(one.address) for one in found.chain] == ["folder.logs", "text_file.first", "text_file.second"]
    assert found.readers == (parse_address("text_file.third"),)
    assert found.outputs == ()

    first = explained(bench, "text_file.first")
    assert first.readers == (parse_address("text_file.second"),)
    assert (first.behind, first.outputs) == (1, ("where",))


def test_what_dies_with_it_and_what_it_lives_in(bench: Bench) -> None:
    bench.write(STACK)
    found = explained(bench, "folder.logs")
    assert [str(address) for address in found.inside] == [
        "text_file.first",
        "text_file.second",
        "text_file.third",
    ]
    assert (found.data, found.container, found.guarded) == ("every file in it", None, ())
    assert explained(bench, "text_file.third").container == parse_address("folder.logs")


def test_a_lifecycle_that_speaks_against_its_end_is_told(bench: Bench) -> None:
    bench.write("resources: {folder: {logs: {lifecycle: {prevent_destroy: true}}}}\n")
    assert explained(bench, "folder.logs").guarded == ("prevent_destroy",)


def test_a_block_is_explained_with_all_its_instances(bench: Bench) -> None:
    bench.write(STACK)
    found = explained(bench, "folder.team")
    assert [str(change.address) for change in found.changes] == ['folder.team["ana"]', 'folder.team["bo"]']
    assert found.keys == ()
    one = explained(bench, 'folder.team["bo"]')
    assert [(key.name, key.value) for key in one.keys] == [("name", "team-bo")]


def test_a_block_without_an_instance_is_explained_too(bench: Bench) -> None:
    bench.write(STACK)
    found = explained(bench, "folder.none")
    assert (found.changes, found.type, found.provider) == ((), "folder", "files")


def test_what_has_left_the_configuration_is_told_from_what_is_recorded(bench: Bench) -> None:
    bench.write(STACK)
    bench.apply()
    bench.write("resources: {folder: {logs: {}}}\n")
    found = explained(bench, "text_file.second")
    assert found.position is None
    assert [change.action for change in found.changes] == [Action.DELETE]
    assert {str(need.address) for need in found.needs} == {"folder.logs", "text_file.first"}
    assert found.readers == (parse_address("text_file.third"),)
    assert found.chain == ()


def test_how_long_it_took_here_is_told_before_what_its_type_says(bench: Bench) -> None:
    bench.write(STACK)
    assert explained(bench, "folder.logs").took == ()
    bench.apply()
    (took,) = explained(bench, "folder.logs").took
    assert (took.op, took.times) == ("create", 3)


def test_an_address_that_leads_nowhere_gets_the_near_one(bench: Bench) -> None:
    bench.write(STACK)
    with pytest.raises(MlinfraError) as caught:
        explained(bench, "text_file.frist")
    (wrong,) = caught.value.diagnostics
    assert wrong.code == "MLI-PLN-011"
    assert "Did you mean `text_file.first`?" in wrong.detail
