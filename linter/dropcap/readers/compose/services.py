"""A service of a Compose file becomes a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Container, Kind, Located
from dropcap.readers.compose.fields import Fields, is_nothing, located
from dropcap.readers.compose.mounts import device_text, mounts, port_text
from dropcap.readers.compose.nodes import Entry, entries, items
from dropcap.readers.yaml import Mapping, Scalar
from dropcap.readers.yaml import Sequence as List
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.readers.compose.scope import Scope
    from dropcap.readers.yaml import Value


def containers(services: Mapping, scope: Scope, profiles: Sequence[str] | None = None) -> Iterator[Container]:
    """Give a container for each service that Docker Compose starts itself, and for what it starts beside it.

    Args:
        services: the value of `services`, all files that belong together merged.
        scope: what the project was resolved with; its log is told what Compose would refuse.
        profiles: the profiles whose services count, besides services of no profile; None for all.

    """
    log = scope.log
    for name, entry in entries(services, "services", log).items():
        if not isinstance(entry.value, Mapping):
            is_empty = is_nothing(entry.value)
            log.error(entry.key if is_empty else entry.value, f"services.{name} must be a mapping")
            continue
        found = entries(entry.value, f"services.{name}", log)
        if "provider" in found or not _is_enabled(found, profiles):
            continue
        container = _container(name, entry.key, found, scope)
        yield container
        if not found.keys().isdisjoint(("post_start", "pre_start", "pre_stop", "develop")):
            from dropcap.readers.compose.hooks import hooks  # few services have any

            yield from hooks(container, found, log)


def _is_enabled(found: dict[str, Entry], profiles: Sequence[str] | None) -> bool:
    """Whether a service belongs to one of the profiles, or to none; one that nobody knows may be any."""
    if profiles is None or "*" in profiles or "profiles" not in found:
        return True
    value = found["profiles"].value
    names = [item for item in items(value) if isinstance(item, Scalar)] if isinstance(value, List) else []
    return not names or any(name.unknown or name.text in profiles for name in names)


def _container(name: str, key: Scalar, found: dict[str, Entry], scope: Scope) -> Container:
    fields = Fields(found, f"services.{name}", scope.log)
    container = Container(
        Kind.SERVICE,
        name,
        key.source,
        key.span,
        image=fields.string("image", "image", is_shown=True),
        user=fields.string("user", "user"),
        privileged=fields.flag("privileged", "privileged"),
        cap_add=fields.strings("cap_add", "cap_add"),
        cap_drop=fields.strings("cap_drop", "cap_drop"),
        security_opt=fields.strings("security_opt", "security_opt"),
        network_mode=fields.string("network_mode", "network_mode"),
        pid=fields.string("pid", "pid"),
        ipc=fields.string("ipc", "ipc"),
        uts=fields.string("uts", "uts"),
        userns=fields.string("userns_mode", "userns"),
        cgroup=fields.string("cgroup", "cgroup"),
        devices=fields.strings("devices", "devices", of_mapping=device_text),
        device_rules=fields.strings("device_cgroup_rules", "device_rules"),
        mounts=mounts(fields),
        sysctls=fields.pairs("sysctls", "sysctls"),
        ports=fields.strings("ports", "ports", of_mapping=port_text, takes_numbers=True),
        group_add=fields.strings("group_add", "group_add", takes_numbers=True),
        read_only=fields.flag("read_only", "read_only"),
        entrypoint=_command(fields, "entrypoint"),
        command=_command(fields, "command"),
        labels=fields.pairs("labels", "labels"),
    )
    _hide_what_stands_elsewhere(fields, key)
    if "build" in found:
        from dropcap.readers.compose.builds import build  # it reads a Dockerfile

        container = build(container, fields, scope)
    routes = scope.trail.extended.get(name, ())
    return container._replace(opaque=tuple(fields.opaque), routes=tuple(routes))


def _command(fields: Fields, key: str) -> tuple[Located[str], ...] | None:
    """Read `command` or `entrypoint`: a list of words, or one text that Compose splits."""
    entry = fields.entries.get(key)
    if entry is None or is_nothing(entry.value):
        return None
    if isinstance(entry.value, Scalar):
        return _split(fields, key, entry.value)
    known = [(fields.known(item, key, key), item) for item in fields.listed(key, key)]
    return tuple(located(text, item) for text, item in known if text is not None)


def _split(fields: Fields, key: str, scalar: Scalar) -> tuple[Located[str], ...] | None:
    if fields.known(scalar, key, key) is None:
        return None
    # Few files have a command in one text.
    from dropcap.readers.compose.words import NotWordsError, split
    from dropcap.readers.yaml.text import text_piece

    try:
        words = split(scalar.text)
    except NotWordsError as error:
        fields.refuse(scalar, key, f"cannot be split into words: {error}", key)
        return None
    piece = text_piece(scalar)
    return tuple(Located(word.text, piece, Span(word.start, word.end)) for word in words)


def _hide_what_stands_elsewhere(fields: Fields, key: Scalar) -> None:
    """Keep that the service is not all here: it extends another one, or it is a part to be laid over another."""
    extends = fields.entries.get("extends")
    if extends is not None and not is_nothing(extends.value):
        reason = "what it takes over from there is not known"
        fields.hide(extends.value, f"extends: {_extended(extends.value)}", reason)
    elif "image" not in fields.entries and "build" not in fields.entries:
        reason = "it has neither image nor build, so it completes a service of another file"
        fields.hide(key, key.text, reason)


def _extended(value: Value) -> str:
    """Name the service that is extended, with its file, as far as that is written."""
    if isinstance(value, Scalar):
        return value.text
    pairs = value.pairs if isinstance(value, Mapping) else ()
    parts = {
        pair.key.text: pair.value.text
        for pair in pairs
        if isinstance(pair.key, Scalar) and isinstance(pair.value, Scalar)
    }
    return " of ".join(parts[name] for name in ("service", "file") if name in parts)
