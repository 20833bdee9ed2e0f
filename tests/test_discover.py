"""Which files are found, and how they are to be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dropcap import workspace
from dropcap.carriers.registry import carrier_of_content, carrier_of_name
from dropcap.discover import Target, discover
from dropcap.model import Level

SERVICES = "services:\n  web:\n    image: nginx\n"


@pytest.mark.parametrize(
    ("name", "syntax"),
    [
        ("compose.yaml", "compose"),
        ("docker-compose.yml", "compose"),
        ("docker-compose.prod.yml", "compose"),
        ("compose.override.yaml", "compose"),
        ("Docker-Compose.YML", "compose"),
        ("web.compose.yml", "compose"),
        ("docker-stack.yml", "compose"),
        ("docker-compose-dev.yaml", "compose"),
        ("decomposer.yml", None),
        ("composer.yaml", None),
        ("docker-compose.yml.j2", None),
        ("docker-compose.json", None),
        ("Dockerfile", "dockerfile"),
        ("dir/Dockerfile.alpine", "dockerfile"),
        ("Dockerfile-dev", "dockerfile"),
        ("app.dockerfile", "dockerfile"),
        ("Containerfile", "dockerfile"),
        ("Dockerfile.dockerignore", None),
        ("Dockerfile.md", "markdown"),
        ("a/Dockerfile.PNG", None),
        ("Dockerfile.tar.gz", None),
        ("Dockerfile_x.dockerignore", None),
        ("docker/dockerfile.go", None),
        ("dockerfile_test.py", None),
        ("Dockerfile.go", "dockerfile"),
        ("dockerfile.alpine", "dockerfile"),
        ("c/x.Dockerfile", "dockerfile"),
        ("Dockerfile.j2", None),
        ("Dockerfiles", None),
        ("run.sh", "script"),
        ("a.bash", "script"),
        ("a.fish", None),
        (".devcontainer.json", "devcontainer"),
        (".devcontainer/python/devcontainer.json", "devcontainer"),
        ("devcontainer.json", "devcontainer"),
        ("devcontainer-feature.json", None),
        ("my.devcontainer.json", None),
        ("web.container", None),
        ("values.yaml", None),
    ],
)
def test_a_name_tells_the_syntax(name: str, syntax: str | None) -> None:
    assert carrier_of_name(name) == syntax


def tree(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def found(folder: Path, *exclude: str) -> list[str]:
    targets, _ = discover([str(folder)], exclude)[:2]
    return [os.path.relpath(target.path, folder) for target in targets]


def paths(*given: str) -> list[str]:
    return [target.path for target in discover(given)[0]]


def test_a_walk_knows_files_by_content_where_the_name_says_nothing(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            "app.yml": SERVICES,
            "ci.yml": "jobs:\n  a:\n    services:\n      db: {}\n",
            "deploy": "#!/usr/bin/env bash\ndocker run x\n",
            "tool": "#!/usr/bin/env python3\n",
            "notes.txt": "#!/bin/sh\n",
            "pipeline.yml": "services:\n  - docker:dind\n",
        },
    )
    assert found(tmp_path) == ["app.yml", "deploy"]


@pytest.mark.parametrize("folder", ["a\nb", "\n", "a/b\r\n::error::/c", "\v\f\x85\u2028"])
def test_a_folder_s_name_hides_no_file(tmp_path: Path, folder: str) -> None:
    files = ("compose.yaml", "Dockerfile", "run.sh", ".github/workflows/x.yml", "action.yml", "web.service", "Makefile")
    for name in files:
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x: 1\n")
        assert carrier_of_name(f"{folder}/{name}") == carrier_of_name(name) is not None
    assert len(discover([str(tmp_path)]).targets) == len(files)


def test_a_walk_sees_what_git_sees(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            ".git/HEAD": "",
            ".git/compose.yml": SERVICES,
            ".git/info/exclude": "secret/\n",
            ".gitignore": "*.local.sh\n/build/\n!keep.local.sh\n",
            "a.local.sh": "",
            "build/run.sh": "",
            "keep.local.sh": "",
            "node_modules/x/run.sh": "",
            "secret/run.sh": "",
            "sub/.gitignore": "run.sh\n!a.local.sh\n",
            "sub/a.local.sh": "",
            "sub/build/x.sh": "",
            "sub/run.sh": "",
        },
    )
    assert found(tmp_path) == ["keep.local.sh", "sub/a.local.sh", "sub/build/x.sh"]


def test_a_folder_inside_a_repository_keeps_the_repository_s_patterns(tmp_path: Path) -> None:
    tree(tmp_path, {".git/HEAD": "", ".gitignore": "/sub/gone.sh\n", "sub/gone.sh": "", "sub/here.sh": ""})
    assert found(tmp_path / "sub") == ["here.sh"]


def test_patterns_can_be_excluded_besides(tmp_path: Path) -> None:
    tree(tmp_path, {"a/run.sh": "", "b/run.sh": "", "c.sh": ""})
    assert found(tmp_path, "/b/", "c.*") == ["a/run.sh"]


def test_patterns_that_git_passes_over_are_passed_over(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "a\\\n!\nrun.sh\r\n", "run.sh": "", "stay.sh": ""})
    assert found(tmp_path) == ["stay.sh"]


def test_what_ignore_rules_leave_out_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {".gitignore": "gone*\n", "gone.yaml": SERVICES, "gone": "#!/bin/sh\n", "stay.yaml": SERVICES})
    opened = watch_open(monkeypatch)
    found_there = discover([str(tmp_path)])
    left_out = found_there.left_out
    assert len(found_there.targets) == 1
    assert {Path(path).name for path in opened} == {".gitignore", "stay.yaml"}
    assert sorted(Path(path).name for path in left_out) == ["gone", "gone.yaml"]


def watch_open(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    opened = []

    real_contents = workspace._contents  # noqa: SLF001  # the one place where files are opened

    def spy(path: str, real: str, root: str, size: int) -> bytes:
        opened.append(path)
        return real_contents(path, real, root, size)

    monkeypatch.setattr("dropcap.workspace._contents", spy)
    return opened


def test_the_order_does_not_depend_on_the_file_system(tmp_path: Path) -> None:
    tree(tmp_path, dict.fromkeys(("b/z.sh", "a.sh", "c/a.sh", "b/a.sh", "d.sh"), ""))
    assert found(tmp_path) == ["a.sh", "d.sh", "b/a.sh", "b/z.sh", "c/a.sh"]


def test_paths_are_printed_relative_to_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"here/a.sh": "", "here/sub/b.sh": "", "there/c.sh": ""})
    monkeypatch.chdir(tmp_path / "here")
    assert paths(".") == ["a.sh", "sub/b.sh"]
    assert paths("./sub", "a.sh") == ["sub/b.sh", "a.sh"]
    assert paths(str(tmp_path / "here")) == ["a.sh", "sub/b.sh"]
    assert paths("../here/sub/") == ["sub/b.sh"]
    assert paths("../there", str(tmp_path / "there" / "c.sh")) == ["../there/c.sh"]
    assert paths(str(tmp_path / "there")) == [str(tmp_path / "there" / "c.sh")]


def test_a_file_named_three_ways_is_checked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"here/compose.yaml": SERVICES})
    (tmp_path / "link").symlink_to(tmp_path / "here", target_is_directory=True)
    monkeypatch.chdir(tmp_path / "here")
    ways = ["compose.yaml", str(tmp_path / "here/compose.yaml"), "../here/compose.yaml", "../link/compose.yaml"]
    assert paths(*ways) == ["compose.yaml"]
    for way in ways:
        assert paths(way) == ["compose.yaml"]


def test_a_link_within_the_folder_keeps_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"a/x.sh": "", "b/c/y.sh": ""})
    (tmp_path / "a" / "up").symlink_to(tmp_path / "b" / "c", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    assert paths("a/up/y.sh") == ["a/up/y.sh"]
    # `..` leads from where the link leads to, not from where it stands.
    tree(tmp_path, {"b/z.sh": ""})
    assert paths("a/up/../z.sh") == ["b/z.sh"]


def test_a_file_named_twice_is_checked_once(tmp_path: Path) -> None:
    tree(tmp_path, {"a.sh": ""})
    path = str(tmp_path / "a.sh")
    assert discover([str(tmp_path), path])[0] == [Target(path, "script", named=True, given=(path,))]


def test_a_named_file_is_taken_whatever_git_ignores(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "*\n", "a.sh": ""})
    path = str(tmp_path / "a.sh")
    assert discover([path])[0] == [Target(path, "script", named=True, given=(path,))]


def test_a_link_out_of_the_folder_is_said_and_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, {"outside.sh": "", "in/real.sh": ""})
    (tmp_path / "in" / "out.sh").symlink_to(tmp_path / "outside.sh")
    (tmp_path / "in" / "up").symlink_to(tmp_path, target_is_directory=True)
    targets, failures = discover([str(tmp_path / "in")])[:2]
    assert [Path(target.path).name for target in targets] == ["real.sh"]
    assert [(Path(failure.path).name, failure.level) for failure in failures] == [("out.sh", Level.NOTE)]


def test_nothing_outside_the_folder_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"outside/n.yaml": SERVICES, "outside/script": "#!/bin/sh\n", "in/real.yaml": SERVICES})
    (tmp_path / "in" / "l2.yaml").symlink_to("../outside/n.yaml")
    (tmp_path / "in" / "script").symlink_to("../outside/script")
    opened = watch_open(monkeypatch)
    _, failures = discover([str(tmp_path / "in")])[:2]
    assert [Path(path).name for path in opened] == ["real.yaml"]
    assert [(Path(failure.path).name, failure.level) for failure in failures] == [("l2.yaml", Level.NOTE)]
    assert "name the file" in failures[0].message


def test_a_link_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.sh").symlink_to("x.sh")
    (tmp_path / "y.yaml").symlink_to("gone.yaml")
    (tmp_path / "other").symlink_to("gone")
    tree(tmp_path, {"z.sh": ""})
    targets, failures = discover([str(tmp_path)])[:2]
    assert [Path(target.path).name for target in targets] == ["z.sh"]
    assert [(Path(failure.path).name, failure.level) for failure in failures] == [
        ("x.sh", Level.NOTE),
        ("y.yaml", Level.NOTE),
    ]


def test_what_cannot_be_looked_at_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"a.yaml": SERVICES, "b": "#!/bin/sh\n", "c.sh": "", "d.yaml": SERVICES})

    real_contents = workspace._contents  # noqa: SLF001  # the one place where files are opened

    def forbidden(
        path: str, real: str, root: str, size: int
    ) -> bytes:  # root, who runs many a test, may read everything
        if Path(path).name in {"a.yaml", "b"}:
            raise PermissionError(13, "Permission denied", path)
        return real_contents(path, real, root, size)

    monkeypatch.setattr("dropcap.workspace._contents", forbidden)
    targets, failures = discover([str(tmp_path)])[:2]
    assert [Path(target.path).name for target in targets] == ["c.sh", "d.yaml"]
    assert [(Path(one.path).name, one.level, one.message) for one in failures] == [
        (
            "a.yaml",
            Level.ERROR,
            "cannot be read: Permission denied; run dropcap as a user who may read it, or exclude it",
        ),
        ("b", Level.NOTE, "cannot be read: Permission denied; run dropcap as a user who may read it, or exclude it"),
    ]


def test_a_folder_whose_files_cannot_be_looked_at_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"a.sh": ""})

    real_lstat = os.lstat

    def forbidden(path: str, **options: bool) -> os.stat_result:
        if str(path).endswith("a.sh"):
            raise PermissionError(13, "Permission denied", path)
        return real_lstat(path, **options)

    with monkeypatch.context() as patch:
        patch.setattr("os.lstat", forbidden)
        _, failures = discover([str(tmp_path)])[:2]
    assert [(failure.path, failure.level) for failure in failures] == [(str(tmp_path / "a.sh"), Level.ERROR)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_content_tells_in_every_encoding_and_with_every_line_end(
    tmp_path: Path, encoding: str, line_break: str
) -> None:
    data = SERVICES.replace("\n", line_break).encode(encoding)
    (tmp_path / "app.yaml").write_bytes(data)
    assert found(tmp_path) == ["app.yaml"]
    assert carrier_of_content("app.yaml", data) == "compose"
    assert carrier_of_content("app.yaml", "on: push\n".encode(encoding)) is None


def test_named_files_can_be_taken_as_if_a_walk_had_found_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(
        tmp_path,
        {
            ".gitignore": "forced.sh\n",
            "app.yaml": SERVICES,
            "forced.sh": "",
            "notes.txt": "",
            "script": "#!/bin/sh\n",
            "values.yaml": "a: 1\n",
            "vendor/x/compose.yaml": SERVICES,
        },
    )
    monkeypatch.chdir(tmp_path)
    names = ["app.yaml", "forced.sh", "gone.sh", "notes.txt", "script", "values.yaml", "vendor/x/compose.yaml"]
    targets, failures, left_out, _ = discover(names, ["vendor/"], as_discovered=True)
    # What git ignores and has nevertheless was put there on purpose.
    assert targets == [
        Target("app.yaml", "compose", named=False),
        Target("forced.sh", "script", named=False),
        Target("script", "script", named=False),
    ]
    assert [(failure.path, failure.level) for failure in failures] == [("gone.sh", Level.ERROR)]
    assert left_out == ["vendor/x/compose.yaml"]


def test_beside_an_override_that_is_named_the_whole_project_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path, {"compose.yaml": SERVICES, "compose.override.yaml": SERVICES})
    monkeypatch.chdir(tmp_path)
    (target,) = discover(["compose.override.yaml"], as_discovered=True)[0]
    root = os.path.realpath(tmp_path)
    assert target == Target("compose.yaml", "compose", named=False, over=("compose.override.yaml",), root=root)


@pytest.mark.parametrize(
    ("name", "text", "syntax"),
    [
        ("web.container", "[Unit]\n[Container]\nImage=x\n", "quadlet"),
        ("web.container", "  [Container] \r\nImage=x\n", "quadlet"),
        ("web.kube", "[Kube]\nYaml=x\n", "quadlet"),
        ("web.container", "# [Container]\n[Pod]\n", None),
        ("web.container", "not a unit", None),
        ("web.pod", "[Container]\n", None),
        ("web.pod", "[Pod]\n", "quadlet"),
        ("x.json", '[{"Id": "1", "HostConfig": {"CapAdd": null, "CapDrop": null}}]', "inspect"),
        ("-", '\n{"Id": "1", "HostConfig": {"CapAdd": null, "CapDrop": null}}', "inspect"),
        ("x.json", '[{"Id": "1", "HostConfig": {}}]', None),
        ("x.json", '{"HostConfig": {"CapAdd": null, "CapDrop": null}}', None),
        ("x.json", 'see "Id", "HostConfig", "CapAdd" and "CapDrop"', None),
    ],
)
def test_content_tells_the_syntax_where_the_name_does_not(name: str, text: str, syntax: str | None) -> None:
    assert carrier_of_content(name, text.encode()) == syntax


def test_hidden_folders_units_and_what_engines_printed_are_found(tmp_path: Path) -> None:
    described = '[{"Id": "1", "HostConfig": {"CapAdd": null, "CapDrop": null}}]'
    files = {
        ".devcontainer/devcontainer.json": "{}",
        ".devcontainer/go/devcontainer.json": "{}",
        ".devcontainer.json": "{}",
        "web.container": "[Container]\nImage=x\n",
        "web.container.d/10.conf": "[Container]\nAddCapability=ALL\n",
        "other.container": "something else\n",
        "audit.json": described,
        "tsconfig.json": "{}",
    }
    tree(tmp_path, files)
    found, failures = discover([str(tmp_path)])[:2]
    assert failures == []
    assert {(os.path.relpath(target.path, tmp_path), target.carrier) for target in found} == {
        (".devcontainer/devcontainer.json", "devcontainer"),
        (".devcontainer/go/devcontainer.json", "devcontainer"),
        (".devcontainer.json", "devcontainer"),
        ("web.container", "quadlet"),
        ("audit.json", "inspect"),
    }


@pytest.mark.parametrize("spelling", ["", "/", "/.", "/../project"])
def test_a_walk_reads_a_file_of_variables_however_its_folder_is_spelled(tmp_path: Path, spelling: str) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".env").write_text("COMPOSE_FILE=base.yml:more.yml\n")
    for name in ("base.yml", "more.yml", "compose.yaml"):
        (folder / name).write_text(SERVICES)
    found = {Path(target.path).name: target.over for target in discover([f"{folder}{spelling}"]).targets}
    assert {name: [Path(one).name for one in over] for name, over in found.items()} == {
        "base.yml": ["more.yml"],
        "compose.yaml": [],
    }


def test_a_walk_lays_an_override_over_its_project_without_a_file_of_variables(tmp_path: Path) -> None:
    for name in ("compose.yaml", "compose.override.yml", "docker-compose.override.yml"):
        (tmp_path / name).write_text(SERVICES)
    first, second = discover([f"{tmp_path}/"]).targets
    names = [Path(path).name for path in (first.path, *first.over)]
    assert names == ["compose.yaml", "compose.override.yml"]
    assert Path(second.path).name == "docker-compose.override.yml"


def test_each_repository_of_a_walk_is_a_project_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "b/sub"):
        (tmp_path / name / ".git" / "info").mkdir(parents=True)
        (tmp_path / name / "compose.yaml").write_text(SERVICES)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "compose.yaml").write_text(SERVICES)
    # What git would not heed: patterns around a repository. What it does: those within.
    (tmp_path / ".gitignore").write_text("compose.yaml\n")
    (tmp_path / "a" / "x.sh").write_text("docker run x\n")
    (tmp_path / "a" / ".git" / "info" / "exclude").write_text("x.sh\n")
    (tmp_path / "a" / "link.yaml").symlink_to(tmp_path / "b" / "compose.yaml")
    monkeypatch.chdir(tmp_path)
    walked = discover(["."])
    assert {target.path: target.root for target in walked.targets} == {
        "a/compose.yaml": str(tmp_path / "a"),
        "b/compose.yaml": str(tmp_path / "b"),
        "b/sub/compose.yaml": str(tmp_path / "b" / "sub"),
    }
    assert [failure.path for failure in walked.failures] == ["a/link.yaml"]
    apart = discover(["a", "b", "c"])
    assert apart.targets[:3] == walked.targets
