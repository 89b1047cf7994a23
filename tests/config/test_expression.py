from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlinfra.config import codes
from mlinfra.config.evaluator import Evaluator
from mlinfra.config.expression import evaluate, evaluate_with_cause
from mlinfra.config.scope import Scope, Table
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.value import Redacted, Sensitive, Unknown
from tests.config.helpers import failure, marked, read, scope, template, value

DATA: dict[str, Any] = {
    "name": "churn",
    "count": 3,
    "ratio": 0.5,
    "on": True,
    "nothing": None,
    "tags": {"team": "ml", "cost-center": "7", "empty": ""},
    "people": ["ana", "ben"],
    "pairs": [{"n": "a", "v": 1}, {"n": "b", "v": 2}],
}


# ---- values ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("${var.name}", "churn"),
        ("${var.count}", 3),
        ("${var.on}", True),
        ("${var.nothing}", None),
        ("${var.tags}", DATA["tags"]),
        ("${var.tags.team}", "ml"),
        ('${var.tags["cost-center"]}', "7"),
        ('${var["name"]}', "churn"),
        ("${var.people[0]}", "ana"),
        ("${var.people[-1]}", "ben"),
        ("${var.people[0:1]}", ["ana"]),
        ("${var.name[0:2]}", "ch"),
        ("${true}", True),
        ("${false}", False),
        ("${null}", None),
        ("${None}", None),
        ("${1 + 2 * 3}", 7),
        ("${7 // 2}", 3),
        ("${7 % 2}", 1),
        ("${4 / 2}", 2),
        ("${3 / 2}", 1.5),
        ("${-var.count}", -3),
        ("${+var.count}", 3),
        ("${'a' + 'b'}", "ab"),
        ("${[1] + [2]}", [1, 2]),
        ("${'ab' * 2}", "abab"),
        ("${2 * [0]}", [0, 0]),
        ("${1 == 1.0}", True),
        ("${1 == true}", False),
        ("${[1] == [true]}", False),
        ("${{'a': 1} == {'a': 1}}", "${{'a': 1} == {'a': 1}}"),
        ("${ {'a': 1} == {'a': 1} }", True),
        ("${'a' != 'b'}", True),
        ("${1 < 2 < 3}", True),
        ("${1 < 2 > 3}", False),
        ("${2 >= 2 <= 2}", True),
        ("${'b' > 'a'}", True),
        ("${'a' < 'b'}", True),
        ("${'ana' in var.people}", True),
        ("${'team' in var.tags}", True),
        ("${'x' not in var.name}", True),
        ("${'name' in var}", True),
        ("${not var.on}", False),
        ("${var.on and var.count > 2}", True),
        ("${var.nothing or 'x'}", "x"),
        ("${'a' if var.count > 2 else 'b'}", "a"),
        ("${[p + '!' for p in var.people if p != 'ben']}", ["ana!"]),
        ("${ {p.n: p.v for p in var.pairs} }", {"a": 1, "b": 2}),
        ("${[a + b for a in ['x', 'y'] for b in ['1', '2']]}", ["x1", "x2", "y1", "y2"]),
        ("${ {k: v for k, v in items(var.tags) if v} }", {"team": "ml", "cost-center": "7"}),
        ("${[k for k in var.tags]}", ["team", "cost-center", "empty"]),
        ("${[*var.people, 'eva']}", ["ana", "ben", "eva"]),
        ("${ {**var.tags, 'team': 'x'} }", {"team": "x", "cost-center": "7", "empty": ""}),
        ("${(1, 2)}", [1, 2]),
        ("${ {} }", {}),
        ("${join('-', [x for x in var.people])}", "ana-ben"),
        ("${join('-', (x for x in var.people))}", "ana-ben"),
    ],
)
def test_values_keep_their_type(text: str, wanted: Any) -> None:
    found = value(text, var=DATA)
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x-${var.name}-y", "x-churn-y"),
        ("${var.name}${var.name}", "churnchurn"),
        ("n=${var.count}", "n=3"),
        ("r=${var.ratio}", "r=0.5"),
        ("r=${3 / 1.5}", "r=2"),
        ("b=${var.on}", "b=true"),
        ("b=${not var.on}", "b=false"),
        ("$${x} ${var.name}", "${x} churn"),
        ("${{inputs.x}} ${var.name}", "${{inputs.x}} churn"),
    ],
)
def test_inside_of_text_values_become_text(text: str, wanted: str) -> None:
    assert value(text, var=DATA) == wanted


@pytest.mark.parametrize(("name", "what"), [("nothing", "null"), ("people", "a list"), ("tags", "a map")])
def test_what_cannot_be_put_into_text(name: str, what: str) -> None:
    found = failure(f"x-${{var.{name}}}", var=DATA)
    assert found.code == codes.NOT_TEXT
    assert found.summary == f"{what} cannot be put into text"
    assert marked(found) == f"${{var.{name}}}"
    assert found.detail


def test_a_whole_node_is_worked_out() -> None:
    node = read("a: [1, '${var.n}', {b: 'x-${var.n}', c: ~}]\nd: yes\n")
    problems: list[Diagnostic] = []
    assert evaluate(node, scope(var={"n": 2}), problems) == {"a": [1, 2, {"b": "x-2", "c": None}], "d": "yes"}
    assert not problems


def test_all_that_fails_is_told() -> None:
    problems: list[Diagnostic] = []
    found = evaluate(read("a: ${var.x}\nb: ${1 + 'a'}\nc: 3"), scope(var={}), problems)
    assert [p.code for p in problems] == [codes.NOTHING_THERE, codes.FAILS]
    assert found == {"a": Unknown("${var.x}"), "b": Unknown("${1 + 'a'}"), "c": 3}


# ---- names that lead nowhere -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "underlined", "near"),
    [
        ("${vra.name}", "vra", "Did you mean `var`?"),
        ("${var.nam}", "var.nam", "Did you mean `name`?"),
        ("${var.tags.taem}", "var.tags.taem", "Did you mean `team`?"),
        ("${var.tags.team.x}", "var.tags.team.x", "Only maps have keys."),
        ('x-${var["nam"]}', 'var["nam"]', "Did you mean `name`?"),
        ("${[p.m for p in var.pairs]}", "p.m", "It has: n, v."),
        ("${[xy for x in var.people]}", "xy", "There are: x, var."),
        ("${var.people.ana}", "var.people.ana", "[x.ana for x in var.people]"),
        ("${var.nothing.x}", "var.nothing.x", "var.nothing.x if var.nothing != null else"),
        ("${lower}", "lower", "Call it: lower(text)."),
        ("${var.people[2]}", "var.people[2]", "It has 2 members"),
        ("${var.people['a']}", "'a'", "Write a whole number"),
        ("${var.tags[0]}", "0", "Keys of maps are text."),
        ("${var.people[true]}", "true", "Write a whole number"),
    ],
)
def test_near_names_at_every_level(text: str, underlined: str, near: str) -> None:
    found = failure(text, var=DATA)
    assert marked(found) == underlined
    assert near in found.detail


def test_a_namespace_is_not_a_value() -> None:
    found = failure("${workspace.main}", workspace={"main": Table({"name": "a", "id": "/a"})})
    assert found.summary == "`workspace.main` is not one value"
    assert "${workspace.main.id}" in found.detail
    assert failure("${[var]}", var=DATA).code == codes.NOTHING_THERE


def test_namespaces_can_be_gone_through() -> None:
    teams = {"people": Table({"ana": Table({"id": 1}), "ben": Table({"id": 2})})}
    assert value("${[x.id for x in values(team.people)]}", team=teams) == [1, 2]
    assert value("${keys(team.people)}", team=teams) == ["ana", "ben"]
    assert value("${length(team.people)}", team=teams) == 2
    assert value("${[k for k in team.people]}", team=teams) == ["ana", "ben"]
    assert value("${team.people['ben'].id}", team=teams) == 2
    assert value("${'ana' in team.people}", team=teams) is True


def test_instances_of_count_are_looked_up_by_number() -> None:
    boxes = {"many": Table({0: Table({"id": "a"}), 1: Table({"id": "b"})})}
    assert value("${box.many[1].id}", box=boxes) == "b"
    assert value("${[x.id for x in values(box.many)]}", box=boxes) == ["a", "b"]
    assert failure("${box.many[2].id}", box=boxes).summary == "`box.many` has no `2`"


# ---- values of the wrong kind ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("${'a' + 1}", "`+` cannot put text and a number together"),
        ("${1 + true}", "`+` cannot put a number and true or false together"),
        ("${var.tags + var.tags}", "`+` cannot put a map and a map together"),
        ("${'%s' % 'x'}", "`%` cannot put text and text together"),
        ("${'a' - 'b'}", "`-` cannot put text and text together"),
        ("${1 < 'a'}", "`<` cannot compare a number with text"),
        ("${true < false}", "`<` cannot compare true or false with true or false"),
        ("${1 in 'a'}", "`in` looks for text in text, and this is a number"),
        ("${1 in 2}", "`in` looks into text, lists and maps, and this is a number"),
        ("${-'a'}", "a sign takes a number, and this is text"),
        ("${1 / 0}", "this divides by zero"),
        ("${1 // 0}", "this divides by zero"),
        ("${1 % 0}", "this divides by zero"),
        ("${[x for x in 'abc']}", "`'abc'` is text and has no members"),
        ("${[x for x in 3]}", "`3` is a number and has no members"),
        ("${[a for a, b in [[1, 2, 3]]]}", "`(a, b)` takes 2 values at a time"),
        ("${[a for a, b in ['xy']]}", "`(a, b)` takes 2 values at a time"),
        ("${ {1: 2} }", "a key of a map is text, and this is a number"),
        ("${ {**[1]} }", "`**` takes a map, and this is a list"),
        ("${[*3]}", "`3` is a number and has no members"),
        ("${var.people['a':]}", "a part of a list is taken by whole numbers"),
        ("${var.people[::0]}", "a part of a list is taken by whole numbers"),
        ("${lower(1)}", "`lower` cannot do with what it is given"),
    ],
)
def test_what_cannot_be_done(text: str, summary: str) -> None:
    found = failure(text, var=DATA)
    assert (found.code, found.summary) == (codes.FAILS, summary)


# ---- unknown values --------------------------------------------------------------------------------------

LATER = {
    "later": Unknown(),
    "now": 1,
    "mixed": {"a": Unknown(), "b": 2},
    "list": [1, Unknown()],
    "secret": Unknown("x", sensitive=True),
}


@pytest.mark.parametrize(
    "text",
    [
        "${r.later}",
        "x-${r.later}",
        "${r.later}-${r.now}",
        "${r.later + 1}",
        "${-r.later}",
        "${r.later == 1}",
        "${1 == r.later}",
        "${1 in r.list}",
        "${r.list == r.list}",
        "${r.later and 1}",
        "${r.later or 1}",
        "${not r.later}",
        "${1 if r.later else 2}",
        "${lower(r.later)}",
        "${join('-', r.list)}",
        "${jsonencode(r.mixed)}",
        "${r.later.x.y}",
        "${r.later[0]}",
        "${[1, 2][r.later]}",
        "${[x for x in r.later]}",
        "${[x for x in [1] if r.later]}",
        "${ {r.later: 1} }",
        "${[*r.later]}",
        "${coalesce(null, r.later, 'a')}",
        "${false or r.later}",
        "${r.mixed.a}",
        "${r.list[1]}",
    ],
)
def test_an_expression_that_needs_an_unknown_is_unknown(text: str) -> None:
    assert value(text, r=LATER) == Unknown(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("${r.now}", 1),
        ("${1 if true else r.later}", 1),
        ("${r.later if false else 2}", 2),
        ("${true or r.later}", True),
        ("${false and r.later}", False),
        ("${coalesce('a', r.later)}", "a"),
        ("${r.mixed.b}", 2),
        ("${r.list[0]}", 1),
        ("${length(r.list)}", 2),
        ("${keys(r.mixed)}", ["a", "b"]),
        ("${'a' in r.mixed}", True),
        ("${[1 for x in r.list]}", [1, 1]),
    ],
)
def test_what_needs_no_unknown_is_known(text: str, wanted: Any) -> None:
    assert value(text, r=LATER) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("${r.mixed}", {"a": Unknown(), "b": 2}),
        ("${r.list}", [1, Unknown()]),
        ("${[r.now, r.later]}", [1, Unknown()]),
        ("${ {'x': r.later} }", {"x": Unknown()}),
        ("${merge(r.mixed, {'c': 3})}", {"a": Unknown(), "b": 2, "c": 3}),
        ("${concat(r.list, [2])}", [1, Unknown(), 2]),
        ("${[x for x in r.list]}", [1, Unknown()]),
        ("${values(r.mixed)}", [Unknown(), 2]),
    ],
)
def test_unknown_leaves_go_along_in_what_only_carries_them(text: str, wanted: Any) -> None:
    assert value(text, r=LATER) == wanted


def test_what_was_unknown_is_told() -> None:
    problems: list[Diagnostic] = []
    found = evaluate_with_cause(template("x-${lower(r.later)}"), scope(r=LATER), problems)
    assert found == (Unknown("x-${lower(r.later)}"), "r.later")
    assert evaluate_with_cause(template("${r.now}"), scope(r=LATER), problems) == (1, "")


# ---- secrets ---------------------------------------------------------------------------------------------

SECRET = {
    "key": Sensitive("s3cr3t"),
    "map": Sensitive({"a": "s3cr3t"}),
    "inner": {"a": Sensitive("s3cr3t"), "b": "open"},
    "flag": Sensitive(True),
    "list": ["open", Sensitive("s3cr3t")],
    "number": Sensitive(4),
    "old": Redacted("abc"),
    "later": Unknown("x", sensitive=True),
    "open": "open",
    "unknown": Unknown(),
}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("${s.key}", "s3cr3t"),
        ("x-${s.key}", "x-s3cr3t"),
        ("${s.open}-${s.key}", "open-s3cr3t"),
        ("${s.map}", {"a": "s3cr3t"}),
        ("${s.map.a}", "s3cr3t"),
        ("${s.inner.a}", "s3cr3t"),
        ("${upper(s.key)}", "S3CR3T"),
        ("${length(s.key)}", 6),
        ("${s.key == 'x'}", False),
        ("${1 if s.flag else 2}", 1),
        ("${not s.flag}", False),
        ("${s.flag and 'x'}", "x"),
        ("${s.number + 1}", 5),
        ("${[1, 2, 3, 4, 5][s.number]}", 5),
        ("${join(',', s.list)}", "open,s3cr3t"),
        ("${[1 for x in s.map]}", [1]),
        ("${jsonencode(s.inner)}", '{"a":"s3cr3t","b":"open"}'),
        ("${sha256(s.key)[0:0]}", ""),
        ("${s.key in ['a']}", False),
        ("${true if s.key else s.key}", True),
        ("${s.open if true else s.key}", None),
    ],
)
def test_what_touched_a_secret_is_one(text: str, wanted: Any) -> None:
    found = value(text, s=SECRET)
    if wanted is None:
        assert found == "open"
    else:
        assert found == Sensitive(wanted)


def test_secrets_that_are_only_carried_stay_where_they_are() -> None:
    assert value("${s.inner}", s=SECRET) == SECRET["inner"]
    assert value("${s.inner.b}", s=SECRET) == "open"
    assert value("${[s.open, s.key]}", s=SECRET) == ["open", Sensitive("s3cr3t")]


@pytest.mark.parametrize(
    "text",
    [
        "${s.old}",
        "x-${s.old}",
        "${lower(s.old)}",
        "${s.later}",
        "${s.key}-${s.unknown}",
        "${s.key + s.unknown}",
        "${s.unknown if s.flag else 1}",
    ],
)
def test_an_unknown_that_comes_of_a_secret_is_one(text: str) -> None:
    assert value(text, s=SECRET) == Unknown(text, sensitive=True)


def test_a_secret_map_with_an_unknown_leaf_is_all_unknown() -> None:
    assert value("${s.x}", s={"x": Sensitive({"a": Unknown()})}) == Unknown("${s.x}", sensitive=True)


def test_what_is_no_value_goes_nowhere() -> None:
    assert failure("${s.x}", s={"x": object()}).code == codes.FAILS
    assert failure("${sha256(s.x)}", s={"x": "a\udcff"}).code == codes.FAILS


def test_a_redacted_leaf_is_unknown() -> None:
    assert value("${s.x}", s={"x": {"a": Redacted("h"), "b": 1}}) == {"a": Unknown(sensitive=True), "b": 1}


@pytest.mark.parametrize(
    "text",
    [
        "${tonumber(s.key)}",
        "${jsondecode(s.key)}",
        "${s.key + 1}",
        "${s.key.x}",
        "${s.key[s.number]}${s.key[99]}",
        "${s.map.b}",
        "${s.map[s.key]}",
        "${s.inner[s.key]}",
        "${s.key < 1}",
        "${[x for x in s.key]}",
        "${base64encode(s.number)}",
        "${uuid5(s.key, 'x')}",
        "${format(s.key, 1)}",
        "${tobool(s.key)}",
        "${sort([s.key, 1])}",
        "${split('', s.key)}",
    ],
)
def test_no_message_holds_a_secret(text: str) -> None:
    with pytest.raises(MlinfraError) as raised:
        value(text, s=SECRET)
    for found in raised.value.diagnostics:
        assert "s3cr3t" not in found.summary + found.detail
        assert "'a'" not in found.detail


# ---- hostile expressions ---------------------------------------------------------------------------------

HOSTILE = [
    "${().__class__}",
    "${''.__class__.__mro__[1].__subclasses__()}",
    "${var.__class__.__init__.__globals__}",
    "${var.find}",
    "${var.find('name')}",
    "${var._values}",
    "${var.names}",
    "${[].append}",
    "${''.join}",
    "${'{0.__class__}'.format(1)}",
    "${format('{0.__class__}', 1)}",
    "${format('%999999d', 1)}",
    "${format('%1000s', 'a')}",
    "${'%1000000000d' % 1}",
    "${open('/etc/passwd')}",
    "${eval('1')}",
    "${exec('1')}",
    "${__import__('os').system('id')}",
    "${getattr(var, 'find')}",
    "${globals()}",
    "${type(1)}",
    "${str}",
    "${int}",
    "${print}",
    "${__builtins__}",
    "${self.__dict__}",
    "${10 ** 10 ** 10}",
    "${2 ** 2}",
    "${1 << 1000000000}",
    "${9999999999 * 9999999999 * " + "9" * 290 + "}",
    "${'a' * 1000000000}",
    "${1000000000 * 'a'}",
    "${[0] * 100000000}",
    "${'a' * 100000 + 'b'}",
    "${[] * 1000000000000}",
    "${range(100000000)}",
    "${range(0, 10 ** 8)}",
    "${range(0, 99999999999999999999999, 1)}",
    "${range(0, 10, 0)}",
    "${[0 for a in range(10000) for b in range(10000)]}",
    "${[a for a in range(200) for b in range(200)]}",
    "${[range(10000) for a in range(10000)]}",
    "${[sort(range(10000)) for a in range(10000)]}",
    "${['a' * 100000 for a in range(10000)]}",
    "${[[b for b in range(10000)] for a in range(10000)]}",
    "${jsonencode([range(10000) for a in range(100)])}",
    "${replace('a' * 1000, 'a', 'b' * 1000)}",
    "${join('a' * 100000, range(10000))}",
    "${sum(x for x in range(10))}",
    "${[x for x in var]" + "[0]" * 70 + "}",
    "${" + "(" * 190 + "1" + ")" * 190 + "[0]}",
    "${" + "[" * 100 + "]" * 100 + "}",
    "${jsondecode('" + "[" * 3000 + "')}",
    "${jsondecode('1e999')}",
    "${jsondecode('NaN')}",
    "${" + "-" * 4000 + "1}",
    "${" + "1+" * 2000 + "1}",
    "${(lambda x: x)(1)}",
    "${[x for x in [1] if (y := x)]}",
    "${f'{var.name}'}",
    "${import os}",
    "${var.name; var.name}",
    "${x = 1}",
    "${del var}",
    "${1 if 1}",
    "${*var}",
    "${**var}",
    "${...}",
    "${1.}${.}",
    "${base64encode('\ud800')}",
    "${sha256('\ud800')}",
    "${'\\ud800'}",
    "${jsondecode('\"\\\\ud800\"')}",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_expressions_get_a_message(text: str) -> None:
    with pytest.raises(MlinfraError) as raised:
        value(text, var=DATA)
    assert all(found.code.startswith("MLI-CFG-03") and found.summary for found in raised.value.diagnostics)


_WORDS = """
var .name .tags ['team'] [0] ( ) [ ] { } 'a' "b" 1 2.5 + * ** and or not if else for x in , : lower range join
items null true lambda == < && ? ! __class__ \\ # é . - % @ r.later s.key var.people
"""
_words = st.sampled_from([" ", "\n", *_WORDS.split()])


@settings(max_examples=400)
@given(st.sampled_from(["", " "]).flatmap(lambda gap: st.lists(_words, max_size=14).map(gap.join)))
def test_whatever_the_expression_evaluating_it_raises_nothing_else(text: str) -> None:
    try:
        value(f"${{{text}}}", var=DATA, r=LATER, s=SECRET)
    except MlinfraError as wrong:
        for found in wrong.diagnostics:
            assert found.code.startswith("MLI-CFG-03")
            assert found.position is not None
            assert "s3cr3t" not in found.summary + found.detail


@given(st.text(max_size=40))
def test_whatever_the_text(text: str) -> None:
    try:
        value(text, var=DATA)
    except MlinfraError as wrong:
        assert wrong.diagnostics


# ---- cost ------------------------------------------------------------------------------------------------


class Counting:
    """Ten thousand resources that count who asks."""

    def __init__(self) -> None:
        self.asked = 0
        self.attrs = {"id": "/x", "tags": {str(i): i for i in range(100)}}

    def find(self, name: Any) -> Any:
        self.asked += 1
        return self if str(name).startswith("r") else self.attrs[name]

    def names(self) -> Iterable[str]:
        raise AssertionError("nobody may walk it")


@pytest.mark.parametrize(
    ("text", "looked_up"),
    [
        ("${res.r1.id}", 2),
        ("${res.r1.id}-${res.r2.id}", 4),
        ("${upper(res.r1.id) + 'x' if res.r2.id == '/x' else res.r3.id}", 4),
        ("${res.r1.tags['5']}", 2),
        ("${[res.r1.id for i in range(10)]}", 20),
    ],
)
def test_scopes_are_looked_up_never_walked(text: str, looked_up: int) -> None:
    resources = Counting()
    problems: list[Diagnostic] = []
    evaluate(template(text), Scope({"res": resources}), problems)
    assert not problems
    assert resources.asked == looked_up


def test_values_in_scope_are_not_walked_either() -> None:
    evaluator = Evaluator(scope(var={"m": {str(i): {"id": i} for i in range(10_000)}}))
    assert evaluator.result(ast.parse("var.m['7'].id", mode="eval").body) == 7
    assert evaluator.spent < 20
