"""Modules: planned and applied, what flows through inputs and outputs, what is handed down."""

from __future__ import annotations

from typing import Any

import pytest

from mlinfra.config.loader import load
from mlinfra.engine.context import Options
from mlinfra.engine.planner import make_plan
from mlinfra.model.address import parse_address
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.plan import Action
from mlinfra.model.selection import parse_selection
from mlinfra.model.value import Sensitive, Unknown
from tests.engine.bench import Bench

SHELF = """
inputs:
  name: {type: string}
  words: {type: list(string), default: []}
locals:
  title: about-${var.name}
resources:
  folder:
    main: {name: "${var.name}"}
  text_file:
    about: {name: "${local.title}", content: "${var.name}"}
    many: {for_each: "${var.words}", name: "${each.key}", content: "${each.value}"}
outputs:
  folder: {value: "${folder.main.id}"}
  size: {value: "${text_file.about.size}"}
"""

SHELVED = ("folder.main", "text_file.about", "text_file.many")


def module(bench: Bench, name: str, text: str) -> None:
    folder = bench.folder / "modules" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "module.yaml").write_text(text)


@pytest.fixture
def shelved(bench: Bench) -> Bench:
    module(bench, "shelf", SHELF)
    return bench


def outputs(bench: Bench) -> dict[str, Any]:
    return {change.name: change.after for change in bench.plan().plan.outputs}


def refusals(bench: Bench) -> list[Diagnostic]:
    with pytest.raises(MlinfraError) as told:
        bench.plan()
    return list(told.value.diagnostics)


# ---- from nothing to an empty plan -----------------------------------------------------------------------


def test_a_module_with_inputs_resources_and_outputs(shelved: Bench) -> None:
    shelved.write("""
modules:
  one: {source: modules/shelf, inputs: {name: reports, words: [x]}}
resources:
  text_file:
    beside: {parent: "${module.one.folder}", content: "is ${module.one.size}"}
outputs:
  where: {value: "${module.one.folder}"}
""")
    assert shelved.actions() == {
        "text_file.beside": Action.CREATE,
        "module.one.folder.main": Action.CREATE,
        "module.one.text_file.about": Action.CREATE,
        'module.one.text_file.many["x"]': Action.CREATE,
    }
    assert outputs(shelved) == {"where": "/reports"}
    assert isinstance(shelved.change("text_file.beside").after["content"], Unknown)  # type: ignore[index]
    assert not shelved.apply().failures
    assert (shelved.disk / "reports" / "about-reports").read_text() == "reports"
    assert (shelved.disk / "reports" / "beside").read_text() == "is 7"
    assert shelved.settled_empty()


def test_each_instance_is_a_scope_of_its_own(shelved: Bench) -> None:
    shelved.write("""
modules:
  team:
    source: modules/shelf
    for_each: {ana: [x], bo: [y, z]}
    inputs: {name: "of-${each.key}", words: "${each.value}"}
  nobody: {source: modules/shelf, when: false, inputs: {name: nobody}}
  pair: {source: modules/shelf, count: 2, inputs: {name: "pair-${each.key}"}}
outputs:
  bo: {value: '${module.team["bo"].folder}'}
  second: {value: "${module.pair[1].folder}"}
  all: {value: "${[module.team[name].folder for name in module.team]}"}
""")
    assert not shelved.apply().failures
    files = {path.relative_to(shelved.disk).as_posix() for path in shelved.disk.glob("of-*/[xyz]")}
    assert files == {"of-ana/x", "of-bo/y", "of-bo/z"}
    assert outputs(shelved) == {"bo": "/of-bo", "second": "/pair-1", "all": ["/of-ana", "/of-bo"]}
    assert 'module.team["bo"].text_file.many["z"]' in shelved.recorded()
    assert "module.pair[1].folder.main" in shelved.recorded()
    assert shelved.settled_empty()


def test_modules_call_modules(shelved: Bench) -> None:
    module(
        shelved,
        "floor",
        """
inputs: {names: {type: list(string)}}
modules: {shelf: {source: ../shelf, for_each: "${var.names}", inputs: {name: "${each.key}"}}}
outputs: {last: {value: "${module.shelf[var.names[-1]].folder}"}}
""",
    )
    shelved.write(
        "modules:\n  ground: {source: modules/floor, inputs: {names: [a, b]}}\n"
        'outputs: {last: {value: "${module.ground.last}"}}\n'
    )
    assert not shelved.apply().failures
    assert 'module.ground.module.shelf["b"].folder.main' in shelved.recorded()
    assert outputs(shelved) == {"last": "/b"}
    assert shelved.settled_empty()


# ---- what flows ------------------------------------------------------------------------------------------


def test_what_is_not_known_yet_flows_through_modules(shelved: Bench) -> None:
    module(
        shelved,
        "pass",
        'inputs: {value: {}}\nlocals: {same: "${var.value}"}\noutputs: {value: {value: "${local.same}"}}\n',
    )
    shelved.write("""
modules:
  one: {source: modules/shelf, inputs: {name: reports}}
  along: {source: modules/pass, inputs: {value: "${module.one.size}"}}
resources:
  text_file:
    told: {parent: "${module.one.folder}", content: "size ${module.along.value}"}
""")
    plan = shelved.plan().plan
    told = next(change for change in plan.changes if change.address == parse_address("text_file.told"))
    assert told.after is not None and isinstance(told.after["content"], Unknown)
    assert not shelved.apply().failures
    assert (shelved.disk / "reports" / "told").read_text() == "size 7"
    shelved.write(
        (shelved.folder / "mlinfra.yaml").read_text().split("\n", 2)[2].replace("reports", "numbers")
    )
    assert shelved.actions()["module.one.folder.main"] is Action.DELETE_CREATE


def test_members_of_a_module_may_hold_what_is_not_known_yet(shelved: Bench) -> None:
    module(
        shelved,
        "note",
        "inputs: {text: {}, folder: {type: string}}\nresources: {text_file: {note: "
        '{folder: "${var.folder}", content: "${var.text}"}}}\n',
    )
    shelved.write("""
modules:
  one: {source: modules/shelf, inputs: {name: reports}}
  note:
    source: modules/note
    for_each: {a: "${module.one.size}"}
    inputs: {text: "n${each.value}", folder: reports}
""")
    assert not shelved.apply().failures
    assert (shelved.disk / "reports" / "note").read_text() == "n7"
    assert shelved.settled_empty()


def test_secrets_stay_secret_on_their_way(shelved: Bench) -> None:
    module(
        shelved,
        "vault",
        'inputs: {word: {type: string, sensitive: true}}\noutputs: {word: {value: "${var.word}"}, '
        'length: {value: "${length(var.word)}"}, told: {value: open, sensitive: true}}\n',
    )
    shelved.write("""
modules:
  vault: {source: modules/vault, inputs: {word: hush}}
outputs: {word: {value: "${module.vault.word}"}, long: {value: "${module.vault.length}"},
  told: {value: "${module.vault.told}"}}
""")
    assert outputs(shelved) == {"word": Sensitive("hush"), "long": Sensitive(4), "told": Sensitive("open")}


@pytest.mark.parametrize(
    ("declared", "given", "value"),
    [
        ("{default: [a]}", "", ["a"]),
        ("{type: 'object({a: number, b: optional(string)})'}", "{a: 1}", {"a": 1, "b": None}),
        ("{type: list(string), nullable: true}", "null", None),
        ("{type: any}", "'${1 + 1}'", 2),
    ],
)
def test_inputs_are_filled_like_variables(bench: Bench, declared: str, given: str, value: Any) -> None:
    module(bench, "pass", f'inputs: {{x: {declared}}}\noutputs: {{x: {{value: "${{var.x}}"}}}}\n')
    inputs = f"{{x: {given}}}" if given else "{}"
    bench.write(
        f"modules: {{a: {{source: modules/pass, inputs: {inputs}}}}}\n"
        'outputs: {x: {value: "${module.a.x}"}}\n'
    )
    assert outputs(bench) == {"x": value}


@pytest.mark.parametrize(
    ("declared", "given", "summary"),
    [
        ("{type: number}", "four", "input `x` of module.a is declared as number"),
        ("{nullable: false}", "null", "input `x` of module.a is declared as any"),
        ("{type: list(string)}", "'${[1]}'", "input `x` of module.a is declared as list(string)"),
        (
            "{validation: [{condition: '${var.x > 3}', message: too small}]}",
            "2",
            "the value of input `x` is refused",
        ),
    ],
)
def test_inputs_are_held_against_their_declaration(
    bench: Bench, declared: str, given: str, summary: str
) -> None:
    module(bench, "pass", f"inputs: {{x: {declared}}}\n")
    bench.write(f"modules:\n  a: {{source: modules/pass, inputs: {{x: {given}}}}}\n")
    (found,) = refusals(bench)
    assert found.summary == summary
    assert str(found.position).startswith("mlinfra.yaml:4:")


def test_an_expression_that_fails_in_a_module_shows_how_one_gets_there(bench: Bench) -> None:
    module(bench, "inner", 'inputs: {x: {}}\nresources: {folder: {main: {name: "${var.x.y}"}}}\n')
    module(bench, "outer", "modules: {inner: {source: ../inner, inputs: {x: 1}}}\n")
    bench.write("modules:\n  a: {source: modules/outer}\n")
    (found,) = refusals(bench)
    assert str(found.position) == "modules/inner/module.yaml:2:38"
    assert [(via.name, str(via.position)) for via in found.via or ()] == [
        ("module.a.module.inner", "modules/outer/module.yaml:1:11"),
        ("module.a", "mlinfra.yaml:4:3"),
    ]


def test_an_expression_that_fails_where_a_module_is_called_is_told_of_there(bench: Bench) -> None:
    module(bench, "inner", 'inputs: {x: {}}\nresources: {folder: {main: {name: "${var.x}"}}}\n')
    bench.write("modules:\n  a: {source: modules/inner, inputs: {x: \"${'a' + 1}\"}}\n")
    (found,) = refusals(bench)
    assert str(found.position).startswith("mlinfra.yaml:4:")
    assert not found.via


# ---- what is handed down ---------------------------------------------------------------------------------

NOTE = "resources: {text_file: {note: {content: hello}}}\n"


def test_a_parent_is_implied_in_its_own_module_only(bench: Bench) -> None:
    module(bench, "note", NOTE)
    bench.write("resources: {folder: {main: {}}}\nmodules: {a: {source: modules/note}}\n")
    (found,) = refusals(bench)
    assert (found.code, found.summary.split(" needs")[0]) == ("MLI-REF-007", "module.a.text_file.note")


def test_a_parent_is_handed_down_through_modules(bench: Bench) -> None:
    module(bench, "note", NOTE)
    module(bench, "outer", "modules: {inner: {source: ../note}}\n" + NOTE.replace("note:", "own:"))
    bench.write(
        """
resources: {folder: {main: {}, other: {}}}
modules:
  a: {source: modules/outer, parent: folder.main}
  b: {source: modules/note, for_each: [x], parent: "${folder.many[each.key]}"}
""".replace("other: {}", "other: {}, many: {for_each: [x, y], name: '${each.key}'}")
    )
    assert not bench.apply().failures
    ids = {address: record.id for address, record in bench.recorded().items()}
    assert ids["module.a.module.inner.text_file.note"] == "/main/note"
    assert ids['module.b["x"].text_file.note'] == "/x/note"


def test_two_children_of_one_name_in_one_parent_are_one_resource(bench: Bench) -> None:
    module(bench, "note", NOTE)
    bench.write(
        "resources: {folder: {main: {}}}\nmodules:\n  a: {source: modules/note, parent: folder.main}\n"
        "  b: {source: modules/note, parent: folder.main}\n"
    )
    (found,) = refusals(bench)
    assert found.code == "MLI-REF-009"


def test_what_no_module_can_live_in(bench: Bench) -> None:
    module(bench, "note", NOTE)
    bench.write(
        "resources: {folder: {main: {}}}\nmodules:\n  a: {source: modules/note, parent: folder.mian}\n"
    )
    found = refusals(bench)[0]
    assert found.code == "MLI-REF-018"
    assert "`folder.mian` is no resource that module.a could live in" in found.summary


def test_names_mean_what_is_nearest(bench: Bench) -> None:
    text = "resources: {folder: {main: {name: NAME}}, text_file: {note: {folder: main, content: hello}}}\n"
    module(bench, "note", "inputs: {name: {}}\n" + text.replace("NAME", '"${var.name}"'))
    module(bench, "bare", "resources: {text_file: {bare: {folder: outside, content: hello}}}\n")
    bench.write("""
resources: {folder: {main: {name: outside}}}
modules:
  a: {source: modules/note, inputs: {name: main}}
  b: {source: modules/bare}
""")
    assert not bench.apply().failures
    ids = {address: record.id for address, record in bench.recorded().items()}
    assert ids["module.a.text_file.note"] == "/main/note"
    assert ids["module.b.text_file.bare"] == "/outside/bare"


def test_settings_are_handed_down_and_aliases_chosen(bench: Bench) -> None:
    module(bench, "shelf", SHELF)
    other = bench.folder / "other"
    bench.write(
        "modules: {a: {source: modules/shelf, provider: files.other, inputs: {name: a}}}\n"
        "resources: {folder: {here: {}, there: {provider: files.other}}}\n"
    )
    path = bench.folder / "mlinfra.yaml"
    path.write_text(path.read_text().replace('"}\n', f'", aliases: {{other: {{root: {other}}}}}}}\n', 1))
    planned = make_plan(load(bench.folder), bench.manager.load(), bench.context, Options(refresh=False))
    roots = {str(address): work.settings["root"] for address, work in planned.works.items()}
    assert roots["folder.here"] == str(bench.disk)
    assert roots["folder.there"] == roots["module.a.folder.main"] == str(other)
    bench.apply()
    assert bench.recorded()["module.a.folder.main"].settings == {"root": str(other)}


def test_modules_wait_for_what_depends_on_names(bench: Bench) -> None:
    module(bench, "shelf", SHELF)
    bench.write("""
modules:
  a: {source: modules/shelf, inputs: {name: a}}
  b: {source: modules/shelf, inputs: {name: b}, depends_on: [module.a, folder.x]}
resources: {folder: {x: {}, y: {depends_on: [module.b]}}}
""")
    needs = bench.plan().resolver.graph.needs
    waits = {str(needed) for needed in needs[parse_address("module.b.folder.main")]}
    assert waits == {
        "folder.x",
        "module.a.folder.main",
        "module.a.text_file.about",
        "module.a.text_file.many",
    }
    assert parse_address("module.b.text_file.about") in needs[parse_address("folder.y")]


def test_one_instance_does_not_wait_for_another(bench: Bench) -> None:
    module(bench, "shelf", SHELF)
    module(
        bench,
        "note",
        "inputs: {where: {}}\nresources: {text_file: {n: {folder: '${var.where}', content: a}}}\n",
    )
    bench.write("""
modules:
  shelf: {source: modules/shelf, for_each: [a, b], inputs: {name: "${each.key}"}}
  note: {source: modules/note, for_each: [a, b], inputs: {where: "${module.shelf[each.key].folder}"}}
""")
    needs = bench.plan().resolver.graph.needs[parse_address('module.note["a"].text_file.n')]
    assert set(map(str, needs)) == {'module.shelf["a"].folder.main'}


# ---- addresses -------------------------------------------------------------------------------------------


def test_a_resource_moves_into_a_module_and_out_again(shelved: Bench) -> None:
    flat = "resources: {folder: {main: {name: reports}}}\n"
    shelved.write(flat)
    shelved.apply()
    inside = "modules: {s: {source: modules/shelf, for_each: [x], inputs: {name: reports}}}\n"
    shelved.write(inside + "moved: [{from: folder.main, to: 'module.s[\"x\"].folder.main'}]\n")
    actions = shelved.actions()
    assert actions["folder.main"] is Action.FORGET
    assert actions['module.s["x"].folder.main'] is Action.ADOPT
    assert not shelved.apply().failures
    shelved.write(
        flat + "moved: [{from: 'module.s[\"x\"].folder.main', to: folder.main}]\n"
        "removed: [{from: 'module.s[\"x\"].text_file.about', destroy: false}]\n"
    )
    assert not shelved.apply().failures
    assert set(shelved.recorded()) == {"folder.main"}
    assert (shelved.disk / "reports" / "about-reports").exists()


def test_something_that_exists_becomes_a_resource_of_a_module(shelved: Bench) -> None:
    shelved.write("modules: {s: {source: modules/shelf, inputs: {name: reports}}}\n")
    (shelved.disk / "reports").mkdir()
    shelved.write(
        "modules: {s: {source: modules/shelf, inputs: {name: reports}}}\n"
        "variables: {id: {default: /reports}}\nimport: [{to: module.s.folder.main, id: '${var.id}'}]\n"
    )
    assert shelved.actions()["module.s.folder.main"] is Action.ADOPT


def test_addresses_in_modules_can_be_targets(shelved: Bench) -> None:
    shelved.write("modules: {s: {source: modules/shelf, for_each: [a, b], inputs: {name: '${each.key}'}}}\n")
    target = parse_address('module.s["b"].text_file.about')
    assert set(shelved.actions(targets=(target,))) == {
        'module.s["b"].folder.main',
        'module.s["b"].text_file.about',
    }


TWO = "modules: {s: {source: modules/shelf, for_each: [a, b], inputs: {name: '${each.key}'}}}\n"


@pytest.mark.parametrize(
    ("selection", "keys"), [("module.s", "ab"), ('module.s["b"]', "b"), ("module.s.text_file.about", "")]
)
def test_whole_modules_can_be_targets_and_left_out(shelved: Bench, selection: str, keys: str) -> None:
    shelved.write(TWO + "resources: {folder: {beside: {name: beside}}}\n")
    part = (parse_selection(selection),)
    inside = {f'module.s["{key}"].{name}' for key in keys for name in ("folder.main", "text_file.about")}
    if not keys:
        assert [found.code for found in refusals_of(shelved, targets=part)] == ["MLI-PLN-011"]
        return
    assert set(shelved.actions(targets=part)) == inside
    assert set(shelved.actions(excluded=part)) == set(shelved.actions()) - inside
    assert not shelved.apply().failures
    replaced = shelved.actions(replace=part)
    assert replaced.keys() == inside
    assert all(action.replaces for action in replaced.values())
    assert {a for a, action in shelved.actions(targets=part, destroy=True).items()} == inside


def refusals_of(bench: Bench, **options: Any) -> list[Diagnostic]:
    with pytest.raises(MlinfraError) as told:
        bench.plan(**options)
    return list(told.value.diagnostics)


def test_a_module_that_is_not_there_is_told_with_the_near_one(shelved: Bench) -> None:
    shelved.write(TWO)
    (found,) = refusals_of(shelved, targets=(parse_selection("module.shelf"),))
    assert found.summary == "there is no module.shelf in this stack"
    (found,) = refusals_of(shelved, excluded=(parse_selection('module.s["c"]'),))
    assert "Did you mean" in found.detail


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (text, text.replace("{s:", "{t:"))
        for text in ("{s: {source: modules/shelf, inputs: {name: x}}}", TWO.partition(": ")[2].strip())
    ],
)
def test_a_whole_module_has_another_name(shelved: Bench, old: str, new: str) -> None:
    shelved.write(f"modules: {old}\n")
    assert not shelved.apply().failures
    before = shelved.recorded()
    shelved.write(f"modules: {new}\nmoved: [{{from: module.s, to: module.t}}]\n")
    assert set(shelved.actions().values()) == {Action.FORGET, Action.ADOPT}
    assert not shelved.apply().failures
    after = shelved.recorded()
    assert {a.replace("module.t", "module.s"): r.id for a, r in after.items()} == {
        a: r.id for a, r in before.items()
    }
    assert all("module.s" not in str(needed) for r in after.values() for needed in r.dependencies)
    assert shelved.settled_empty()


def test_a_module_gets_instances_and_loses_them(shelved: Bench) -> None:
    one = "modules: {s: {source: modules/shelf, inputs: {name: a}}}\n"
    shelved.write(one)
    assert not shelved.apply().failures
    shelved.write(TWO + "moved: [{from: module.s, to: 'module.s[\"a\"]'}]\n")
    assert {a for a, what in shelved.actions().items() if what is Action.CREATE} == {
        'module.s["b"].folder.main',
        'module.s["b"].text_file.about',
    }
    assert not shelved.apply().failures
    shelved.write(one + "moved: [{from: 'module.s[\"a\"]', to: module.s}]\n")
    assert {a for a, what in shelved.actions().items() if what is Action.DELETE} == {
        'module.s["b"].folder.main',
        'module.s["b"].text_file.about',
    }
    assert not shelved.apply().failures
    assert set(shelved.recorded()) == {"module.s.folder.main", "module.s.text_file.about"}


@pytest.mark.parametrize(
    ("move", "code"),
    [
        ("{from: module.s, to: module.t}", "MLI-CFG-013"),
        ("{from: module.gone, to: module.t}", "MLI-REF-001"),
        ("{from: module.gone, to: folder.main}", "MLI-CFG-013"),
        ("{from: folder.main, to: module.s}", "MLI-CFG-013"),
    ],
)
def test_a_move_of_modules_that_cannot_be(shelved: Bench, move: str, code: str) -> None:
    shelved.write(TWO + f"moved: [{move}]\n")
    assert [found.code for found in refusals(shelved)] == [code]


def test_an_instance_that_is_taken_out_is_destroyed(shelved: Bench) -> None:
    text = "modules: {s: {source: modules/shelf, for_each: [a, b], inputs: {name: '${each.key}'}}}\n"
    shelved.write(text)
    shelved.apply()
    shelved.write(text.replace("[a, b]", "[b]"))
    assert {address for address, action in shelved.actions().items() if action is Action.DELETE} == {
        'module.s["a"].folder.main',
        'module.s["a"].text_file.about',
    }


def test_an_expression_that_gives_null_leaves_its_key_out(bench: Bench) -> None:
    module(
        bench,
        "note",
        "inputs: {name: {default: null}}\n" + NOTE.replace("{content", "{name: '${var.name}', content"),
    )
    bench.write(
        "resources: {folder: {main: {}}}\nmodules:\n  a: {source: modules/note, parent: folder.main}\n"
        "  b: {source: modules/note, parent: folder.main, inputs: {name: x}}\n"
    )
    assert not bench.apply().failures
    assert sorted(path.name for path in (bench.disk / "main").iterdir()) == ["note", "x"]


@pytest.mark.parametrize(
    ("aliases", "code", "summary"),
    [
        ("other", "MLI-CFG-040", "`aliases` of `files` takes a map of settings"),
        ("{other: here}", "MLI-CFG-040", "alias `other` of `files` takes a map of settings"),
        ("{'a-b': {}}", "MLI-CFG-017", "`a-b` cannot be the name of an alias"),
        ("{other: {rot: x}}", "MLI-CFG-012", "unknown key `rot` in `files.other`"),
    ],
)
def test_aliases_that_cannot_be(bench: Bench, aliases: str, code: str, summary: str) -> None:
    bench.write("resources: {folder: {main: {}}}\n")
    path = bench.folder / "mlinfra.yaml"
    path.write_text(path.read_text().replace('"}\n', f'", aliases: {aliases}}}\n', 1))
    (found,) = refusals(bench)
    assert (found.code, found.summary) == (code, summary)
