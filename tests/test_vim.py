"""Debian's Vim and ALE with the lines that the page shows."""

from __future__ import annotations

from pathlib import Path

from editor_page import shown
from oracles.editors import BAD, used, vim

DRIVE = Path(__file__).parent / "data" / "editors" / "vim.vim"


def test_vim_shows_what_is_found(tmp_path: Path) -> None:
    program = vim()
    (tmp_path / "compose.yaml").write_text(BAD, encoding="utf-8")
    (tmp_path / "vimrc").write_text("\n".join(["filetype plugin on", *shown("Vim", "vim")]), encoding="utf-8")
    result = used(
        [program, "-N", "-n", "-u", "vimrc", "-i", "NONE", "--not-a-term", "-S", DRIVE], tmp_path, TERM="dumb"
    )
    assert [line for line, _ in result["opened"]] == [2, 4, 6]
    assert "privileged mode grants every capability" in result["opened"][1][1]
    assert not any("privileged mode grants every" in text for _, text in result["changed"])
