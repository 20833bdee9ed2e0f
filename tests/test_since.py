"""`check --since REV`: what is new since a revision, and nothing of the repository is run to find out."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dropcap.baseline.objects import GitError, Objects
from dropcap.baseline.past import Past
from dropcap.cli import main
from dropcap.workspace import NotReadError, What, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

COMPOSE = "services:\n  web: {image: x, cap_add: [NET_ADMIN]}\n"
OWN = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    result = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **OWN})
    return result.stdout.strip()


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x", "--no-verify")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "project"
    (top / "a").mkdir(parents=True)
    (top / "compose.yaml").write_text(COMPOSE)
    (top / "a" / "run.sh").write_text("docker run alpine\n")
    git(top, "init", "-q", "-b", "main")
    commit(top)
    monkeypatch.chdir(top)
    return top


def since(capsys: pytest.CaptureFixture[str], *words: str, revision: str = "HEAD") -> dict[str, Any]:
    main(["check", "--format", "json", "--fail-on", "low", "--since", revision, *words])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def new(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["rule"], one["container"]["name"]) for one in report["findings"]}


@pytest.mark.parametrize("words", [(), ("a", "compose.yaml"), ("--jobs", "2"), ("-f", "compose.yaml")])
def test_nothing_is_new_where_nothing_changed(
    project: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "compose.yaml").write_text(f"# a line\n{COMPOSE}")
    report = since(capsys, *words)
    assert (report["findings"], report["fixed"]) == ([], [])
    assert {one["suppression"]["kind"] for one in report["suppressed"]} == {"unchanged"}


def test_what_changed_is_new_and_what_is_gone_is_fixed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "compose.yaml").write_text(COMPOSE.replace("NET_ADMIN", "SYS_ADMIN"))
    (project / "a" / "run.sh").unlink()
    (project / "new.sh").write_text("docker run --privileged alpine\n")
    report = since(capsys)
    assert new(report) == {
        ("critical-capability", "web"),
        ("privileged", "alpine"),
        ("new-privileges", "alpine"),
    }
    assert {(one["path"], one["rule"]) for one in report["fixed"]} > {("compose.yaml", "high-capability")}
    assert "a/run.sh" in {one["path"] for one in report["fixed"]}
    assert main(["check", "--since", "HEAD"]) == 1
    assert "known findings are fixed since HEAD:\n" in capsys.readouterr().out


def test_a_file_that_was_not_there_is_no_part_of_the_project_then(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "compose.override.yaml").write_text("services:\n  web: {privileged: true}\n")
    assert ("privileged", "web") in new(since(capsys))
    commit(project)
    assert new(since(capsys)) == set()
    assert ("privileged", "web") in new(since(capsys, revision="HEAD~1"))
    (project / "compose.override.yaml").unlink()
    assert ("privileged", "web") in {(one["rule"], one["container"]["name"]) for one in since(capsys)["fixed"]}


def test_variables_that_git_does_not_track_are_as_they_are_now(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "compose.yaml").write_text("services:\n  web: {image: x, privileged: '${ALL}'}\n")
    (project / ".gitignore").write_text(".env\n")
    commit(project)
    (project / ".env").write_text("ALL=true\n")
    report = since(capsys)
    assert report["findings"] == []
    assert "privileged" in {one["rule"] for one in report["suppressed"]}
    git(project, "add", "-f", ".env")
    assert ("privileged", "web") in new(since(capsys))


def test_standard_input_is_compared_with_the_file_of_its_name(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.is_dir()
    text = COMPOSE.replace("NET_ADMIN", "SYS_ADMIN")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert new(since(capsys, "-", "--stdin-filename", "compose.yaml")) == {("critical-capability", "web")}


def test_what_git_cannot_say_is_one_line(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str) -> str:
        assert main(["check", *words]) == 2
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        return err

    for revision in ("none", "HEAD:compose.yaml", "", "--all", "a\nb", "x" * 300, "HEAD~7"):
        assert "revision" in said(f"--since={revision}")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "compose.yaml").write_text(COMPOSE)
    assert "lie in none" in said("--since", "HEAD", str(outside))
    git(outside, "init", "-q")
    assert "one repository" in said("--since", "HEAD", str(outside), ".")
    assert "no such revision" in said("--since", "HEAD", str(outside))
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{project}", "shallow")
    assert "the clone is shallow" in said("--since", "HEAD~1", str(tmp_path / "shallow"))
    monkeypatch.setenv("PATH", str(outside))
    assert "git is not installed" in said("--since", "HEAD")


def test_nothing_of_the_repository_is_run(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mark = tmp_path / "mark"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    (project / ".gitattributes").write_text("* filter=bad diff=bad\n")
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (project / ".git" / "hooks").mkdir(exist_ok=True)
        (project / ".git" / "hooks" / hook).symlink_to(program)
    for key in (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.gitProxy",
        "alias.cat-file",
        "filter.bad.smudge",
        "filter.bad.clean",
        "filter.bad.process",
        "diff.bad.textconv",
        "diff.bad.command",
        "uploadpack.packObjectsHook",
        "remote.origin.uploadpack",
    ):
        git(project, "config", key, str(program))
    # A clone that left out what is asked for.
    for key, value in (("url", f"ext::{program}"), ("promisor", "true"), ("partialclonefilter", "blob:none")):
        git(project, "config", f"remote.origin.{key}", value)
    git(project, "config", "protocol.ext.allow", "always")
    git(project, "config", "core.repositoryformatversion", "1")
    git(project, "config", "extensions.partialClone", "origin")
    blob = subprocess.run(
        ["git", "hash-object", "a/run.sh", "--no-filters"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **OWN},
    ).stdout.strip()
    (project / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    mark.unlink(missing_ok=True)
    report = since(capsys)
    assert not mark.exists()
    # What is not there any more is not known, and so new.
    assert "alpine" in {name for _, name in new(report)}
    assert any("could not be read as at HEAD" in one["message"] for one in report["failures"])


def test_variables_of_git_lead_nowhere_else(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.is_dir()
    for name in ("GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    assert since(capsys)["findings"] == []


def test_a_working_tree_of_another_repository_is_known(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git(project, "worktree", "add", "-q", "../tree")
    monkeypatch.chdir(project.parent / "tree")
    Path("compose.yaml").write_text(COMPOSE.replace("NET_ADMIN", "SYS_ADMIN"))
    assert new(since(capsys)) == {("critical-capability", "web")}


@pytest.fixture
def past(project: Path) -> Callable[[], Past]:
    (project / "links").mkdir()
    for name, target in (
        ("file", "../compose.yaml"),
        ("folder", "../a"),
        ("out", "../../x"),
        ("absolute", "/etc/passwd"),
        ("self", "self"),
        ("through", "folder/run.sh"),
    ):
        (project / "links" / name).symlink_to(target)
    commit(project)
    return lambda: Past.at(os.path.realpath(project), "HEAD")


def test_the_state_is_what_the_revision_has(project: Path, past: Callable[[], Past]) -> None:
    state = past()
    top = os.path.realpath(project)
    (project / "a" / "run.sh").unlink()
    (project / "a").rmdir()
    (project / "later").mkdir()
    (project / "later" / "x.sh").write_text("docker run x\n")
    workspace = Workspace(top, state)
    assert workspace.is_folder(f"{top}/a")
    assert workspace.read(f"{top}/a/run.sh") == b"docker run alpine\n"
    assert not workspace.is_file(f"{top}/later/x.sh")
    assert not workspace.is_folder(f"{top}/later")
    assert [one.name for one in workspace.entries(top)] == ["a", "compose.yaml", "links"]
    assert workspace.entries(f"{top}/later") == []
    for path in ("later/x.sh", "a"):
        with pytest.raises(NotReadError):
            workspace.read(f"{top}/{path}")
        with pytest.raises(NotReadError):
            workspace.check(f"{top}/{path}")
    assert state.what(f"{top}/links/file") is What.FILE
    assert state[f"{top}/links/through"] == b"docker run alpine\n"
    assert state[f"{top}/links/folder/run.sh"] == b"docker run alpine\n"
    for name in ("out", "absolute", "self", "file/x"):
        assert state.what(f"{top}/links/{name}") is What.MISSING
    assert state.what(str(project.parent.resolve())) is None
    assert state.what(f"{top}/.git/config") is None
    state.close()


def test_objects_of_another_process_are_its_own(project: Path) -> None:
    objects = Objects(str(project))
    tree = objects.tree_of("HEAD")
    copy = pickle.loads(pickle.dumps(objects))  # noqa: S301  # of this very process
    assert copy.read(tree) == objects.read(tree)
    assert objects.read("0" * 40) is None
    copy.close()
    objects.close()
    assert objects.read(tree) is not None
    objects.close()


def test_a_repository_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="git cannot read the repository: fatal: not a git repository"):
        Objects(str(tmp_path)).tree_of("HEAD")
