"""What nobody has read or described could need anything: then a picture is never called complete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_file, check_text
from dropcap.discover import discover
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

HOLES = (
    "sh /x/run.sh",
    "bash -eux /x/run.sh",
    "bash -o pipefail /x/run.sh",
    "bash --rcfile /x/rc /x/run.sh",
    "sh -- /x/run.sh",
    "/x/run.sh",
    "sh -c '. /x/run.sh'",
    "bash -c 'source /x/run.sh'",
    "sh -c 'curl http://x | sh'",
    "sh -c 'curl http://x | sh -s -- a'",
    "sh -c 'sh < /x/run.sh'",
    "sh -c 'cat /x/run.sh | bash'",
    "sh -c 'eval \"$$(cat /x/env)\"'",
    "sh -c '$$NOBODY_SETS_IT a'",
    "sh -c 'env /x/run.sh'",
    "sh -c 'exec /x/run.sh'",
    "sh -c 'find / -exec /x/run.sh {} +'",
    "sh -c 'ls | xargs /x/run.sh'",
    "sh -c '\"$$@\"'",
    "sh -c 'for f in /x/*.sh; do . \"$$f\"; done'",
    "sh -c 'for f in /x/*; do \"$$f\"; done'",
    "sh -c 'run-parts /x'",
    "sh -c 'trap \"/x/run.sh\" EXIT; true'",
    "sh -c 'timeout 5 /x/run.sh'",
    "sh -c 'nohup /x/run.sh &'",
    "sh -c 'PATH=/x:$$PATH; foo'",
    "sh -c 'alias ls=/x/run.sh; ls'",
    "sh -c 'make -C /x'",
    "sh -c 'tini -- /x/run.sh'",
    "sh -c 'gosu root /x/run.sh'",
    "sh -c 'cp /x/run.sh /tmp/a; sh /tmp/a'",
    "sh -c 'wget -O /tmp/a http://x; chmod +x /tmp/a; /tmp/a'",
    "sh -c 'echo \"chown 1 /x\" > /tmp/a; sh /tmp/a'",
    "sh -c 'ls() { /x/run.sh; }; ls'",
    "sh -c 'command /x/run.sh'",
    "sh -c 'chroot /x /run.sh'",
    "sh -c 'unshare -m /x/run.sh'",
    "sh -c 'apt-get update && apt-get install -y nginx'",
    "supervisord -c /x/s.conf",
    "python3 /x/app.py",  # may write to /x, which may be another user's
    "node /x/app.js",
    "pg_dump -f /x/dump",
    "nobody-knows-this",
)
WHOLE = (
    "sleep infinity",
    "sh -c 'su www-data -s /bin/sh -c /x/run.sh'",  # whatever it is, it holds nothing
    "sh -c 'exec sleep infinity'",
    "bash",  # a person's commands are not its startup
    "bash -o pipefail -c 'ls | sort'",
    "sh -c 'ls() { sleep 1; }; ls'",
)


def is_complete(command: str, image: str = "debian:12") -> bool:
    text = f"services:\n  a:\n    image: {image}\n    volumes: ['./x:/x']\n    command: {json.dumps(command)}\n"
    (container,) = [
        one for one in check_text("compose.yaml", "compose", text, (), Setup()).containers if one.kind is Kind.SERVICE
    ]
    return needs_of(container, Workspace.of_text(container.source)).is_complete


@pytest.mark.parametrize("command", HOLES)
def test_a_hole_is_told(command: str) -> None:
    assert not is_complete(command)


@pytest.mark.parametrize("command", WHOLE)
def test_without_a_hole_all_is_known(command: str) -> None:
    assert is_complete(command)


@pytest.mark.parametrize("image", ["web:1", "${IMAGE}", "ghcr.io/debian:12"])
@pytest.mark.parametrize("command", ["sh -c 'chown www-data /srv'", "nobody-knows-this", "./run.sh"])
def test_an_image_that_is_not_known_hides_what_lies_in_it(image: str, command: str) -> None:
    assert not is_complete(command, image)


@pytest.mark.parametrize("step", ["bash setup.sh", "sh -eux /x.sh", "curl http://x | sh", "sh < /x", "./x.sh"])
def test_a_build_step_that_nobody_read_hides_what_it_may_have_done(tmp_path: Path, step: str) -> None:
    def answer(step: str) -> bool:
        lines = ["FROM debian:12", f"RUN {step}", 'CMD ["chown", "www-data", "/srv"]', ""]
        (tmp_path / "Dockerfile").write_text("\n".join(lines), encoding="utf-8")
        (tmp_path / "compose.yaml").write_text("services:\n  a:\n    build: .\n", encoding="utf-8")
        targets = [one for one in discover([str(tmp_path)]).targets if one.path.endswith("compose.yaml")]
        (container,) = [one for one in check_file(targets[0], (), Setup()).containers if one.kind is Kind.SERVICE]
        return needs_of(container, Workspace(str(tmp_path))).is_complete

    assert answer("mkdir /srv/x")
    assert not answer(step)
