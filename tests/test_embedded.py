"""Files that hold shell: what they start is found, at the place where a person wrote it, and nothing else is."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import about
from dropcap.carriers import dockerfile
from dropcap.carriers.dockerfile import build_steps, may_start_containers
from dropcap.carriers.registry import carrier_of_name, unsupported_kind
from dropcap.check import Setup, check_file
from dropcap.cli import main
from dropcap.discover import Target, discover
from dropcap.model import Kind, Level, UnreadableError
from dropcap.report import to_report
from dropcap.source import Source
from dropcap.testing import rules_named
from reading import read_target
from steps import assert_ends, assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.model import Container, Document

FOLDER = Path(__file__).parent.parent / "fixtures" / "marked" / "carriers"
SYNTAXES = (
    *("action", "cron", "gitlab", "jenkins", "just", "make", "markdown", "package", "task", "unit"),
    "workflow",
)
EXPECTED = FOLDER / "findings.txt"


def read(syntax: str, text: str, path: str = "file") -> Document:
    document: Document = import_module(f"dropcap.carriers.{syntax}").read(Source(path, text))
    return document


def written(value: object) -> str:
    """Give the text that a value's place covers in its file."""
    source, span = value.source.to_root(value.span)  # type: ignore[attr-defined]  # a Located or a Container
    return str(source.text[span.start : span.end])


def added(containers: tuple[Container, ...]) -> list[tuple[str, ...]]:
    return [tuple(value.value for value in container.cap_add) for container in containers]


def test_each_finding_of_the_fixtures_is_at_its_line_and_column(request: pytest.FixtureRequest) -> None:
    """Not all of these formats have comments to mark: one file says for all what is found, and at which text."""
    rules = about.rules(*rules_named(EXPECTED.read_text(encoding="utf-8")))
    targets, failures = discover([str(FOLDER)], markdown=True)[:2]
    assert failures == []
    found = []
    for target in sorted(targets):
        result = check_file(target, rules, Setup())
        assert [failure for failure in result.failures if failure.level is Level.ERROR] == []
        for finding in to_report([result], rules=rules).findings:
            where = finding.problem.where
            region = where.source.region(where.span)
            name = Path(region.path).absolute().relative_to(FOLDER)
            found.append((str(name), region.line, region.column, finding.rule, written(where).partition("\n")[0]))
    shown = f"# rules: {', '.join(rule.id for rule in rules)}\n"
    shown += "".join(f"{path}:{line}:{column}: {rule}: {text}\n" for path, line, column, rule, text in sorted(found))
    if request.config.getoption("--accept"):
        EXPECTED.write_text(shown, encoding="utf-8")
    assert shown == EXPECTED.read_text(encoding="utf-8")


def test_every_syntax_has_a_fixture() -> None:
    targets, _ = discover([str(FOLDER)], markdown=True)[:2]
    assert {target.carrier for target in targets} == {*SYNTAXES, "script", "dockerfile"}


@pytest.mark.parametrize(
    ("path", "syntax"),
    [
        ("Makefile", "make"),
        ("a/GNUmakefile", "make"),
        ("Makefile.docker", "make"),
        ("rules.mk", "make"),
        ("justfile", "just"),
        (".justfile", "just"),
        ("Taskfile.yml", "task"),
        ("package.json", "package"),
        (".github/workflows/docker-compose.yml", "workflow"),
        ("x/.github/workflows/a.yaml", "workflow"),
        ("action.yml", "action"),
        (".gitlab-ci.yml", "gitlab"),
        ("ci/build.gitlab-ci.yml", "gitlab"),
        ("Jenkinsfile", "jenkins"),
        ("Jenkinsfile.nightly", "jenkins"),
        ("a.service", "unit"),
        ("a.service.d/b.conf", "unit"),
        ("/etc/crontab", "cron"),
        ("etc/cron.d/backup", "cron"),
        ("README.md", "markdown"),
        ("workflows/a.yaml", None),
        ("package-lock.json", None),
        ("b.conf", None),
        ("Makefile.am.j2", None),
    ],
)
def test_a_file_is_known_by_its_name(path: str, syntax: str | None) -> None:
    assert carrier_of_name(path) == syntax


def test_markdown_in_folders_is_read_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("```sh\ndocker run --privileged a\n```\n", encoding="utf-8")
    assert discover([str(tmp_path)])[0] == []
    assert [target.carrier for target in discover([str(tmp_path)], markdown=True)[0]] == ["markdown"]
    assert [target.carrier for target in discover([str(tmp_path / "README.md")])[0]] == ["markdown"]


@pytest.mark.parametrize("way", ["option", "configuration"])
def test_markdown_is_switched_on(way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("```sh\ndocker run --privileged a\n```\n", encoding="utf-8")
    config = tmp_path / "own.toml"
    config.write_text("markdown = true\n" if way == "configuration" else "", encoding="utf-8")
    words = ["check", str(tmp_path), "--config", str(config), "--format", "json"]
    assert main([*words, *(["--markdown"] if way == "option" else [])]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert any(finding["rule"] == "privileged" for finding in found)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("apiVersion: v1\nkind: Pod\nspec: {}\n", "Kubernetes manifests"),
        ("- name: x\n  hosts: all\n  tasks: []\n", "Ansible playbooks"),
        ("- name: x\n  apt:\n    name: docker\n", "lists of Ansible tasks"),
        ("---\n- name: x\n  become: true\n  ansible.builtin.copy:\n    dest: y\n", "lists of Ansible tasks"),
        ("- name: x\n  notify: y\n  docker_container: {image: z}\n", "lists of Ansible tasks"),
        ("- name: x\n  value: y\n", None),
        ("a: b\n", None),
    ],
)
def test_other_files_are_left_alone_with_a_word(text: str, kind: str | None) -> None:
    assert unsupported_kind("x.yml", text.encode()) == kind
    with pytest.raises(UnreadableError) as caught:
        read_target(Target("x.yml", None, named=True), text=text)
    assert (caught.value.failure.level is Level.NOTE) is (kind is not None)


def test_a_workflow_is_known_by_its_content() -> None:
    data = b"on: push\njobs:\n  a:\n    steps:\n      - run: docker run b\n"
    document = read_target(Target("x.yml", None, named=True), text=data)
    assert (document.syntax, len(document.containers)) == ("workflow", 1)


# Each says which container's capabilities are added: the text, and what is read.
CASES: dict[str, list[tuple[str, list[tuple[str, ...]]]]] = {
    "workflow": [
        ("jobs:\n  a:\n    container: x:1\n", [()]),
        ("jobs:\n  a:\n    container:\n      image: x\n      options: --cap-add A -e 'b c' --cap-add=B", [("A", "B")]),
        ("jobs:\n  a:\n    services:\n      s:\n        options: --cap-add A\n", []),
        ("jobs:\n  a:\n    steps:\n      - run: docker run --cap-add A '${{ x }}' b\n      - uses: b\n", [("A",)]),
        ("jobs:\n  a:\n    defaults:\n      run:\n        shell: pwsh\n    steps:\n      - run: docker run a\n", []),
        ("env: {C: A}\njobs:\n  a:\n    steps:\n      - run: docker run --cap-add $C x\n        env: {C: B}", [("B",)]),
        ("env: {C: A}\njobs:\n  a:\n    steps:\n      - run: docker run --cap-add $C x", [("A",)]),
        ("env: {C: \"A -l it's\\n\"}\njobs:\n  a:\n    steps:\n      - run: docker run --cap-add $C x", [("A",)]),
        ("jobs:\n  a:\n    env:\n      C: ${{ b }}\n    steps:\n      - run: docker run --cap-add $C x", [()]),
        ("jobs:\n  a: [1]\n  b:\n    steps: no\n", []),
        ("env: {F: --cap-add A}\njobs:\n  a:\n    steps:\n      - run: docker run ${{ env.F }} x", [("A",)]),
        ("env: {F: --rm}\njobs:\n  a:\n    env: {F: '${{ b }}'}\n    steps:\n      - run: docker run ${{env.F}} x",
         [()]),
    ],
    "action": [("runs:\n  steps:\n    - run: docker run --cap-add A x\n", [("A",)]), ("runs: docker run x\n", [])],
    "gitlab": [
        ("a:\n  script: docker run --cap-add A x\n", [("A",)]),
        ("before_script:\n  - C=A\na:\n  script:\n    - docker run --cap-add $C x\n", [()]),
        ("a:\n  before_script: [C=A]\n  script: [docker run --cap-add $C x]\n", [("A",)]),
        ("a: &a\n  script: docker run x\nb: *a\n", [()]),
        ("a:\n  variables:\n    X: docker run x\n", []),
        ("variables: {C: {value: A}}\na:\n  script: docker run --cap-add $C x\n", [("A",)]),
    ],
    "task": [
        ("tasks:\n  a: docker run --cap-add A x\n  b: [docker run --cap-add B x]\n", [("A",), ("B",)]),
        ("vars: {F: --cap-add A, G: '{{.F}}'}\ntasks:\n  a: docker run {{.F}} {{ .G }} x\n", [("A",)]),
        ("vars: {F: --cap-add A}\ntasks:\n  a:\n    vars: {F: --cap-add B}\n    cmds: ['docker run {{.F}} x']\n",
         [("B",)]),
        ("vars: {F: --cap-add A}\ntasks:\n  a:\n    vars: {F: {sh: b}}\n    cmds: ['docker run {{.F}} x']\n", [()]),
        ("vars: {F: A}\ntasks:\n  a: docker run --cap-add {{.F}} x\n  b:\n    deps:\n      - {task: a, vars: {F: B}}\n",
         [()]),
        ("tasks:\n  a:\n    cmds:\n      - defer: docker run --cap-add A x\n    desc: docker run x\n", [("A",)]),
    ],
    "make": [
        ("a:\n\tdocker run --cap-add $(A) x\nA = B\n", [("B",)]),
        ("A = B\nA += C\na:\n\tdocker run x $(A) $(B) $$C $@\n", [()]),
        ("A = $(B)\nB = --cap-add ${C}\nC = D\na:\n\tdocker run $A $(A) x\n", [("D", "D")]),
        ("A = $(A)\na:\n\tdocker run $(A) x\n", [()]),
        (".ONESHELL:\na:\n\tC=A\n\tdocker run --cap-add $$C x\nb:\n\tdocker run --cap-add $$C x\n", [("A",), ()]),
        ("a:\n\tC=A\n\tdocker run --cap-add $$C x\n", [()]),
        ("G =\nifdef Q\nG += --cap-add A\nendif\na:\n\tdocker run $(G) x\n", [()]),
        ("ifeq (a,b)\n  G = --cap-add A\nendif\nH = --cap-add B\na:\n\tdocker run $(G) $(H) x\n", [("B",)]),
        ("ifndef D\nD = docker\nendif\na:\n\t$(D) run --cap-add A x\n", [("A",)]),
        ("F = --cap-add A\nb: F=--cap-add B\nb:\n\tdocker run $(F) x\na:\n\tdocker run $F x\n", [("B",), ("A",)]),
        ("F = --cap-add A\nb: private F := --cap-add B\nb: a\nc: ; docker run $F x\na:\n\tdocker run $F x\n",
         [("A",), ()]),
        ("F = --cap-add A\n%.x: F=--cap-add B\nb:\n\tdocker run $F x\n", [()]),
        ("F = --cap-add A\nb: F+=--cap-add B\nb:\n\tdocker run $F x\n", [()]),
        ("define D\n@docker run --cap-add A \\\n  x\n-docker run --cap-add B x\nendef\na:\n\t$(D)\n", [("A",), ("B",)]),
        ("define F =\n--cap-add A\nendef\na:\n\tdocker run $(F) x\n", [("A",)]),
        ("a: b\n  docker run x\n", []),
        ("a:\n\t@+-  docker run --cap-add A x\n", [("A",)]),
        ("a:\r\n\tdocker run --cap-add A \\\r\n\t x\r\n", [("A",)]),
        ("a:\n\tdocker run --cap-add A x \\\n", [("A",)]),
    ],
    "just": [
        ("a:\n  docker run --cap-add A x\n", [("A",)]),
        ("x := 'A'\na b=\"c\":\n\t@docker run --cap-add {{x}} --cap-add {{ b }} x\n", [("A",)]),
        ("a := 'docker run x'\n  docker run x\n", []),
    ],
    "package": [
        ('{"scripts": {"a": "docker run --cap-add A x"}}', [("A",)]),
        ('{"scripts": ["docker run x"], "x": {"scripts": {"a": "docker run x"}}}', []),
        ('{"a": {"b": "scripts"}, "scripts": {"a": {"b": "docker run x"}}}', []),
        ('{"scripts": {"a": {}, "c": "docker run --cap-add \\"A\\" x"}}', [("A",)]),
    ],
    "unit": [
        ("ExecStart=docker run --cap-add A x\n", [("A",)]),
        ("ExecStart = +/usr/bin/docker run --cap-add 'A' \\\n ; --cap-add C\n --cap-add \"B\" x\n", [("A", "B")]),
        ("ExecStart=docker run x a&&b --cap-add\\x20A | docker run b\n", [()]),
        ("ExecStart=docker run --cap-add %i --cap-add=A%% ${X} x ; docker run --cap-add B y\n", [("A%",), ("B",)]),
        ("ExecStart=@docker docker run --cap-add A x\n", [("A",)]),
        ("ExecStart=sh -c 'docker run --cap-add A x; docker run y'\n", [("A",), ()]),
        ("ExecStart=docker run x\nExecStop=docker run --cap-add A x\nExecStart=\nExecStart=docker run --cap-add B y",
         [("A",), ("B",)]),
        ('[Service]\nEnvironment=F=--cap-add\\x20A "G=--cap-add B" H=C\nExecStart=docker run $F $G --cap-add=${H} x\n',
         [("A", "B", "C")]),
        ("Environment=F=A\nEnvironment=F=B H=%i\nExecStart=docker run --cap-add ${F} --cap-add ${H} x\n", [("B",)]),
        ("Environment=F=A\nEnvironmentFile=-/x\nExecStart=docker run --cap-add ${F} x\n", [()]),
        ("Environment=F=A\nEnvironment=\nExecStart=docker run --cap-add ${F} x\n", [()]),
        ("Environment=F=A$\nEnvironment='G=B' H\nExecStart=docker run --cap-add ${F} --cap-add $G $H x\n",
         [("A$", "B")]),
        ("[Unit]\nExecStart=docker run x\n[Container]\nEnvironment=F=A\n[Service]\nExecStart=docker run --cap-add $F x",
         [()]),
        ("#ExecStart=docker run x\nDescription=docker run x\nExecStart=echo docker run x\n", []),
    ],
    "cron": [
        ("* * * * * docker run --cap-add A x\n", [("A",)]),
        ("@reboot docker run --cap-add A x %--cap-add B\n", [("A",)]),
        ("*/5 1,2 * jan mon-fri docker run --cap-add A\\%b x", [("A%b",)]),
        ("X=docker run x\n# * * * * * docker run x\n", []),
    ],
    "jenkins": [
        ("sh 'docker run --cap-add A x'", [("A",)]),
        ('sh "docker run --cap-add A ${x} y"', [("A",)]),
        ("sh '''\ndocker run \\\\\n --cap-add A x\n'''", [("A",)]),
        ("sh label: 'docker', script: 'docker run --cap-add A x'", [("A",)]),
        ("sh(script: '''docker run --cap-add A x''')", [("A",)]),
        ("docker.image('x').inside('--cap-add A') { sh 'y' }", [("A",)]),
        ("docker.image(x).run(\"--cap-add A -e B='c d'\")", [("A",)]),
        ("docker.image('x').pull()\ndocker.build('x')\n", []),
        ("agent { docker 'x' }", [()]),
        ("agent { docker { args '--cap-add A'\nimage 'x' } }", [("A",)]),
        ("agent { dockerfile { args '--cap-add A' } }", []),
        ("// sh 'docker run x'\n/* sh 'docker run x' */ echo 'docker run x' ; push 'docker run y'", []),
        ("sh 'docker run", []),
        ("sh 'docker run --cap-add A ' + caps + ' b'", [("A",)]),
        ('sh("docker run --cap-add A " + o.join(\'+\') + (x ? \'a\' : "b") + " img")', [("A",)]),
        ("sh 'docker run --cap-add=' + c + ' img'\nsh 'docker run --cap-add A ' + 'b'", [(), ("A",)]),
        ("sh script: 'docker run --cap-add' +\n ' A ' + env.X, returnStdout: true", [("A",)]),
        ("sh(sudo + ' docker run --cap-add A x')", [("A",)]),
        ("sh x + y\nsh 'docker run x' + (", [()]),
        ("docker.image('x:' + tag).inside('--cap-add A ' + b) { sh 'y' }", [("A",)]),
        ("agent { docker { image 'x:' + y\nargs '-v ' + z + ' --cap-add A' } }", [("A",)]),
    ],
    "markdown": [
        ("```sh\ndocker run --cap-add A x\n```\n", [("A",)]),
        ("~~~bash\ndocker run --cap-add A x\n~~~\n", [("A",)]),
        ("````text\n```sh\ndocker run x\n```\n````\n", []),
        ("```\ndocker run --cap-add A x\n```\n", [("A",)]),
        ("```\nsome docker run x\n```\n", []),
        ("```console\n# docker run --cap-add A x\n```\n", [("A",)]),
        ("```sh\n# docker run --cap-add A x\ntrue\n```\n", []),
        ("```console\nuser@host:~$ docker run --cap-add A x\ndocker run y\n```\n", [("A",)]),
        ("    docker run --cap-add A x\n\ntext\n    docker run y\n", [("A",)]),
        ("docker run x\n\n> docker run y\n\n`docker run z`\n", []),
        ("```yaml\nservices:\n  a:\n    image: x\n    cap_add: [A]\n```\n", [("A",)]),
        ("```yaml\na:\n  image: x\n```\n", []),
        ("```sh\ndocker run --cap-add A <your image> ls\n", [("A",)]),
        ("```sh\ndocker run --cap-add A ... x\n```\n", [("A",)]),
        ("<!-- docker -->\n```sh\ndocker run x\n```\n", [()]),
        ("```console\n# docker run x\n$ docker run --cap-add A y\n# docker run z\n```\n", [("A",)]),
        ("```console\nroot@x:~# docker run --cap-add A x\n$ docker run --cap-add B x\n```\n", [("A",), ("B",)]),
        ("```console\nroot@x:~# docker run --cap-add A x\nsome docker run y\n# docker run z\n```\n", [("A",)]),
        ("> ```sh\n> docker run --cap-add A \\\n>   x\n> ```\n> docker run y\n", [("A",)]),
        ("> ```sh\n> docker run --cap-add A x\n\ndocker run y\n", [("A",)]),
        ("```sh\n> docker run y\n```\n> > ```yaml\n> > services:\n> >   a:\n> >     cap_add: [A]\n", [("A",)]),
        ("```yaml\nweb:\n  image: nginx\n  cap_add: [A]\ndb:\n  image: y\n```\n", [("A",), ()]),
        ("```yaml\n  image: nginx\n  # b\n  cap_add:\n    - A\n```\n", [("A",)]),
        ("```yaml\ncap_add: [A]\n```\n```yaml\na: {image: b}\nc: {cap_add: [A]}\nd: e\n```\n", [("A",)]),
        ("```yaml\ncontainers:\n- image: x\n  privileged: true\n```\n", []),
        ("```yaml\nservices:\n  ...\n  a:\n    image: x\n    ...\n    cap_add:\n      - A\n      - …\n```\n", [("A",)]),
        ("- item\n\n  ```sh\n  docker run --cap-add A x\n  ```\n", [("A",)]),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("syntax", "text", "expected"), [(syntax, *case) for syntax, cases in CASES.items() for case in cases]
)
def test_what_a_file_starts_is_read(syntax: str, text: str, expected: list[tuple[str, ...]]) -> None:
    document = read(syntax, text)
    assert added(document.containers) == expected
    for container in document.containers:
        for value in container.cap_add:
            assert written(value).strip("'\"\\").replace("\\%", "%").replace("%%", "%") == value.value


@pytest.mark.parametrize(
    ("syntax", "text", "unknown", "reason"),
    [
        ("workflow", "jobs:\n  a:\n    steps:\n      - run: docker run ${{ x }} y", "${{ x }}", "GitHub fills it in"),
        ("make", "a:\n\tdocker run $(X) y", "$(X)", "the caller of make or another file sets it"),
        ("make", "X=a\nX=b\na:\n\tdocker run ${X} y", "${X}", "the file sets it more than once"),
        ("make", "ifdef Q\nX += a\nendif\na:\n\tdocker run $(X) y", "$(X)", "a condition in the file decides it"),
        ("make", "b: X=a\nb: a\na:\n\tdocker run $X y", "$X", "single targets set it differently"),
        ("make", "a:\n\tdocker run $(shell x) y", "$(shell x)", "make computes it"),
        ("just", "a:\n  docker run {{x}} y", "{{x}}", "just fills it in"),
        ("task", "tasks:\n  a: docker run {{.X}} y", "{{.X}}", "task fills it in"),
        ("unit", "ExecStart=docker run $X y", "$X", "the unit's environment sets it"),
        ("unit", "ExecStart=docker run %i y", "%i", "systemd fills it in"),
        ("jenkins", 'sh "docker run ${x} y"', "${x}", "Jenkins fills it in"),
        ("jenkins", "sh 'docker run ' + a.b(c)[0] + ' y'", "a.b(c)[0]", "Jenkins fills it in"),
        ("markdown", "```sh\ndocker run ... y\n```", "...", "the reader of the text has to fill it in"),
    ],
)
def test_what_a_file_leaves_open_says_why(syntax: str, text: str, unknown: str, reason: str) -> None:
    (container,) = read(syntax, text).containers
    assert (unknown, reason) in {(hidden.text, hidden.reason) for hidden in container.unknowns}
    assert unknown in {written(hidden) for hidden in container.unknowns}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('RUN ["docker", "run", "--cap-add", "A", "x"]', [("A",)]),
        ("RUN [\"sh\", \"-c\", \"docker run --cap-add 'A' $E x\"]", [("A",)]),
        ('RUN ["echo", "docker run x"]', []),
        ('RUN ["docker", "run", "x", "$E", "--cap-add=A"]', [()]),
        ("ONBUILD RUN docker run --cap-add A x", [("A",)]),
        ('ONBUILD RUN ["docker", "run", "--cap-add", "A", "x"]', [("A",)]),
        ("ENV E=--cap-add=A\nRUN docker run $E x", [("A",)]),
        ('ENV E="--cap-add A" \\\n F=B\nRUN docker run $E --cap-add ${F} x', [("A", "B")]),
        ("ENV E --cap-add A\nRUN docker run $E x", [("A",)]),
        ('ARG C="--cap-add A"\nRUN docker run $C x', [("A",)]),
        ("ENV C=--cap-add=A\nARG C=--cap-add=B\nRUN docker run $C x", [("B",)]),
        ("ENV C=--cap-add=A\nARG C\nRUN docker run $C x", [("A",)]),
        ("ENV C=--cap-add=A\nARG C=--cap-add=B\nFROM a\nRUN docker run $C x", [("A",)]),
        ("ARG C=--cap-add=A\nENV C=--cap-add=B\nRUN docker run $C x", [("B",)]),
        ("ARG C=--cap-add=A\nARG C\nRUN docker run $C x", [("A",)]),
        ("ENV C=--cap-add=A\nENV C=$D\nRUN docker run $C x", [()]),
        ("RUN docker run $C x\nENV C=--cap-add=A", [()]),
        ("ENV C=--cap-add=A\nARG D=--cap-add=B\nFROM a\nRUN docker run $C $D x\nFROM b\nRUN docker run $C x",
         [("A", "B"), ()]),
        ("RUN <<E bash\ndocker run --cap-add A x\nE", [("A",)]),
        ("RUN << E\ndocker run --cap-add A x\nE", [("A",)]),
        ("RUN a && sudo -E bash <<E && docker run --cap-add B y\ndocker run --cap-add A x\nE", [("B",), ("A",)]),
        ("RUN set -e; cat <<E | sh\ndocker run --cap-add A x\nE", [("A",)]),
        ("RUN <<E cat > f\ndocker run --cap-add A x\nE", []),
        ("RUN env X=1 sh <<E && bash <<'F'\ndocker run --cap-add A x\nE\ndocker run --cap-add B x\nF",
         [("A",), ("B",)]),
    ],
)  # fmt: skip
def test_the_containers_of_build_steps_are_read(text: str, expected: list[tuple[str, ...]]) -> None:
    document = dockerfile.read_stages(Source("Dockerfile", f"FROM b AS a\n{text}\n"))
    assert document.failures == ()
    assert may_start_containers(text) or not expected
    found = build_steps.added(document)
    steps = tuple(container for container in found.containers if container.kind is Kind.RUN)
    assert added(steps) == expected
    for container in steps:
        assert all(written(value).strip("'\"") == value.value for value in container.cap_add)


def test_the_default_of_a_build_argument_may_be_overruled() -> None:
    text = 'FROM a\nARG C=--privileged\nRUN [ -z "$C" ] && docker run x\n'
    found = build_steps.added(dockerfile.read_stages(Source("Dockerfile", text)))
    assert [container.kind for container in found.containers] == [Kind.STAGE, Kind.RUN]


def test_the_containers_of_a_job_are_created_and_known_by_its_name() -> None:
    text = (
        "jobs:\n  build:\n    container: x:1\n    services:\n      db:\n        image: y:1\n        ports: ['80:80']\n"
    )
    job, service = read("workflow", text).containers
    assert (job.kind, job.name, written(job)) == (Kind.CREATE, "build", "build")
    assert (service.kind, service.name, written(service)) == (Kind.CREATE, "db", "db")
    assert [port.value for port in service.ports] == ["80:80"]


@pytest.mark.parametrize(
    ("text", "images"),
    [
        ("X := $(shell docker run x $(shell date))\n# $(shell docker run no)\n", ["x"]),
        ("X = ${shell docker run x}\n", ["x"]),
        ("X != docker run x\na:\n\techo\n", ["x"]),
        ("define R\ndocker run x $(1)\nendef\na:\n\t$(call R,b)\n", ["x"]),
        ("a:\n\t$(foreach i,$(filter-out a,b),docker run x $(i);)\n", ["x"]),
        ("a:\n\techo $(shell docker run x)\n", ["x"]),
    ],
)
def test_what_functions_of_make_start_is_read(text: str, images: list[str]) -> None:
    assert [one.image and one.image.value for one in read("make", text).containers] == images


def test_what_a_function_of_make_puts_in_is_not_known() -> None:
    (found,) = read("make", "f = --rm\na:\n\tdocker run $(call f,x) $(foreach v,$(V),-v $(v)) x\n").containers
    assert {one.text for one in found.unknowns} == {"$(call f,x)", "$(foreach v,$(V),-v $(v))"}


def test_the_grip_of_a_client_in_a_variable_of_make_is_where_it_is_called() -> None:
    (container,) = read("make", "D = docker\nE = 1\na:\n\t$(D) run x\n").containers
    assert written(container) == "$(D) run"


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("image: x\ncap_add: [A]\n", "image: x"),
        ("# of a service\n\n  image: x\n  cap_add: [A]\n", "image: x"),
        (f"image: {'x' * 200}\ncap_add: [A]\n", f"image: {'x' * 200}"),
        ("web:\n  image: x\n  cap_add: [A]\n", "web"),
    ],
)
def test_a_fragment_of_a_compose_file_is_gripped_where_it_begins(text: str, anchor: str) -> None:
    (container,) = read("markdown", f"Text.\n\n```yaml\n{text}```\n").containers
    assert written(container) == anchor
    assert [written(value) for value in container.cap_add] == ["A"]


@pytest.mark.parametrize("text", ["cap_add: [ALL]\nulimits: {nofile: 9}\n", "web:\n  cap_add: [ALL]\n"])
def test_of_a_service_that_is_shown_in_part_the_rest_is_open(text: str) -> None:
    (container,) = read("markdown", f"```yaml\n{text}```\n").containers
    assert [written(value) for value in container.cap_add] == ["ALL"]
    assert container.may_be_set("cap_drop")


@pytest.mark.parametrize("text", ["privileged: true\n", "securityContext:\n  privileged: true\n"])
def test_a_fragment_that_other_formats_have_too_is_no_service(text: str) -> None:
    assert read("markdown", f"```yaml\n{text}```\n").containers == ()


def test_a_line_that_is_refused_in_markdown_is_a_note() -> None:
    document = read("markdown", "```sh\ndocker run --no-such x\n```\n")
    assert [failure.level for failure in document.failures] == [Level.NOTE]


PIECES = st.sampled_from(
    [
        *(
            "docker run ",
            "--cap-add A ",
            "x",
            "\n",
            "\n\t",
            "\\\n",
            "\\",
            "$(",
            ")",
            "${",
            "}",
            "{{",
            "}}",
            "'",
            '"',
            "`",
        ),
        *("```sh\n", "```\n", "~~~", "    ", "a:", "#", "//", "/*", "*/", "sh '", "=", "%", "$$", "$", ":", ";", "["),
        *("ExecStart=", "* * * * * ", "scripts", "{", '"scripts": {', ",", "define x\n", "endef\n", "<!--", "-->"),
        *("'''", '"""', "docker.image(", ".inside(", "agent { docker {", "<a>", "...", "\\u0041", "\\x41", "@", "-"),
        *("é", "\r", "]"),
    ]
)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(st.sampled_from(SYNTAXES), st.lists(PIECES, max_size=14))
def test_any_text_is_read_or_refused_and_every_place_is_in_the_file(syntax: str, pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        document = read(syntax, text)
    except UnreadableError:
        return
    for container in document.containers:
        places = [(value.source, value.span) for value in (container.anchor, *container.cap_add)]
        places += [(hidden.source, hidden.span) for hidden in container.unknowns]
        for source, span in places:
            region = source.region(span)
            assert (region.line, region.column) <= (region.end_line, region.end_column)
    for failure in document.failures:
        if failure.source is not None and failure.span is not None:
            failure.source.region(failure.span)


LONG: dict[str, Callable[[int], str]] = {
    "markdown": lambda n: "text `docker`\n\n```sh\ndocker run a\n```\n\n" * (n // 35),
    "make": lambda n: "a:\n\tdocker run a\n" * (n // 17),
    "jenkins": lambda n: "sh 'docker run a'\n" * (n // 18),
    "unit": lambda n: "ExecStart=docker run a \\\n" * (n // 25),
    "cron": lambda n: "* * * * * docker run a\n" * (n // 24),
    "package": lambda n: '{"scripts": {' + '"a": "docker run a",' * (n // 20) + '"a": 1}}',
    "just": lambda n: "a:\n  docker run a\n" * (n // 18),
    "workflow": lambda n: "jobs:\n  a:\n    steps:\n" + "      - run: docker run a\n" * (n // 26),
    "gitlab": lambda n: "a:\n  script:\n" + "    - docker run a\n" * (n // 19),
}


@pytest.mark.parametrize("syntax", LONG)
def test_a_file_takes_steps_in_proportion_to_its_length(syntax: str) -> None:
    assert_linear(lambda n: read(syntax, LONG[syntax](n)), 4_000)


@pytest.mark.parametrize(
    ("syntax", "text"),
    [
        ("make", "A0 = docker\n" + "".join(f"A{i} = $(A{i - 1})$(A{i - 1})\n" for i in range(1, 60)) + "a:\n\t$(A59)"),
        ("make", "a:\n\tdocker run " + "$(" * 40_000),
        ("make", "X = docker " + "$(shell docker run x " * 4_000),
        ("make", "a:\n\tdocker " + "$(foreach a,b,docker " * 4_000),
        ("jenkins", "docker '" * 40_000),
        ("jenkins", "docker '''" * 40_000),
        ("jenkins", "docker " + "/*" * 80_000),
        ("markdown", "```\n" * 80_000 + "docker"),
        ("markdown", "<" * 80_000 + "docker"),
        ("markdown", "```sh\ndocker run " + "<a " * 40_000),
        ("markdown", "```sh\ndocker run " + "$(" * 40_000),
        ("workflow", "jobs:\n  a:\n    steps:\n      - run: docker run " + "${{" * 40_000),
        ("unit", "ExecStart=docker run " + "'" * 80_001),
        ("just", "a:\n  docker run " + "{{" * 40_000),
    ],
    ids=lambda text: repr(text[:24]),
)  # fmt: skip
def test_a_hostile_file_takes_few_steps(syntax: str, text: str) -> None:
    assert_ends(lambda: read(syntax, text), 100 * len(text) + 100_000)


@pytest.mark.parametrize(
    "text",
    [
        '{"scripts": {"a": "docker run',
        "not json at all docker",
        '["docker"' + "[" * 80_000,
        '{"scripts": {"docker": "' + "\\" * 80_001,
        '{"scripts": {"a": "docker"' + ' "' * 40_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_package_that_is_no_json_is_refused_in_few_steps(text: str) -> None:
    def check() -> None:
        with pytest.raises(UnreadableError, match="JSON: "):
            read("package", text)

    assert_ends(check, 100 * len(text) + 100_000)


def test_a_dockerfile_of_nothing_but_clients_takes_linear_steps(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    line = "RUN " + "docker " * 9_000 + "\n"  # the builder takes no longer ones
    for text in (line, "RUN docker\n", "RUN docker \\\n", "ENV A=docker\n"):

        def check(count: int, text: str = text) -> None:
            path.write_text("FROM a\n" + text * count)
            result = check_file(Target(str(path), "dockerfile", named=True, given=(str(path),)), [], Setup())
            assert result.failures == ()

        assert_linear(check, 1 if text is line else 300)


def test_markdown_of_a_hundred_thousand_lines_is_read() -> None:
    text = "Some text about docker run.\n" * 99_990 + "\n```sh\ndocker run --cap-add A x\n```\n"
    assert added(read("markdown", text).containers) == [("A",)]
