"""What an editor shows beside a container's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.lsp.hints import MOST_CONTAINERS, hints
from dropcap.source import Span
from opened import opened, typed
from test_lsp_hovers import clean

if TYPE_CHECKING:
    from pathlib import Path


def shown(folder: Path, name: str, text: str) -> list[tuple[str, str]]:
    one = opened(folder, name, text)
    return [(one.source.text[hint.span.start : hint.span.end], hint.text) for hint in hints(one.checks, one.source)]


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("image: nginx:1.27", "holds 14, needs 3"),
        ("{image: 'nginx:1.27', cap_drop: [ALL]}", "holds 0, needs 3"),
        ("{image: 'nginx:1.27', privileged: true}", "holds 41, needs 3"),
        ("{image: 'acme/web:1', cap_drop: [MKNOD]}", "holds 13; needs not known"),
        ("{image: 'nginx:1.27', cap_add: [NOPE]}", "refused by the engine"),
    ],
)
def test_a_service_says_what_it_holds_and_needs(tmp_path: Path, service: str, expected: str) -> None:
    text = f"services:\n  web: {service}\n" if service[0] == "{" else f"services:\n  web:\n    {service}\n"
    assert shown(tmp_path, "compose.yaml", text) == [("web", expected)]


def test_what_is_known_of_a_part_is_the_least(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: acme/web:1\n    entrypoint: [setpriv, --reuid, '1000', /unknown]\n"
    assert [one for _, one in shown(tmp_path, "compose.yaml", text)] == ["holds 14, needs at least 1; not all known"]


def test_other_files_start_containers_too(tmp_path: Path) -> None:
    assert shown(tmp_path, "run.sh", "docker run nginx:1.27\ndocker exec -it web sh\n") == [
        ("docker run", "holds 14, needs 3")
    ]
    assert shown(tmp_path, "Dockerfile", 'FROM debian:12\nENTRYPOINT ["true"]\n') == []


def test_the_names_are_in_the_tooltip(tmp_path: Path) -> None:
    one = opened(tmp_path, "compose.yaml", "services:\n  web:\n    image: nginx:1.27\n    cap_drop: [ALL]\n")
    (hint,) = hints(one.checks, one.source)
    assert hint.tooltip == "`service web` holds nothing.\n\nIt needs `CHOWN`, `SETGID`, `SETUID` and no more."


def test_only_what_is_shown_is_answered(tmp_path: Path) -> None:
    text = "services:\n  a: {image: 'nginx:1.27'}\n  b: {image: 'nginx:1.27'}\n"
    one = opened(tmp_path, "compose.yaml", text)
    (hint,) = hints(one.checks, one.source, Span(text.index("  b:"), len(text)))
    assert text[hint.span.start] == "b"
    later = typed(one, f"# one more line\n{text}")
    assert hints(later.checks, later.source) == ()


def test_not_all_of_very_many_containers_are_followed(tmp_path: Path) -> None:
    services = "".join(f"  s{number}: {{image: 'acme/x:1'}}\n" for number in range(MOST_CONTAINERS + 5))
    one = opened(tmp_path, "compose.yaml", f"services:\n{services}")
    assert len(hints(one.checks, one.source)) == MOST_CONTAINERS
    last = one.source.text.index(f"  s{MOST_CONTAINERS + 4}:")
    assert len(hints(one.checks, one.source, Span(last, len(one.source.text)))) == 1


def test_projects_that_agree_say_it_once(tmp_path: Path) -> None:
    one = opened(tmp_path, "compose.yaml", "services:\n  web:\n    image: nginx:1.27\n")
    assert len(hints((*one.checks, *one.checks), one.source)) == 1


def test_nothing_of_a_file_is_markup_in_a_tooltip(tmp_path: Path) -> None:
    hostile = "[x](javascript:alert(1))<img src=x>\\e[31m"
    text = (
        f'services:\n  web:\n    image: "acme/{hostile}"\n    user: "{hostile}"\n    cap_drop: ["${{A-{hostile}}}"]\n'
    )
    one = opened(tmp_path, "compose.yaml", text)
    for hint in hints(one.checks, one.source):
        clean(hint.tooltip)
        assert "\x1b" not in hint.text
