"""Which syntax a file has: by its name, and where that says nothing by its content."""

from __future__ import annotations

import os
import re

COMPOSE, DOCKERFILE, SHELL, MARKDOWN = "compose", "dockerfile", "script", "markdown"
DEVCONTAINER, QUADLET, INSPECT = "devcontainer", "quadlet", "inspect"

MAX_BYTES = 16 * 1024 * 1024
"""A larger file is not read; it would be one that a program wrote."""

_COMPOSE_WORDS = frozenset({"compose", "stack"})
_DOCKERFILE_NAME = (
    r"(?i)(dockerfile|containerfile)([._-](?!dockerignore$|containerignore$).*)?|.*\.(dockerfile|containerfile)"
)
_NOT_A_DOCKERFILE = (
    ".md",
    ".rst",
    ".html",
    ".py",
    ".go",
    ".js",
    ".ts",
    ".json",
    ".yml",
    ".yaml",
    ".toml",
    ".sh",
)
_SHELL_SUFFIXES = (".sh", ".bash", ".ksh")
_TEMPLATE_SUFFIXES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".erb", ".mustache", ".gotmpl")
_YAML_SUFFIXES = (".yml", ".yaml")
_UNIT_SUFFIXES = (".container", ".kube")
_UNIT_SECTION = rb"(?m)^[ \t]*\[(?:Container|Kube)\][ \t]*\r?$"
_DEVCONTAINER_NAMES = frozenset({"devcontainer.json", ".devcontainer.json"})
_INSPECTED = rb"\s*\[?\s*\{"
_INSPECTED_FIELDS = (b'"Id"', b'"HostConfig"', b'"CapAdd"', b'"CapDrop"')
# How much of a file tells its syntax where its name does not.
_ENOUGH = {".json": 64 * 1024, **dict.fromkeys((*_YAML_SUFFIXES, *_UNIT_SUFFIXES), MAX_BYTES)}
# Files that hold shell, each group named as its syntax; a path's folders count where they say more than its name.
_HOLDS_SHELL = (
    r"(?:.*/)?(?:"
    r"(?P<workflow>\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml)"
    r"|(?P<action>action\.ya?ml)"
    r"|(?P<gitlab>[^/]*\.gitlab-ci\.ya?ml)"
    r"|(?P<task>[Tt]askfile(?:\.dist)?\.ya?ml)"
    r"|(?P<make>(?:GNUm|[Mm])akefile(?:\.[\w-]+)?|[^/]+\.mk)"
    r"|(?P<just>\.?[Jj]ustfile|[^/]+\.just)"
    r"|(?P<package>package\.json)"
    r"|(?P<jenkins>[^/]*\.jenkinsfile|Jenkinsfile(?:[.-][\w-]+)*)"
    r"|(?P<unit>[^/]+\.service(?:\.d/[^/]+\.conf)?)"
    r"|(?P<cron>cron\.d/[^/.]+|crontab|[^/]+\.cron(?:tab)?)"
    r"|(?P<markdown>[^/]+\.(?:md|markdown))"
    r")"
)
_JOBS_KEY = rb"(?m)^jobs[ \t]*:[ \t]*(?:#.*)?\r?$"
_ON_KEY = rb"(?m)^(?:on|'on'|\"on\")[ \t]*:"
_UNSUPPORTED = (
    (rb"(?m)^apiVersion:[ \t]*\S", rb"(?m)^kind:[ \t]*\S", "a Kubernetes manifest"),
    (
        rb"(?m)^-[ \t]+(?:name|hosts|import_playbook):",
        rb"(?m)^[ \t-]+(?:hosts|tasks|roles|import_playbook):",
        "an Ansible playbook",
    ),
    (
        rb"(?m)^-[ \t]+(?:name|block|become|when):",
        (
            rb"(?m)^[ \t-]+(?:[a-z_]\w*\.\w+\.\w+|apt|blockinfile|command|copy|debug|dnf|docker_\w+|file|get_url"
            rb"|import_\w+|include_\w+|lineinfile|package|pip|podman_container|service|set_fact|shell|stat|systemd"
            rb"|template|unarchive|uri|user|yum):"
        ),
        "a list of Ansible tasks",
    ),
)
_CLIENT = r"\b(?:docker|podman|nerdctl)[\s\\\"',]"
_STARTS = r"\b(?:run|create|exec)\b"
_SHEBANG = rb"#!\s*/\S*?(?:/env\s+(?:-\S+\s+)*)?\S*?\b(ba|da|k|a)?sh\b"
_SHEBANG_LENGTH = 256  # as much as Linux reads of it
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def syntax_of_name(path: str) -> str | None:
    """Tell a file's syntax by its name alone; None where the name does not say."""
    name = os.path.basename(path)
    lower = name.lower()
    if lower.endswith(_TEMPLATE_SUFFIXES):
        return None
    if lower.endswith(_SHELL_SUFFIXES) or name in _DEVCONTAINER_NAMES:
        return DEVCONTAINER if name in _DEVCONTAINER_NAMES else SHELL
    is_compose = lower.endswith(_YAML_SUFFIXES) and not _COMPOSE_WORDS.isdisjoint(_words_before_suffix(lower))
    if is_compose and "/workflows/" not in path:
        return COMPOSE
    if re.fullmatch(_DOCKERFILE_NAME, name) and not lower.endswith(_NOT_A_DOCKERFILE):
        return DOCKERFILE
    holds_shell = re.fullmatch(_HOLDS_SHELL, path.replace(os.sep, "/"))
    return holds_shell.lastgroup if holds_shell else (COMPOSE if is_compose else None)


def syntax_of_content(path: str, data: bytes) -> str | None:
    """Tell a file's syntax by its first line, or for YAML by its top-level keys.

    A Quadlet unit has its section, and what an engine printed about containers the names of some fields.
    """
    if is_shell_script(data):
        return SHELL
    if path.endswith(_UNIT_SUFFIXES):
        return QUADLET if re.search(_UNIT_SECTION, data) else None
    if re.match(_INSPECTED, data) and all(field in data for field in _INSPECTED_FIELDS):
        return INSPECT
    if not is_yaml(path):
        return None
    if b"services" in data or data.startswith(_UTF_16):
        from dropcap.carriers.compose import looks_like_compose  # only where the name says nothing

        encoding = "utf-16" if data.startswith(_UTF_16) else "utf-8"
        text = data.decode(encoding, "replace").lstrip("\ufeff")
        if looks_like_compose(text.replace("\r\n", "\n").replace("\r", "\n")):
            return COMPOSE
    return "workflow" if re.search(_JOBS_KEY, data) and re.search(_ON_KEY, data) else None


def is_shell_script(data: bytes) -> bool:
    """Tell by a file's first line whether the kernel gives it to a shell."""
    return re.match(_SHEBANG, data[:_SHEBANG_LENGTH]) is not None


def is_yaml(path: str) -> bool:
    """Whether a file has a suffix of YAML."""
    return path.lower().endswith(_YAML_SUFFIXES)


def enough_of(path: str) -> int:
    """Say how many bytes of a file tell its syntax where its name does not."""
    return _ENOUGH.get(os.path.splitext(path.lower())[1], _SHEBANG_LENGTH)


def may_be_known(path: str) -> bool:
    """Whether a file may be one to check: its name says what it is, or its content may."""
    name = os.path.basename(path)
    return "." not in name or os.path.splitext(name.lower())[1] in _ENOUGH or syntax_of_name(path) is not None


def may_start_containers(text: str) -> bool:
    """Whether build steps may start containers; few Dockerfiles name a client at all."""
    client = re.search(_CLIENT, text)
    return client is not None and re.search(_STARTS, text[client.end() :]) is not None


def unsupported_kind(path: str, data: bytes) -> str | None:
    """Say what a file is that starts containers in a way that is not read here; None if that is not known."""
    if not is_yaml(path):
        return None
    found = (name for first, second, name in _UNSUPPORTED if re.search(first, data) and re.search(second, data))
    return next(found, None)


def _words_before_suffix(name: str) -> list[str]:
    """Split a name at dots, hyphens and underscores: `docker-compose.prod.yml` has the word `compose`."""
    return name.replace("-", ".").replace("_", ".").split(".")[:-1]
