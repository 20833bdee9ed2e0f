"""The carriers that there are, and which of them a file is.

A carrier is a module or a folder here, with the name of its line in :data:`CARRIERS`. It has

* `read(source, request=None) -> Document`, which raises `UnreadableError` where the text is of another kind;
* `recognise(path, data) -> bool`, where its line names suffixes of files whose content is to be looked at.

A carrier's module is imported when the first file comes that its line speaks of: the lines cost a start nothing.
"""

from __future__ import annotations

import os
import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from dropcap.model import MOST_CONTAINERS, Engine, Kind
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from typing import Any

    from dropcap.carriers.request import Request
    from dropcap.lang.comments import Comment
    from dropcap.model import Container, Document, Located
    from dropcap.source import Source

_WHOLE = 1 << 62
_LINE = 256  # as much of a script's first line as Linux reads


class Carrier(NamedTuple):
    """A kind of file.

    Attributes:
        name: its name, which is its module's.
        names: a regular expression for the paths, with forward slashes, that say by themselves that a file is one.
        content: the suffixes of other files that may be one by their content; an empty one stands for none at all.
        head: how many bytes of a file its `recognise` needs.
        named: whether a file that a person named may be one by its content whatever its suffix is.
        walked: whether a walk of a folder takes it; else a file has to be named, or asked for by an option.
        others: the endings, in small letters and without the dot, of files that are named so and are none.
        sources: the endings of such that begin with a small letter.
        comments: the module with `comments(source)` that finds the comments of such files; empty where they have none.

    """

    name: str
    names: str = ""
    content: tuple[str, ...] = ()
    head: int = _WHOLE
    named: bool = False
    walked: bool = True
    others: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    comments: str = ""


_YAML = (".yml", ".yaml")
_OF_YAML = "lang.yaml.comments"
_TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".erb", ".mustache", ".gotmpl")

# Pictures, archives, documents and settings, whatever the case.
_NO_DOCKERFILE = frozenset(
    {"7z", "bz2", "containerignore", "csv", "dockerignore", "gif", "gz", "htm", "html", "ico", "jpg", "jpeg", "json"}
    | {"log", "md", "pdf", "png", "rar", "rst", "sh", "svg", "tar", "tgz", "toml", "webp", "xml", "xz", "yml", "yaml"}
    | {"zip", "zst"}
)
# A source file of that name is written in small letters: `dockerfile.go` is a part of a program, `Dockerfile.go` the
# image of one.
_SOURCES = frozenset(
    {"c", "cc", "cpp", "cs", "css", "ex", "go", "h", "hs", "java", "js", "jsx", "kt", "lua", "php", "pl", "py", "rb"}
    | {"rs", "scala", "swift", "ts", "tsx", "vue"}
)

CARRIERS = (
    Carrier(
        "compose",
        r"(?!(?:.*/)?\.(?:github|gitea|forgejo)/workflows/)"
        r"(?:.*/)?(?:[^/]*[._-])?(?i:compose|stack)(?:[._-][^/]*)?\.(?i:ya?ml)",
        _YAML,
        comments=_OF_YAML,
    ),
    Carrier(
        "script", r".*\.(?i:sh|bash|ksh)", ("", *_YAML, ".json"), _LINE, named=True, comments="lang.shell.comments"
    ),
    Carrier("devcontainer", r"(?:.*/)?\.?devcontainer\.json", comments="lang.jsonc.comments"),
    Carrier(
        "dockerfile",
        r"(?:.*/)?(?i:(?:dockerfile|containerfile)(?:[._-][^/]*)?|[^/]*\.(?:dockerfile|containerfile))",
        others=_NO_DOCKERFILE,
        sources=_SOURCES,
        comments="lang.dockerfile.comments",
    ),
    Carrier("workflow", r"(?:.*/)?\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml", _YAML, comments=_OF_YAML),
    Carrier("action", r"(?:.*/)?action\.ya?ml", comments=_OF_YAML),
    Carrier("gitlab", r"(?:.*/)?[^/]*\.gitlab-ci\.ya?ml", comments=_OF_YAML),
    Carrier("task", r"(?:.*/)?[Tt]askfile(?:\.dist)?\.ya?ml", comments=_OF_YAML),
    Carrier("make", r"(?:.*/)?(?:(?:GNUm|[Mm])akefile(?:\.[\w-]+)?|[^/]+\.mk)", comments="carriers.make"),
    Carrier("just", r"(?:.*/)?(?:\.?[Jj]ustfile|[^/]+\.just)", comments="carriers.just"),
    Carrier("package", r"(?:.*/)?package\.json"),
    Carrier("bake", r"(?:.*/)?docker-bake(?:\.[\w-]+)*\.json"),
    Carrier("jenkins", r"(?:.*/)?(?:[^/]*\.jenkinsfile|Jenkinsfile(?:[.-][\w-]+)*)", comments="carriers.jenkins"),
    Carrier("unit", r"(?:.*/)?[^/]+\.service(?:\.d/[^/]+\.conf)?", comments="lang.unitfile"),
    Carrier("cron", r"(?:.*/)?(?:cron\.d/[^/.]+|crontab|[^/]+\.cron(?:tab)?)", comments="carriers.cron"),
    Carrier("quadlet", content=(".container", ".kube", ".pod"), comments="lang.unitfile"),
    Carrier("inspect", content=(".json",), head=64 * 1024, named=True),
    Carrier("markdown", r"(?:.*/)?[^/]+\.(?:md|markdown)", walked=False, comments="carriers.markdown"),
)
"""A line a carrier; the first whose names or content fit counts."""

_UNSUPPORTED = (
    (rb"(?m)^apiVersion:[ \t]*\S", rb"(?m)^kind:[ \t]*\S", "Kubernetes manifests"),
    (
        rb"(?m)^-[ \t]+(?:name|hosts|import_playbook):",
        rb"(?m)^[ \t-]+(?:hosts|tasks|roles|import_playbook):",
        "Ansible playbooks",
    ),
    (
        rb"(?m)^-[ \t]+(?:name|block|become|when):",
        (
            rb"(?m)^[ \t-]+(?:[a-z_]\w*\.\w+\.\w+|apt|blockinfile|command|copy|debug|dnf|docker_\w+|file|get_url"
            rb"|import_\w+|include_\w+|lineinfile|package|pip|podman_container|service|set_fact|shell|stat|systemd"
            rb"|template|unarchive|uri|user|yum):"
        ),
        "lists of Ansible tasks",
    ),
)


def carrier_of_name(path: str) -> str | None:
    """Return the carrier that a file is by its name alone; None where the name does not say."""
    if path.lower().endswith(_TEMPLATES):
        return None
    portable = path.replace(os.sep, "/")
    name = portable.rpartition("/")[2]
    ending = name.rpartition(".")[2] if "." in name else ""
    return next(
        (
            one.name
            for one in CARRIERS
            if one.names
            and ending.lower() not in one.others
            and not (ending in one.sources and "a" <= name[:1] <= "z")
            and re.fullmatch(one.names, portable, re.DOTALL)  # a folder may have a line break in its name
        ),
        None,
    )


def engine_of_name(carrier: str, path: str, engine: Engine) -> Engine:
    """Return the engine that a Compose file is for by its name, `podman-compose.yml`; else the one that is given.

    An engine other than Docker is one that somebody asked for.
    """
    if carrier != "compose" or engine is not Engine.DOCKER:
        return engine
    words = os.path.basename(path).lower().replace("-", ".").replace("_", ".").split(".")
    return next((one for name, one in _ENGINES.items() if name in words), engine)


_ENGINES = {one.value: one for one in Engine if one is not Engine.SWARM}


def carrier_of_content(path: str, data: bytes) -> str | None:
    """Return the carrier that a file is by its content; None where it is none that is known."""
    suffix = _suffix(path)
    for carrier in CARRIERS:
        may_be = suffix in carrier.content or carrier.named
        if may_be and _module(carrier.name).recognise(path, data[: carrier.head]):
            return carrier.name
    return None


_HEADS = {
    suffix: max(one.head for one in CARRIERS if suffix in one.content) for each in CARRIERS for suffix in each.content
}
"""How many bytes tell, by the suffixes of files that are known by their content."""


def bytes_to_recognise(path: str) -> int:
    """Return how many bytes of a file tell what it is where its name does not; 0 where no content does."""
    return _HEADS.get(_suffix(path), 0)


def may_be_known(path: str) -> bool:
    """Whether a file may be one to check: its name says what it is, or its content may."""
    return bytes_to_recognise(path) > 0 or carrier_of_name(path) is not None


def comments(name: str, source: Source) -> list[Comment]:
    """Return the comments of a file, or of a text of some language, that speak to dropcap.

    Args:
        name: the carrier that it is; a script's, as of any other, for a text within another file.
        source: its text.

    Raises:
        UnreadableError: it is not of that kind.

    """
    module = next((one.comments for one in CARRIERS if one.name == name), "")
    found: list[Comment] = import_module(f"dropcap.{module}").comments(source) if module else []
    return found


def has_comments(name: str) -> bool:
    """Whether the files of a carrier have comments."""
    return any(one.comments for one in CARRIERS if one.name == name)


def is_walked(name: str) -> bool:
    """Whether a walk of a folder takes the files of a carrier."""
    return next(one.walked for one in CARRIERS if one.name == name)


def is_yaml(path: str) -> bool:
    """Whether a file has a suffix of YAML."""
    return path.lower().endswith(_YAML)


def unsupported_kind(path: str, data: bytes) -> str | None:
    """Return what a file is that starts containers in a way that is not read here; None if that is not known."""
    if not is_yaml(path):
        return None
    found = (name for first, second, name in _UNSUPPORTED if re.search(first, data) and re.search(second, data))
    return next(found, None)


def read(name: str, source: Source, request: Request) -> Document:
    """Read a source as a carrier's.

    A reader stops where it has found more containers than are checked, and need not say so.

    Raises:
        UnreadableError: the text is of another kind.

    """
    document: Document = _module(name).read(source, request)
    if len(document.containers) + len(document.failures) > MOST_CONTAINERS:
        from dropcap.carriers.too_many import first_ones

        document = first_ones(document)
    if any(one.service is not None for one in document.containers):
        from dropcap.carriers.service_runs import with_services  # few lines run something in a service

        document = with_services(document, request)
    refusals = [failure for one in document.containers for failure in one.refusals]
    if refusals:
        document = document._replace(failures=(*document.failures, *refusals))
    if any((one.command or one.entrypoint) and one.kind is not Kind.STAGE for one in document.containers):
        from dropcap.carriers.container_commands import with_started

        document = with_started(document)
    if any(one.pod is not None for one in document.containers):
        from dropcap.carriers.pods import in_pods  # few are in a pod

        document = document._replace(containers=in_pods(document.containers))
    modes = [mode for one in document.containers if any(_namespaces(one)) for mode in _namespaces(one)]
    if any(mode is not None and ":" in mode.value for mode in modes):
        from dropcap.carriers.namespaces import joined  # few join another container

        return document._replace(containers=joined(document.containers))
    return document


def _namespaces(container: Container) -> tuple[Located[str] | None, ...]:
    return (container.network_mode, container.pid, container.ipc, container.uts, container.userns, container.cgroup)


@cache
def _module(name: str) -> Any:  # noqa: ANN401  # a module that has what this one's docstring says
    return import_module(f"dropcap.carriers.{name}")


def _suffix(path: str) -> str:
    """Return a path's suffix in lower case; all of a name that begins with its only dot, and none of one without."""
    name = os.path.basename(path).lower()
    return os.path.splitext(name)[1] or (name if "." in name else "")
