"""Programs that keep terminals and run commands in them: `tmux new-session 'docker run …'`, `screen -X stuff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.inner import Inner
from dropcap.lang.shell.subcommand_words import joined, operands, option_values, value

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.subcommand_words import Words

__all__ = ["TERMINALS"]

# The commands of tmux that run a shell command, by all their names, with the options that take a value: tmux(1).
_OF_TMUX = {
    **dict.fromkeys(("new", "new-session"), "Fcefnstxy"),
    **dict.fromkeys(("neww", "new-window"), "Fcent"),
    **dict.fromkeys(("splitw", "split-window"), "Fcelpt"),
    **dict.fromkeys(("respawn-pane", "respawn-window", "respawnp", "respawnw"), "cet"),
    **dict.fromkeys(("run", "run-shell"), "cdt"),
    **dict.fromkeys(("pipe-pane", "pipep"), "t"),
    **dict.fromkeys(("display-popup", "popup"), "STbcdehstwxy"),
    **dict.fromkeys(("if", "if-shell"), "t"),
    **dict.fromkeys(("send", "send-keys"), "Nct"),
}
_KEYS = frozenset({"C-j", "C-m", "Enter", "KPEnter"})


def _tmux(words: Words) -> Inner | None:
    """Read the commands of a line, which a word `;` parts."""
    ends = [index for index, word in enumerate(words) if value(word) == ";"]
    found = []
    for start, end in zip([operands(words, 1, "LSTcf"), *(end + 1 for end in ends)], [*ends, len(words)], strict=True):
        letters = _OF_TMUX.get(value(words[start])) if start < end else None
        if letters is not None:
            rest = words[operands(words[:end], start + 1, letters) : end]
            sign = "\n" if value(words[start]).startswith("if") else " "
            found.append(joined([word for word in rest if value(word) not in _KEYS], sign) or ())
    script = joined([text for text in found if text], "\n")
    return Inner(script) if script else None


_OF_SCREEN = "ceghpsStTX"
_RETURNS = ("^M", "\\015", "\\n", "\\r", "\r", "\n")


def _screen(words: Words) -> Inner | None:
    """`screen -X stuff text`, `screen -X screen command`: what is sent to a session; other lines are launchers'."""
    options, others = option_values(words, _OF_SCREEN, stops=True)
    if "X" not in options or not others:
        return None
    sent = value(options["X"])
    if sent == "stuff":
        return Inner(_without_return(others[0]))
    return Inner(command=tuple(others)) if sent in {"exec", "screen"} else None


def _without_return(text: Text) -> Text:
    """Take off the key that sends a line: screen(1) has several names for it."""
    last = text[-1] if text else None
    end = next((end for end in _RETURNS if last is not None and last.text.endswith(end)), "")
    if last is None or not end:
        return text
    return _without_return((*text[:-1], last._replace(text=last.text[: -len(end)])) if last.text != end else text[:-1])


TERMINALS: dict[str, Callable[[Words], Inner | None]] = {"screen": _screen, "tmux": _tmux}
"""What each program hands on."""
