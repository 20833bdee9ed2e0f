"""
A security option stands after the image, where it is an argument of the container's command.

`docker run`, `podman run` and `nerdctl run` read options up to the image; every word after it goes to the
container. A `--cap-drop` there drops nothing, a `--security-opt` there secures nothing, and nobody
complains unless the command does.

Nothing is said where the command has such options itself: another container tool, or what follows `--`. Docker's
own image has them behind a command, `docker:29-cli run --privileged`, but not directly behind its name.

Audit: `docker inspect --format '{{.Config.Cmd}}' NAME` shows the option among the command's words.

Remediation: move the option before the image.

Impact of the fix: the option takes effect.

Default value: not applicable.

```sh bad
docker run web:1 --cap-drop ALL
```

```sh bad
docker run --cap-drop ALL alpine:3 sleep 60 --security-opt no-new-privileges
```

```sh good
docker run --cap-drop ALL web:1 --port 80
```

```sh good
docker run --cap-drop ALL docker:29-cli docker run --cap-drop ALL alpine:3
```

References: docker run, "docker run [OPTIONS] IMAGE [COMMAND] [ARG...]"; Docker CLI
cli/command/container/run.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.api import Fix, Located, Subject

# What the line asks for is not done, and what is held without it is what the default grants.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CWE-693",)
FIELDS = ("command",)

_OPTION = r"(?s)(--cap-add|--cap-drop|--security-opt|--privileged)(?:=(.*))?"
_WORDS = r"[a-z0-9]+"

# Programs that have one of these options themselves, or run others that do.
_OWNERS = frozenset(
    {
        *("act", "apptainer", "buildah", "buildctl", "bubblewrap", "bwrap", "capsh", "crictl", "crun", "ctr"),
        *("dind", "distrobox", "docker", "earthly", "firejail", "fly", "incus", "k3d", "kind", "kubectl"),
        *("lima", "lxc", "lxd", "minikube", "nerdctl", "nmap", "nsenter", "nspawn", "oc", "podman", "runc"),
        *("setpriv", "singularity", "sudo", "systemd", "toolbox", "udocker", "unshare", "vagrant"),
    }
)
# Those that have them behind a command alone: `docker --privileged` is none, as `docker run --privileged` is.
_TAKE_COMMANDS = frozenset({"dind", "docker"})
_SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
# Options of a run that take no value and are put behind the image together with the others.
_SWITCHES = frozenset({"--detach", "--init", "--interactive", "--rm", "--tty", "-d", "-i", "-it", "-itd", "-t", "-ti"})

# Those that take one, of which no program knows all.
_VALUED = frozenset(
    {"--env", "--hostname", "--name", "--net", "--network", "--publish", "--restart", "--user", "--volume", "--workdir"}
    | {"-e", "-h", "-p", "-u", "-v", "-w"}
)


def check(subject: Subject) -> Iterator[Problem]:
    if subject.kind not in {Kind.RUN, Kind.CREATE} or subject.may_be_set("command", "entrypoint"):
        return
    words = _own_words(subject.command or ())
    owners = {owner for name in _programs(subject) for owner in _owners(name)}
    if owners - _TAKE_COMMANDS or (owners and subject.entrypoint):
        return
    if owners:
        words = _first_options(words)
    for index, word in enumerate(words):
        if _owners(word.value):
            return
        option = re.fullmatch(_OPTION, word.value)
        if option is None or (option[1] == "--privileged" and not _is_astray(subject, words[:index])):
            continue
        value = option[2] if option[2] is not None else _next(words, index)
        effect = "it is an argument of the command and has no effect"
        message = f"{option[1]} stands after the image: {effect}; move it before the image"
        yield Problem(word, message, (option[1], "" if option[1] == "--privileged" else value))


def _programs(subject: Subject) -> Iterator[str]:
    """Give what names the program: image and entrypoint; of an image in a variable, the variable's name."""
    if subject.image is not None:
        yield subject.image.value
    yield from (unknown.text for unknown in subject.unknowns if "image" in unknown.fields)
    yield from (word.value for word in subject.entrypoint or ())


def _own_words(words: Sequence[Located[str]]) -> Sequence[Located[str]]:
    """Leave out what follows `--`: by custom that is meant for somebody else."""
    for index, word in enumerate(words):
        if word.value == "--":
            return words[:index]
    return words


def _first_options(words: Sequence[Located[str]]) -> Sequence[Located[str]]:
    """Give the options that stand directly behind the image, with their values."""
    index = 0
    while index < len(words):
        option = re.fullmatch(_OPTION, words[index].value)
        name, has_equals, _ = words[index].value.partition("=")
        if option is None and name not in _SWITCHES | _VALUED:
            break
        takes_value = name in _VALUED if option is None else option[1] != "--privileged"
        has_value = takes_value and not has_equals
        index += 2 if has_value else 1
    return words[:index]


def _owners(word: str) -> frozenset[str]:
    """Give what in the name of a program or an image may have such options: `docker:29-cli`, `/bin/bwrap`."""
    name = word.rpartition("/")[2].partition("@")[0].partition(":")[0]
    return _OWNERS.intersection(re.findall(_WORDS, name.lower()))


def _is_astray(subject: Subject, before: Sequence[Located[str]]) -> bool:
    """Whether `--privileged` can be nobody's but the engine's: other programs know the word as well.

    It is where it stands directly behind the image or a shell, or behind other options that went astray.
    """
    if subject.entrypoint is not None:
        return False
    if before and before[-1].value.rpartition("/")[2] in _SHELLS:
        return True
    return all(word.value in _SWITCHES or re.fullmatch(_OPTION, word.value) for word in before)


def _next(words: Sequence[Located[str]], index: int) -> str:
    return words[index + 1].value if index + 1 < len(words) else ""


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Move the option before the image, where it says what was meant."""
    from dropcap.api import Fix, Put, Remove

    option, value = problem.evidence
    words = subject.command or ()
    index = next(number for number, word in enumerate(words) if word is problem.where)
    if option == "--privileged":
        if problem.where.value != option:
            return None
        return Fix(f"move {option} before the image", (Remove(problem.where), Put(subject, "privileged", ("true",))))
    if not value:
        return None
    moved = [problem.where] if "=" in problem.where.value else [problem.where, words[index + 1]]
    field = option.removeprefix("--").replace("-", "_")
    entries: tuple[Located[str], ...] = getattr(subject, field)
    put = Put(subject, field, (*(entry.value for entry in entries), value))
    return Fix(f"move {option} {value} before the image", (*map(Remove, moved), put), safe=True)
