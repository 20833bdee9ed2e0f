"""Programs that run the rest of their line in an environment that they prepare: `poetry run`, `doppler run --`.

What they run is found as on the path of whoever calls them. `npx` runs a package's program, and is none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.inner import Inner
from dropcap.lang.shell.subcommand_words import joined, operands, option_values, value
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.subcommand_words import Words

__all__ = ["MOVED_BY", "WRAPPERS", "wrapped"]


class Wrapper(NamedTuple):
    """How a program's own words end.

    Attributes:
        verbs: the commands of it that run another one; options stand before and behind; none where it needs none.
        letters: the options that take a value.
        names: the long options that take a value as the next word.
        positional: how many words stand before the command, with options among them.
        is_dashed: whether the command begins behind `--` alone, and any number of words may stand before that.
        scripts: the options whose value is a script for a shell.
        joins: the options with which the words are joined and a shell reads them; an empty name where it always does.
        behind: the options behind which all words are the command.
        others: the options with which it runs something else.
        optional: a word that may stand before the command.

    """

    verbs: tuple[str, ...] = ()
    letters: str = ""
    names: tuple[str, ...] = ()
    positional: int = 0
    is_dashed: bool = False
    scripts: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    optional: str = ""


def wrapped(words: Words) -> Inner | None:
    """Say what a wrapper's line runs; None where it runs nothing."""
    wrapper = WRAPPERS[value(words[0]).rpartition("/")[2]]
    at = 0
    if wrapper.verbs:
        at = operands(words, 1, wrapper.letters, wrapper.names)
        if at >= len(words) or value(words[at]) not in wrapper.verbs:
            return None
    options, rest = option_values(words[at:], wrapper.letters, wrapper.names, stops=not wrapper.is_dashed)
    if not options.keys().isdisjoint(wrapper.others):
        return None
    script = next((options[name] for name in wrapper.scripts if options.get(name)), None)
    if script is not None:
        return Inner(script)
    mark = ("--",) if wrapper.is_dashed else wrapper.behind
    if mark:
        start = next((index for index in range(at, len(words)) if value(words[index]) in mark), len(words))
        rest = list(words[start + 1 :])
    for _ in range(wrapper.positional):
        rest = _without_first(wrapper, rest)
    if wrapper.optional and rest and value(rest[0]) == wrapper.optional:
        rest = _without_first(wrapper, rest)
    if not rest:
        return None
    is_script = "" in wrapper.joins or not options.keys().isdisjoint(wrapper.joins)
    return Inner(joined(rest)) if is_script else Inner(command=tuple(rest))


def _without_first(wrapper: Wrapper, words: list[Text]) -> list[Text]:
    return words[operands(words, 1, wrapper.letters, wrapper.names) :]


_AWS_VAULT = (
    *("backend", "biometrics", "config", "duration", "file-dir", "keychain", "mfa-token", "pass-cmd", "pass-dir"),
    *("pass-prefix", "prompt", "region", "secret-service", "ecs-server-address"),
)
_CONDA = ("cwd", "file", "name", "prefix", "env", "root-prefix", "rc-file")
_DOPPLER = (
    *("api-host", "attempts", "command", "config", "config-dir", "configuration", "dashboard-host"),
    *("dns-resolver-address", "dns-resolver-proto", "dns-resolver-timeout", "fallback", "format", "mount"),
    *("mount-format", "mount-max-reads", "mount-template", "name-transformer", "only-secrets", "passphrase"),
    *("project", "scope", "timeout", "token"),
)
_INFISICAL = (
    *("command", "domain", "env", "log-level", "path", "project-config-dir", "projectId", "tags", "token"),
    *("watch-interval",),
)
_OP = ("account", "config", "encoding", "env-file", "environment", "format", "session")
_SUMMON = ("environment", "file", "ignore", "provider", "yaml")
_UV = (
    *("allow-insecure-host", "cache-dir", "color", "config-file", "config-setting", "config-settings-package"),
    *("default-index", "directory", "env-file", "exclude-newer", "extra", "extra-index-url", "find-links"),
    *("fork-strategy", "group", "index", "index-strategy", "index-url", "keyring-provider", "link-mode"),
    *("no-binary-package", "no-build-isolation-package", "no-build-package", "no-extra", "no-group", "only-group"),
    *("package", "prerelease", "project", "python", "python-platform", "python-preference", "refresh-package"),
    *("reinstall-package", "resolution", "upgrade-package", "with", "with-editable", "with-requirements"),
)
_WATCHEXEC = (
    *("completed-notify", "debounce", "delay-run", "emit-events-to", "env", "exts", "filter", "filter-file"),
    *("fs-events", "ignore", "ignore-file", "log-file", "map-signal", "on-busy-update", "poll", "project-origin"),
    *("shell", "signal", "socket", "stop-signal", "stop-timeout", "watch", "watch-non-recursive", "workdir"),
)
_OF_PYTHON = ("directory", "project")
_MISE = Wrapper(("exec", "x"), "cCj", ("cd", "command", "jobs"), is_dashed=True, scripts=("command", "c"))
WRAPPERS: Mapping[str, Wrapper] = {
    "asdf": Wrapper(("exec",)),
    "aws-okta": Wrapper(("exec",), "bt", ("backend", "mfa-provider", "mfa-factor-type", "assume-role-ttl"), 1),
    "aws-vault": Wrapper(("exec",), "dt", _AWS_VAULT, 1),
    "bundle": Wrapper(("exec", "e"), "", ("gemfile",)),
    "chamber": Wrapper(("exec",), is_dashed=True),
    **dict.fromkeys(("conda", "mamba", "micromamba"), Wrapper(("run",), "aenpr", _CONDA)),
    "direnv": Wrapper(("exec",), positional=1),
    "doppler": Wrapper(("run",), "cpt", _DOPPLER, scripts=("command",)),
    "dotenv": Wrapper((), "efvpcq", ("export", "file", "quote"), others=("p",), optional="run"),
    "dotenvx": Wrapper(("run",), is_dashed=True),
    "eatmydata": Wrapper(),
    "entr": Wrapper(joins=("s",)),
    "envdir": Wrapper((), positional=1),
    "hatch": Wrapper(("run",), "ep", ("cache-dir", "config", "data-dir", "env", "project")),
    "infisical": Wrapper(("run",), "cet", _INFISICAL, scripts=("command", "c")),
    **dict.fromkeys(("mise", "rtx"), _MISE),
    "nix": Wrapper(("develop", "shell"), "", ("extra-experimental-features",), behind=("-c", "--command")),
    "nq": Wrapper(),
    "op": Wrapper(("run",), "", _OP),
    "pdm": Wrapper(("run",), "cp", ("config", "project", "venv")),
    "pipenv": Wrapper(("run",), "", ("pypi-mirror", "python")),
    "poetry": Wrapper(("run",), "CP", _OF_PYTHON),
    **dict.fromkeys(("pnpm", "yarn"), Wrapper(("exec",), "C", ("cwd", "dir", "filter"))),
    **dict.fromkeys(("pyenv", "rbenv", "nodenv", "goenv"), Wrapper(("exec",))),
    "railway": Wrapper(("run", "local"), "esp", ("environment", "project", "service")),
    "retry": Wrapper(
        (), "dmtuwsxf", ("delay", "fail", "max", "message", "min", "sleep", "times", "tries", "until", "while")
    ),
    "rye": Wrapper(("run",), "", ("pyproject",)),
    "saml2aws": Wrapper(("exec",), is_dashed=True),
    "setlock": Wrapper((), positional=1),
    "softlimit": Wrapper((), "acdflmoprst"),
    "sops": Wrapper(("exec-env",), "", ("input-type", "output-type", "user"), 1, joins=("",)),
    "summon": Wrapper((), "Defp", _SUMMON),
    "teller": Wrapper(("run",), "c", ("config",)),
    "tsp": Wrapper((), "DLN"),
    "uv": Wrapper(("run",), "CPfipw", _UV, others=("m", "module", "s", "script", "gui-script")),
    **dict.fromkeys(("wait-for", "wait-for-it", "wait-for-it.sh", "wait-for.sh"), Wrapper(is_dashed=True)),
    "watchexec": Wrapper((), "EWdefijosw", _WATCHEXEC, joins=("",)),
}
"""The programs, by name. How each reads its words is said by its documentation or its source."""

MOVED_BY = {
    "poetry": ("-C", "--directory"),
    "uv": ("--directory",),
    "mise": ("-C", "--cd"),
    "pnpm": ("-C", "--dir"),
    "yarn": ("--cwd",),
    **dict.fromkeys(("conda", "mamba", "micromamba"), ("--cwd",)),
}
"""The options with which a program runs its command in another folder."""
