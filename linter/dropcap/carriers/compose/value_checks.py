"""Single values that the schema allows and that Docker Compose, or its engine, cannot read.

Sources: compose-go 2.14.0, `types/bytes.go`, `types/duration.go`, `types/mapping.go`, `dotenv/format.go`; for ports and
what the engine says see :mod:`dropcap.docker_cli.engine_refusals`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dropcap.carriers.compose.field_table import LIST, Walk, column
from dropcap.carriers.compose.mounts import short_mount
from dropcap.carriers.compose.nodes import child, entries, is_nothing, items, known_scalar, path_text
from dropcap.carriers.compose.number_checks import NUMBERS, limit_types
from dropcap.carriers.compose.quantities import nanoseconds, signed_size_in_bytes, size_in_bytes
from dropcap.carriers.compose.yaml_types import scalar_type, to_string, truth
from dropcap.docker_cli import engine_refusals
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.model import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from dropcap.carriers.compose.field_table import Field
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.nodes import Entry, Path
    from dropcap.lang.yaml import Value

    _Check: TypeAlias = tuple[str, Callable[[Value], Iterator[tuple[Value, str]]]]

_DEFAULT_KEY = "default"
_DEVICE_PARTS = 3
_PORT_KEYS = frozenset({"app_protocol", "host_ip", "mode", "name", "protocol", "published"})
_IN_ADDRESSES = frozenset(":=")
_DEVICE_KEYS = frozenset({"permissions", "source"})
_FORMATS = frozenset({"", "raw"})
_BLANK_BYTES = frozenset(bytes([byte]) for byte in b"\t\n\v\f\r \x85\xa0")


def check_values(name: str, service: Entry, scope: LoadContext, *, is_docker: bool, level: Level) -> None:
    """Tell the log which values of a service cannot be read.

    Args:
        name: the service's name.
        service: its entry.
        scope: what the project was resolved with.
        is_docker: whether Docker's own engine starts it.
        level: that of what the engine alone refuses, but for security options and mounts, which are always errors.

    """
    found = entries(service.value)
    below = _quantity_fields().below
    if any(_may_hold(found[key].value, below[key]) for key in below.keys() & found.keys()):
        _check_quantities(name, service.value, scope)
    for key, check in _OF_DOCKER if is_docker else _CHECKS:
        if key in found:
            for where, message in check(found[key].value):
                told = level if check in _ONLY_BY_ENGINE else Level.ERROR
                scope.log.tell(where, f"services.{name}.{key} {message}", told)


def _check_quantities(name: str, service: Value, scope: LoadContext) -> None:
    """Tell which sizes and spans of time are none: which fields hold such is in the table of fields."""

    def look(value: Value, kind: str, path: Path) -> Value:
        if kind and isinstance(value, Scalar) and not value.unknown and not is_nothing(value):
            wanted = _wanted_number(value) if kind == _UNSIGNED else _wanted(value, kind, scope)
            if wanted is not None:
                scope.log.error(value, f"services.{name}.{path_text(path)} must be {wanted}")
        return value

    Walk(look).node(service, _quantity_fields())


def _may_hold(value: Value, field: Field) -> bool:
    """Whether a quantity may stand at a place; in most services there is none, and a walk takes time."""
    if isinstance(value, Scalar):
        return bool(field.kind)
    item = field.below.get(LIST)
    if isinstance(value, Sequence) and (item is None or not item.kind):
        return item is not None and any(type(one) is not Scalar for one in value.items)
    return True


@cache
def _quantity_fields() -> Field:
    """Return the fields of a service that hold quantities."""
    words = frozenset({*_QUANTITIES, _UNSIGNED})
    return column("form", "range", words=words).below["services"].below["*"]


def _wanted(value: Scalar, kind: str, scope: LoadContext) -> str | None:
    """Say what a value has to be that is no quantity of its kind; None where it is one."""
    if kind == "size" and scalar_type(value) == "number":
        return None
    read, what = _QUANTITIES[kind]
    if kind == "size" and scope.version.takes_negative_sizes:
        read = signed_size_in_bytes
    text = to_string(value)
    return f"{what}, not {text}" if read(text) is None else None


def _wanted_number(value: Scalar) -> str | None:
    """Say what a value has to be that is no number from 0 on; None where it is one."""
    if scalar_type(value) != "number":
        return "a whole number, not a text"
    return "a number that is 0 or more" if to_string(value).startswith("-") else None


_UNSIGNED = "unsigned"
_QUANTITIES: dict[str, tuple[Callable[[str], int | bool | None], str]] = {
    "choice": (truth, "true or false"),
    "flag": (truth, "true or false"),
    "size": (size_in_bytes, "a size such as 64m"),
    "span": (nanoseconds, "a span of time such as 1m30s"),
    "wait": (nanoseconds, "a span of time such as 1m30s"),
}


def _texts(value: Value) -> Iterator[tuple[Scalar, str]]:
    """Give the texts and numbers of a list that are known."""
    for item in items(value):
        text = known_scalar(item)
        if text is not None:
            yield item, text  # type: ignore[misc]  # it is a scalar


def _ports(value: Value) -> Iterator[tuple[Value, str]]:
    for item, text in _texts(value):
        wrong = engine_refusals.port(text)
        if wrong is not None:
            yield item, f"has a port that Docker Compose refuses: {wrong}"
        elif not text.rpartition(":")[2].partition("/")[0].partition("-")[0].strip("+-0"):
            yield item, f"has the port {text} without a port of the container; Docker Compose refuses that: add one"
    for port in items(value):
        if not isinstance(port, Mapping):
            continue
        found = entries(port)
        # One with other keys is refused for them.
        is_port = found.keys() <= _PORT_KEYS if found else port.source.text[slice(*port.span)].startswith("{")
        if "target" not in found and is_port:
            yield (
                port,
                "has a port without a target; Docker Compose refuses that: add target, the port in the container",
            )


def _devices(value: Value) -> Iterator[tuple[Value, str]]:
    for item, text in _texts(value):
        if text.count(":") >= _DEVICE_PARTS:
            yield item, f"has {text}; Docker Compose refuses that: write source:target:permissions and no more"
    for device in items(value) if isinstance(value, Sequence) else ():
        # One with other keys is refused for them.
        if isinstance(device, Mapping) and "target" not in entries(device) and entries(device).keys() <= _DEVICE_KEYS:
            yield (
                device,
                "has a device without a target; Docker Compose refuses that: add target, its path in the container",
            )


def _hosts(value: Value) -> Iterator[tuple[Value, str]]:
    names: list[tuple[Value, str]] = [(entry.key, name) for name, entry in entries(value).items()]
    for scalar, text in _texts(value):
        name, separator, _ = text.partition("=" if "=" in text else ":")
        if separator:
            names.append((scalar, name))
        else:
            yield scalar, f"has {text} without an address; Docker Compose refuses that: write {text}=ADDRESS"
    for where, name in names:
        if not name or not _IN_ADDRESSES.isdisjoint(name):
            yield where, f"has '{name}', which Docker Compose does not take for the name of a host: write NAME=ADDRESS"


def _build(value: Value) -> Iterator[tuple[Value, str]]:
    """Give what is wrong with the lists of a build."""
    build = entries(value)
    if "ulimits" in build:
        yield from limit_types(build["ulimits"].value)
    if "extra_hosts" in build:
        yield from _hosts(build["extra_hosts"].value)
    for item, text in _texts(build["ssh"].value) if "ssh" in build else ():
        if text != _DEFAULT_KEY and "=" not in text:
            yield item, f"has the SSH key {text}; Docker Compose refuses that: write {_DEFAULT_KEY}, or name=path"
    for item, text in _texts(build["additional_contexts"].value) if "additional_contexts" in build else ():
        if "=" not in text:
            yield item, "has a context without a name; Docker Compose refuses that: write name=context"


def _variables(value: Value) -> Iterator[tuple[Value, str]]:
    """Give the names of a list with a blank at their end; those of a mapping Docker Compose does not look at.

    It asks of the last byte whether it is a blank as a character, so that some letters end in one.
    """
    for item, text in _texts(value):
        name = text.partition("=")[0]
        if name.encode("utf-8", "surrogatepass")[-1:] in _BLANK_BYTES:
            yield item, f"has a space after the name {name.strip()}; Docker Compose refuses that: take it out"


def _variable_files(value: Value) -> Iterator[tuple[Value, str]]:
    for item in items(value) if isinstance(value, Sequence) else ():
        written = child(item, "format") if isinstance(item, Mapping) else None
        if isinstance(written, Scalar) and not written.unknown and written.text not in _FORMATS:
            yield (
                written,
                f"has the format {written.text}, which Docker Compose does not know: write raw, or leave it out",
            )


def _options(value: Value) -> Iterator[tuple[Value, str]]:
    for item, text in _texts(value):
        wrong = engine_refusals.security_option(text)
        if wrong is not None:
            yield item, f"has a value that Docker's engine refuses: {wrong}"


def _volumes(value: Value) -> Iterator[tuple[Value, str]]:
    for item in items(value):
        is_long = isinstance(item, Mapping)
        target = child(item, "target") if is_long else item
        if not isinstance(target, Scalar) or target.unknown:
            continue
        wrong = _wrong_target(target.text) if is_long else wrong_volume(target.text)
        if wrong is not None:
            yield target, f"has a value that Docker's engine refuses: {wrong}"


def wrong_volume(text: str) -> str | None:
    """Say why the engine refuses a volume in the short form; None if it takes it, or Docker Compose does not."""
    try:
        return _wrong_target(short_mount(text).target)
    except ValueError:
        return None


def _wrong_target(path: str) -> str | None:
    return None if not path or ":" in path or "\\" in path else engine_refusals.mount_target(path)


def _judged(value: Value, option: str) -> Iterator[tuple[Value, str]]:
    """Give what the engine says of a single text, as of the value of an option of `docker run`."""
    if isinstance(value, Scalar) and not value.unknown and not is_nothing(value):
        from dropcap.docker_cli.value_refusals import value_refusal  # few services name such a value

        wrong = value_refusal(option, to_string(value))
        if wrong is not None:
            yield value, f"has a value that Docker's engine refuses: {wrong}"


def _addresses(value: Value) -> Iterator[tuple[Value, str]]:
    """Give the addresses of hosts that are none; what is wrong with the names is said elsewhere."""
    given = [(item, text.partition("=" if "=" in text else ":")[2]) for item, text in _texts(value)]
    for entry in entries(value).values():
        written = items(entry.value) if isinstance(entry.value, Sequence) else [entry.value]
        given += [(one, one.text) for one in written if isinstance(one, Scalar) and not one.unknown]
    for where, address in [(where, one) for where, text in given for one in text.split(",")]:
        if address and address != _GATEWAY:
            from dropcap.docker_cli.value_refusals import extra_host

            wrong = extra_host(f"host={address}")
            if wrong is not None:
                yield where, f"has a value that Docker's engine refuses: {wrong}"


def _limits(value: Value) -> Iterator[tuple[Value, str]]:
    """Give the limits that runc does not know, `libcontainer/specconv`; `as` is one that only the client refuses."""
    for name, entry in entries(value).items():
        from dropcap.docker_cli.value_refusals import LIMITS

        if name not in LIMITS and name != "as":
            yield entry.key, f"has the limit {name}, which the runtime does not know: correct the name"


_GATEWAY = "host-gateway"

_CHECKS: tuple[_Check, ...] = (
    ("ports", _ports),
    ("devices", _devices),
    *NUMBERS,
    ("extra_hosts", _hosts),
    ("build", _build),
    ("environment", _variables),
    ("env_file", _variable_files),
)
_BY_ENGINE: tuple[_Check, ...] = (
    ("security_opt", _options),
    ("volumes", _volumes),
    ("extra_hosts", _addresses),
    ("ulimits", _limits),
    ("stop_signal", lambda value: _judged(value, "stop-signal")),
    ("working_dir", lambda value: _judged(value, "workdir")),
)
_OF_DOCKER = (*_CHECKS, *_BY_ENGINE)
_ONLY_BY_ENGINE = frozenset(check for key, check in _BY_ENGINE if key not in {"security_opt", "volumes"})
