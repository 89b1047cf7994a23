from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlinfra.cli.main import cli
from mlinfra.state import durable

UNTIDY, TIDY = "a:\n    b: 1\n", "a:\n  b: 1\n"


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(folder), "fmt", *arguments], prog_name="mlinfra")


def write(path: Path, text: str = UNTIDY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_rights_and_byte_order_mark_stay(tmp_path: Path) -> None:
    file = write(tmp_path / "mlinfra.yaml", "\ufeff" + UNTIDY)
    file.chmod(0o664)
    before = os.umask(0o077)
    try:
        assert run(tmp_path).exit_code == 0
    finally:
        os.umask(before)
    assert file.read_bytes() == b"\xef\xbb\xbf" + TIDY.encode()
    assert file.stat().st_mode & 0o777 == 0o664
    assert list(tmp_path.iterdir()) == [file]


def test_ends_of_lines_stay(tmp_path: Path) -> None:
    file = write(tmp_path / "mlinfra.yaml", UNTIDY.replace("\n", "\r\n"))
    assert run(tmp_path).exit_code == 0
    assert file.read_bytes() == TIDY.replace("\n", "\r\n").encode()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    file = write(tmp_path / "real" / "a.yaml")
    link = tmp_path / "mlinfra.yaml"
    link.symlink_to(file)
    assert run(tmp_path).exit_code == 0
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == TIDY


def test_a_file_is_done_once_however_often_it_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml")
    assert run(tmp_path, "a.yaml", ".", "./a.yaml").stdout == "a.yaml\n"


def test_what_is_in_order_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "mlinfra.yaml", TIDY)
    monkeypatch.setattr(durable, "replace", None)
    done = run(tmp_path)
    assert (done.exit_code, done.output) == (0, "")


@pytest.mark.parametrize(
    "text", ["a: [\n", "a: 1\na: 2\n", "a: 1\n---\nb: 2\n", "a: !env B\n", "\ta: 1\n", "a: {b: ${c}}\n"]
)
def test_what_cannot_be_read_is_told_and_stays(tmp_path: Path, text: str) -> None:
    bad, good = write(tmp_path / "a.yaml", text), write(tmp_path / "b.yaml")
    done = run(tmp_path, ".")
    assert done.exit_code == 1
    assert "a.yaml:" in done.stderr
    assert (bad.read_text(encoding="utf-8"), good.read_text(encoding="utf-8")) == (text, TIDY)


def test_expressions_that_are_wrong_are_none_of_its_business(tmp_path: Path) -> None:
    file = write(tmp_path / "mlinfra.yaml", "a:\n    b: ${import os}\n")
    assert run(tmp_path).exit_code == 0
    assert file.read_text(encoding="utf-8") == "a:\n  b: ${import os}\n"


def test_check_and_diff_write_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "mlinfra.yaml")
    done = run(tmp_path, "--check", "--diff")
    assert done.exit_code == 1
    assert done.stdout == (
        "mlinfra.yaml\n--- mlinfra.yaml\n+++ mlinfra.yaml\n@@ -1,2 +1,2 @@\n a:\n-    b: 1\n+  b: 1\n"
    )
    assert file.read_text(encoding="utf-8") == UNTIDY


def test_a_line_break_that_is_missing_at_the_end_is_shown(tmp_path: Path) -> None:
    write(tmp_path / "mlinfra.yaml", "a: 1")
    assert run(tmp_path, "--check", "--diff").stdout == "mlinfra.yaml\n\\ No newline at end of file\n"


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "mlinfra.yaml")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(file))

    monkeypatch.setattr(durable, "replace", full)
    done = run(tmp_path)
    assert done.exit_code == 1
    assert "MLI-SYS-001" in done.stderr
    assert file.read_text(encoding="utf-8") == UNTIDY
