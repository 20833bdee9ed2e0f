"""What an editor is told after a change is what a check of the text as it is now says, however much was kept of it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from dropcap.lsp.diagnostics import Client
from dropcap.lsp.publisher import Publisher
from dropcap.lsp.session import Session
from dropcap.rule import load_rules
from dropcap.source import Source
from random_edits import SIGNS, edited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dropcap.model import Container

RULES = load_rules()
COMPOSE = """\
# A project with a bit of everything.
name: shop
services:
  web:
    image: nginx:1.27
    ports: ["80:80", "443:443"]
    environment:
      TOKEN: ${TOKEN}
      MODE: ${MODE:-production}
    volumes:
      - ./start.sh:/docker-entrypoint.d/10-start.sh:ro
      - data:/var/lib/data
    cap_add: [NET_ADMIN, CHOWN]
    depends_on: [db]
    networks: [front]

  db:
    image: postgres:16
    cap_drop: [ALL]
    cap_add:
      - SETUID
      - SETGID
    volumes:
      - data:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD", "pg_isready"]
  app:
    build: .
    user: "${USER_ID}"
    command: ["sh", "-c", "chown app /data && exec gosu app worker"]
    privileged: true # dropcap: ignore[privileged] -- a test
  found:
    image: debian:12
    command: chown daemon /srv
    cap_drop: [ALL]
    volumes: ['x:/srv']
    security_opt: ["no-new-privileges:true"]
  # A comment between two.
  tools:
    image: alpine
    command: >-
      sh -c "ping -c 1
      db"
    network_mode: service:web
    labels:
      note: |+
        kept

volumes:
  data:
  x:
networks:
  front:
    external: true
"""
OTHERS = {
    ".env": "MODE=test\n",
    "Dockerfile": 'FROM debian:12\nRUN useradd app\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n',
    "start.sh": '#!/bin/sh\nchown -R app /data\nexec gosu app "$@"\n',
}
PIECES = (
    *SIGNS,
    "privileged: true\n",
    "    privileged: true\n",
    "${",
    "}",
    "\n---\n",
    "...\n",
    "    user: root\n",
    "  new:\n    image: redis\n",
    "${MODE}",
    "    cap_add: [SYS_ADMIN]\n",
    "    network_mode: host\n",
    "      - /:/host\n",
    "volumes:\n",
    "services:\n",
    "# dropcap: ignore[net-raw]\n",
    "é",
    "!reset ",
    "<<: *a\n",
    "    extends: db\n",
    "TMPDIR",
)


class Desk:
    """A session with a publisher, as the server has them."""

    def __init__(self, folder: Path, texts: dict[Path, str]) -> None:
        self.session = Session(RULES, [str(folder)])
        self.publisher = Publisher(Client(takes_related=True), {})
        self.keys: dict[Path, str] = {}
        for path, text in texts.items():
            self.open(path, text)

    def open(self, path: Path, text: str) -> None:
        self.keys[path] = self.session.open(str(path), text)
        self.publisher.opened(self.keys[path], path.as_uri(), 1)

    def containers(self) -> list[Container]:
        return [one for checked in self.session.all_checked() for one in checked.result.containers]

    def told(self) -> dict[str, Any]:
        """Return all that is known: what is said of each text, and each container."""
        self.session.finish()
        said = {path.name: self.publisher.said(self.session, key).items for path, key in self.keys.items()}
        return {**said, "containers": [plain(one) for one in self.containers()]}


def plain(value: Any) -> Any:  # noqa: ANN401  # whatever a container has
    """Return a value in which places are those in the file."""
    if isinstance(value, Source):
        return value.path
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = {name: plain(one) for name, one in zip(value._fields, value, strict=True)}
        source, span = getattr(value, "source", None), getattr(value, "span", None)
        if isinstance(source, Source) and span is not None:
            fields["span"] = source.region(span)
        return fields
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else type(value).__name__


def edits(whole: str, dice: random.Random, count: int) -> Iterator[str]:
    """Yield a text after one edit after the other, as somebody makes who soon takes back what breaks it."""
    text = whole
    for _ in range(count):
        other = edited(text, dice, PIECES)
        yield other
        text = dice.choice((text, text, other, whole))
        yield text


@pytest.mark.parametrize("sets_variables", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_what_is_told_after_changes_is_what_a_new_session_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, seed: int, sets_variables: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    kept = compare(tmp_path, seed, 20, sets_variables=sets_variables)
    assert kept > 20


def test_a_line_that_a_message_names_is_the_line_as_it_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "compose.yaml"
    text = "services:\n  one:\n    image: x\n  two:\n    image: debian:12\n    command: chown daemon /srv\n"
    text += "    cap_drop: [ALL]\n"
    desk = Desk(tmp_path, {path: text})
    for more, line in (("", 6), ("    tty: true\n", 7), ("    tty: true\n    init: true\n", 8)):
        desk.open(path, text.replace("    image: x\n", f"    image: x\n{more}"))
        messages = [one["message"] for one in desk.told()["compose.yaml"] if one["code"] == "capability-not-held"]
        assert len(messages) == 1
        assert f"compose.yaml:{line} " in messages[0]


def test_a_container_is_asked_about_again_when_another_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path, script = tmp_path / "compose.yaml", tmp_path / "start.sh"
    script.write_text("#!/bin/sh\nexec sleep 9\n", encoding="utf-8")
    text = (
        "services:\n  one:\n    image: x\n  two:\n    image: debian:12\n    command: /start.sh\n"
        "    cap_drop: [ALL]\n    volumes: ['./start.sh:/start.sh']\n"
    )
    desk = Desk(tmp_path, {path: text})

    def codes(text: str) -> set[str]:
        desk.open(path, text)
        return {str(one["code"]) for one in desk.told()["compose.yaml"]}

    assert "capability-not-held" not in codes(text)
    before = desk.containers()[1]
    assert "capability-not-held" not in codes(text.replace("image: x", "image: y"))
    assert desk.containers()[1] is before
    script.write_text("#!/bin/sh\nchown daemon /srv\nexec sleep 9\n", encoding="utf-8")
    assert "capability-not-held" in codes(text.replace("image: x", "image: z"))


def compare(folder: Path, seed: int, count: int, *, sets_variables: bool) -> int:
    """Compare a session with new ones over random edits; gives how often a container was taken as it was."""
    dice = random.Random(seed)  # noqa: S311  # the same edits each time
    others = {name: text for name, text in OTHERS.items() if name != ".env" or sets_variables}
    for name, text in others.items():
        (folder / name).write_text(text, encoding="utf-8")
    texts = {folder / "compose.yaml": COMPOSE}
    desk = Desk(folder, texts)
    assert desk.told() == Desk(folder, texts).told()
    kept, earlier = 0, desk.containers()
    for number, text in enumerate(edits(COMPOSE, dice, count)):
        texts[folder / "compose.yaml"] = text
        desk.open(folder / "compose.yaml", text)
        if number % 7 == 0:  # a file beside it, which nobody tells of
            name = dice.choice(tuple(others))
            more = dice.choice(("", "\n", "RUN setcap cap_net_raw=ep /bin/ping\n", "MODE=\n", "ping x\n"))
            (folder / name).write_text(others[name] + more, encoding="utf-8")
        assert desk.told() == Desk(folder, texts).told(), text
        kept += sum(any(one is other for other in earlier) for one in desk.containers())
        earlier += desk.containers()
    return kept
