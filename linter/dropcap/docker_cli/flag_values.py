"""What the values of a container client's options mean: mounts, lists with commas, networks, image names.

What Docker's client itself refuses is refused here in its words (docker/cli `cli/command/container/opts.go`,
`opts/`; distribution/reference for image names). It reads files that this program does not: a profile that is
missing on the machine where the line runs goes unseen.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from dropcap.docker_cli import quantities
from dropcap.docker_cli.flags import Part
from dropcap.model import Mount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Compiled when the first value of their kind comes, which few commands have.
_EXPANSION = r"\$\{[^}]*\}|\$\([^)]*\)|`[^`]*`"
_DRIVE = r"[A-Za-z]:"
_CDI_NAME = r"(?a)[A-Za-z][\w.-]*/[A-Za-z][\w-]*=[A-Za-z0-9][\w.:-]*"
_SYSCTL = r"(net\.|fs\.mqueue\.|kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)=)"
_LONG_NETWORK = r"(?a)\w=\w"
_WORDS_OF_MODE = {"uts": {"", "host"}, "userns": {"", "host"}, "cgroupns": {"", "host", "private"}}
_IPC_MODES = frozenset(("", "host", "none", "private", "shareable"))
_PROPAGATIONS = frozenset({"rprivate", "private", "rshared", "shared", "rslave", "slave"})
_OF_DRIVER = frozenset({"volume-opt", "volume-driver-opt"})
_NAMES_OF_MODE = {"pid": "PID", "uts": "UTS", "userns": "USER", "cgroupns": "CGROUP"}

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])"
_IMAGE = (
    rf"(?a)(?:{_HOST}(?::[0-9]+)?/)?{_COMPONENT}(?:/{_COMPONENT})*"
    r"(?::\w[\w.-]{0,127})?"
    r"(?:@(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}))?"
)
_LONGEST_IMAGE = 600  # a name, a tag and a digest
_SHORTEST_PAIR = 3  # the client looks for a source only in as many characters as `a:b` has
_MOST_COLONS = 2  # the path outside, the path inside, the permissions


def split_commas(part: Part) -> Iterator[Part]:
    """Give the items of a list with commas, quoted items without their quotation marks.

    This is what Go's `encoding/csv` makes of the first line; an empty text has no item.

    Raises:
        ValueError: the quotation marks are wrong; says so as that package does.

    """
    text = part.text
    end = re.search(r"[\r\n]", text)
    line = text[: end.start()] if end and '"' not in text else text
    at = 0
    while line:
        if line.startswith('"', at):
            close = _closing_quote(line, at + 1)
            yield Part(part.word, part.start + at + 1, part.start + close)
            at = close + 1
        else:
            comma = line.find(",", at)
            stop = len(line) if comma < 0 else comma
            bare = line.find('"', at, stop)
            if bare >= 0:
                raise ValueError(f'parse error on line 1, column {bare + 1}: bare " in non-quoted-field')
            yield Part(part.word, part.start + at, part.start + stop)
            at = stop
        if at >= len(line):
            return
        at += 1


def _closing_quote(line: str, start: int) -> int:
    """Find the quotation mark that ends a quoted item: it stands before a comma or at the end."""
    close = line.find('"', start)
    while 0 <= close < len(line) - 1 and line[close + 1] == '"':
        close = line.find('"', close + 2)
    if close < 0 or (close + 1 < len(line) and line[close + 1] != ","):
        raise ValueError(f'parse error on line 1, column {start}: extraneous or missing " in quoted-field')
    return close


def volume(part: Part) -> Mount:
    """Read `-v`: a target, or a source and a target and perhaps options.

    Raises:
        ValueError: a section is empty, or there are too many; says so as Docker's client does.

    """
    text = part.text
    if not text:
        raise ValueError("invalid empty volume spec")
    if len(text) < _SHORTEST_PAIR:
        return Mount("volume", "", text)
    source, *rest = _sections(part)
    if not (source and all(rest)):
        raise ValueError(f"invalid spec: {text}: empty section between colons")
    if not rest:
        return Mount("volume", "", text)
    target, *written = rest
    if len(written) > 1:
        raise ValueError(f"invalid spec: {text}: too many colons")
    options = ",".join(written).split(",")
    kind = "bind" if _is_path(source) else "volume"
    propagation = next((word for word in reversed(options) if word in _PROPAGATIONS), "")
    return Mount(kind, source, target, "ro" in options, propagation=propagation)


def _sections(part: Part) -> list[str]:
    """Split at colons, but not inside an expansion nor after the letter of a Windows drive."""
    text = part.text
    shut = [match.span() for match in re.finditer(_EXPANSION, text)] if not part.is_known else []
    sections, start, skip = [], 0, 0
    for match in re.finditer(":", text):
        at = match.start()
        while skip < len(shut) and shut[skip][1] <= at:
            skip += 1
        inside = skip < len(shut) and shut[skip][0] < at
        if not inside and not (at == start + 1 and text[start].isalpha()):
            sections.append(text[start:at])
            start = at + 1
    return [*sections, text[start:]]


def _is_path(source: str) -> bool:
    """Whether a source is a path of the host and no volume's name; an unknown one is taken for a path."""
    return source.startswith((".", "/", "~", "$", "%", "`", "\\\\")) or re.match(_DRIVE, source) is not None


def mount(part: Part) -> Mount:
    """Read `--mount`: `type=bind,source=/a,target=/b,readonly`.

    Raises:
        ValueError: the quotation marks are wrong.

    """
    fields: dict[str, str] = {"type": "volume"}
    of_volume: dict[str, str] = {}
    for item in split_commas(part):
        key, equals, value = item.text.partition("=")
        name = key.strip().lower()
        fields[name] = value.strip() if equals else "true"
        if name in _OF_DRIVER:
            option, _, text = value.partition("=")
            of_volume[option] = text
        elif name in _PROPAGATIONS:  # Podman takes the bare word
            fields["bind-propagation"] = name
    source = fields.get("source", fields.get("src", ""))
    target = fields.get("target", fields.get("dst", fields.get("destination", "")))
    read_only = fields.get("readonly", fields.get("ro", "false"))
    is_bind = not {"bind", "rbind"}.isdisjoint(of_volume.get("o", "").split(","))
    return Mount(
        fields["type"].lower(),
        source,
        target,
        read_only in {"1", "true"},
        propagation=fields.get("bind-propagation", ""),
        device=of_volume.get("device", "") if is_bind else "",
    )


def tmpfs(part: Part) -> Mount:
    """Read `--tmpfs`: a target and perhaps options."""
    target, _, written = part.text.partition(":")
    return Mount("tmpfs", "", target, "ro" in written.split(","), written)


def network(part: Part) -> Part:
    """Give the network's name: in Docker's long form it is one of several `key=value`."""
    if not re.search(_LONG_NETWORK, part.text):
        return part
    try:
        items = tuple(split_commas(part))
    except ValueError:
        return part
    for item in items:
        key, _, _ = item.text.partition("=")
        if key.strip().lower() == "name":
            return Part(item.word, item.start + len(key) + 1, item.end)
    return part


def docker_refusal(name: str, value: str) -> str | None:
    """Say how Docker's client or its engine refuses the value of an option, or None if neither does."""
    if name in _JUDGES:
        return _JUDGES[name](value)
    from dropcap.docker_cli import value_refusals  # few options need it

    return value_refusals.value_refusal(name, value)


def mount_refusal(name: str, value: str, mount: Mount, driver: str) -> str | None:
    """Say how Docker's engine refuses a volume, a mount or a tmpfs that its client takes."""
    if "${" in value:
        return None  # what an editor fills in
    from dropcap.docker_cli import engine_refusals  # few options need it

    if name == "volume":
        # The client makes a path with a dot whole, and a shell one with a tilde; an anonymous volume may be anywhere.
        whole = f"/{value}" if value.startswith((".", "~")) else value
        return engine_refusals.volume(whole, driver) if mount.source else None
    if name == "tmpfs":
        from dropcap.docker_cli.start_refusals import tmpfs_options

        return engine_refusals.mount_target(mount.target) or tmpfs_options(value.partition(":")[2])
    from dropcap.docker_cli.mount_fields import mount_fields

    return mount_fields(value) or engine_refusals.mount(mount.type, mount.source, mount.target)


def _mode_refusal(name: str, value: str) -> str | None:
    if name == "pid":
        is_mode = value in {"", "host"} or (value.startswith("container:") and value != "container:")
    else:
        is_mode = value in _WORDS_OF_MODE[name]
    return None if is_mode else f"--{name}: invalid {_NAMES_OF_MODE[name]} mode"


def _ipc_refusal(value: str) -> str | None:
    is_mode = value in _IPC_MODES or (value.startswith("container:") and value != "container:")
    return None if is_mode else f"Invalid IPC mode: {value}"


def _security_refusal(value: str) -> str | None:
    key, sign, rest = value.partition("=")
    if not sign and key != "no-new-privileges":
        key, _, rest = value.partition(":")
    is_option = bool(rest) or key == "no-new-privileges"
    from dropcap.docker_cli import engine_refusals  # few options need it

    return engine_refusals.security_option(value) if is_option else f'invalid --security-opt: "{value}"'


def _rule_refusal(value: str) -> str | None:
    from dropcap.docker_cli.start_refusals import DEVICE_RULE  # few options need it

    return None if re.fullmatch(DEVICE_RULE, value) else f"invalid device cgroup format '{value}'"


def _sysctl_refusal(value: str) -> str | None:
    return None if "=" in value and re.match(_SYSCTL, value) else f"sysctl '{value}' is not allowed"


def _port_refusal(value: str) -> str | None:
    """Judge the short form; of the long one, `target=80`, the client makes such a one."""
    from dropcap.docker_cli import engine_refusals  # few options need it

    if "=" not in value:
        return engine_refusals.port(value)
    fields = {"protocol": "tcp"}
    for field in value.split(","):
        key, equals, rest = field.partition("=")
        if not equals or not key:
            return f"invalid publish opts format (should be name=value but got '{field}')"
        fields[key] = rest
    return engine_refusals.port(f"{fields.get('published', '')}:{fields.get('target', '')}/{fields['protocol']}")


def _device_refusal(value: str) -> str | None:
    if re.fullmatch(_CDI_NAME, value):
        return None
    outside, *more = value.split(":")
    if not outside or value.count(":") > _MOST_COLONS:
        return f"bad format for path: {value}"
    mode = more.pop() if len(more) > 1 else None
    if mode is not None and not _is_device_mode(mode):
        return f"bad mode specified: {mode}"
    is_short = not more or (mode is None and _is_device_mode(more[0]))
    inside = outside if is_short else more[0]
    return None if inside.startswith("/") else f"{inside} is not an absolute path"


def _is_device_mode(mode: str) -> bool:
    return bool(mode) and set(mode) <= set("rwm") and len(set(mode)) == len(mode)


def is_image_name(name: str) -> bool:
    """Whether Docker's client takes a text for an image: a name with a tag or digest, or an image's id."""
    return len(name) <= _LONGEST_IMAGE and re.fullmatch(_IMAGE, name) is not None


_JUDGES: dict[str, Callable[[str], str | None]] = {
    **{name: partial(_mode_refusal, name) for name in _NAMES_OF_MODE},
    "ipc": _ipc_refusal,
    "device": _device_refusal,
    "device-cgroup-rule": _rule_refusal,
    "publish": _port_refusal,
    "security-opt": _security_refusal,
    "sysctl": _sysctl_refusal,
    **{name: partial(quantities.quantity, name) for name in quantities.NAMES},
}
