"""Twice as much of anything takes twice the steps also where somebody types in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.lsp.completions import completions
from dropcap.lsp.hovers import hover
from dropcap.rule import load_rules
from dropcap.source import Source
from steps import assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable

IN_SERVICE = "services:\n  web:\n"
DIMENSIONS: dict[tuple[str, str], Callable[[int], str]] = {
    ("compose.yaml", "keys"): lambda n: IN_SERVICE + "    a: b\n" * n + "    ",
    ("compose.yaml", "blanks"): lambda n: f"{IN_SERVICE}    a{' ' * n}b\n    ",
    ("compose.yaml", "items"): lambda n: f"{IN_SERVICE}    cap_add:\n" + "      - CHOWN\n" * n + "      - ",
    ("compose.yaml", "items between brackets"): lambda n: f"{IN_SERVICE}    cap_add: [" + "A, " * n,
    ("compose.yaml", "lines between brackets"): lambda n: f"{IN_SERVICE}    cap_add: [\n" + "      A,\n" * n + "  ",
    ("compose.yaml", "dashes"): lambda n: IN_SERVICE + "    " + "- " * n,
    ("compose.yaml", "comments"): lambda n: IN_SERVICE + "    # a # b\n" * n + "    ",
    ("compose.yaml", "rules"): lambda n: "# dropcap: ignore[" + "net-raw, " * n,
    ("compose.yaml", "comments to dropcap"): lambda n: "# " + "dropcap: ignore[" * n,
    ("run.sh", "options"): lambda n: "docker run " + "--cap-add A " * n + "--cap-add ",
    ("run.sh", "lines that go on"): lambda n: "docker run \\\n" + "  --cap-add A \\\n" * n + "  --cap-add ",
    ("web.container", "words"): lambda n: "[Container]\nAddCapability=" + "A " * n,
    ("devcontainer.json", "items"): lambda n: '{"capAdd": [' + '"A", ' * n + '"',
    ("devcontainer.json", "brackets"): lambda n: '{"a": [' * n + '"',
    ("devcontainer.json", "open comments"): lambda n: '{"a": ' + "/*" * n + '"',
    (".dropcap.toml", "tables"): lambda n: "[a]\n" * n + "x",
    (".dropcap.toml", "lists"): lambda n: "ignore = [\n" * n + '"',
}
SIZE = 100


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=" ".join)
def test_steps_grow_in_proportion(dimension: tuple[str, str]) -> None:
    name, _ = dimension
    rules = load_rules()

    def ask(size: int) -> None:
        source = Source(f"/nowhere/{name}", DIMENSIONS[dimension](size))
        completions((), source, len(source.text), rules)
        hover((), source, len(source.text), rules)

    assert_linear(ask, SIZE)
