"""What of each stage gets into an image: the last, those nobody uses, those below them, and what is copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.carriers import dockerfile
from dropcap.source import Source
from steps import assert_linear

if TYPE_CHECKING:
    from dropcap.model import Stage


def stages(text: str) -> list[Stage]:
    document = dockerfile.read(Source("Dockerfile", text))
    return [container.stage for container in document.containers if container.stage is not None]


def uses(text: str) -> list[tuple[str, ...] | None]:
    return [stage.handed_on for stage in stages(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\n", [None]),
        ("FROM a AS one\nFROM b\n", [None, None]),  # nobody uses it: it is there for `--target`
        ("FROM a AS one\nFROM one\n", [None, None]),
        ("FROM a AS one\nFROM b\nCOPY --from=one /x /y /z/\n", [("/x", "/y"), None]),
        ("FROM a AS one\nFROM b\nCOPY --from=0 /x /z\n", [("/x",), None]),
        ('FROM a AS one\nFROM b\nCOPY --from=one ["/x", "/z"]\n', [("/x",), None]),
        ("FROM a AS one\nFROM b\nRUN --mount=type=bind,from=one,target=/x true\n", [(), None]),
        # What is copied on from a stage that only hands on.
        ("FROM a AS one\nFROM one AS two\nFROM b\nCOPY --from=two /x /\n", [("/x",), ("/x",), None]),
        ("FROM a AS one\nFROM b AS two\nCOPY --from=one /x /y\nFROM c\nRUN --mount=from=two true\n", [(), (), None]),
        (
            "FROM a AS one\nFROM one AS two\nFROM b\nCOPY --from=one /x /\nCOPY --from=two /y /\n",
            [("/y", "/x"), ("/y",), None],
        ),
        ("FROM a AS one\nFROM b\nONBUILD COPY --from=other /x /\n", [None, None]),
    ],
)
def test_what_becomes_of_a_stage_is_known(text: str, expected: list[tuple[str, ...] | None]) -> None:
    found = uses(text)
    assert [None if one is None else set(one) for one in found] == [
        None if one is None else set(one) for one in expected
    ]


def test_the_last_stage_is_what_is_built_where_nobody_names_another() -> None:
    found = stages("FROM a AS one\nFROM one AS two\nFROM two\n")
    assert [stage.is_last for stage in found] == [False, False, True]
    assert found[2].parent == found[1]
    assert found[1].parent == found[0]


@pytest.mark.parametrize(
    ("copied", "path", "gets_on"),
    [
        ("/out", "/out/bin/web", True),
        ("/out/", "/out/bin/web", True),
        ("/out/bin/web", "/out/bin/web", True),
        ("/out/bin/*", "/out/bin/web", True),
        ("/", "/usr/bin/web", True),
        (".", "/usr/bin/web", True),
        ("/out", "/output/web", False),
        ("/out/bin/web", "/out/bin/other", False),
        ("/src/bin/web", "bin/web", True),
        ("/src/bin/web", "bin/other", False),
        ("/out", "", False),
    ],
)
def test_a_file_gets_on_where_it_or_a_folder_above_it_is_copied(copied: str, path: str, gets_on: bool) -> None:  # noqa: FBT001  # a column
    assert stages(f"FROM a AS one\nFROM b\nCOPY --from=one {copied} /to/\n")[0].hands_on(path) is gets_on


def test_many_stages_take_linear_time() -> None:
    def text(count: int) -> str:
        return "FROM a AS s0\n" + "".join(f"FROM s{n}\nCOPY --from={n} /x{n} /\n" for n in range(count))

    assert_linear(lambda count: stages(text(count)), 100)
