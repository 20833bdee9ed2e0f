"""The open texts, and what is known of each: which files are checked for it, and what that gave.

Nothing here is called from two threads at once. A change of a text or of a file marks what has to be looked at again;
:meth:`Session.work` does that in small steps, the newest first, so that whoever calls it can take newer changes in
between.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.registry import carrier_of_name
from dropcap.check import Setup, checked_file, checked_text
from dropcap.config import ConfigError
from dropcap.lsp.checked import Checked
from dropcap.lsp.defects import defect
from dropcap.lsp.open_text import as_files, with_text
from dropcap.lsp.placing import Placed, Text, place
from dropcap.lsp.policies import CONFIGURATION_NAMES, Policies
from dropcap.model import Failure, Report
from dropcap.namedtuple import NamedTuple
from dropcap.questions import Questions
from dropcap.real_paths import is_below, look_again, real_path
from dropcap.report import drop_included, to_report
from dropcap.source import Source
from dropcap.unchanged import Unchanged
from dropcap.workspace import LOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dropcap.carriers.request import Request
    from dropcap.lsp.actions import Tools
    from dropcap.model import FileResult
    from dropcap.rule import Rule
    from dropcap.targets import Target


class _Check(NamedTuple):
    """A check of a target, and the report of it.

    Attributes:
        target: the files.
        request: how they were read.
        result: what they gave, as the rules had it.
        kept: what of that is reported here, and not as a part of another project.
        report: the report of it.

    """

    target: Target
    request: Request
    result: FileResult
    kept: FileResult | None = None
    report: Report | None = None


class Session:
    """The open texts of an editor."""

    def __init__(self, rules: Sequence[Rule], folders: Iterable[str] = ()) -> None:
        """Take all rules that there are, and the folders that are open in the editor."""
        self._rules = rules
        self._questions = Questions(rules)
        self._folders = [real_path(one) for one in folders]
        self._policies = Policies(rules)
        self._texts: dict[str, Text] = {}
        self._overlay: dict[str, bytes] = {}
        self._placed: dict[str, Placed] = {}
        self._checks: dict[str, _Check] = {}
        self._unchanged: dict[str, Unchanged] = {}
        self._unplaced: dict[str, None] = {}
        self._stale: dict[str, None] = {}
        self._is_put_together = True
        self.revision = 0
        """Grows with all that becomes known."""

    # What happens in the editor and on the disk.

    def open(self, path: str, text: str, language: str = "", *, name: str = "") -> str:
        """Take the text of a file, or a newer one; gives the key by which the session knows it.

        Args:
            path: the file's absolute path; of a text without a file what tells it from others.
            text: the text.
            language: what the editor takes it to be.
            name: what a text without a file is called; empty for one with a file, be it one that is not there yet.

        """
        is_file = not name
        key = real_path(path) if is_file else path
        known = self._texts.get(key)
        self._texts[key] = Text(name or path, text, language, is_file)
        if is_file:
            self._overlay = with_text(self._overlay, key, text)
        if known is None and is_file:
            self._look_around(key)
        else:
            self._place_again(key)
        self._touch(key)
        if known is None and is_file and not os.path.lexists(key):
            self._came_or_went(key)
        return key

    def close(self, key: str) -> None:
        """Forget an open text: what is on the disk counts again."""
        if self._texts.pop(key, None) is None:
            return
        self._overlay = {one: data for one, data in self._overlay.items() if one != key}
        self._placed.pop(key, None)
        self._unplaced.pop(key, None)
        self._look_around(key)
        self._touch(key)
        if not os.path.lexists(key):
            self._came_or_went(key)
        self._forget()
        self.revision += 1

    def set_folders(self, folders: Iterable[str]) -> None:
        """Take the folders that are open in the editor."""
        self._folders = [real_path(one) for one in folders]
        self.reconfigure()

    def reconfigure(self) -> None:
        """Read all again: the configurations, and what is checked by them."""
        look_again()
        self._unchanged.clear()
        self._policies = Policies(self._rules)
        self._unplaced.update(dict.fromkeys(self._texts))
        self._stale.update(dict.fromkeys(self._checks))

    def changed_on_disk(self, paths: Iterable[str], moved: Iterable[str] = ()) -> None:
        """Look again at what is made of files.

        Args:
            paths: those that were written.
            moved: those that were made or removed.

        """
        look_again()
        self._unchanged.clear()
        moved = [*map(real_path, moved)]
        for real in (*map(real_path, paths), *moved):
            if self._policies.is_about(real):
                self.reconfigure()
                return
            self._touch(real)
            if os.path.basename(real) == LOCK:
                self._came_or_went(real)
        for real in moved:
            self._look_around(real)
            self._came_or_went(real)

    def _came_or_went(self, real: str) -> None:
        """Mark what may ask whether a file is there, which is not reading it."""
        self._unchanged.clear()
        near = [name for name, one in self._checks.items() if is_below(real, one.request.workspace.root)]
        self._stale.update(dict.fromkeys(near))

    def _look_around(self, key: str) -> None:
        """Place the texts of a folder again: a file that is new or gone may be a part of their projects."""
        folder = os.path.dirname(key)
        self._unplaced.update({one: None for one in self._texts if os.path.dirname(one) == folder})

    def _place_again(self, key: str) -> None:
        """Place a text again whose content may say what it is, or what others are."""
        name = os.path.basename(key)
        if name == ".env":
            self._look_around(key)
        elif key not in self._placed or name in CONFIGURATION_NAMES or carrier_of_name(self._texts[key].path) is None:
            self._unplaced[key] = None

    def _touch(self, key: str) -> None:
        """Mark what was read of a file as old; what is marked last is done first."""
        for name, check in self._checks.items():
            if name == key or key in check.request.workspace.reads or key in check.result.parts:
                self._stale.pop(name, None)
                self._stale[name] = None

    # The work.

    @property
    def has_work(self) -> bool:
        """Whether something has to be looked at again."""
        return bool(self._unplaced or self._stale or not self._is_put_together)

    def work(self) -> None:
        """Do one step of the work: place the texts, put the reports together, or check one target."""
        self.revision += 1
        if self._unplaced:
            while self._unplaced:
                self._place(self._unplaced.popitem()[0])
            self._forget()
        elif not self._is_put_together:
            self._is_put_together = True
            self._put_together()
        elif self._stale:
            name, _ = self._stale.popitem()
            self._check(name, self._checks[name].target)

    def finish(self) -> None:
        """Do all the work."""
        while self.has_work:
            self.work()

    def bring_up(self, key: str) -> None:
        """Do the work that an open text needs to be known as it is now."""
        while not self.is_current(key):
            own = [name for name in self._stale if name == key or _is_part(key, self._checks[name])]
            for name in own:  # the others can wait
                self._stale[name] = self._stale.pop(name)
            self.work()

    def is_current(self, key: str) -> bool:
        """Return whether all is known of an open text as it is now."""
        if self._unplaced or not self._is_put_together:
            return False
        return not any(name == key or _is_part(key, self._checks[name]) for name in self._stale)

    def _place(self, key: str) -> None:
        text = self._texts.get(key)
        if text is None:
            return
        try:
            placed = place(text, key, self._overlay, self._policies, self._folders)
        except ConfigError as error:
            message = f"not checked, because its configuration cannot be used: {error.messages[0]}"
            placed = Placed(failures=(Failure(text.path, message),), unusable=error.messages)
        except Exception as error:  # noqa: BLE001  # without a word it would look as if nothing were wrong
            placed = Placed(failures=(defect(text.path, error),))
        self._placed[key] = placed
        for target in placed.targets:
            name = self._name(target, key)
            known = self._checks.get(name)
            if known is None or known.target != target:
                self._check(name, target)

    def _check(self, name: str, target: Target) -> None:
        setup = Setup(overlay=self._overlay, unchanged=self._unchanged.setdefault(name, Unchanged()))
        text = self._texts.get(name)
        if text is not None and not text.is_file:
            request, result = checked_text(target, text.text, self._questions, setup)
        else:
            request, result = checked_file(target, self._questions, setup)
        self._checks[name] = _Check(target, request, result)
        self._stale.pop(name, None)
        self._is_put_together = False

    def _forget(self) -> None:
        """Drop the checks that no open text asks for."""
        asked = {self._name(target, key) for key, placed in self._placed.items() for target in placed.targets}
        for name in [one for one in self._checks if one not in asked]:
            del self._checks[name]
            self._unchanged.pop(name, None)
            self._stale.pop(name, None)
            self._is_put_together = False

    def _put_together(self) -> None:
        """Make the reports: what belongs to a project is reported as part of it, and not by itself as well."""
        alone = set(self._alone())
        files = {name: one.result for name, one in self._checks.items() if one.result.read and name not in alone}
        names = {result.path: name for name, result in files.items()}
        kept = {names[one.path]: one for one in drop_included(list(files.values()))}
        for name, check in self._checks.items():
            own = kept.get(name) if name in files else check.result
            if own is None:
                self._checks[name] = check._replace(kept=None, report=None)
            elif own is not check.kept:
                self._checks[name] = check._replace(kept=own, report=self._report(check.target, own))

    def _report(self, target: Target, result: FileResult) -> Report:
        judging = self._policies.judging(target.path)
        try:
            return to_report([result], (), judging.rules, judging.accepting)
        except Exception as error:  # noqa: BLE001  # as above
            return Report((), (defect(target.path, error),), result.containers, 0)

    # What is known.

    def keys(self) -> tuple[str, ...]:
        """Return the keys of the open texts."""
        return tuple(self._texts)

    def text_of(self, path: str) -> Text | None:
        """Return the open text of a path or key."""
        return self._texts.get(self._key(path))

    def source_of(self, path: str) -> Source | None:
        """Return the text of an open file as it was checked, or else as it is."""
        key = self._key(path)
        for check in self._checks.values():
            source = check.request.workspace.known(key)
            if source is not None:
                return source
        text = self._texts.get(key)
        return None if text is None else Source(text.path, text.text.removeprefix("\ufeff"))

    def checked_of(self, path: str) -> tuple[Checked, ...]:
        """Return what is known of all targets that an open text is part of, its own first."""
        key = self._key(path)
        own = [self._name(target, key) for target in self._placed.get(key, Placed()).targets]
        others = [name for name, check in self._checks.items() if name not in own and _is_part(key, check)]
        found = (self._checks.get(name) for name in (*own, *others))
        return tuple(_checked(check) for check in found if check is not None and check.report is not None)

    def all_checked(self) -> tuple[Checked, ...]:
        """Return what is known of all targets."""
        return tuple(_checked(check) for check in self._checks.values() if check.report is not None)

    def failures_of(self, path: str) -> tuple[Failure, ...]:
        """Return why an open text is not checked, or what could not be found out of its project."""
        return self._placed.get(self._key(path), Placed()).failures

    def faults_of(self, path: str) -> tuple[Failure, ...]:
        """Return what is wrong with an open configuration."""
        return self._placed.get(self._key(path), Placed()).faults

    def unusable(self) -> tuple[str, ...]:
        """Return what is wrong with the configurations of open texts, each mistake once."""
        return tuple(dict.fromkeys(message for placed in self._placed.values() for message in placed.unusable))

    def tools_of(self, checked: Checked) -> Tools:
        """Return what a target was checked with, to try edits of it."""
        from dropcap.lsp.actions import Tools

        judging = self._policies.judging(checked.target.path)
        accepting = judging.accepting
        accepts = accepting.allowance.applied if accepting.allowance is not None else None
        return Tools(judging.rules, Setup(overlay=as_files(self._overlay)), accepting, accepts)

    @property
    def overlay(self) -> Mapping[str, bytes]:
        """The open texts by their files' real paths."""
        return self._overlay

    @property
    def rules(self) -> Sequence[Rule]:
        """All rules that there are."""
        return self._rules

    def key_of(self, checked: Checked | None, path: str) -> str:
        """Return the key of a file by its path as a check prints it."""
        if checked is None:
            return self._key(path)
        alone = next((key for key in self._alone() if self._checks[key].request is checked.request), None)
        return checked.request.workspace.real(path) if alone is None else alone

    def _alone(self) -> Iterator[str]:
        """Yield the keys of texts without a file that are checked."""
        return (key for key, text in self._texts.items() if not text.is_file and key in self._checks)

    def parts_of(self, checked: Checked) -> tuple[str, ...]:
        """Return the keys of the open texts that a check is about, that of its target first."""
        name = self.key_of(checked, checked.target.path)
        asking = [key for key, placed in self._placed.items() if checked.target in placed.targets]
        return tuple(dict.fromkeys((name, *asking)))

    def _key(self, path: str) -> str:
        return path if path in self._texts else real_path(path)

    def _name(self, target: Target, key: str) -> str:
        """Return the name of a target: the real path of its first file, or the key of a text without a file."""
        return real_path(target.path) if self._texts[key].is_file else key


def _is_part(key: str, check: _Check) -> bool:
    return key in check.request.workspace.reads or key in check.result.parts


def _checked(check: _Check) -> Checked:
    result = check.result if check.kept is None else check.kept
    report = check.report
    if report is None:
        raise ValueError("what is a part of another project has no report of its own")
    return Checked(check.target, check.request, result, report)
