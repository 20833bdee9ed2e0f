"""Projects that hypothesis makes up, resolved by dropcap and by Docker Compose: the answers have to be equal."""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from dropcap.carriers.compose import looks_like_compose, resolve
from dropcap.carriers.compose.canonical import canonical
from dropcap.carriers.compose.canonical.tree import plain
from dropcap.carriers.request import Request, Settings
from dropcap.model import Level, UnreadableError
from dropcap.workspace import Workspace
from oracles import compose as oracle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.model import Failure

Files = dict[str, str]

CAPABILITIES = st.sampled_from(["ALL", "NET_ADMIN", "CAP_NET_ADMIN", "net_admin", "${CAP}", "${NONE:-KILL}", "$EMPTY"])
ONE_OF_TEXTS = st.sampled_from(["a", "b", "${CAP}", "x y", "1", "", "$$c", "${NONE-d}"])
PATHS = st.sampled_from(["./d", "../e", "/abs", "named", "~/home", "."])
TARGETS = st.sampled_from(["/t", "/t/", "/u"])
SWITCHES = st.sampled_from([True, False, "true", "yes", "off", "${YES}", "${NONE:-no}"])


class Tagged:
    """A value behind a YAML tag."""

    def __init__(self, tag: str, value: object) -> None:
        self.tag = tag
        self.value = value


def lists(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(items, max_size=3)


def pairs(names: st.SearchStrategy[str], *, may_be_bare: bool) -> st.SearchStrategy[Any]:
    """`name: value`, as a mapping or as a list."""
    values = st.sampled_from(["v", "w", "${CAP}", 5, True, "a=b", "$$x"])
    listed = st.tuples(names, st.sampled_from(["=v", "=w", "=a=b", "=${CAP}", *([""] if may_be_bare else [])]))
    return st.one_of(st.dictionaries(names, values, max_size=3), st.lists(listed.map("".join), max_size=3))


MOUNTS = st.one_of(
    st.builds("{}:{}{}".format, PATHS, TARGETS, st.sampled_from(["", ":ro", ":rw,z", ":nocopy", ":rshared"])),
    st.builds(
        lambda kind, source, target, read_only: {
            "type": kind,
            "source": source,
            "target": target,
            "read_only": read_only,
        },
        st.sampled_from(["bind", "volume"]),
        PATHS,
        TARGETS,
        SWITCHES,
    ),
)
PORTS = st.one_of(
    st.sampled_from(["80", "8080:80", "127.0.0.1:81:80/udp", 90, "9000-9001:9000-9001", "${PORT}:80"]),
    st.builds(
        lambda target, published: {"target": target, "published": published},
        st.sampled_from([80, 90, "${PORT}"]),
        st.sampled_from(["8080", "9-10", "${PORT}"]),
    ),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "cap_add": lists(CAPABILITIES),
    "cap_drop": lists(CAPABILITIES),
    "privileged": SWITCHES,
    "read_only": SWITCHES,
    "user": st.sampled_from(["root", "1000:1000", "${CAP}", "$EMPTY"]),
    "security_opt": lists(st.sampled_from(["no-new-privileges", "seccomp:unconfined", "label=disable"])),
    "network_mode": st.sampled_from(["host", "none", "service:a", "${NONE:-bridge}"]),
    "pid": st.sampled_from(["host", "service:a"]),
    "ipc": st.sampled_from(["host", "shareable"]),
    "uts": st.just("host"),
    "userns_mode": st.just("host"),
    "cgroup": st.sampled_from(["host", "private"]),
    "cgroup_parent": ONE_OF_TEXTS,
    "devices": lists(
        st.sampled_from(["/dev/a", "/dev/a:/dev/b", "/dev/c:/dev/b:rwm", {"source": "/dev/d", "target": "/dev/b"}])
    ),
    "device_cgroup_rules": lists(st.sampled_from(["c 1:3 mr", "a 7:* rmw"])),
    "group_add": lists(st.sampled_from(["mail", 12, "${PORT}"])),
    "sysctls": pairs(st.sampled_from(["net.a", "net.b"]), may_be_bare=False),
    "environment": pairs(st.sampled_from(["A", "CAP", "NONE"]), may_be_bare=True),
    "labels": pairs(st.sampled_from(["l", "m"]), may_be_bare=True),
    "volumes": lists(MOUNTS),
    "tmpfs": st.one_of(st.sampled_from(["/run", "/run:size=1m"]), lists(st.sampled_from(["/run", "/scratch:noexec"]))),
    "ports": lists(PORTS),
    "entrypoint": st.one_of(ONE_OF_TEXTS, lists(ONE_OF_TEXTS), st.sampled_from(["sh -c 'a b'", None])),
    "command": st.one_of(ONE_OF_TEXTS, lists(ONE_OF_TEXTS), st.sampled_from(['a "b c" \\d', None])),
    "profiles": lists(st.sampled_from(["p", "q"])),
    "build": st.one_of(
        st.sampled_from([".", "./ctx", "../up"]),
        st.fixed_dictionaries(
            {},
            optional={
                "context": st.sampled_from([".", "./ctx", "https://example.com/x.git"]),
                "dockerfile": st.just("D"),
                "target": st.just("t"),
                "args": pairs(st.sampled_from(["A", "CAP"]), may_be_bare=True),
                "privileged": SWITCHES.filter(lambda value: isinstance(value, bool)),
            },
        ),
    ),
    "depends_on": st.just(["a"]),
    "networks": st.sampled_from([["n"], {"n": {"aliases": ["x", "x"]}}, {"n": None}]),
    "dns": st.sampled_from(["1.1.1.1", ["1.1.1.1", "8.8.8.8"]]),
    "extra_hosts": st.sampled_from([["h:1.2.3.4"], {"h": "1.2.3.4"}]),
}
NAMES = ("a", "b", "c")


# Docker Compose counts a service that extends another one of its own file as if it stood in the main file. A name that
# is in both can look like a circle to it, or not, as the order of a Go map has it: the same project gets both answers.
BASE_NAMES = ("u", "v", "w")


def services(
    base: st.SearchStrategy[Any] | None = None, names: Sequence[str] = NAMES
) -> st.SearchStrategy[dict[str, Any]]:
    """Services with a few fields each, some of which extend others."""
    fields = st.lists(st.sampled_from(sorted(FIELDS)), max_size=5, unique=True)
    body = fields.flatmap(lambda names: st.fixed_dictionaries({name: FIELDS[name] for name in names}))
    if base is not None:
        extends = st.one_of(st.none(), base)
        body = st.builds(lambda one, other: {**one, **({"extends": other} if other else {})}, body, extends)
    return st.dictionaries(st.sampled_from(names), body, min_size=1, max_size=3)


def tagged(value: object) -> st.SearchStrategy[object]:
    return st.sampled_from([value, value, value, Tagged("!reset", None), Tagged("!override", value)])


def has_reset(value: object) -> bool:
    """Whether a reset stands in a value; inside an override it means nothing to Docker Compose."""
    return isinstance(value, dict) and any(isinstance(one, Tagged) for one in value.values())


def without_tags_extended(services: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Take away `extends` where its service has tags: what Docker Compose makes of it hangs on the order of a map."""
    has_tags = {
        name
        for name, one in services.items()
        if any(isinstance(value, Tagged) or has_reset(value) for value in one.values())
    }
    return {
        name: {key: value for key, value in one.items() if key != "extends" or extended(value) not in has_tags}
        for name, one in services.items()
    }


def extended(value: object) -> object:
    """Give the name of the service that `extends` names."""
    value = value.value if isinstance(value, Tagged) else value
    return value.get("service") if isinstance(value, dict) else value


def extending(names: Sequence[str]) -> st.SearchStrategy[Any]:
    """`extends`, of a service in the same file, in both of its forms."""
    return st.one_of(st.sampled_from(names), st.builds(lambda name: {"service": name}, st.sampled_from(names)))


@st.composite
def projects(draw: st.DrawFn) -> Files:
    """Files of a project: a main file, and perhaps an override, a base, an included project and variables."""
    here = extending(NAMES)
    base = st.builds(lambda name: {"file": "sub/base.yaml", "service": name}, st.sampled_from(BASE_NAMES))
    main = draw(services(st.one_of(here, base)))
    bases = draw(services(extending(BASE_NAMES), BASE_NAMES))
    files = {"sub/base.yaml": {"services": {**{name: {} for name in BASE_NAMES}, **bases}}}
    model: dict[str, Any] = {"services": {name: {"image": "i", **one} for name, one in main.items()}}
    if draw(st.booleans()):
        files["inc/compose.yaml"] = {"services": {f"i{name}": one for name, one in draw(services()).items()}}
        model["include"] = draw(
            st.sampled_from(["inc/compose.yaml", {"path": ["inc/compose.yaml"], "project_directory": "sub"}])
        )
        model["include"] = [model["include"]]
    if draw(st.booleans()):
        over = draw(services(here))
        if draw(st.booleans()):
            key = draw(st.sampled_from(["environment", "labels", "sysctls"]))
            over[draw(st.sampled_from(sorted(over)))][key] = {
                draw(st.sampled_from(["A", "l", "net.a"])): Tagged("!reset", None)
            }
        laid_over = {
            name: {key: value if has_reset(value) else draw(tagged(value)) for key, value in one.items()}
            for name, one in over.items()
        }
        files["compose.override.yaml"] = {"services": without_tags_extended(laid_over)}
    texts = {path: written(content) + "\n" for path, content in files.items()}
    texts["compose.yaml"] = with_anchors(model, draw)
    texts[".env"] = "CAP=SYS_TIME\nEMPTY=\nYES=yes\nPORT=4\n"
    return texts


def with_anchors(model: dict[str, Any], draw: st.DrawFn) -> str:
    """Write a model; a service may be merged from a fragment, or be the same as another one by an alias."""
    fragment = draw(services())
    lines = [f"x-f: &f {written(next(iter(fragment.values())))}"]
    if "include" in model:
        lines.append(f"include: {written(model['include'])}")
    lines.append("services:")
    for name, body in model["services"].items():
        lines.append(f"  {name}:")
        if draw(st.booleans()):
            lines.append("    <<: *f")
        lines += [f"    {key}: {written(value)}" for key, value in body.items()]
    if draw(st.booleans()):
        lines.append("  d: *f")
    return "\n".join(lines) + "\n"


def written(value: object) -> str:
    """Write a value in flow style."""
    if isinstance(value, Tagged):
        return f"{value.tag} {written(value.value)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value)


class Style:
    """Writes values as YAML, each in one of the ways that mean the same: quotes, escapes, tags, anchors, blocks."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.anchors: dict[str, str] = {}

    def pick(self, *ways: str) -> str:
        return self.draw(st.sampled_from(ways))

    def text(self, value: str) -> str:
        """Write a string; in double quotes any character may be an escape."""
        way = self.pick("double", "escaped", "single", "plain", "tagged")
        if way == "escaped" and value:
            at = self.draw(st.integers(0, len(value) - 1))
            code = ord(value[at])
            escape = self.pick(f"\\x{code:02x}", f"\\u{code:04X}", f"\\U{code:08x}")
            return f"{json.dumps(value[:at])[:-1]}{escape}{json.dumps(value[at + 1 :])[1:]}"
        if way == "single":
            return "'" + value.replace("'", "''") + "'"
        if (
            way == "plain"
            and re.fullmatch(r"[a-z_]{2,}", value)
            and value not in {"true", "false", "yes", "no", "null"}
        ):
            return value
        return ("!!str " if way == "tagged" else "") + json.dumps(value)

    def anchored(self, text: str) -> str:
        """Write a value that stood before as an alias, or with an anchor for the next time."""
        if text in self.anchors:
            return f"*{self.anchors[text]} " if self.draw(st.booleans()) else text
        if self.pick("", "", "anchor"):
            self.anchors[text] = f"n{len(self.anchors)}"
            return f"&{self.anchors[text]} {text}"
        return text

    def flow(self, value: object) -> str:
        """Write a value on one line."""
        if isinstance(value, dict):
            pairs = ", ".join(f"{self.key(key)}: {self.flow(one)}" for key, one in value.items())
            return self.anchored(f"{{{pairs}}}")
        if isinstance(value, list):
            return self.anchored("[" + ", ".join(map(self.flow, value)) + "]")
        return self.anchored(self.text(value) if isinstance(value, str) else json.dumps(value))

    def key(self, key: str) -> str:
        return self.pick("", "", "? ") + self.text(key) if key.isidentifier() else self.text(key)

    def block(self, value: object, indent: str = "") -> str:
        """Write a value on lines of its own, or behind its key."""
        if isinstance(value, dict) and value and self.pick("block", "block", "flow") == "block":
            return "".join(
                f"\n{indent}{self.text(key)}: {self.block(one, indent + '  ')}" for key, one in value.items()
            )
        if isinstance(value, list) and value and self.pick("block", "flow") == "block":
            return "".join(f"\n{indent}- {self.flow(one)}" for one in value)
        return self.flow(value)


@st.composite
def styled_projects(draw: st.DrawFn) -> Files:
    """Projects whose services are privileged, each by a way of its own, written in any style."""
    here: dict[str, Any] = {"image": "i", "cap_drop": ["ALL"], **draw(st.fixed_dictionaries({}, optional=PRIVILEGES))}
    base: dict[str, Any] = {"image": "b", **draw(st.fixed_dictionaries({}, optional=PRIVILEGES))}
    model: dict[str, Any] = {
        "services": {
            "web": here,
            "child": draw(st.sampled_from([{"extends": "web"}, {"extends": {"file": "base.yaml", "service": "base"}}])),
        }
    }
    if draw(st.booleans()):
        model["include"] = draw(st.sampled_from([["inc.yaml"], [{"path": "inc.yaml"}], [{"path": ["inc.yaml"]}]]))
    if draw(st.booleans()):
        model["x-f"] = {"privileged": True}
    style = Style(draw)
    texts = {"compose.yaml": style.block(model).lstrip("\n") + "\n"}
    texts["base.yaml"] = Style(draw).block({"services": {"base": base}}).lstrip("\n") + "\n"
    included = {"services": {"included": {"image": "n", "privileged": True}}}
    texts["inc.yaml"] = Style(draw).block(included).lstrip("\n") + "\n"
    return texts


PRIVILEGES = {
    "privileged": st.sampled_from([True]),
    "pid": st.just("host"),
    "security_opt": st.just(["seccomp=unconfined"]),
    "cap_add": st.sampled_from([["SYS_ADMIN"], ["ALL", "NET_RAW"]]),
}


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=styled_projects())
def test_no_way_to_write_a_key_hides_what_it_says(files: Files) -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as home:
        for path, text in files.items():
            Path(folder, path).write_text(text, encoding="utf-8")
            assert looks_like_compose(text)
        answer = oracle.config([], cwd=folder, environment={"HOME": home})
        ours, errors = resolved(folder, files, home)
        assert (answer.project is None) is bool(errors), (answer.error, [one.message for one in errors])
        if answer.project is not None:
            event("accepted")
            assert ours is not None
            assert ours["services"] == answer.project["services"]


def resolved(folder: str, files: Mapping[str, str], home: str) -> tuple[dict[str, Any] | None, list[Failure]]:
    """Resolve as `dropcap config --use-environment` does where nothing else is set."""
    main = Path(folder, "compose.yaml")
    over = [str(Path(folder, "compose.override.yaml"))] if "compose.override.yaml" in files else []
    with patch.dict(os.environ, {"PATH": os.defpath, "HOME": home}, clear=True):
        try:
            workspace = Workspace(folder)
            settings = Settings(uses_environment=True, compose=2, checks_consistency=False, shows_secrets=True)
            request = Request(workspace, tuple(over), settings=settings, only_resolves=True)
            project = resolve(workspace.source(str(main)), request)
        except UnreadableError as error:
            return None, [error.failure]
        tree = plain(canonical(project))
    return tree, [failure for failure in project.scope.log.failures if failure.level is Level.ERROR]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=projects())
def test_any_project_is_resolved_as_docker_compose_does(files: Files) -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as home:
        for path, text in files.items():
            Path(folder, path).parent.mkdir(exist_ok=True)
            Path(folder, path).write_text(text, encoding="utf-8")
        answer = oracle.config([], cwd=folder, environment={"HOME": home})
        ours, errors = resolved(folder, files, home)
        if answer.project is None:
            event("refused")
            assert errors, answer.error
            return
        event("accepted")
        assert not errors, [failure.message for failure in errors]
        assert ours is not None
        assert ours["services"] == answer.project["services"]
