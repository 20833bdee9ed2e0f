"""The readers that are given bytes nobody would write, and what counts as a fault of theirs.

`scripts/fuzz.py` makes such bytes up, `tests/hostile/test_found_inputs.py` reads again those that were faults once.
A reader is given the bytes of a file and nothing else. Anything that it raises but its declared error is a fault, and
so is a place outside the text that it says it is in.
"""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dropcap.carriers import registry
from dropcap.carriers.compose.dotenv import read_dotenv
from dropcap.carriers.compose.environment import Environment
from dropcap.carriers.request import Request
from dropcap.check import Setup, check_text, read_document
from dropcap.commands.output import at_the_edge
from dropcap.config import ConfigError, load_config
from dropcap.discover import Target
from dropcap.docker_cli.command_line import read_command
from dropcap.git_index import IndexUnknownError, tracked_files
from dropcap.gitignore import Ignores, PatternError, parse
from dropcap.lang import jsonc, unitfile, yaml
from dropcap.lang.shell import simple_commands
from dropcap.lang.words import Word
from dropcap.model import Container, Failure, Level, UnreadableError
from dropcap.report import MAX_MESSAGE, to_report
from dropcap.rule import load_rules
from dropcap.source import Source, Span
from dropcap.workspace import Workspace, decoded
from dropcap.writers import FORMATS, Context, writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

REPOSITORY = Path(__file__).resolve().parents[1]
PATHS = {
    "compose": "compose.yaml",
    "script": "run.sh",
    "devcontainer": "devcontainer.json",
    "dockerfile": "Dockerfile",
    "workflow": ".github/workflows/ci.yml",
    "action": "action.yml",
    "gitlab": ".gitlab-ci.yml",
    "task": "Taskfile.yml",
    "make": "Makefile",
    "just": "justfile",
    "package": "package.json",
    "bake": "docker-bake.json",
    "jenkins": "Jenkinsfile",
    "unit": "web.service",
    "cron": "crontab",
    "quadlet": "web.container",
    "inspect": "inspect.json",
    "markdown": "README.md",
}
"""By what name a carrier's file goes here."""
MAX_CONTAINERS = 20_000
"""How many containers a reader may make of what is read here, which is a few kilobytes."""


def _carrier(name: str) -> Callable[[bytes], None]:
    path = PATHS[name]

    def read(data: bytes) -> None:
        workspace = Workspace("/project", {path: data}, disk=False)
        try:
            document = read_document(Target(path, name, named=True), Request(workspace))
        except UnreadableError as error:
            _check_failure(error.failure)
            return
        assert len(document.containers) <= MAX_CONTAINERS
        for container in document.containers:
            _check_container(container)
        for failure in document.failures:
            _check_failure(failure)

    return read


def _reports(data: bytes) -> None:
    """Check a text of the kind that its first byte says, and write the report in every format."""
    if not data:
        return
    names = sorted(PATHS)
    name = names[data[0] % len(names)]
    rules = load_rules()
    try:
        text = decoded(PATHS[name], data[1:]).text
    except UnreadableError:
        return
    report = to_report([check_text(PATHS[name], name, text, rules, Setup())], rules=rules)
    for failure in report.failures:
        assert failure.level is not Level.DEFECT, failure.trace
        assert " failed on " not in failure.message, failure.message
        assert len(failure.message) <= MAX_MESSAGE
    for one in FORMATS:
        written = "".join(map(at_the_edge, writer(one)(report, Context(rules))))
        assert written.replace("\n", "").isprintable(), one


def _language(read: Callable[[Source], object], path: str, *errors: type[Exception]) -> Callable[[bytes], None]:
    def call(data: bytes) -> None:
        try:
            source = Source.decode(path, data)
        except ValueError:
            return
        try:
            read(source)
        except UnreadableError as error:
            _check_failure(error.failure)
        except errors:
            pass

    return call


def _units(source: Source) -> None:
    for section in unitfile.read_unit(source).values():
        for entry in section.entries:
            for is_command in (True, False):
                with suppress(unitfile.BrokenError):
                    _check_words(unitfile.split(entry.value, is_command=is_command))


def _commands(source: Source) -> None:
    for words in simple_commands(source):
        _check_words(words)


def _command_line(source: Source) -> None:
    """Read the words of a line as a client's; lines that no shell splits are split at blanks."""
    try:
        values = shlex.split(source.text)
    except ValueError:
        values = source.text.split()
    words = [Word(value, source, Span(0, len(source.text))) for value in values]
    for first in ([], [Word("docker", source, Span(0, 0)), Word("run", source, Span(0, 0))]):
        found = read_command([*first, *words])
        if isinstance(found, Container):
            _check_container(found)
        elif found is not None:
            _check_failure(found)


def _dotenv(source: Source) -> None:
    for is_complete in (True, False):
        _, failures = read_dotenv(source, Environment({}, is_complete))
        for failure in failures:
            _check_failure(failure)


def _gitignore(source: Source) -> None:
    ignores = Ignores().with_text("", source.text)
    lines = source.text.splitlines()[:4]
    for line in lines:
        with suppress(PatternError):
            parse(line)
        name = line.strip("/")
        if name:
            ignores.match(name, is_folder=False)
            ignores.match(f"a/{name}/b", is_folder=True)


def _git_index(data: bytes) -> None:
    workspace = _Repository("/project", {"/project/.git/index": data}, disk=False)
    with suppress(IndexUnknownError):
        tracked_files("/project", workspace)


class _Repository(Workspace):
    """A workspace without a disk that has a folder of git's."""

    def is_folder(self, path: str) -> bool:
        return path.endswith(".git")


def _config(data: bytes) -> None:
    for name in (".dropcap.toml", "pyproject.toml"):
        with TemporaryDirectory() as folder:
            path = os.path.join(folder, name)  # noqa: PTH118  # as the program joins them
            Path(path).write_bytes(data)
            try:
                load_config(path)
            except ConfigError as error:
                assert str(error)  # noqa: PT017  # to be refused in words is a way to end


READERS: dict[str, Callable[[bytes], None]] = {
    **{name: _carrier(name) for name in PATHS},
    "reports": _reports,
    "lang-yaml": _language(yaml.parse, "a.yaml"),
    "lang-jsonc": _language(jsonc.parse, "a.json"),
    "lang-shell": _language(_commands, "a.sh"),
    "lang-unitfile": _language(_units, "a.service", unitfile.BrokenError),
    "command-line": _language(_command_line, "a.sh"),
    "dotenv": _language(_dotenv, ".env"),
    "gitignore": _language(_gitignore, ".gitignore"),
    "git-index": _git_index,
    "config": _config,
}
"""What can be given bytes, by name: a carrier, the reports of all of them, a language, or a file of another program."""


def _check_words(words: Iterable[Word]) -> None:
    for word in words:
        _check_span(word.source, word.span)


def _check_container(container: Container) -> None:
    _check_span(container.source, container.span)
    for place in _places(tuple(container)):
        _check_span(place.source, place.span)


def _places(value: object) -> Iterator[Any]:
    """Yield what has a place among the fields of a container, stages included."""
    if isinstance(value, (Source, str)) or not isinstance(value, tuple):
        return
    if getattr(value, "source", None) is not None and getattr(value, "span", None) is not None:
        yield value
    for part in value:
        yield from _places(part)


def _check_failure(failure: Failure) -> None:
    assert failure.message
    assert failure.level is not Level.DEFECT, failure.trace
    if failure.source is not None and failure.span is not None:
        _check_span(failure.source, failure.span)


def _check_span(source: Source, span: Span) -> None:
    assert 0 <= span.start <= span.end <= len(source.text), (source.path, span, len(source.text))
    source.region(span)


def seeds(reader: str) -> Iterator[bytes]:
    """Yield texts that a reader understands, to begin with."""
    folder = REPOSITORY / "fixtures"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        data = path.read_bytes()
        carrier = registry.carrier_of_name(str(path)) or registry.carrier_of_content(str(path), data)
        if carrier == reader or _ALIKE.get(reader) == carrier:
            yield data
        elif reader == "reports" and carrier is not None:
            yield bytes([sorted(PATHS).index(carrier)]) + data
    if reader == "command-line":
        yield from (line.removeprefix(b"docker run ") for path in files for line in _lines_of(path, b"docker run "))
    yield from _MORE_SEEDS.get(reader, ())


def _lines_of(path: Path, start: bytes) -> Iterator[bytes]:
    return (line for line in path.read_bytes().splitlines() if line.startswith(start))


_ALIKE = {
    "lang-yaml": "compose",
    "lang-jsonc": "devcontainer",
    "lang-shell": "script",
    "lang-unitfile": "quadlet",
}
_MORE_SEEDS = {
    "dotenv": (b"A=1\nexport B='x y'\nC=\"${A:-b}\\n$$\"\nD\n# no\nE: f # g\n", b"A=${B?no}\nB=$A${C+d}\n"),
    "gitignore": (b"*.log\n/build/\n!keep\n**/x/**\na[!b-d]\\ \nfoo/**/[[:alpha:]]?\n",),
    "git-index": (
        b"DIRC\0\0\0\2\0\0\0\1" + b"\0" * 60 + b"\0\5a/b.c" + b"\0" * 5 + b"\0" * 20,
        b"DIRC\0\0\0\4\0\0\0\2" + b"\0" * 60 + b"\0\1\0a\0" + b"\0" * 60 + b"\0\2\0ab\0" + b"\0" * 20,
    ),
    "config": (
        b'engine = "podman"\nfail-on = "low"\nselect = ["privileged"]\nexclude = ["a/**", "!b"]\nmarkdown = true\n',
        b'[tool.dropcap]\nignore = ["net-raw"]\n',
    ),
    "inspect": (b'[{"Id": "a", "Name": "/web", "Config": {"Image": "x"}, "HostConfig": {"CapAdd": ["NET_ADMIN"]}}]',),
    "markdown": (b"# a\n```console\n$ docker run --privileged x\n```\n~~~ yaml\nservices: {a: {image: x}}\n~~~\n",),
    "command-line": (b"--cap-add=ALL -v /:/x:ro --mount type=bind,src=/,dst=/y --user 0 -itd -p 1-3:1-3 x y",),
    "compose": (
        (
            b"services:\n  a: &a\n    image: ${I:-x}\n    privileged: !!bool yes\n    cap_add: [ALL]\n"
            b"  b:\n    <<: *a\n    extends: {service: a}\n    ports: ['1-9:1-9/udp']\n    volumes: [/:/x:ro]\n"
        ),
    ),
}
TOKENS = {
    "shell": """-- --cap-add --privileged docker run podman sudo $( ${ ${! [@]} "$@" << <<- EOF && || ;; case esac in
        for do done if then else fi while { } [[ ]] eval exec set export local IFS= $'\\x %% ## // ^^ ,, :- :? @Q""",
    "yaml": """services: image: <<: *a &a !!bool !!str !reset !override - | >- ? --- ... %TAG include: extends: file:
        privileged: cap_add: ports: volumes: build: dockerfile_inline: env_file: secrets: configs: x- ${A:-b}
        $$ ${A?""",
    "dockerfile": """FROM AS RUN USER COPY ADD ARG ENV LABEL ONBUILD HEALTHCHECK CMD ENTRYPOINT SHELL --mount= --from=
        <<EOF --security=insecure escape= syntax= \\ ["a","b"] ${A:-b} ${A#b} setcap""",
    "unit": "[Container] [Service] ExecStart= AddCapability= PodmanArgs= Image= %i %% $ENV ; # \\",
    "json": """{ } [ ] , : // /* */ "runArgs" "features" "privileged" "capAdd" "scripts" "HostConfig" \\u0000 \\ud800
        null""",
    "other": """``` ~~~ > $ .PHONY: $(shell define endef ifeq := ?= != @ - sh ''' ${{ }} {{ }} @reboot * **/ [! [[:""",
}
"""Words for a fuzzer to put in, by the kind of text."""
