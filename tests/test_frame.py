"""The project's frame: what is built is what is written, and a fresh machine needs two commands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlinfra.cli.main import cli
from tests.scenarios.script import Run, fits, read

REPOSITORY = Path(__file__).parents[1]
README = REPOSITORY / "README.md"
ADDRESS = re.compile(r"https?://|--index|--find-links")


def test_the_lock_names_no_host_and_has_a_hash_for_everything() -> None:
    text = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    assert not ADDRESS.search(text)
    packages = [part for part in text.split("\n") if part and part[0].isalnum()]
    assert packages
    assert all(package.endswith("\\") for package in packages)


def test_every_test_file_can_be_imported_beside_every_other() -> None:
    """pytest and mypy both need packages: two ``test_base.py`` would be one module otherwise."""
    folders = {file.parent for file in (REPOSITORY / "tests").rglob("test_*.py")}
    assert [str(f.relative_to(REPOSITORY)) for f in sorted(folders) if not (f / "__init__.py").exists()] == []


def test_the_ten_lines_of_the_readme_are_a_stack(tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(text.splitlines()) == 10
    (tmp_path / "mlinfra.yaml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(cli, ["-C", str(tmp_path), "plan"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Plan: 3 to add, 0 to change, 0 to destroy." in result.stdout


def test_the_plan_in_the_readme_is_one_that_was_printed() -> None:
    (shown,) = re.findall(r"```text\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    story = read(REPOSITORY / "tests" / "scenarios" / "review.txt")
    runs = [step for step in story.steps if isinstance(step, Run)]
    assert any(
        fits(run.expected, shown.replace("mlinfra apply", "mlinfra -C quickstart apply").splitlines())
        for run in runs
    )


@pytest.mark.full
def test_the_wheel_has_the_whole_program_and_runs(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("mlinfra/")}
    written = {
        file.relative_to(REPOSITORY).as_posix()
        for file in (REPOSITORY / "mlinfra").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert packed == written

    target = tmp_path / "installed"
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    shutil.copytree(REPOSITORY / "examples" / "quickstart", tmp_path / "quickstart")
    environment = {**os.environ, "PYTHONPATH": str(target)}
    run = [sys.executable, "-P", "-m", "mlinfra", "validate"]
    done = subprocess.run(
        run,
        cwd=tmp_path / "quickstart",
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.full
def test_make_demo_works_on_a_fresh_machine_and_again(tmp_path: Path) -> None:
    """A copy of what is in git (and is about to be), an empty home, nobody at the terminal."""
    copy, home = tmp_path / "mlinfra", tmp_path / "home"
    home.mkdir()
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout
    for name in filter(None, files.split("\0")):
        if (REPOSITORY / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, copy / name)
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True, timeout=60)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("VIRTUAL_ENV", "PYTEST"))
    }
    for _ in range(2):
        done = subprocess.run(
            ["make", "demo"],
            cwd=copy,
            env={**kept, "HOME": str(home), "CI": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "No changes" in done.stdout
