"""How tests came out: read without colour, by machines, by a CI."""

from __future__ import annotations

from xml.etree import ElementTree

from mlinfra.model.diagnostic import error
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.trial import Command, Ending, Failure, Outcome, Report, Run
from mlinfra.model.value import Sensitive, Unknown
from mlinfra.render import trials
from mlinfra.render.junit import junit

TEXT = "runs:\n  - {name: b, assert: [{condition: '${plan.create ==\n      9}'}]}\n"
PLACE = Position(SourceFile("tests/a.test.yaml", TEXT), 2, 37)


def run(name: str, command: Command = Command.APPLY) -> Run:
    return Run(name, command, PLACE)


WRONG = Failure(
    error("MLI-TST-010", "nine of them", "", PLACE),
    "${plan.create ==\n9}",
    (("plan.create", 8), ("var.token", Sensitive("hunter2")), ("output.x", Unknown()), ("long", "x" * 500)),
)
FAILED = Report(
    "pool/tests/a.test.yaml",
    "pool",
    "what \x1b[31m a pool is",
    (
        Outcome(run("a"), Ending.PASSED, 0.5, 1),
        Outcome(run("b", Command.PLAN), Ending.FAILED, 1.5, 2, (WRONG, WRONG)),
        Outcome(run("c"), Ending.SKIPPED),
    ),
)
UNREAD = Report("b.test.yaml", ".", failures=(Failure(error("MLI-CFG-012", "unknown key")),))


def test_on_a_terminal() -> None:
    told = trials.report([FAILED]).plain(100).splitlines()
    assert told[0] == "pool/tests/a.test.yaml  what \\x1b[31m a pool is"
    assert told[1:4] == [
        "  ✓ a  (apply, 0.5 s)",
        "  ✗ b  (plan, 1.5 s)",
        "    Error MLI-TST-010: nine of them",
    ]
    assert told[4].strip() == "tests/a.test.yaml:2:37"
    assert told[7:13] == [
        "      ${plan.create ==",
        "      9}",
        "      plan.create is 8",
        "      var.token is (sensitive)",
        "      output.x is (known after apply)",
        f"      long is {'x' * 199}…",
    ]
    assert told[-3:] == [
        "  - c  (skipped: an earlier run failed)",
        "",
        "1 passed, 1 failed, 1 skipped in 1 file (2 s).",
    ]


def test_the_counts_name_what_could_not_be_read() -> None:
    assert trials.totals([UNREAD, FAILED]) == (
        "1 passed, 1 failed, 1 skipped, 1 file could not be read in 2 files (2 s)."
    )
    assert trials.totals([]) == "0 passed in 0 files (0 s)."


def test_for_machines() -> None:
    told = trials.document([FAILED, UNREAD])
    first, second = told["files"]
    assert [each["status"] for each in first["runs"]] == ["passed", "failed", "skipped"]
    assert first["runs"][1]["problems"][0]["values"]["var.token"] == "(sensitive)"
    assert (second["runs"], [each["code"] for each in second["problems"]]) == ([], ["MLI-CFG-012"])
    assert told["summary"] == {
        "files": 2, "unread": 1, "passed": 1, "failed": 1, "skipped": 1, "seconds": 2.0,
    }  # fmt: skip


def test_for_a_ci() -> None:
    root = ElementTree.fromstring(junit([FAILED, UNREAD]))
    assert root.attrib == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1", "time": "2.000"}
    first, second = root.findall("testsuite")
    assert first.attrib == {
        "name": "pool/tests/a.test.yaml",
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
        "time": "2.000",
    }
    cases = first.findall("testcase")
    assert [(case.get("name"), case.get("classname")) for case in cases] == [
        (name, "pool/tests/a.test.yaml") for name in "abc"
    ]
    assert len(cases[1].findall("failure")) == 1
    text = cases[1].findtext("failure") or ""
    assert text.count("plan.create is 8") == 2
    assert "hunter2" not in text
    assert second.get("tests") == "1"


def test_no_character_that_xml_has_not() -> None:
    every = "".join(map(chr, range(0x20))) + "\ud800\ufffe\uffff\x7f\x85"
    outcome = Outcome(run(every), Ending.FAILED, 0.0, 1, (Failure(error(every, every, every)),))
    root = ElementTree.fromstring(junit([Report(every, ".", every, (outcome,))]).encode())
    name = root.find("testsuite/testcase").get("name")  # type: ignore[union-attr]
    assert name == "\ufffd" * 9 + "\t\n" + "\ufffd" * 2 + "\r" + "\ufffd" * 18 + "\ufffd" * 3 + "\x7f\x85"
