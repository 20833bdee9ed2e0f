"""A build that was followed is not followed again as long as its context answers the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dropcap.carriers.dockerfile import read_stages, target
from dropcap.check import Setup, check_request, request_of
from dropcap.images import dockerignore
from dropcap.images import stage_facts as stage_module
from dropcap.images.facts import ABSENT, File
from dropcap.images.known_images import Images
from dropcap.images.stage_facts import stage_facts
from dropcap.images.stage_steps import StageSteps
from dropcap.model import Kind
from dropcap.needs import as_the_image, startup
from dropcap.needs.container import needs_of
from dropcap.targets import Target
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dropcap.images.tree import FileTree
    from dropcap.needs.model import Needs
    from dropcap.needs.start import Start

DOCKERFILE = """\
FROM debian:12 AS base
COPY . /app
COPY start.sh /start.sh
RUN /start.sh
FROM base
"""


def project(folder: Path) -> Path:
    (folder / "inner").mkdir()
    (folder / "inner" / "file").write_text("one\n")
    (folder / "start.sh").write_text("#!/bin/sh\nmkdir /made\n")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    return folder


def built(folder: Path, name: str | None = None) -> FileTree:
    """Return what a stage of the project holds, as another check finds it."""
    workspace = Workspace(str(folder))
    stage = target(read_stages(workspace.source(str(folder / "Dockerfile"))), name)
    assert stage is not None
    return stage_facts(stage, Images(workspace), str(folder))


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the steps that are followed."""
    taken: list[str] = []
    take = StageSteps.take

    def noted(self: StageSteps, step: object) -> None:
        taken.append(step.keyword)  # type: ignore[attr-defined]  # an instruction
        take(self, step)  # type: ignore[arg-type]  # as above

    monkeypatch.setattr(StageSteps, "take", noted)
    return taken


def test_the_same_build_is_followed_once(tmp_path: Path, steps: list[str]) -> None:
    first = built(project(tmp_path))
    assert steps
    steps.clear()
    second = built(tmp_path)
    assert not steps
    assert first is not second
    assert second.look("/made") == first.look("/made")
    second.remove("/made")  # a tree is its caller's own
    assert isinstance(built(tmp_path).look("/made"), File)


def test_stages_of_a_file_share_what_they_are_built_upon(tmp_path: Path, steps: list[str]) -> None:
    built(project(tmp_path), "base")
    before = len(steps)
    built(tmp_path)
    assert len(steps) == before + 1  # the FROM of the second stage


CHANGES: dict[str, Callable[[Path], object]] = {
    "a script that the build runs": lambda folder: (folder / "start.sh").write_text("#!/bin/sh\nmkdir /other\n"),
    "a new file": lambda folder: (folder / "inner" / "new").write_text("x"),
    "a file is gone": lambda folder: (folder / "inner" / "file").unlink(),
    "patterns": lambda folder: (folder / ".dockerignore").write_text("inner/file\n"),
    "the Dockerfile": lambda folder: (folder / "Dockerfile").write_text(DOCKERFILE + "RUN mkdir /more\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_answer_of_the_context_is_another_build(change: str, tmp_path: Path, steps: list[str]) -> None:
    before = built(project(tmp_path))
    CHANGES[change](tmp_path)
    steps.clear()
    after = built(tmp_path)
    assert steps
    assert [path for path, _ in after.below("/")] != [path for path, _ in before.below("/")]


def test_a_text_that_only_the_startup_reads_is_read_anew(tmp_path: Path, steps: list[str]) -> None:
    def text() -> str:
        found = built(tmp_path).text("/app/inner/file")
        assert found is not None
        return found.text

    project(tmp_path)
    assert text() == "one\n"
    (tmp_path / "inner" / "file").write_text("two\n")
    steps.clear()
    assert text() == "two\n"
    assert not steps


def test_a_workspace_knows_what_was_read_for_it(tmp_path: Path) -> None:
    built(project(tmp_path))
    workspace = Workspace(str(tmp_path))
    stage = target(read_stages(workspace.source(str(tmp_path / "Dockerfile"))))
    assert stage is not None
    stage_facts(stage, Images(workspace), str(tmp_path))
    assert workspace.real(str(tmp_path / "start.sh")) in workspace.reads


def test_what_cannot_be_read_is_asked_again(tmp_path: Path, steps: list[str]) -> None:
    (project(tmp_path) / ".dockerignore").write_bytes(b"\xff\n")
    assert not isinstance(built(tmp_path).look("/app/inner/file"), File)
    (tmp_path / ".dockerignore").unlink()
    steps.clear()
    assert isinstance(built(tmp_path).look("/app/inner/file"), File)
    assert steps


def test_the_project_s_word_for_an_image_counts_each_time(tmp_path: Path) -> None:
    assert built(project(tmp_path)).look("/nowhere") is ABSENT
    workspace = Workspace(str(tmp_path))
    stage = target(read_stages(workspace.source(str(tmp_path / "Dockerfile"))))
    assert stage is not None
    read = built(tmp_path)
    read.make_volume("/own", stage.instructions[0].value)
    tree = stage_facts(stage, Images(workspace, {"debian:12": read}), str(tmp_path))
    assert isinstance(tree.look("/own"), File)


COMPOSE = """\
services:
  {name}:
    build: .
    environment: {environment}
    volumes: [data:/data]
volumes: {{data: }}
"""
ENTRYPOINT = """\
#!/bin/sh
chown app /data
exec su-exec app "$@"
"""
STARTED = """\
FROM alpine:3
RUN adduser -D app
COPY entry.sh /entry.sh
ENTRYPOINT ["/entry.sh"]
CMD ["chown", "app", "/etc"]
"""


def started(folder: Path) -> Path:
    (folder / "Dockerfile").write_text(STARTED)
    (folder / "entry.sh").write_text(ENTRYPOINT)
    for name in ("web", "other", "a-longer-name", "plain"):  # what lies in a context is a part of its answer
        (folder / f"compose.{name}.yaml").write_text("")
    return folder


def needs(folder: Path, name: str = "web", environment: str = "[A=b]", settings: str = "") -> Needs:
    """Return what a service of the project needs, as a check of a Compose file of its own finds it."""
    file = folder / f"compose.{name}.yaml"
    file.write_text(COMPOSE.format(name=name, environment=environment).replace("    build", f"{settings}    build"))
    file_target = Target(str(file), "compose", named=True)
    request = request_of(file_target, Setup())
    (found,) = [one for one in check_request(file_target, request, ()).containers if one.kind is Kind.SERVICE]
    return needs_of(found, request.workspace)


@pytest.fixture
def follows(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the commands that are followed, as the engine starts them."""
    followed: list[str] = []
    follow = startup.follow

    def noted(start: Start, *rest: Any) -> startup.Found:  # noqa: ANN401  # handed on
        followed.append(start.words[0].value)
        return follow(start, *rest)

    monkeypatch.setattr(startup, "follow", noted)
    as_the_image.KEPT.clear()
    return followed


def test_a_container_of_the_same_stage_is_followed_once(tmp_path: Path, follows: list[str]) -> None:
    first = needs(started(tmp_path))
    assert {one.capability for one in first.needs} >= {"CHOWN", "SETUID"}
    assert follows
    follows.clear()
    assert needs(tmp_path, "other") == first
    assert not follows


def test_places_in_a_compose_file_are_each_one_s_own(tmp_path: Path, follows: list[str]) -> None:
    settings = "    command: [chown, app, /usr]\n"
    needs(started(tmp_path), settings=settings)
    follows.clear()
    found = needs(tmp_path, "a-longer-name", settings=settings)
    assert not follows
    as_the_image.KEPT.clear()
    assert needs(tmp_path, "a-longer-name", settings=settings) == found
    paths = [one.where.source.path for one in found.today if one.where is not None]
    assert paths == [str(tmp_path / "compose.a-longer-name.yaml")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("entry.sh", "#!/bin/sh\nexec true\n"),
        ("Dockerfile", STARTED.replace("/etc", "/nowhere")),
        (".dockerignore", "entry.sh\n"),
    ],
)
def test_what_decides_of_a_build_is_looked_at_again(name: str, text: str, tmp_path: Path, follows: list[str]) -> None:
    first = needs(started(tmp_path))
    (tmp_path / name).write_text(text)
    follows.clear()
    assert needs(tmp_path, "other") != first
    assert follows


@pytest.mark.parametrize("environment", ["[A=c]", "[]", "[A=b, B=c]"])
def test_another_environment_is_followed(environment: str, tmp_path: Path, follows: list[str]) -> None:
    needs(started(tmp_path))
    follows.clear()
    needs(tmp_path, "other", environment)
    assert follows


def test_what_was_not_read_for_a_check_is_read_by_it(tmp_path: Path, follows: list[str]) -> None:
    needs(started(tmp_path))
    follows.clear()
    file = tmp_path / "compose.web.yaml"
    file_target = Target(str(file), "compose", named=True)
    request = request_of(file_target, Setup())
    (found,) = [one for one in check_request(file_target, request, ()).containers if one.kind is Kind.SERVICE]
    needs_of(found, request.workspace)
    assert not follows
    assert request.workspace.known(str(tmp_path / "entry.sh")) is not None


def test_a_container_of_an_image_is_none_of_a_stage(tmp_path: Path, follows: list[str]) -> None:
    """With the same settings otherwise, and a stage that is not kept."""
    image = "    image: alpine:3\n"
    built_one = needs(started(tmp_path), settings=image)
    (tmp_path / ".dockerignore").write_bytes(b"\xff\n")
    file = tmp_path / "compose.plain.yaml"
    file.write_text(COMPOSE.format(name="web", environment="[A=b]").replace("build: .", "image: alpine:3"))
    file_target = Target(str(file), "compose", named=True)
    request = request_of(file_target, Setup())
    (plain,) = [one for one in check_request(file_target, request, ()).containers if one.kind is Kind.SERVICE]
    of_image = needs_of(plain, request.workspace)
    assert of_image != built_one
    follows.clear()
    assert needs(tmp_path, "other", settings=image) != of_image


def test_other_arguments_make_another_stage(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nARG NAME\nRUN mkdir /$NAME\n")
    for name in ("one", "other", "one"):
        workspace = Workspace(str(tmp_path))
        source = workspace.source(str(tmp_path / "Dockerfile"))
        stage = target(read_stages(source, {"NAME": name}))
        assert stage is not None
        assert isinstance(stage_facts(stage, Images(workspace), str(tmp_path)).look(f"/{name}"), File)


def test_what_one_stage_takes_of_the_steps_is_not_taken_from_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch AS one\nCOPY one /\nFROM scratch AS two\nCOPY two /\n")
    (tmp_path / ".dockerignore").write_text("*b*\n")
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for number in range(20):
            (tmp_path / folder / f"file{number}").write_text("")
    monkeypatch.setattr(dockerignore, "_MOST_STEPS", 300)
    alone = built(tmp_path, "two")
    assert isinstance(alone.look("/file7"), File)
    monkeypatch.setattr(stage_module, "_KEPT", {})
    assert isinstance(built(tmp_path, "one").look("/file7"), File)
    assert isinstance(built(tmp_path, "two").look("/file7"), File)
