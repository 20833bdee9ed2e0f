"""The catalogue of images: its entries are strict and short, and each one's startup asks for what it says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import dropcap.images.catalogue_table as table
from dropcap.check import Setup, check_file
from dropcap.cli import main
from dropcap.discover import discover
from dropcap.images.catalogue import catalogue_tree, is_in_catalogue
from dropcap.images.catalogue_index import entry_name
from dropcap.images.catalogue_steps import script
from dropcap.images.file_lines import file_of
from dropcap.needs.container import needs_of
from dropcap.needs.model import Certainty, Phase
from dropcap.needs.program_table import described
from dropcap.workspace import Workspace

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from dropcap.needs.model import Needs

FOLDER = Path(table.__file__).parent / "catalogue"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != "index")
IMAGES = {entry: image for image, entry in reversed(list(table.index().items()))}
EXPECTED = [
    (name, number, one)
    for name in NAMES
    for number, one in enumerate(
        table.load((FOLDER / f"{name}.toml").read_text(encoding="utf-8"), name).get("expects", [])
    )
]


def needed(folder: Path, image: str, service: dict[str, Any]) -> Needs:
    """Return what a service needs that names an image, each of its volumes being the image's own."""
    lines = ["services:", "  app:", f"    image: {image!r}"]
    lines += [f"    {key}: {service[key]!r}" for key in ("command", "environment") if key in service]
    (folder / "compose.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (target,), _ = discover([str(folder / "compose.yaml")])[:2]
    (container,) = check_file(target, (), Setup()).containers
    return needs_of(container, Workspace(str(folder)))


@pytest.mark.parametrize(("name", "number", "expected"), EXPECTED, ids=[f"{one[0]}-{one[1]}" for one in EXPECTED])
def test_its_startup_asks_for_what_it_says(name: str, number: int, expected: dict[str, Any], tmp_path: Path) -> None:
    needs = needed(tmp_path, f"{IMAGES[name]}:{expected['tag']}", expected)
    wanted = [one for one in needs.needs if one.certainty is not Certainty.DEGRADES]
    found = {
        phase: sorted({one.capability for one in wanted if one.phase is phase})
        for phase in (Phase.FIRST_START, Phase.RESTART)
    }
    assert found == {Phase.FIRST_START: expected["first_start"], Phase.RESTART: expected["restart"]}, number
    assert needs.is_complete is expected["complete"], needs.unknown


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_says_where_it_is_from_and_is_used(name: str) -> None:
    row = table.load((FOLDER / f"{name}.toml").read_text(encoding="utf-8"), name)
    assert name in IMAGES or any(f'extends = "{name}"' in path.read_text() for path in FOLDER.glob("*.toml"))
    if name in IMAGES:
        assert row["source"]
        assert row["looked"]
        assert row.get("known") in {"source", "measured"}
        assert row["expects"], "a test replays its startup"


def test_each_image_of_the_index_has_an_entry() -> None:
    entries = table.index()
    assert set(entries.values()) <= set(NAMES)
    assert list(entries) == sorted(entries)
    for image in entries:
        for name in (image, f"{image}x", image[:-1], image[1:]):
            assert entry_name(name) == entries.get(name)


def test_an_image_that_is_not_in_the_index_has_no_entry() -> None:
    assert [entry_name(one) for one in ("", "edis", "redis/redis", "library", 'redis = "', "redis\n")] == [None] * 6


def test_each_image_of_the_index_is_found_and_nothing_else() -> None:
    found = {image: row.name for image in table.index() if (row := table.find(image, "")) is not None}
    assert found == table.index()
    odd = ("", "#", "nobody", f"library/{next(iter(found))}", 'redis"', 'redis" = "redis', "redis\nadminer", "redis ")
    assert [image for image in odd if table.find(image, "") is not None] == []


@pytest.mark.parametrize(
    "text",
    [
        'colour = "red"',
        "user = 7",
        "tags = 'x'",
        '[variants.a]\nuser = "0"',
        '[[expects]]\nwhy = "x"',
        f'[texts]\n"/a" = "{"x" * (table.LONGEST + 1)}"',
    ],
)
def test_what_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        table.load(text, "entry")


@pytest.mark.parametrize(
    "step",
    [
        {"dances": "x"},
        {"reads": "/a", "to": "x"},
        {"reads": "/a", "removes": "/b"},
        {"runs": "a; b"},
        {"runs": "a $(b)"},
        {"reads": "/a", "when": "full moon"},
    ],
)
def test_a_step_that_nobody_knows_is_refused(step: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        script([step])


def test_a_tag_that_nobody_has_looked_at_is_not_complete(tmp_path: Path) -> None:
    needs = needed(tmp_path, "redis:2.8", {})
    assert not needs.is_complete
    assert {one.reason for one in needs.unknown} == {"dropcap's catalogue does not cover redis:2.8"}
    assert set(needs.cap_add) == {"CHOWN", "SETGID", "SETUID"}  # of its files nothing is certain
    assert not is_in_catalogue("redis:2.8")


def test_what_is_built_upon_such_a_tag_is_not_complete_either(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('FROM redis:2.8\nENTRYPOINT ["chown", "redis", "/srv/a"]\n', encoding="utf-8")
    (tmp_path / "compose.yaml").write_text("services:\n  app:\n    build: .\n", encoding="utf-8")
    (target,), _ = discover([str(tmp_path / "compose.yaml")])[:2]
    (container,) = [one for one in check_file(target, (), Setup()).containers if one.name == "app"]
    assert not needs_of(container, Workspace(str(tmp_path))).is_complete


@pytest.mark.parametrize("name", ["docker.io/library/redis:7", "index.docker.io/redis:7", "redis:7@sha256:00"])
def test_names_that_mean_the_same_are_found(name: str) -> None:
    assert is_in_catalogue(name)


@pytest.mark.parametrize(
    "name", ["somebody/redis:7", "ghcr.io/library/redis:7", "redis2:7", "${IMAGE}", "redis:${TAG}"]
)
def test_the_ending_of_a_name_is_not_enough(name: str) -> None:
    assert not is_in_catalogue(name)
    assert catalogue_tree(name) is None


def test_evidence_names_no_place_that_nobody_can_open(tmp_path: Path) -> None:
    needs = needed(tmp_path, "postgres:16", {})
    assert all(each.where is None for one in needs.needs for each in one.evidence)


# Images whose software a workload starts in the same manner, which a kernel was asked about.
MEASURED = [
    ("postgres:16", "postgres-library"),
    ("redis:7", "redis-gosu"),
    ("valkey/valkey:8", "redis-setpriv"),
    ("mariadb:11", "mariadb-library"),
    ("haproxy:3.2", "haproxy-as-user"),
    ("memcached:1", "memcached-user"),
    ("nginxinc/nginx-unprivileged:1.27", "nginx-user"),
    ("eclipse-mosquitto:2", "mosquitto"),
    ("rabbitmq:4.1", "rabbitmq"),
    ("httpd:2.4", "apache-foreground"),
]


@pytest.mark.parametrize(("image", "workload"), MEASURED, ids=[one[0] for one in MEASURED])
def test_what_is_measured_in_the_same_manner_is_what_is_said(image: str, workload: str, tmp_path: Path) -> None:
    path = Path(__file__).parent.parent / "fixtures" / "workloads" / workload / "expected.toml"
    assert set(needed(tmp_path, image, {}).cap_add) == set(tomllib.loads(path.read_text(encoding="utf-8"))["minimal"])


def test_dropcap_images_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  a: {image: redis:7}\n  b: {image: 'nobody/x:1'}\n", encoding="utf-8"
    )
    main(["images", str(tmp_path)])
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.split() == ["nobody/x:1", "nowhere", "1", "container"]
    assert second.split() == ["redis:7", "catalogue", "1", "container"]


def test_the_socket_of_the_engine_is_roots(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  app:\n    image: containrrr/watchtower\n"
        "    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n",
        encoding="utf-8",
    )
    (target,), _ = discover([str(tmp_path / "compose.yaml")])[:2]
    (container,) = check_file(target, (), Setup()).containers
    needs = needs_of(container, Workspace(str(tmp_path)))
    assert needs.is_complete, needs.unknown
    assert needs.cap_add == ()


def test_a_step_can_say_that_it_is_not_known(tmp_path: Path) -> None:
    needs = needed(tmp_path, "mariadb:11", {"command": ["--datadir=/srv/data"]})
    assert [one.reason for one in needs.unknown] == ["its folder of data is another one"]
    (tmp_path / "x").mkdir()
    needs = needed(tmp_path / "x", "debian:12", {"command": ["dropcap-not-known", "a"]})
    assert [one.reason for one in needs.unknown] == ["dropcap does not know the program dropcap-not-known"]


@pytest.mark.parametrize("name", NAMES)
def test_each_variant_can_be_read_whole(name: str) -> None:
    """What a tag of no example has is as strict: files, steps, and programs of its own."""
    row = table.load((FOLDER / f"{name}.toml").read_text(encoding="utf-8"), name)
    for each in (row, *row.get("variants", {}).values()):
        for one in each.get("startup", {}).values():
            assert set(one) <= {"steps", "goes_on"}
            assert script(one["steps"], goes_on=one.get("goes_on", False)).count("\n") < 40
        for path, one in each.get("programs", {}).items():
            described(path, one)
        for line in each.get("files", {}).values():
            assert line == "absent" or file_of(line.removesuffix(" listed"))
    if name in IMAGES:
        patterns = [one for each in row.get("variants", {}).values() for one in each["tags"]]
        for tag in (*(one["tag"] for one in row["expects"]), *(one.strip("*").replace("?", "1") for one in patterns)):
            assert catalogue_tree(f"{IMAGES[name]}:{tag or 'x'}") is not None


LIST_HEAD = """\
# The catalogue of images

What `dropcap` knows of images by their names, from their sources ([how](images.md)). Each line is a start that a test replays, with the image's own volumes and no other settings, and what its first start and a restart ask for. *Not all* stands where more may be needed than is known. `pytest --accept` makes this page of the entries.

| image | tags looked at | start | first start | restart | |
|---|---|---|---|---|---|"""  # noqa: E501  # prose of a page has no lines


def listed() -> str:
    """Return the page that lists the catalogue."""
    lines = [LIST_HEAD]
    for name in NAMES:
        images = [image for image, entry in table.index().items() if entry == name]
        row = table.load((FOLDER / f"{name}.toml").read_text(encoding="utf-8"), name)
        for one in row.get("expects", []) if images else ():
            start = " ".join([one["tag"], *one.get("command", []), *one.get("environment", [])])
            tags = " ".join(tag.replace("*", r"\*") for tag in row.get("tags", ()))
            sets = (" ".join(one[key]) or "nothing" for key in ("first_start", "restart"))
            cells = (", ".join(images), tags, f"`{start}`", *sets, "" if one["complete"] else "not all")
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def test_the_docs_list_it(request: pytest.FixtureRequest) -> None:
    page = Path(__file__).parent.parent / "docs" / "catalogue.md"
    if request.config.getoption("--accept"):
        page.write_text(listed(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == listed()
