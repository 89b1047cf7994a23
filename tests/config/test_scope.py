from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.config.expression import evaluate
from mlinfra.config.namespace import Unresolved
from mlinfra.config.scope import Locals, Scope, Table, each_scope, fixed_locals
from mlinfra.config.scopes import base_scope
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.source import Node
from mlinfra.model.value import Sensitive, Unknown
from tests.config.helpers import read, stack, template


def locals_of(text: str) -> dict[str, Node]:
    return dict(read(text).value)


def with_locals(text: str, **names: Any) -> Scope:
    nodes = locals_of(text)
    return Scope(names, locals=(nodes, fixed_locals(nodes)))


def ask(expression: str, scope: Scope) -> Any:
    problems: list[Diagnostic] = []
    found = evaluate(template(expression), scope, problems)
    assert problems == []
    return found


class Counted:
    """A resource whose attribute may become known, and that counts who asks."""

    def __init__(self) -> None:
        self.value: Any = Unknown()
        self.asked = 0

    def find(self, name: Any) -> Any:
        self.asked += 1
        return self.value

    def names(self) -> list[str]:
        return ["id"]


def test_the_roots_of_a_configuration(tmp_path: Path) -> None:
    config = stack(
        tmp_path,
        "stack: churn\nvariables: {a: {default: 1}, s: {default: x, sensitive: true}}\n"
        "locals: {b: '${var.a + 1}', c: '${local.b + 1}', n: '${stack.name}'}\n",
    )
    scope = base_scope(config)
    assert sorted(scope.names()) == ["local", "stack", "var"]
    assert ask("${local.c}", scope) == 3
    assert ask("${local.n}-${var.a}", scope) == "churn-1"
    assert ask("${var.s}", scope) == Sensitive("x")


def test_names_on_top_hide_those_beneath() -> None:
    scope = Scope({"a": 1, "b": 2}).extended({"a": 3})
    assert (scope.find("a"), scope.find("b")) == (3, 2)
    assert list(scope.names()) == ["a", "b"]
    with pytest.raises(KeyError):
        scope.find("c")


def test_the_scope_beneath_stays_as_it_was() -> None:
    below = Scope({"a": 1})
    assert below.child("b", 2).find("b") == 2
    with pytest.raises(KeyError):
        below.find("b")


def test_laying_names_on_top_copies_nothing() -> None:
    class Untouchable(dict[str, Any]):
        def __iter__(self) -> Any:
            raise AssertionError("nobody may walk it")

    below = Scope(Untouchable(a=1))
    assert below.extended({"b": 2}).extended({"each": 3}).find("a") == 1


def test_each_of_an_instance() -> None:
    scope = Scope({}).extended({"each": each_scope("k", {"x": 1})})
    assert ask("${each.key}${each.value.x}", scope) == "k1"


# ---- locals ----------------------------------------------------------------------------------------------


def test_a_local_is_worked_out_when_asked_for_and_once() -> None:
    asked = Counted()
    asked.value = 5
    scope = with_locals("a: ${var.x}\nb: ${local.a + local.a}\nunused: ${1 / 0}", var=asked)
    assert ask("${local.b + local.b + local.a}", scope) == 25
    assert asked.asked == 1


def test_locals_see_the_resources_laid_over_them() -> None:
    scope = with_locals("id: ${t.id}").extended({"t": Table({"id": "/x"})})
    assert ask("${local.id}", scope) == "/x"
    assert ask("${local.id}", scope.extended({"each": each_scope(1, 1)})) == "/x"


def test_locals_do_not_see_each() -> None:
    scope = with_locals("a: ${each.key}").extended({"each": each_scope(1, 1)})
    problems: list[Diagnostic] = []
    evaluate(template("${local.a}"), scope, problems)
    assert [p.summary for p in problems] == ["there is no `each` here"]


def test_what_becomes_known_is_seen() -> None:
    resource = Counted()
    scope = with_locals("id: ${t.id}\nurl: https://${local.id}/").extended({"t": resource})
    assert ask("${local.url}", scope) == Unknown("${local.url}")
    resource.value = "a"
    assert ask("${local.url}", scope) == "https://a/"
    resource.value = "b"
    assert ask("${local.url}", scope) == "https://b/"


def test_a_chain_of_locals_costs_a_chain() -> None:
    resource = Counted()
    resource.value = "x"
    chain = "l0: ${t.id}\n" + "".join(
        f'l{i + 1}: ["${{local.l{i}}}", "${{local.l{i}}}"]\n' for i in range(10)
    )
    scope = with_locals(chain).extended({"t": resource})
    assert len(ask("${local.l10}", scope)) == 2
    assert resource.asked == 1


def test_locals_that_read_no_resource() -> None:
    nodes = locals_of(
        "a: 1\nb: ${local.a}\nc: ${t.x.id}\nd: ${local.c}\ne: ${local.d} ${local.b}\nf: ${var.x}\n"
    )
    assert fixed_locals(nodes) == frozenset({"a", "b", "f"})


def test_a_local_that_fails_is_told_once() -> None:
    scope = with_locals("a: ${1 / 0}\nb: ${local.a}")
    problems: list[Diagnostic] = []
    found = evaluate(read("x: ${local.a}\ny: ${local.b}\nz: ${local.a}"), scope, problems)
    assert [p.summary for p in problems] == ["this divides by zero"]
    assert found == {"x": Unknown("${local.a}"), "y": Unknown("${local.b}"), "z": Unknown("${local.a}")}


def test_a_local_that_there_is_not() -> None:
    problems: list[Diagnostic] = []
    evaluate(template("${local.b}"), with_locals("bb: 1"), problems)
    assert problems[0].detail.startswith("Did you mean `bb`?")


def test_a_ring_that_nobody_saw_coming_is_told() -> None:
    nodes = locals_of("a: ${local.b}\nb: ${local.a}")
    scope = Scope({}, locals=(nodes, frozenset(nodes)))
    local = scope.find("local")
    assert isinstance(local, Locals)
    with pytest.raises(Unresolved) as raised:
        local.find("a")
    assert raised.value.diagnostics[0].summary.endswith("local.a -> local.b -> local.a")


def test_a_tower_of_locals_ends_with_a_message() -> None:
    text = "l0: x\n" + "".join(f"l{i + 1}: ${{local.l{i}}}\n" for i in range(400))
    problems: list[Diagnostic] = []
    assert evaluate(template("${local.l400}"), with_locals(text), problems) == Unknown("${local.l400}")
    assert [p.code for p in problems] == ["MLI-CFG-038"]
