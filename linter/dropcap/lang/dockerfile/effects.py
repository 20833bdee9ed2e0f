"""What an instruction does to its stage, and what the builder refuses once its variables are expanded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.dockerfile.checks import listed
from dropcap.lang.dockerfile.draft import expanded, value_of
from dropcap.lang.dockerfile.heredocs import is_heredoc
from dropcap.lang.dockerfile.instructions import refused
from dropcap.lang.dockerfile.lexer import declared, pairs, split
from dropcap.lang.dockerfile.values import is_port, is_signal
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dropcap.lang.dockerfile.draft import Draft
    from dropcap.model import Instruction


def change(draft: Draft, instruction: Instruction) -> None:
    """Let an instruction act on its stage.

    Raises:
        RefusedError: the builder refuses it.

    """
    change = _CHANGES.get(instruction.keyword)
    if change is not None:
        change(draft, instruction)


def _user(draft: Draft, instruction: Instruction) -> None:
    value = instruction.value
    user, unknown = expanded(value, draft.lookup, draft.file, "user")
    draft.unknowns = [one for one in draft.unknowns if one.fields != ("user",)] + unknown
    located = None if user is None else Located(user, value.source, value.span)
    draft.stage = draft.stage._replace(user=located)


def _arg(draft: Draft, instruction: Instruction) -> None:
    for name, value in declared(instruction.value.source, instruction.value.span, draft.file.escape):
        if name in draft.file.given:
            draft.variables[name] = draft.file.given[name]
        elif value:
            draft.variables[name] = value_of(value, draft.lookup, draft.file)
        elif name in draft.file.args or name not in draft.variables:
            draft.variables[name] = draft.file.args.get(name)
        known = draft.variables[name]
        if known is not None:
            place = value or instruction.value
            draft.arguments.append(Located(f"{name}={known}", place.source, place.span))


def _env(draft: Draft, instruction: Instruction) -> None:
    # One instruction sees the values from before it.
    found = list(_pairs(draft, instruction))
    for name, value, _ in found:
        draft.env[name] = draft.variables[name] = value
    draft.environment += _written(found)


def _label(draft: Draft, instruction: Instruction) -> None:
    draft.labels += _written(_pairs(draft, instruction))


def _expose(draft: Draft, instruction: Instruction) -> None:
    ports = []
    for word in split(instruction.value.source, instruction.value.span):
        value = value_of(word, draft.lookup, draft.file)
        for port in value.split() if value is not None else ():
            if not is_port(port):
                raise refused(word.source, word.span, f"invalid port: {port[:30]!r}")
            ports.append(Located(port, word.source, word.span))
    draft.exposed += ports


def _stop_signal(draft: Draft, instruction: Instruction) -> None:
    signal = value_of(instruction.value, draft.lookup, draft.file)
    if signal is not None and not is_signal(signal):
        raise refused(instruction.value.source, instruction.value.span, f"invalid signal: {signal[:30]}")


def _volume(draft: Draft, instruction: Instruction) -> None:
    for word in listed(instruction):
        if value_of(word, draft.lookup, draft.file) == "":
            raise refused(word.source, word.span, "VOLUME specified can not be an empty string")


def _copy(draft: Draft, instruction: Instruction) -> None:
    for word in listed(instruction):
        if not is_heredoc(word.value):
            value_of(word, draft.lookup, draft.file)
    for flag in instruction.flags:
        name, _, value = flag.value.partition("=")
        if name in {"--chown", "--chmod", "--checksum"}:
            value_of(Located(value, flag.source, flag.span), draft.lookup, draft.file)
        elif name == "--from":
            named = draft.file.stage(value)
            if named is not None and named is not draft:
                draft.sources[value] = named.finish()


def _run(draft: Draft, instruction: Instruction) -> None:
    for flag in instruction.flags:
        if not flag.value.startswith("--mount="):
            continue
        from dropcap.lang.dockerfile.mounts import MountError, check_mount  # most steps have none

        try:
            check_mount(
                flag.value.removeprefix("--mount="),
                lambda value, flag=flag: value_of(Located(value, flag.source, flag.span), draft.lookup, draft.file),  # type: ignore[misc]  # bound now
            )
        except MountError as error:
            raise refused(flag.source, flag.span, str(error)) from None


def _workdir(draft: Draft, instruction: Instruction) -> None:
    value_of(instruction.value, draft.lookup, draft.file)


def _shell(draft: Draft, instruction: Instruction) -> None:
    draft.shell = tuple(word.value for word in instruction.words or ())


def _cmd(draft: Draft, instruction: Instruction) -> None:
    draft.has_command = True
    draft.stage = draft.stage._replace(command=_run_words(draft, instruction))


def _entrypoint(draft: Draft, instruction: Instruction) -> None:
    entrypoint = _run_words(draft, instruction)
    # A new entrypoint forgets the command of what the stage builds upon, not one of the stage's own.
    command = draft.stage.command if draft.has_command else None
    draft.stage = draft.stage._replace(entrypoint=entrypoint, command=command)


_CHANGES: dict[str, Callable[[Draft, Instruction], None]] = {
    "ADD": _copy,
    "ARG": _arg,
    "CMD": _cmd,
    "COPY": _copy,
    "ENTRYPOINT": _entrypoint,
    "ENV": _env,
    "EXPOSE": _expose,
    "LABEL": _label,
    "RUN": _run,
    "SHELL": _shell,
    "STOPSIGNAL": _stop_signal,
    "USER": _user,
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}


def _run_words(draft: Draft, instruction: Instruction) -> tuple[Located[str], ...]:
    """Give the words that are executed: those of the JSON form, or the shell's and the text."""
    if instruction.words is not None:
        return instruction.words
    value = instruction.value
    if not value.value:
        return ()
    return tuple(Located(word, value.source, value.span) for word in (*draft.shell, value.value))


def _pairs(draft: Draft, instruction: Instruction) -> Iterable[tuple[str, str | None, Located[str]]]:
    """Give the names and values of an instruction that sets some; one whose name is not known is left out."""
    for name, place in pairs(instruction.value.source, instruction.value.span, draft.file.escape):
        key = value_of(name, draft.lookup, draft.file)
        value = value_of(place, draft.lookup, draft.file)
        if key is not None:
            yield key, value, place


def _written(found: Iterable[tuple[str, str | None, Located[str]]]) -> list[Located[str]]:
    """Write pairs whose values are known as `name=value`."""
    return [Located(f"{name}={value}", place.source, place.span) for name, value, place in found if value is not None]
