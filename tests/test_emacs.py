"""Debian's Emacs with the lines that the page shows."""

from __future__ import annotations

from pathlib import Path

from editor_page import shown
from oracles.editors import BAD, emacs, used

DRIVE = Path(__file__).parent / "data" / "editors" / "emacs.el"


def test_emacs_shows_what_is_found_and_mends_it(tmp_path: Path) -> None:
    program = emacs()
    (tmp_path / "compose.yaml").write_text(BAD, encoding="utf-8")
    (tmp_path / "init.el").write_text("\n".join(shown("Emacs", "elisp")), encoding="utf-8")
    # Where there is a window, Emacs makes the packages known by itself before it reads the settings.
    result = used(
        [program, "--batch", "--funcall", "package-activate-all", "--load", "init.el", "--load", DRIVE], tmp_path
    )
    assert result["mode"] == "yaml-mode"
    assert [line for line, _ in result["opened"]] == [2, 4, 6]
    assert "dropcap [privileged]: service web: privileged mode grants" in result["opened"][1][1]
    assert not any("[privileged]" in text for _, text in result["changed"])
    assert "SYS_ADMIN" in result["hover"]
    assert result["actions"]
    assert "dropcap: ignore[privileged]" in result["mended"]
