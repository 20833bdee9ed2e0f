"""A name that only begins as a client's does is none; a script is followed for it where it may cut it to size."""

from __future__ import annotations

import pytest

from dropcap.carriers import script
from dropcap.carriers.script import read_script
from dropcap.clients import programs
from dropcap.source import Source

ENTRYPOINT = """\
#!/bin/sh
if [ "${1:0:1}" = '-' ]; then set -- app "$@"; fi
: "${HOME:=/srv}" "${A:-b}" "${B:?}" "${#C}"
for file in /docker-entrypoint.d/*; do . "$file"; done
exec docker-entrypoint.sh "$@"
"""


@pytest.mark.parametrize("text", [ENTRYPOINT, "exec x-docker.io/app", "curl docker.com; exec y", "exec podmanager.sh"])
def test_a_longer_name_is_not_followed(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "check_readable", None)  # whoever follows it calls this first
    assert read_script(Source("a.sh", text)).containers == ()


@pytest.mark.parametrize(
    "text",
    [
        "A=docker-entrypoint.sh\n${A%%-*} run --privileged a",
        "A=docker-entrypoint.sh\n${A%-entrypoint.sh} run --privileged a",
        "A=x/docker-a.b\n${A##*/} run --privileged a\ndocker run --privileged a",
        "IFS=-\nset -- docker-x.sh\n$1 run --privileged a",
        "A=docker-a.b\n${A:0:6} run --privileged a",
        "A=docker-\ndocker${B:+-a} run --privileged a\n$A run b",
        "set -- docker-x.sh\ndocker-c'ompose' run --privileged a",
        'docker"-entrypoint.sh" run a; docker run --privileged a',
        *(f"# docker-entrypoint.sh\n{name} exec a b\n{name} run --privileged a" for name in programs()),
    ],
)
def test_what_may_be_a_client_is_followed(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[Source]()
    monkeypatch.setattr(script, "check_readable", asked.append)
    read_script(Source("a.sh", text))
    assert asked


def test_a_client_that_is_cut_out_of_a_longer_name_is_found() -> None:
    found = read_script(Source("a.sh", "A=docker-entrypoint.sh\n${A%-entrypoint.sh} run --privileged a\n")).containers
    assert [one.name for one in found] == ["a"]
