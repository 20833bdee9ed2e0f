"""Neovim with the lines that the page shows: Debian's, and one that is newer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from editor_page import shown
from oracles import editors
from oracles.editors import neovim, newer_neovim

DRIVE = Path(__file__).parent / "data" / "editors" / "neovim.lua"
VERSIONS = {"0.7": neovim, "0.11": newer_neovim}
LINES = {"0.11": 0, "0.7": 1}
QUADLET = 2


def used(program: str, lines: list[str], folder: Path) -> Any:  # noqa: ANN401  # JSON
    """Start a Neovim in a folder with these lines as its settings, and do there what a person does."""
    (folder / "compose.yaml").write_text(editors.BAD, encoding="utf-8")
    (folder / "values.yaml").write_text("privileged: true\n", encoding="utf-8")
    (folder / "web.container").write_text("[Container]\nImage=nginx\nAddCapability=SYS_ADMIN\n", encoding="utf-8")
    (folder / "init.lua").write_text("\n".join(lines), encoding="utf-8")
    homes = {f"XDG_{name}_HOME": str(folder / name) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    return editors.used([program, "--headless", "-u", "init.lua", "-i", "NONE", "-S", DRIVE], folder, **homes)


@pytest.mark.parametrize("version", VERSIONS)
def test_neovim_shows_what_is_found_and_mends_it(version: str, tmp_path: Path) -> None:
    program = VERSIONS[version]()
    blocks = shown("Neovim", "lua")
    result = used(program, [blocks[LINES[version]], blocks[QUADLET]], tmp_path)
    assert [(one["line"], one["rule"]) for one in result["opened"]] == [
        (2, "new-privileges"),
        (4, "privileged"),
        (6, "useless-add"),
    ]
    assert {one["source"] for one in result["opened"]} == {"dropcap"}
    assert "privileged mode grants every capability" in result["opened"][1]["message"]
    assert "privileged" not in {one["rule"] for one in result["changed"]}
    assert any("SYS_ADMIN" in line for line in result["hover"])
    assert result["actions"]
    assert any("dropcap: ignore[privileged]" in line for line in result["mended"])
    assert result["other"] == []
    assert (3, "critical-capability") in [(one["line"], one["rule"]) for one in result["quadlet"]]
