"""A comment that accepts one finding, written as `dropcap check --add-ignores` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.check import check_request, request_of
from dropcap.lsp.edits import differences
from dropcap.questions import Questions
from dropcap.report import to_report
from dropcap.suppress.placing import syntax_of
from dropcap.suppress.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.lsp.action import FileEdit, Tools
    from dropcap.lsp.checked import Checked
    from dropcap.model import Finding, Report
    from dropcap.source import Source

REASON = "TODO: say why this is acceptable"
"""What stands in the place of a reason: no editor asks for one, so a person has to write it."""


def can_be_accepted(source: Source) -> bool:
    """Return whether files like this one have comments at all."""
    from dropcap.carriers import registry

    return registry.has_comments(syntax_of(source.path, source.text.encode("utf-8", "surrogatepass")))


def commented(findings: Sequence[Finding], checks: Sequence[Checked], tools: Tools) -> tuple[FileEdit, ...]:
    """Return the edits that put a comment on findings; none where no comment can accept them."""
    wanted: set[object] = {one.identity for one in findings}
    for checked in checks:
        if any(one.identity in wanted for one in checked.report.findings):
            edits = _commented(wanted, checked, tools)
            if edits:
                return edits
    return ()


def _commented(wanted: set[object], checked: Checked, tools: Tools) -> tuple[FileEdit, ...]:
    questions = Questions(tools.rules)
    setup = tools.setup

    def check(overlay: Mapping[str, bytes]) -> Report:
        request = request_of(checked.target, setup._replace(overlay={**(setup.overlay or {}), **overlay}))
        result = check_request(checked.target, request, questions)
        report = to_report([result], (), tools.rules, tools.accepting)
        return report._replace(findings=tuple(one for one in report.findings if one.identity in wanted))

    def read(path: str) -> bytes:
        return request_of(checked.target, setup).workspace.read(path)

    outcome = Writer(check, read, REASON).run()
    return tuple(edit for real, (before, after) in outcome.files.items() for edit in differences(real, before, after))
