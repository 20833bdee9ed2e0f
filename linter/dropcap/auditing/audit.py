"""Containers of an engine, each described, looked at in the kernel, and judged; one that cannot be stops no other."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from dropcap.auditing.answers import path_of, to_source
from dropcap.auditing.processes import look
from dropcap.carriers.namespaces import joined
from dropcap.check import as_configured, check_document, read_target
from dropcap.engine_client import EngineError
from dropcap.model import MOST_CONTAINERS, Document, Failure, FileResult, Level
from dropcap.real_paths import root_of
from dropcap.targets import Target
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dropcap.auditing.engine import AuditedEngine, Listed
    from dropcap.auditing.processes import KernelView
    from dropcap.carriers.declared_service import Projects
    from dropcap.carriers.request import Request
    from dropcap.check import Setup
    from dropcap.model import Container
    from dropcap.questions import Questions
    from dropcap.source import Answer

__all__ = ["Asking", "audit", "check_answer"]

_AT_ONCE = 4
"""How many answers are waited for at once: an engine answers slowly, and dropcap reads them one by one."""
_AHEAD = 32
MOST_BYTES = 512 * 1024 * 1024
"""How many bytes all answers may have."""


class Asking(NamedTuple):
    """What is asked about each container.

    Attributes:
        questions: the rules.
        setup: how containers are checked.
        projects: the Compose projects that they are compared with.
        folder: the folder whose project may say what images are.

    """

    questions: Questions
    setup: Setup
    projects: Projects
    folder: str = "."


class Described(NamedTuple):
    """What an engine says of a container: bytes, nothing where it is gone, or why that is not known."""

    listed: Listed
    data: bytes | None
    why: str = ""


def audit(
    engine: AuditedEngine, listed: Sequence[Listed], asking: Asking, step: Callable[[str], None]
) -> Iterator[FileResult]:
    """Give what is found of each container, in the order of the list.

    Args:
        engine: the engine.
        listed: the containers.
        asking: what is asked about each.
        step: told the name of each container when it is its turn.

    """
    described = list(_described(engine, listed, step))
    views = look([one.listed.id for one in described if one.data])
    taken: set[str] = set()
    read: list[_Read | FileResult] = []
    for one in described:
        path = path_of(name_of(one.listed), one.listed.id, is_podman=engine.is_podman)
        path = path if path not in taken else f"{path}@{one.listed.id}"
        taken.add(path)
        read.append(_read(engine, one, path, views.get(one.listed.id), asking))
    joins = Joins(answer.document for answer in read if isinstance(answer, _Read))
    for answer in read:
        if isinstance(answer, _Read):
            yield _checked(answer._replace(document=joins.followed(answer.document)), asking)
        else:
            yield answer


class _Read(NamedTuple):
    """An answer that was read, and what it was read by."""

    document: Document
    target: Target
    request: Request


class Joins:
    """Containers that join a namespace of others: what those have is what they have."""

    def __init__(self, documents: Iterable[Document]) -> None:
        """Take what all others are in."""
        containers = tuple(one for document in documents for one in document.containers)
        followed = joined(containers) if any(_joins(one) for one in containers) else containers
        pairs = zip(containers, followed, strict=True)
        self._followed = {id(one): other for one, other in pairs if one is not other}

    def followed(self, document: Document) -> Document:
        """Return a document whose containers have what they share with others."""
        if not self._followed:
            return document
        return document._replace(containers=tuple(self._followed.get(id(one), one) for one in document.containers))


def _joins(container: Container) -> bool:
    modes = (container.network_mode, container.pid, container.ipc)
    return any(mode is not None and mode.value.startswith("container:") for mode in modes)


def name_of(listed: Listed) -> str:
    """Return a container's own name; those that others have for it hold a slash."""
    return next((name for name in listed.names if "/" not in name), "")


def check_answer(source: Answer, asking: Asking) -> FileResult:
    """Ask the rules about the containers of an answer."""
    read = _read_source(source, asking)
    return _checked(read, asking) if isinstance(read, _Read) else read


def _read_source(source: Answer, asking: Asking) -> _Read | FileResult:
    workspace = Workspace(root_of(asking.folder))
    workspace.hold(source)
    request = asking.setup.request(workspace)._replace(declarations=asking.projects)
    target = Target(source.path, "inspect", named=True)
    document = read_target(target, request)
    return _Read(document, target, request) if isinstance(document, Document) else document


def _checked(read: _Read, asking: Asking) -> FileResult:
    path = read.target.path
    result = check_document(read.document, read.target, read.request, asking.questions)
    # The same from whichever folder it is asked.
    findings = tuple(finding._replace(path=path) for finding in result.findings)
    return as_configured(result._replace(findings=findings, path=path), asking.setup)


def _described(engine: AuditedEngine, listed: Sequence[Listed], step: Callable[[str], None]) -> Iterator[Described]:
    size = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = deque(pool.submit(_describe, engine, one) for one in listed[:_AHEAD])
        for index, one in enumerate(listed):
            step(name_of(one) or one.id)
            described = waiting.popleft().result()
            if index + _AHEAD < len(listed):
                waiting.append(pool.submit(_describe, engine, listed[index + _AHEAD]))
            size += len(described.data or b"")
            if size > MOST_BYTES:
                described = Described(one, b"", f"the engine says more than {MOST_BYTES // 1024 // 1024} MiB in all")
            yield described


def _describe(engine: AuditedEngine, listed: Listed) -> Described:
    try:
        return Described(listed, engine.describe(listed.id))
    except EngineError as error:
        return Described(listed, b"", str(error))


def _read(
    engine: AuditedEngine, described: Described, path: str, view: KernelView | None, asking: Asking
) -> _Read | FileResult:
    if described.data is None:
        return _failed(Failure(path, "not checked: it was removed while dropcap looked", Level.NOTE))
    if described.why:
        return _failed(Failure(path, f"not checked: {described.why}"))
    try:
        source = to_source(path, described.data, view, is_podman=engine.is_podman)
    except EngineError as error:
        return _failed(Failure(path, f"not checked: {error}"))
    return _read_source(source, asking)


def _failed(failure: Failure) -> FileResult:
    return FileResult((), (failure,), (), read=False)


TOO_MANY = f"not checked: the engine has more than {MOST_CONTAINERS} containers, or some that dropcap cannot name"
