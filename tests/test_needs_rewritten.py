"""The same startup, written otherwise: other names, another program that switches users, another order, other words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from dropcap.needs.model import Needs

NAMES = st.from_regex(r"[a-z]{4,8}", fullmatch=True).filter(
    lambda one: one not in {"root", "sudo", "nobody", "daemon", "user"}
)
SWITCHES = (
    'exec gosu {user} "$0" "$@"',
    'exec setpriv --reuid={user} --regid={user} --init-groups "$0" "$@"',
    'exec setpriv --reuid {user} --regid {user} --clear-groups -- "$0" "$@"',
    'exec runuser -u {user} -- "$0" "$@"',
    'exec su -s /bin/sh {user} -c \'exec "$0" "$@"\' -- "$0" "$@"',
    'exec chroot --userspec={user}:{user} / "$0" "$@"',
    'exec start-stop-daemon --start --chuid {user} --exec "$0" -- "$@"',
)
SETS = {SWITCHES[5]: {"SYS_CHROOT"}}
"""What a way to switch needs besides."""
ASKS = (
    '[ "$(id -u)" = 0 ]',
    '[ "$(id -u)" -eq 0 ]',
    'test `id -u` = "0"',
    '[ "$(whoami)" = root ]',
    "[ $(id -un) = root ]",
)
GIVES = (
    "chown -R {user} {data}",
    "chown --recursive {user}: {data}",
    "find {data} ! -user {user} -exec chown {user} '{{}}' +",
    "find {data} \\! -user {user} -print0 | xargs -0 -r chown {user}",
    "chown {user} {data}",
)
SHELLS = ("#!/bin/sh", "#!/bin/bash", "#!/usr/bin/env bash")


class Startup(NamedTuple):
    """How it is written."""

    user: str
    folder: str
    switch: str
    ask: str
    give: str
    shell: str
    script: str
    is_reordered: bool
    uses_function: bool
    uses_variable: bool
    is_owned: bool


STARTUPS = st.builds(
    Startup,
    NAMES,
    NAMES,
    st.sampled_from(SWITCHES),
    st.sampled_from(ASKS),
    st.sampled_from(GIVES),
    st.sampled_from(SHELLS),
    NAMES,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


def dockerfile(one: Startup) -> str:
    data = f"/srv/{one.folder}"
    steps = [
        "RUN apt-get update && apt-get install -y --no-install-recommends gosu",
        f"RUN useradd --system {one.user}",
        f"RUN mkdir -p {data}" + (f"\nRUN chown {one.user}:{one.user} {data}" if one.is_owned else ""),
    ]
    if one.is_reordered:
        steps[0], steps[1] = steps[1], steps[0]
    return "\n".join(
        [
            "FROM debian:bookworm",
            *steps,
            f"VOLUME {data}",
            f"COPY --chmod=755 {one.script}.sh /usr/local/bin/",
            f'ENTRYPOINT ["{one.script}.sh"]',
            'CMD ["sleep", "infinity"]',
            "",
        ]
    )


def script(one: Startup) -> str:
    user = '"$owner"' if one.uses_variable else one.user
    words = {"user": user, "data": f"/srv/{one.folder}"}
    body = [f"if {one.ask}; then", f"  {one.give.format(**words)}", f"  {one.switch.format(**words)}", "fi"]
    if one.uses_function:  # that of the script which executes itself again is no recursion
        return "\n".join(
            [one.shell, "set -e", f"owner={one.user}", "main() {", *body, 'exec "$@"', "}", 'main "$@"', ""]
        )
    return "\n".join([one.shell, "set -e", f"owner={one.user}", *body, 'exec "$@"', ""])


def inferred(folder: Path, one: Startup) -> Needs:
    (folder / "Dockerfile").write_text(dockerfile(one), encoding="utf-8")
    (folder / f"{one.script}.sh").write_text(script(one), encoding="utf-8")
    (folder / "compose.yaml").write_text("services:\n  app:\n    build: .\n", encoding="utf-8")
    (target,) = [each for each in discover([str(folder)]).targets if each.path.endswith("compose.yaml")]
    (container,) = [each for each in check_file(target, (), Setup()).containers if each.kind is Kind.SERVICE]
    return needs_of(container, Workspace(str(folder)))


@settings(max_examples=60, deadline=None)
@given(one=STARTUPS)
def test_the_set_depends_on_what_is_done_and_not_on_how_it_is_written(
    tmp_path_factory: pytest.TempPathFactory, one: Startup
) -> None:
    needs = inferred(tmp_path_factory.mktemp("rewritten"), one)
    changes_nothing = one.is_owned and one.give.startswith("find")
    expected = {"SETUID", "SETGID"} | SETS.get(one.switch, set()) | (set() if changes_nothing else {"CHOWN"})
    assert set(needs.cap_add) == expected, (dockerfile(one), script(one), needs.unknown)
    assert needs.is_complete, needs.unknown
