"""Rules about rules: each is documented in full, says one thing, and stands on the contract alone."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

import about
import dropcap.api
from dropcap.check import Setup, check_text
from dropcap.model import Container, Engine, Finding, Kind, Severity
from dropcap.rule import Rule, load_rules
from dropcap.source import Source, Span
from dropcap.subject import Subject
from dropcap.testing import SYNTAXES, examples, findings

RULES = load_rules()
FOLDER = Path(__file__).parent.parent / "rules" / "dropcap_rules"

LABELS = ("Audit", "Remediation", "Impact of the fix", "Default value")

# What these speak of cannot be written in a Compose file: there an option is a key, not a word in a line.
NOT_IN_COMPOSE = {"misplaced-option", "insecure-build-step"}
NOT_IN_SCRIPTS = {"unexecutable-entrypoint"}  # a command line names an image, and nobody says what that is built from

# What runs is described by an engine alone.
OF_WHAT_RUNS = {"exceeding-process", "outdated-container"}

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_every_file_of_the_folder_is_a_rule_and_nothing_else_is() -> None:
    stems = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert {rule.id.replace("-", "_") for rule in RULES if Path(rule.origin).parent == FOLDER} == stems
    assert len({rule.id for rule in RULES}) == len(RULES)


@each_rule
def test_the_name_states_a_problem_in_words(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    # "allow <name>" has to make sense: a name that prescribes does not.
    assert not re.match(r"(no|use|drop|avoid|require|missing)-", rule.id)


@each_rule
def test_the_summary_is_one_sentence_in_one_line(rule: Rule) -> None:
    first = rule.page.split("\n", 1)[0]
    assert first == rule.summary
    assert re.fullmatch(r"[A-Z][^.!?`]*[^.!?`\s]\.", first), first
    assert len(first) <= 100


@each_rule
def test_the_page_has_every_section_in_order(rule: Rule) -> None:
    found = re.findall(r"^([A-Z][a-z ]+): ", rule.page, re.MULTILINE)
    assert [label for label in found if label in LABELS] == list(LABELS)
    assert found[-1] == "References"
    assert rule.page.index("\nAudit: ") > len(rule.summary) + 80, "what and why stand between summary and audit"


@each_rule
def test_references_name_the_benchmark_with_its_version(rule: Rule) -> None:
    references = rule.page.rpartition("\nReferences: ")[2]
    assert "\n\n" not in references, "the references close the page"
    for mention in re.findall(r"CIS Docker Benchmark[^;]*", references):
        assert re.match(r"CIS Docker Benchmark 1\.6\.0, [45]\.\d+", mention), mention
    assert "CIS" not in rule.page.rpartition("\nReferences: ")[0]


@pytest.mark.parametrize(
    ("kind", "engine", "spoken"),
    [
        (Kind.DEVCONTAINER, Engine.DOCKER, {"default-capabilities", "net-raw", "new-privileges"}),
        (Kind.QUADLET, Engine.PODMAN, {"default-capabilities", "new-privileges"}),
        (Kind.INSPECT, Engine.DOCKER, {"default-capabilities", "net-raw", "new-privileges"}),
        (Kind.INSPECT, Engine.PODMAN, {"default-capabilities", "new-privileges"}),
    ],
)
def test_what_is_absent_is_told_of_what_starts_a_container(kind: Kind, engine: Engine, spoken: set[str]) -> None:
    assert {rule.id for rule in about.rules(*about.HELD, "new-privileges") if speaks(rule, kind, engine)} == spoken


@each_rule
@pytest.mark.parametrize(
    ("kind", "engine"), [(Kind.EXEC, Engine.DOCKER), (Kind.BUILD, Engine.DOCKER), (Kind.POD, Engine.PODMAN)]
)
def test_what_is_absent_is_not_told_of_what_starts_none(rule: Rule, kind: Kind, engine: Engine) -> None:
    assert not speaks(rule, kind, engine), "it starts no container"


def speaks(rule: Rule, kind: Kind, engine: Engine) -> bool:
    """Whether a rule has something to say of what the file says nothing of."""
    plain = Container(kind, "web", Source("x", "web"), Span(0, 3), engine=engine)
    return bool(rule.check and list(rule.check(Subject.of(plain))))


@each_rule
def test_each_syntax_that_applies_has_a_bad_and_a_good_example(rule: Rule) -> None:
    wanted = {"dockerfile"} if rule.check_stage else set()
    if rule.check or rule.check_ignores:
        wanted |= set() if rule.id in NOT_IN_SCRIPTS else {"sh"}
        wanted |= set() if rule.id in NOT_IN_COMPOSE else {"yaml"}
    wanted = {"json"} if rule.id in OF_WHAT_RUNS else wanted
    shown = {(block.language, block.verdict) for block in examples(rule.page)}
    assert shown == {(language, verdict) for language in wanted for verdict in ("bad", "good")}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fields], ids=lambda rule: rule.id)
def test_a_rule_has_nothing_to_say_where_none_of_its_fields_is_written(rule: Rule) -> None:
    everywhere = [*(examples(one.page) for one in RULES)]
    texts = [(SYNTAXES[block.language], block.text) for blocks in everywhere for block in blocks]
    lacking = 0
    for syntax, text in texts:
        for container in check_text("example", syntax, text, (), Setup()).containers:
            subject = Subject.of(container)
            if rule.check and not any(getattr(container, field) for field in rule.fields):
                lacking += 1
                assert not list(rule.check(subject)), text
    assert lacking


@each_rule
def test_a_severity_is_chosen_and_argued(rule: Rule) -> None:
    text = Path(rule.origin).read_text(encoding="utf-8")
    assert isinstance(rule.severity, Severity)
    assert re.search(r"^(# .*\n)+SEVERITY = Severity\.[A-Z]+$", text, re.MULTILINE), "a comment above SEVERITY says why"


@each_rule
def test_a_rule_imports_nothing_but_the_contract_and_the_language(rule: Rule) -> None:
    tree = ast.parse(Path(rule.origin).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Import) or all(name.name in sys.stdlib_module_names for name in node.names)
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            assert node.level == 0
            assert module == "dropcap.api" or module.split(".")[0] in sys.stdlib_module_names, module
            if module == "dropcap.api":
                assert {name.name for name in node.names} <= set(dropcap.api.__all__)


def own_findings(rule: Rule, syntax: str, text: str) -> list[Finding]:
    """Give what a rule finds; what is accepted in vain is told where the others are asked too."""
    asked = RULES if rule.check_ignores else [rule]
    return [one for one in findings(syntax, text, asked) if one.rule == rule.id]


@each_rule
def test_messages_are_one_sentence_that_names_no_container(rule: Rule) -> None:
    for block in examples(rule.page):
        for finding in own_findings(rule, SYNTAXES[block.language], block.text):
            message = finding.problem.message
            assert re.fullmatch(r"[^\n]*[^.!?\s]", message), message
            assert not re.search(r"\. [A-Z]|\bline \d", message), message
            assert message[0].islower() or re.match(r'[A-Z_]{3,}\b|setcap|[`"]|--[a-z]', message), message
            assert len(message) <= 200, message
            assert not re.search(rf"\b{re.escape(finding.container.name)}\b(?!:)", message), message
            for related in finding.problem.related:
                assert re.fullmatch(r"[^\n]*[^.!?\s]", related.message), related.message


@each_rule
def test_evidence_tells_findings_of_one_rule_in_one_container_apart(rule: Rule) -> None:
    for block in examples(rule.page):
        identities = [finding.identity for finding in own_findings(rule, SYNTAXES[block.language], block.text)]
        assert len(set(identities)) == len(identities)
        assert {identity[-1] for identity in identities} <= {1}


SLEEPS = "services:\n  web:\n    image: debian:12\n    command: sleep 9\n"
CHOWNS = SLEEPS.replace("sleep 9", "chown www-data /srv")


def compose(*lines: str) -> str:
    return "services:\n  web:\n    image: web:1\n" + "".join(f"    {line}\n" for line in lines)


BOTH = compose("cap_drop: [CHOWN]", "cap_add: [CHOWN]")
BOTH_ALL = compose("cap_drop: [ALL]", "cap_add: [ALL]")
DROPS_MORE = compose("cap_drop: [ALL, CHOWN]", "cap_add: [ALL]")
SPACED = compose("cap_drop: [net_admin]", "cap_add: [' net_admin ']")
TYPO = compose("cap_drop: [ALL]", "cap_add: [CHWON]")
USER = compose("cap_drop: [ALL]", "cap_add: [CHOWN]", 'user: "1000"')
PRIVILEGED = compose("privileged: true", "cap_drop: [ALL]")
ADDED_NET_RAW = compose("cap_add: [NET_RAW]")
NO_NEW_PRIVILEGES = compose('user: "1000"', "security_opt: [no-new-privileges]", "cap_add: [SYS_ADMIN]")


def said(text: str, *, engine: Engine = Engine.DOCKER, ids: tuple[str, ...] = ()) -> list[tuple[str, tuple[str, ...]]]:
    rules = [rule for rule in RULES if not ids or rule.id in ids]
    return [(one.rule, one.problem.evidence) for one in findings("compose", text, rules, engine)]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("volumes: [/etc:/etc]", "sensitive-host-path"),
        ("pid: host", "host-pid"),
        ("cap_add: [DAC_READ_SEARCH]", "critical-capability"),
    ],
)
def test_what_a_line_gives_is_said_of_it_and_of_no_member_of_the_default_set(line: str, rule: str) -> None:
    graded = ("critical-capability", "high-capability", "moderate-capability")
    assert [one for one, _ in said(compose(line), ids=(*graded, "host-pid", "sensitive-host-path"))] == [rule]


def test_net_raw_is_said_to_be_held_once() -> None:
    for text in (compose("network_mode: host"), compose("network_mode: host", "cap_drop: [ALL]", "cap_add: [NET_RAW]")):
        assert [rule for rule, names in said(text) if names == ("NET_RAW",)] == ["high-capability"]
        # Whoever asks for this rule alone is told all the same.
        assert said(text, ids=("net-raw",)) == [("net-raw", ("NET_RAW",))]
    assert [rule for rule, names in said(compose()) if names == ("NET_RAW",)] == ["net-raw"]


@pytest.mark.parametrize(
    ("text", "rule_id", "engine", "end"),
    [
        (
            BOTH,
            "added-and-dropped",
            Engine.DOCKER,
            "with Docker the addition wins and the container holds it; delete one of the two",
        ),
        (
            BOTH,
            "added-and-dropped",
            Engine.SWARM,
            "with Swarm the addition wins and the container holds it; delete one of the two",
        ),
        (
            BOTH,
            "added-and-dropped",
            Engine.NERDCTL,
            "with nerdctl the drop wins and the container does not hold it; delete one of the two",
        ),
        (BOTH, "added-and-dropped", Engine.PODMAN, "Podman refuses to start the container; delete one of the two"),
        (
            BOTH_ALL,
            "all-added-and-dropped",
            Engine.SWARM,
            "with Swarm the addition wins and the container holds every capability; do not add ALL",
        ),
        (
            BOTH_ALL,
            "all-added-and-dropped",
            Engine.DOCKER,
            "the container holds all but what is dropped by name; do not add ALL",
        ),
        (
            DROPS_MORE,
            "all-capabilities",
            Engine.SWARM,
            "every capability that Swarm has; drop ALL and add by name what it needs",
        ),
        (
            DROPS_MORE,
            "all-capabilities",
            Engine.NERDCTL,
            "capability that nerdctl has; drop ALL and add by name what it needs",
        ),
        (DROPS_MORE, "all-capabilities", Engine.DOCKER, "dropped by name; drop ALL and add by name what it needs"),
        (
            SPACED,
            "added-and-dropped",
            Engine.SWARM,
            "Swarm the addition wins and the container holds it; delete one of the two",
        ),
        (SPACED, "useless-drop", Engine.SWARM, None),
        (SPACED, "added-and-dropped", Engine.DOCKER, None),
        (BOTH_ALL, "all-added-and-dropped", Engine.PODMAN, "Podman refuses to start the container; do not add ALL"),
        (
            BOTH_ALL,
            "all-capabilities",
            Engine.NERDCTL,
            "capability that nerdctl has; drop ALL and add by name what it needs",
        ),
        (BOTH_ALL, "all-capabilities", Engine.PODMAN, None),
        (
            TYPO,
            "unknown-capability",
            Engine.SWARM,
            "Swarm refuses to start the container (did you mean CHOWN?)",
        ),
        (
            TYPO,
            "unknown-capability",
            Engine.NERDCTL,
            "nerdctl warns and goes on without it (did you mean CHOWN?)",
        ),
        (
            USER,
            "non-root-add",
            Engine.SWARM,
            ": it is reachable only through `docker exec` as root, a setuid program or a file capability",
        ),
        (
            NO_NEW_PRIVILEGES,
            "non-root-add",
            Engine.NERDCTL,
            ": it is reachable only through `nerdctl exec` as root or a file capability of the entrypoint",
        ),
        (
            NO_NEW_PRIVILEGES,
            "high-capability",
            Engine.DOCKER,
            "`docker exec` as root or a file capability of the entrypoint; leave it out if nothing needs it",
        ),
        # Podman gives it to the process, and Swarm does not know the option.
        (
            NO_NEW_PRIVILEGES,
            "critical-capability",
            Engine.PODMAN,
            "it is root in all but name; leave it out if nothing needs it",
        ),
        (
            NO_NEW_PRIVILEGES,
            "high-capability",
            Engine.SWARM,
            "a setuid program or a file capability; leave it out if nothing needs it",
        ),
        (
            compose('user: "1000"', "cap_drop: [MKNOD]"),
            "net-raw",
            Engine.DOCKER,
            "reachable through `docker exec` as root, a setuid program or a file capability; drop it",
        ),
        (
            compose("network_mode: none", "cap_drop: [MKNOD]"),
            "net-raw",
            Engine.DOCKER,
            "a process still reaches kernel code of packet sockets that has been broken before; drop it",
        ),
        (
            compose("cap_add: [FOO]", "cap_drop: [MKNOD]"),
            "net-raw",
            Engine.DOCKER,
            "; Docker refuses the container as it is; drop it",
        ),
        (
            compose(),
            "net-raw",
            Engine.DOCKER,
            "; drop ALL and add what its image needs (see `dropcap caps`)",
        ),
        (compose("command: sleep 9"), "net-raw", Engine.DOCKER, "because dropcap does not know the image web:1"),
        (SLEEPS, "net-raw", Engine.DOCKER, "; drop ALL: it needs no capability"),
        (SLEEPS, "default-capabilities", Engine.PODMAN, "; drop ALL: it needs no capability"),
        (CHOWNS, "default-capabilities", Engine.PODMAN, "; drop ALL and add CHOWN: it needs no more"),
        (
            CHOWNS + "    privileged: true\n",
            "privileged",
            Engine.DOCKER,
            "; leave it out, drop ALL and add CHOWN",
        ),
        (
            compose("network_mode: host", "cap_add: [NET_RAW]"),
            "high-capability",
            Engine.DOCKER,
            "the container uses the host's own network; drop it, and do not add it if nothing needs it",
        ),
        (USER, "non-root-add", Engine.PODMAN, None),
        (
            PRIVILEGED,
            "privileged",
            Engine.PODMAN,
            "without a seccomp or AppArmor profile; leave it out and add by name what it needs",
        ),
        (PRIVILEGED, "privileged", Engine.SWARM, None),
        (PRIVILEGED, "useless-drop", Engine.SWARM, None),
        (PRIVILEGED, "useless-add", Engine.SWARM, "privileged mode is set, but Swarm ignores it; delete the line"),
        (PRIVILEGED, "useless-add", Engine.DOCKER, None),
        (
            ADDED_NET_RAW,
            "useless-add",
            Engine.DOCKER,
            "default set has it already and nothing drops it; delete the entry",
        ),
        (ADDED_NET_RAW, "useless-add", Engine.PODMAN, None),
        (ADDED_NET_RAW, "moderate-capability", Engine.PODMAN, None),
        (
            compose(),
            "default-capabilities",
            Engine.DOCKER,
            "; drop ALL and add what its image needs (see `dropcap caps`)",
        ),
        (compose(), "net-raw", Engine.PODMAN, None),
    ],
)
def test_the_engine_decides_what_an_entry_means(text: str, rule_id: str, engine: Engine, end: str | None) -> None:
    (rule,) = [rule for rule in RULES if rule.id == rule_id]
    messages = [finding.problem.message for finding in findings("compose", text, [rule], engine)]
    assert len(messages) == (end is not None)
    assert all(message.endswith(str(end)) for message in messages), messages


def test_what_is_needed_is_not_to_be_left_out() -> None:
    needed = SLEEPS.replace("sleep 9", "ip link add dummy0 type dummy") + "    cap_add: [NET_ADMIN]\n"
    idle = SLEEPS + "    cap_add: [NET_ADMIN]\n"
    messages = [
        one.problem.message
        for text in (needed, idle)
        for one in findings("compose", text, about.rules("high-capability"))
    ]
    assert [message.rpartition("; ")[2] for message in messages] == ["what it starts needs it", "leave it out"]
