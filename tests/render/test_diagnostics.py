from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from mlinfra.model.address import parse_address
from mlinfra.model.diagnostic import Diagnostic, error, warning
from mlinfra.model.source import Position, SourceFile
from mlinfra.render.diagnostics import report
from tests.render.sample import golden

STACK = SourceFile("mlinfra.yaml", "\n" * 27 + "          max_instance: 4\n\n    lab: {size: ${var.size}}\n")


def at(line: str, column: int, length: int, width: int = 100) -> list[str]:
    """Gutter and carets of a message about one line of a file."""
    found = error("X", "wrong", position=Position(SourceFile("f.yaml", line), 1, column, length))
    return report([found], untouched=False).plain(width).splitlines()[2:4]


def test_report() -> None:
    found = [
        error(
            "MLI-CFG-012",
            "unknown key `max_instance` in compute.cpu",
            "Did you mean `max_instances`? An amlcompute takes: size, tier, …  (mlinfra explain compute)",
            Position(STACK, 28, 11, 12),
            parse_address("compute.cpu"),
        ),
        error(
            "MLI-CFG-031",
            "put quotes around the expression",
            'Inside { } YAML reads the braces itself. Write  size: "${var.size}"',
            Position(STACK, 30, 17, 11),
        ),
    ]
    assert report(found, untouched=True, offline=True).plain(130) == golden("""\
        Error MLI-CFG-012: unknown key `max_instance` in compute.cpu
          mlinfra.yaml:28:11
          28 |           max_instance: 4
             |           ^^^^^^^^^^^^
          Did you mean `max_instances`? An amlcompute takes: size, tier, …  (mlinfra explain compute)

        Error MLI-CFG-031: put quotes around the expression
          mlinfra.yaml:30:17
          30 |     lab: {size: ${var.size}}
             |                 ^^^^^^^^^^^
          Inside { } YAML reads the braces itself. Write  size: "${var.size}"

        2 errors. Nothing was read from Azure, nothing was changed.
        """)


def total(*found: Diagnostic, untouched: bool = True) -> str:
    return report(found, untouched=untouched).plain().splitlines()[-1]


def test_totals() -> None:
    wrong, careful = error("A", "a"), warning("B", "b")
    assert total(wrong) == "1 error. Nothing was changed."
    assert total(wrong, careful, wrong) == "2 errors, 1 warning. Nothing was changed."
    assert total(wrong, untouched=False) == "1 error."
    assert total(careful, careful) == "2 warnings."
    assert report([], untouched=True).plain() == ""


def test_warning_with_an_address_only() -> None:
    found = warning("MLI-PLN-050", "it takes long", address=parse_address('a.b["x"]'), path=("tags", "team"))
    assert report([found], untouched=False).plain().splitlines()[:2] == [
        "Warning MLI-PLN-050: it takes long",
        '  a.b["x"]  tags.team',
    ]


def test_address_stands_beside_the_place_unless_the_summary_names_it() -> None:
    place, address = Position(STACK, 28, 11, 12), parse_address("compute.cpu")
    assert (
        "  mlinfra.yaml:28:11  compute.cpu\n"
        in report([error("A", "x", "", place, address)], untouched=True).plain()
    )


def test_long_detail_is_wrapped_and_its_lines_are_kept() -> None:
    found = error("A", "a", "word " * 30 + "\n    import: /subscriptions/x\nor not.")
    assert report([found], untouched=True).plain(60).splitlines()[1:6] == [
        "  " + "word " * 10 + "word",
        "  " + "word " * 10 + "word",
        "  " + "word " * 7 + "word",
        "      import: /subscriptions/x",
        "  or not.",
    ]


def test_long_summary_is_wrapped() -> None:
    lines = report([error("MLI-A-1", "word " * 20)], untouched=True).plain(60).splitlines()
    assert lines[0] == "Error MLI-A-1: word word word word word word word word word"
    assert lines[1].startswith("  word")


def test_tabs_keep_the_caret_in_place() -> None:
    assert at("\ta:\tb", 5, 1) == ["  1 |     a:  b", "    |         ^"]


def test_wide_characters_keep_the_caret_in_place() -> None:
    assert at("名前: 日本 x", 5, 2) == ["  1 | 名前: 日本 x", "    |       ^^^^"]


def test_control_characters_keep_the_caret_in_place() -> None:
    assert at("a\x1b[2J: b", 8, 1) == [r"  1 | a\x1b[2J: b", "    |           ^"]


def test_place_beyond_the_line_is_at_its_end() -> None:
    assert at("name:", 6, 3) == ["  1 | name:", "    |      ^"]
    assert at("name: x", 7, 99) == ["  1 | name: x", "    |       ^"]


def test_place_on_an_empty_line_shows_no_line() -> None:
    found = error("A", "a", "Do it.", Position(SourceFile("f.yaml", "\n\n"), 9, 1))
    assert report([found], untouched=False).plain().splitlines()[:3] == [
        "Error A: a",
        "  f.yaml:9:1",
        "  Do it.",
    ]


def test_long_line_is_cut_around_the_place() -> None:
    line = "x" * 200 + "HERE" + "y" * 200
    text, carets = at(line, 201, 4, width=60)
    assert text == "  1 | …" + "x" * 18 + "HERE" + "y" * 30 + "…"
    assert carets == "    | " + " " * 19 + "^^^^"
    text, carets = at("HERE" + line, 1, 4, width=60)
    assert text == "  1 | HERE" + "x" * 48 + "…"
    assert carets == "    | ^^^^"
    text, carets = at(line + "HERE", 405, 4, width=60)
    assert text == "  1 | …" + "y" * 48 + "HERE"
    assert carets == "    | " + " " * 49 + "^^^^"


def test_what_is_meant_may_be_longer_than_the_line_has_room() -> None:
    text, carets = at("a: " + "x" * 200, 4, 200, width=60)
    assert text == "  1 | a: " + "x" * 49 + "…"
    assert carets == "    |    " + "^" * 49


@settings(deadline=None)
@given(
    text=st.text(st.characters(), max_size=300),
    words=st.text(st.characters(), max_size=50),
    line=st.integers(1, 5),
    column=st.integers(1, 400),
    length=st.integers(0, 400),
    width=st.integers(30, 120),
)
def test_anything_can_be_shown(
    text: str, words: str, line: int, column: int, length: int, width: int
) -> None:
    position = Position(SourceFile(words, text), line, column, length)
    found = error(words, words, words, position, parse_address("a.b"), (words, 1))
    page = report([found, Diagnostic(found.severity, "A", words, path=(words,))], untouched=True)
    shown = page.plain(width)
    assert all(char.isprintable() or char in "\n\u3000" for char in shown)
    for row in shown.splitlines():
        if row.startswith("    | ") and row.endswith("^"):
            assert cell_len(row) <= width + 1
