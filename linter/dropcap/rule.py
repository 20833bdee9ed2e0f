"""What a rule is, and how rules are found and chosen.

Rules are modules of the packages that installed distributions name in the entry point group
``dropcap.rules``; the rules that come with dropcap enter by the same door. Code is loaded from installed
packages and from folders named on the command line, never because a linted file says so.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from dropcap.model import Container, Severity
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import ModuleType

    from dropcap.model import Problem, Stage
    from dropcap.model.changes import Fix
    from dropcap.model.ignores import Ignore
    from dropcap.subject import Subject

    Check = Callable[[Subject], Iterable[Problem]]
    CheckStage = Callable[[Stage], Iterable[Problem]]
    FixOf = Callable[[Subject, Problem], Fix | None]
    CheckIgnores = Callable[[Sequence[Ignore]], Iterable[Problem]]

GROUP = "dropcap.rules"
_QUESTIONS = ("check", "check_stage", "check_ignores")
"""The functions of a rule's module, of which it has one at least."""


class RuleError(Exception):
    """The rules cannot be used as they are; the message says which file or id, what, and what to do."""


class UnknownRuleError(RuleError):
    """No rule has a name.

    Attributes:
        name: the name.

    """

    def __init__(self, name: str, message: str) -> None:
        """Keep the name; whoever knows where it stands says so."""
        super().__init__(message)
        self.name = name


class Rule(NamedTuple):
    """A rule module, loaded.

    Attributes:
        id: the module's name with hyphens: `net-raw`.
        severity: its one severity; SARIF carries it on the rule.
        summary: the docstring's first sentence.
        page: the whole docstring: Markdown, the rule's documentation.
        check: asked about each container that a file starts, or None.
        check_stage: asked about each Dockerfile stage, or None.
        origin: the module's file, to name it in a message.
        covers: ids of rules whose findings it makes superfluous where it says more of the same evidence.
        controls: what it decides of catalogues of controls, and the weaknesses and attacks that it speaks of, by
            their ids in controls.toml: `CIS-5.10`, `CWE-250`, `T1611`.
        on_by_default: whether it is asked where nobody names it.
        fields: it is asked about containers of which one of these fields is written; empty for all containers.
        fix: says how to mend what it found in a container, or that nothing certain can be done; asked only where a
            fix is asked for.
        check_ignores: asked once a run, about the comments and entries of the configuration that accept findings.

    """

    id: str
    severity: Severity
    summary: str
    page: str
    check: Check | None
    check_stage: CheckStage | None
    origin: str
    covers: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    on_by_default: bool = True
    fields: tuple[str, ...] = ()
    fix: FixOf | None = None
    check_ignores: CheckIgnores | None = None


def load_rules(folders: Sequence[str] = ()) -> tuple[Rule, ...]:
    """Load every rule of the installed packages and of `folders`, in the order of their ids.

    Raises:
        RuleError: a module is no rule, two rules share an id, a folder has none, or there are none at all.

    """
    modules = [module for package in _packages() for module in _package_modules(package)]
    for folder in folders:
        modules += _folder_modules(folder)
    rules: dict[str, Rule] = {}
    for module in modules:
        rule = to_rule(module)
        other = rules.setdefault(rule.id, rule)
        if other.origin != rule.origin:
            raise RuleError(f"{rule.origin}: a rule {rule.id} comes from {other.origin} too; rename one of them")
    if not rules:
        raise RuleError(f"no rules are installed: no package names a {GROUP} entry point; reinstall dropcap")
    return tuple(rules[rule_id] for rule_id in sorted(rules))


def to_rule(module: ModuleType) -> Rule:
    """Take a module as a rule.

    Raises:
        RuleError: the module lacks what a rule has.

    """
    origin = module.__file__ or module.__name__
    rule_id = module.__name__.rpartition(".")[2].replace("_", "-")
    severity = getattr(module, "SEVERITY", None)
    check, check_stage, check_ignores = (getattr(module, name, None) for name in _QUESTIONS)
    if not _is_id(rule_id):
        raise RuleError(f"{origin}: give a rule's file a name of words in lower case, such as net_raw.py")
    if not isinstance(severity, Severity):
        raise RuleError(f"{origin}: not a rule: SEVERITY must be a dropcap.api.Severity")
    if not any(map(callable, (check, check_stage, check_ignores))):
        raise RuleError(
            f"{origin}: not a rule: it has none of check(subject), check_stage(stage), check_ignores(ignores)"
        )
    fix = getattr(module, "fix", None)
    if fix is not None and not callable(fix):
        raise RuleError(f"{origin}: no rule: fix has to be a function: fix(subject, problem)")
    page = (module.__doc__ or "").strip()
    if not page:
        raise RuleError(f"{origin}: not a rule: it has no docstring, which is its documentation")
    summary = " ".join(page.split("\n\n", 1)[0].split())
    covers, controls = _words(module, "COVERS", "ids of rules"), _words(module, "CONTROLS", "ids of controls")
    on_by_default = getattr(module, "ON_BY_DEFAULT", True)
    if not isinstance(on_by_default, bool):
        raise RuleError(f"{origin}: not a rule: ON_BY_DEFAULT must be True or False")
    fields = _words(module, "FIELDS", "fields of a container")
    unknown = [field for field in fields if field not in Container._fields]
    if unknown:  # it would never be asked
        raise RuleError(f"{origin}: not a rule: FIELDS names {unknown[0]!r}, which is not a field of a container")
    return Rule(
        rule_id,
        severity,
        summary,
        page,
        check,
        check_stage,
        origin,
        covers,
        controls,
        on_by_default,
        fields,
        fix,
        check_ignores,
    )


def _words(module: ModuleType, name: str, what: str) -> tuple[str, ...]:
    words = getattr(module, name, ())
    if not isinstance(words, tuple) or not all(isinstance(one, str) for one in words):
        raise RuleError(f"{module.__file__ or module.__name__}: not a rule: {name} must be a tuple of {what}")
    return words


def _is_id(text: str) -> bool:
    """Whether a text is words of ASCII letters in lower case and digits, joined by hyphens, a letter first."""
    words = text.split("-")
    return text[:1].isalpha() and all(word.isalnum() and word.isascii() and word == word.lower() for word in words)


def choose(
    rules: Sequence[Rule], select: Sequence[str], ignore: Sequence[str], extend_select: Sequence[str] = ()
) -> tuple[Rule, ...]:
    """Keep the selected rules (those that are on by default where none is named) and further ones, less the ignored.

    Raises:
        UnknownRuleError: a name is no rule's id.
        RuleError: no rule is left.

    """
    known = [rule.id for rule in rules]
    for name in (*select, *extend_select, *ignore):
        if name not in known:
            message = f"no rule is named {name!r}{suggestion(name, known)}; `dropcap rules` lists them"
            raise UnknownRuleError(name, message)
    wanted = {*(select or (rule.id for rule in rules if rule.on_by_default)), *extend_select}.difference(ignore)
    chosen = tuple(rule for rule in rules if rule.id in wanted)
    if not chosen:
        raise RuleError("no rule is left to run: you ignore all that you select")
    return chosen


def suggestion(name: str, known: Sequence[str]) -> str:
    """Return which known name another one was probably meant to be, to follow it in a message."""
    from difflib import get_close_matches  # only for the message of an error

    close = get_close_matches(name.lower().replace("_", "-"), known, 1)
    return f" (did you mean {close[0]}?)" if close else ""


def _packages() -> Iterator[str]:
    """Name the packages that entry points of installed distributions give, each once.

    `importlib.metadata` does the same in 40 ms, as long as reading a Compose file takes altogether. An
    entry_points.txt is a line a name under a line a group, see
    https://packaging.python.org/en/latest/specifications/entry-points/.
    """
    seen = set()
    header = f"[{GROUP}]"
    for folder in sys.path:
        for text in _entry_point_files(folder or "."):
            if header not in text:
                continue
            section = text.partition(header)[2].partition("\n[")[0]
            for line in section.splitlines():
                package = line.partition("=")[2].strip()
                if package and package not in seen:
                    seen.add(package)
                    yield package


def _entry_point_files(folder: str) -> Iterator[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        if not name.endswith((".dist-info", ".egg-info")):
            continue
        try:
            with open(os.path.join(folder, name, "entry_points.txt"), encoding="utf-8") as file:
                yield file.read()
        except (OSError, UnicodeDecodeError):
            continue


def _package_modules(name: str) -> Iterator[ModuleType]:
    package = _import(name, name)
    if not hasattr(package, "__path__"):
        yield package
        return
    for folder in package.__path__:
        for stem in _module_stems(folder):
            yield _import(f"{name}.{stem}", os.path.join(folder, f"{stem}.py"))


def _folder_modules(folder: str) -> list[ModuleType]:
    stems = _module_stems(folder)
    if not stems:
        raise RuleError(f"{folder}: there are no rules here: --rules takes a folder of rule modules (*.py)")
    return [_load_file(stem, os.path.join(folder, f"{stem}.py")) for stem in stems]


def _module_stems(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError as error:
        raise RuleError(f"{folder}: cannot be read as a folder of rules: {error.strerror}") from None
    return sorted(name[:-3] for name in names if name.endswith(".py") and not name.startswith("_"))


def _import(name: str, origin: str) -> ModuleType:
    try:
        return import_module(name)
    except Exception as error:
        raise RuleError(f"{origin}: cannot be imported: {type(error).__name__}: {error}") from error


def _load_file(stem: str, path: str) -> ModuleType:
    from importlib.util import module_from_spec, spec_from_file_location  # only for --rules

    spec = spec_from_file_location(f"dropcap_command_line_rules.{stem}", path)
    if spec is None or spec.loader is None:
        raise RuleError(f"{path}: cannot be imported")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise RuleError(f"{path}: cannot be imported: {type(error).__name__}: {error}") from error
    return module
