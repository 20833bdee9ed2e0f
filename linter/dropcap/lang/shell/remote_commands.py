"""Commands that hand a script, or another command, to another machine or another root: `ssh`, `lxc exec`, `chroot`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.inner import Inner, Sight
from dropcap.lang.shell.subcommand_words import joined, operands, option_values, value

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.lang.shell.subcommand_words import Words

__all__ = ["REMOTE_COMMANDS"]


def _ssh(letters: str) -> Callable[[Words], Inner | None]:
    """Make the reading of `ssh [options] host [options] script`."""

    def read(words: Words) -> Inner | None:
        host = operands(words, 1, letters)
        rest = words[operands(words, host + 1, letters) :]
        if not rest:
            return Inner(sight=Sight.NONE, reads_input=host < len(words))
        return Inner(joined(rest), sight=Sight.NONE)

    return read


_OF_SSH = "BbcDEeFIiJLlmOopQRSWw"


def _behind(  # all by which such programs differ
    letters: str = "",
    names: tuple[str, ...] = (),
    positional: int = 0,
    verb: str = "",
    attached: str = "",
    *,
    is_script: bool = False,
) -> Callable[[Words], Inner | None]:
    """Make the reading of a program that runs what stands behind its options and some words of its own.

    Args:
        letters: the options that take a value.
        names: the long ones.
        positional: how many words of its own there are, behind the options.
        verb: the command of it that does so; options stand before and behind it.
        attached: the options that may have a value in their word.
        is_script: whether what stands there is joined and read by a shell.

    """

    def read(words: Words) -> Inner | None:
        at = operands(words, 1, letters, names, attached)
        if verb:
            if at >= len(words) or value(words[at]) != verb:
                return None
            at = operands(words, at + 1, letters, names, attached)
        for _ in range(positional):
            at = operands(words, at + 1, letters, names, attached) if verb else at + 1
        rest = tuple(words[at:])
        if not rest:
            return Inner(sight=Sight.NONE, reads_input=True)
        return Inner(joined(rest), sight=Sight.NONE) if is_script else Inner(command=rest)

    return read


def _dashed(*verbs: str) -> Callable[[Words], Inner | None]:
    """Make the reading of a program that runs what stands behind `--`, where one of its verbs stands before it."""

    def read(words: Words) -> Inner | None:
        values = [value(word) for word in words]
        at = values.index("--") if "--" in values else None
        if at is None or (verbs and not set(verbs) & set(values[1:at])) or at + 1 == len(words):
            return None
        return Inner(command=tuple(words[at + 1 :]))

    return read


_OF_KUBECTL = "cfnsv"
_KUBECTL_NAMES = (
    *("as", "as-group", "as-uid", "cache-dir", "certificate-authority", "client-certificate", "client-key", "cluster"),
    *("container", "context", "filename", "image", "kubeconfig", "log-flush-frequency", "namespace", "password"),
    *("pod-running-timeout", "profile", "request-timeout", "server", "shell", "timeout", "tls-server-name", "token"),
    *("user", "username", "v", "vmodule"),
)
_OPEN_SHELLS = frozenset({"rsh", "debug"})


def _kubectl(words: Words) -> Inner | None:
    """`kubectl exec -i pod -- command`; old ones without `--` too; `oc rsh pod [command]`, which is a shell by itself.

    Only with `--stdin` what is run reads what kubectl reads; OpenShift's `rsh` and `debug` always have it.
    """
    at = operands(words, 1, _OF_KUBECTL, _KUBECTL_NAMES)
    verb = value(words[at]) if at < len(words) else ""
    if verb not in {"exec", "run", "rsh", "debug"}:
        return None
    is_open = verb in _OPEN_SHELLS and value(words[0]).rpartition("/")[2] == "oc"
    end = next((index for index in range(at, len(words)) if value(words[index]) == "--"), None)
    target = operands(words, at + 1, _OF_KUBECTL, _KUBECTL_NAMES)
    if end is not None and not (verb == "rsh" and end > target):
        command = words[end + 1 :]
    elif verb in {"exec", "rsh"}:
        end = target + 1 if verb == "rsh" else operands(words, target + 1, _OF_KUBECTL, _KUBECTL_NAMES)
        command = words[end:]
    else:
        command, end = (), len(words)
    options = [value(word) for word in words[:end]]
    reads = is_open or any(re.match(r"-[A-Za-z]*i|--stdin(?:=true)?\Z", option) for option in options)
    if not command:
        return Inner(sight=Sight.NONE, reads_input=True) if is_open and target < len(words) else None
    return Inner(command=tuple(command), takes_input=not reads)


def _vagrant(words: Words) -> Inner | None:
    options, others = option_values(words, "cp", ("command", "plain"))
    if not others or value(others[0]) != "ssh":
        return None
    script = options.get("c") or options.get("command")
    return Inner(script, sight=Sight.NONE) if script else Inner(sight=Sight.NONE, reads_input=True)


def _gcloud(words: Words) -> Inner | None:
    """`gcloud compute ssh host --command script`, `… -- script`."""
    values = [value(word) for word in words]
    if "ssh" not in values[1:]:
        return None
    options, _ = option_values(words, "", ("command",))
    script = options.get("command") or (joined(words[values.index("--") + 1 :]) if "--" in values else None)
    return Inner(script, sight=Sight.NONE) if script else Inner(sight=Sight.NONE, reads_input=True)


def _chroot(words: Words) -> Inner | None:
    """`chroot [--userspec=USER[:GROUP]] FOLDER command`."""
    options, _ = option_values(words, "", ("groups", "userspec"), stops=True)
    found = _behind("", ("groups", "userspec"), 1)(words)
    user = options.get("userspec")
    if found is None or not user or value(user).startswith(":"):
        return found
    return found._replace(user=user)


_NSENTER_NAMES = ("net-socket", "setgid", "setuid", "target")
_UNSHARE_NAMES = (
    *("boottime", "load-interp", "map-group", "map-groups", "map-user", "map-users", "monotonic", "owner"),
    *("propagation", "root", "setgid", "setgroups", "setuid", "wd"),
)
REMOTE_COMMANDS: dict[str, Callable[[Words], Inner | None]] = {
    **dict.fromkeys(("incus", "lxc"), _behind("", ("cwd", "env", "group", "mode", "project", "user"), 1, "exec")),
    **dict.fromkeys(("kubectl", "microk8s.kubectl", "oc"), _kubectl),
    **dict.fromkeys(("distrobox", "distrobox-enter", "mosh", "pct"), _dashed()),
    "arch-chroot": _behind("u", (), 1),
    "autossh": _ssh(_OF_SSH + "M"),
    "chroot": _chroot,
    "colima": _behind("p", ("profile",), 0, "ssh"),
    "dbclient": _ssh("bcimJKlLopRW"),
    "docker-machine": _behind("", (), 1, "ssh", is_script=True),
    "gcloud": _gcloud,
    "limactl": _behind("", ("shell", "workdir"), 1, "shell"),
    "lxc-attach": _behind("efglnPosv", ("elevated-privileges", "logfile", "logpriority", "lxcpath", "name", "rcfile")),
    "machinectl": _behind("EHMPn", ("host", "machine", "setenv", "uid"), 1, "shell"),
    "minikube": _behind("np", ("node", "profile"), 0, "ssh", is_script=True),
    "multipass": _behind("d", ("working-directory",), 1, "exec"),
    "nsenter": _behind("GNSt", _NSENTER_NAMES, attached="CTUimnpruw"),
    **dict.fromkeys(("clush", "pdsh", "pssh", "parallel-ssh"), _behind("AHOUefghiloptuwx", is_script=True)),
    "rsh": _ssh("l"),
    "ssh": _ssh(_OF_SSH),
    "toolbox": _behind("cdr", ("container", "distro", "release"), 0, "run"),
    "unshare": _behind("GRSlw", _UNSHARE_NAMES),
    "vagrant": _vagrant,
}
"""What each program hands on; see its manual page."""
