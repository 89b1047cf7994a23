from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from mlinfra.cli import console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "no_color", "expected"),
    [
        ({}, False, True),
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, False, True),
        ({"CI": "true"}, False, False),
        ({"CI": "false"}, False, True),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_colour_on_a_terminal(environment: dict[str, str], no_color: bool, expected: bool) -> None:
    assert console.colourful(Terminal(), no_color=no_color, environment=environment) is expected


@pytest.mark.parametrize("environment", [{}, {"FORCE_COLOR": "1"}])
def test_no_colour_in_a_pipe(environment: dict[str, str]) -> None:
    assert not console.colourful(io.StringIO(), no_color=False, environment=environment)


def test_a_line_is_printed_whole_and_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    line = "[bold]" + "x" * 300 + " :smile: [/foo]"
    console.say(line)
    assert capsys.readouterr().out == f"{line}\n"


def test_problems_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    console.warn("no")
    assert capsys.readouterr() == ("", "no\n")


def test_a_reader_that_has_gone_ends_the_words_and_not_the_work() -> None:
    code = (
        "import sys\nfrom mlinfra.cli import console\nfor n in range(200000): console.say('x')\nsys.exit(7)"
    )
    reader, writer = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    os.read(reader, 10)
    os.close(reader)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (7, b"")
