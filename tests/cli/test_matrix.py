"""``mlinfra matrix``, in real repositories of git."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlinfra.cli.main import cli

FILES = {
    "stacks/plain/mlinfra.yaml": "stack: plain\nresources: {resource_group: {main: {name: rg}}}\n",
    "stacks/plain/inner/mlinfra.yaml": "stack: inner\n",
    "stacks/parts/mlinfra.yaml": "stack: parts\ninclude: [../../shared/tags.yaml, 'more/*.yaml']\n",
    "stacks/parts/more/jobs.yaml": "resources: {environment: {a: {file: ../../../shared/env.yml}}}\n",
    "stacks/policed/mlinfra.yaml": "stack: policed\npolicy: {file: ../../shared/policy.yaml}\n",
    "stacks/uploads/mlinfra.yaml": "stack: uploads\nresources: {data: {a: {path: ../../shared/data}}}\n",
    "stacks/text/mlinfra.yaml": (
        "stack: text\nlocals:\n  a: ${templatefile('../../shared/hello.tftpl', {})}\n"
        '  b: ${file("../../envs/" + var.x + ".txt")}\n'
    ),
    "stacks/chosen/mlinfra.yaml": (
        "stack: chosen\nresources: {compute: {a: {file: '../../computes/${var.env}/a.yml'}}}\n"
    ),
    "stacks/folder/mlinfra.yaml": "stack: folder\nlocals: {a: '${environment_files(\"../../sets\")}'}\n",
    "stacks/calls/mlinfra.yaml": "stack: calls\nmodules: {ws: {source: ../../modules/ws}}\n",
    "modules/ws/module.yaml": "modules: {net: {source: ../net}}\n",
    "modules/net/module.yaml": "resources: {arm: {a: {file: rules/arm.yml}}}\n",
    "modules/net/rules/arm.yml": "body: ../../../shared/body.json\n",
    "shared/tags.yaml": "locals: {tags: {a: b}}\n",
    "shared/env.yml": "conda_file: file:conda/one.yml\n",
    "shared/conda/one.yml": "dependencies: [python=3.11]\n",
    "shared/policy.yaml": "strict: true\n",
    "shared/data/a.csv": "1\n",
    "shared/hello.tftpl": "hello\n",
    "shared/body.json": "{}\n",
    "shared/unused.yaml": "a: b\n",
    "sets/sklearn.yml": "conda_file: ../shared/conda/two.yml\n",
    "shared/conda/two.yml": "dependencies: [python=3.12]\n",
    "envs/dev.txt": "dev\n",
    "computes/dev/a.yml": "size: small\n",
    "README.md": "read me\n",
    ".gitignore": "*.log\n",
}
ALL = ["calls", "chosen", "folder", "parts", "plain", "inner", "policed", "text", "uploads"]


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in FILES.items():
            self.write(name, text)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=ana", "-c", "user.email=ana@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", "-C", self.folder, *who, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")
        return self.git("rev-parse", "HEAD")

    def run(self, *arguments: str, here: str = "") -> Result:
        return CliRunner().invoke(cli, ["-C", str(self.folder / here), "matrix", *arguments])

    def stacks(self, *arguments: str, here: str = "") -> list[str]:
        result = self.run(*arguments, here=here)
        assert (result.exit_code, result.stderr) == (0, "")
        return [job["stack"] for job in json.loads(result.stdout)["include"]]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_without_a_commit_all_stacks_are_listed_with_their_folders(repository: Repository) -> None:
    assert repository.stacks() == ALL
    told = json.loads(repository.run().stdout)
    assert told["include"][0] == {"stack": "calls", "folder": "stacks/calls"}
    assert repository.run().stdout.count("\n") == 1  # what GITHUB_OUTPUT takes


@pytest.mark.parametrize(
    ("name", "touched"),
    [
        ("README.md", []),
        ("shared/unused.yaml", []),
        ("stacks/plain/mlinfra.yaml", ["plain"]),
        ("stacks/plain/notes/new.txt", ["plain"]),
        ("stacks/plain/inner/new.txt", ["inner"]),
        ("shared/tags.yaml", ["parts"]),
        ("stacks/parts/more/jobs.yaml", ["parts"]),
        ("shared/env.yml", ["parts"]),
        ("shared/conda/one.yml", ["parts"]),
        ("shared/conda/two.yml", ["folder"]),
        ("sets/another.yml", ["folder"]),
        ("shared/policy.yaml", ["policed"]),
        ("shared/data/a.csv", ["uploads"]),
        ("shared/data/deep/b.csv", ["uploads"]),
        ("shared/hello.tftpl", ["text"]),
        ("envs/dev.txt", ["text"]),
        ("computes/prod/a.yml", ["chosen"]),
        ("modules/ws/module.yaml", ["calls"]),
        ("modules/net/module.yaml", ["calls"]),
        ("modules/net/other.json", ["calls"]),
        ("shared/body.json", ["calls"]),
    ],
)
def test_a_change_touches_the_stacks_that_rest_on_the_file(
    repository: Repository, name: str, touched: list[str]
) -> None:
    repository.write(name, "changed: true\n" if name != "stacks/plain/mlinfra.yaml" else "stack: plain\n")
    assert repository.stacks("--since", "main") == touched
    repository.commit()
    assert repository.stacks("--since", "HEAD~1") == touched
    assert repository.stacks("--since", "HEAD") == []


def test_what_was_deleted_or_moved_away_touches_too(repository: Repository) -> None:
    repository.git("mv", "shared/data/a.csv", "elsewhere.csv")
    repository.git("rm", "--quiet", "shared/hello.tftpl")
    assert repository.stacks("--since", "HEAD") == ["text", "uploads"]


def test_what_the_other_branch_did_since_is_no_change_of_ours(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--create", "ours")
    repository.write("shared/policy.yaml", "strict: false\n")
    repository.commit()
    repository.git("switch", "--quiet", "main")
    repository.write("shared/hello.tftpl", "good bye\n")
    repository.commit()
    repository.git("switch", "--quiet", "ours")
    assert repository.stacks("--since", "main") == ["policed"]


def test_what_git_ignores_is_no_change(repository: Repository) -> None:
    repository.write("stacks/plain/run.log", "line\n")
    assert repository.stacks("--since", "HEAD") == []


def test_a_stack_that_cannot_be_read_is_always_there_under_the_name_of_its_folder(
    repository: Repository,
) -> None:
    repository.write("stacks/plain/inner/mlinfra.yaml", "stack: [\n")
    repository.commit()
    assert repository.stacks("--since", "HEAD") == ["inner"]


def test_a_module_that_cannot_be_read_counts_as_its_stack(repository: Repository) -> None:
    repository.write("modules/net/module.yaml", "resources: [\n")
    repository.commit()
    assert repository.stacks("--since", "HEAD") == ["calls"]


def test_a_long_text_is_no_path(repository: Repository) -> None:
    text = f"stack: plain\nlocals: {{a: {'word ' * 300}, b: x{'y' * 300}.yml}}\n"
    repository.write("stacks/plain/mlinfra.yaml", text)
    repository.commit()
    assert repository.stacks("--since", "HEAD") == []


def test_an_uploaded_file_may_be_any_yaml(repository: Repository) -> None:
    repository.write("shared/jobs.yaml", "a: 1\n---\nb: 2\n")
    repository.write("stacks/plain/mlinfra.yaml", "stack: plain\nlocals: {a: ../../shared/jobs.yaml}\n")
    repository.commit()
    assert repository.stacks("--since", "HEAD") == []
    repository.write("shared/jobs.yaml", "a: 2\n---\nb: 2\n")
    assert repository.stacks("--since", "HEAD") == ["plain"]


def test_a_shared_path_touches_all(repository: Repository) -> None:
    repository.write("ci/gate.yaml", "strict: true\n")
    assert repository.stacks("--since", "HEAD") == []
    assert repository.stacks("--since", "HEAD", "--also", "ci") == ALL
    assert repository.stacks("--since", "HEAD", "--also", "ci/gate.yaml", "stacks/plain") == [
        "plain",
        "inner",
    ]


def test_folders_say_where_stacks_are_looked_for(repository: Repository) -> None:
    assert repository.stacks("stacks/parts", "stacks/calls", "stacks/parts") == ["parts", "calls"]
    assert repository.stacks("parts", here="stacks") == ["parts"]
    assert repository.stacks(here="stacks/plain") == ["plain", "inner"]


def test_a_stack_that_is_gone_is_told(repository: Repository) -> None:
    repository.git("rm", "--quiet", "-r", "stacks/uploads")
    result = repository.run("--since", "HEAD")
    assert json.loads(result.stdout) == {"include": []}
    assert result.stderr == (
        "stacks/uploads is a stack no more; what it made is still there. `mlinfra destroy` needs its files.\n"
    )


def test_the_commit_before_the_first_is_before_everything(repository: Repository) -> None:
    assert repository.stacks("--since", "0" * 40) == ALL


@pytest.mark.parametrize(
    ("ref", "code"),
    [
        ("", "MLI-GIT-001"),
        ("--output=/tmp/x", "MLI-GIT-001"),
        ("no-such-branch", "MLI-GIT-002"),
        ("main --output=x", "MLI-GIT-002"),
        ("main;id", "MLI-GIT-002"),
        ("HEAD:README.md", "MLI-GIT-002"),
    ],
)
def test_what_is_no_commit_is_refused(repository: Repository, ref: str, code: str) -> None:
    result = repository.run(f"--since={ref}")
    assert (result.exit_code, result.stdout) == (1, "")
    assert code in result.stderr


def test_histories_that_never_met_are_refused_with_the_remedy(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--orphan", "other")
    repository.write("stacks/plain/mlinfra.yaml", "stack: plain\n")
    repository.commit()
    result = repository.run("--since", "main")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "MLI-GIT-003" in result.stderr
    assert "fetch-depth: 0" in result.stderr


def test_without_git_there_is_no_since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mlinfra.yaml").write_text("stack: alone\n")
    run = CliRunner()
    listed = run.invoke(cli, ["-C", str(tmp_path), "matrix"])
    assert json.loads(listed.stdout) == {"include": [{"stack": "alone", "folder": "."}]}
    refused = run.invoke(cli, ["-C", str(tmp_path), "matrix", "--since", "main"])
    assert (refused.exit_code, "MLI-GIT-002" in refused.stderr) == (1, True)
    monkeypatch.setenv("PATH", os.devnull)
    missing = run.invoke(cli, ["-C", str(tmp_path), "matrix", "--since", "main"])
    assert (missing.exit_code, "MLI-GIT-004" in missing.stderr) == (1, True)


@pytest.mark.parametrize(("folder", "code"), [("nowhere", "MLI-GIT-005"), ("..", "MLI-GIT-006")])
def test_folders_that_cannot_be_looked_through(repository: Repository, folder: str, code: str) -> None:
    result = repository.run(folder)
    assert (result.exit_code, code in result.stderr) == (1, True)


def test_more_stacks_than_jobs_are_told(repository: Repository) -> None:
    for number in range(257):
        repository.write(f"many/s{number}/mlinfra.yaml", f"stack: s{number}\n")
    result = repository.run("many")
    assert len(json.loads(result.stdout)["include"]) == 257
    assert result.stderr.startswith("257 stacks, and GitHub makes 256 jobs of one matrix")


def test_a_link_is_followed_to_what_it_names(repository: Repository) -> None:
    (repository.folder / "stacks/plain/link.yml").symlink_to("../../shared/env.yml")
    repository.write("stacks/plain/mlinfra.yaml", "stack: plain\nlocals: {a: link.yml}\n")
    repository.commit()
    repository.write("shared/conda/one.yml", "dependencies: []\n")
    assert repository.stacks("--since", "HEAD") == ["parts", "plain"]
