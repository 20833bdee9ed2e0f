"""What the options of a command line say of a container's processes: variables, folder, init and health check.

Sources: docker/cli, `cli/command/container/opts.go`; containers/podman, `pkg/specgenutil/specgen.go`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dropcap.lang.words import reason_of
from dropcap.model import Located, ProcessOptions, Unknown

if TYPE_CHECKING:
    from dropcap.docker_cli.flags import Option, Part
    from dropcap.docker_cli.run_options import Reading

_TESTS = frozenset({"CMD", "CMD-SHELL"})


def process_options(reading: Reading) -> ProcessOptions:
    """Say what was read of a command line; a file of variables lies where nobody knows the line is run."""
    options = reading.options
    environment: dict[str, Located[str]] = {}
    has_more = "env-file" in options or reading.is_true("env-host") or reading.is_shifted
    for value in reading.environment:
        name, equals, _ = value.text.partition("=")
        if value.known_length < len(name) or value.word.is_several:
            has_more = True
            continue
        text = value.text if equals and value.is_known else name
        environment[name] = Located(text, value.word.source, value.span)
    unknowns: list[Unknown] = []
    return ProcessOptions(
        environment=tuple(environment.values()),
        has_more=has_more,
        working_folder=_working_folder(options.get("workdir"), unknowns),
        init=_init(options.get("init"), unknowns),
        takes_input=any(_may_be_true(options.get(name)) for name in ("interactive", "tty")),
        health_check=() if reading.is_true("no-healthcheck") else _health_check(reading, unknowns),
        unknowns=tuple(unknowns),
    )


def _working_folder(option: Option | None, unknowns: list[Unknown]) -> Located[str] | None:
    value = option.value if option is not None else None
    if value is None or not value.text:
        return None
    if not value.is_known:
        unknowns.append(_unknown(value, "working_folder"))
        return None
    return Located(value.text, value.word.source, value.span)


def _init(option: Option | None, unknowns: list[Unknown]) -> Located[bool] | None:
    if option is None:
        return None
    if option.value is not None and not option.value.is_known:
        unknowns.append(_unknown(option.value, "init"))
        return None
    return Located(option.is_true, option.word.source, option.word.span)


def _may_be_true(option: Option | None) -> bool:
    return option is not None and (option.is_true or (option.value is not None and not option.value.is_known))


def _health_check(reading: Reading, unknowns: list[Unknown]) -> tuple[Located[str], ...] | None:
    """Give the words of a health check: one text for the shell, or with Podman a JSON list as well."""
    option = reading.options.get("health-cmd")
    value = option.value if option is not None else None
    if value is None or not value.text:
        return None
    if not value.is_known:
        unknowns.append(_unknown(value, "health_check"))
        return None
    at = value.word.source, value.span
    if reading.program != "podman":
        return Located("CMD-SHELL", *at), Located(value.text, *at)
    words = _listed(value.text)
    if words is None:
        is_off = value.text.split()[:1] in (["none"], ["NONE"])
        return () if is_off else (Located("CMD-SHELL", *at), Located(value.text, *at))
    if not words or words[0].upper() == "NONE":
        return ()
    return tuple(Located(word, *at) for word in (words if words[0] in _TESTS else ["CMD", *words]))


def _listed(text: str) -> list[str] | None:
    if not text.startswith("["):
        return None
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def _unknown(value: Part, field: str) -> Unknown:
    word = value.word
    text = word.unknown or word.value
    return Unknown(text, word.reason or reason_of(text), word.source, word.span, (field,))
