"""The documents of one file, each with its variables replaced: where the loading of every file begins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.field_table import keys
from dropcap.carriers.compose.load_context import route
from dropcap.carriers.compose.nodes import is_nothing
from dropcap.lang.yaml import Mapping, Scalar
from dropcap.model import SET_HERE, Failure, Level, Located, UnreadableError
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.carriers.compose.interpolate import Use
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.source import Source


_ENDLESS = (".nan", ".inf")
# It begins with the dash: there are few of them in a text to look at.
_DATE_OR_ZERO = r"-(?:(?<=[0-9]{4}-)[0-9]{1,2}-[0-9]{1,2}|(?<!\S-)0(?![^\s,\]}]))"
_OTHER_YAML = r"(?m)\A(?:\#.*\n|\s*\n)*(%YAML[ \t]+(?!1\.1\b)\S*)"
MAX_DOCUMENTS = 100
"""How many documents a file may have: each is laid over all before it."""


def documents(path: str, scope: LoadContext) -> list[Mapping]:
    """Read a file; one that is empty has no documents.

    Raises:
        NotReadError: it cannot be had.
        UnreadableError: it is no YAML, or its top level is not a mapping; the failure's level is that of a note where
            the file may be YAML of another kind.

    """
    stream = scope.files.stream(path)
    source = scope.files.source(path)
    for first, repeat in stream.repeats:
        line = source.position(first.span.start).line
        scope.log.error(repeat, f"the key {repeat.text} is already in line {line}: keep one of them")
    if len(stream.documents) > MAX_DOCUMENTS:
        span = stream.documents[MAX_DOCUMENTS].span
        message = f"has more than {MAX_DOCUMENTS} YAML documents, each merged into those before it: split the file"
        raise UnreadableError(Failure(source.path, message, Level.ERROR, source, span))
    directive = re.search(_OTHER_YAML, source.text) if "%YAML" in source.text else None
    if directive is not None:
        message = f"{directive[1]} names a version of YAML that Docker Compose refuses: it reads 1.1; take the line out"
        scope.log.error_at(source, Span(*directive.span(1)), message)
    found: list[Mapping] = []
    empty: list[Scalar] = []
    for root in stream.documents:
        if isinstance(root, Mapping):
            found.append(root)
        elif isinstance(root, Scalar) and is_nothing(root):
            empty.append(root)
        else:
            raise another_kind(source, root.span, "its top level is not a mapping of keys such as services:")
    for root in empty if found else ():
        scope.log.error(root, "nothing is between two --- lines, which Docker Compose refuses: take one of them out")
    return [_replaced(_by_version(root, source, scope), source, scope) for root in found]


def _by_version(root: Mapping, source: Source, scope: LoadContext) -> Mapping:
    """Take dates and endless numbers as the version of Docker Compose does."""
    text, version = source.text, scope.version
    # Only what is written plainly is such a value, so that its text tells.
    may_be_endless = version.refuses_endless and any(word in text.lower() for word in _ENDLESS)
    # Few files have a digit before a dash or a zero behind it; to compile the pattern takes longer than to read one.
    has_dash = version.takes_dates and ("-0" in text or any(part[-1:].isdigit() for part in text.split("-")[:-1]))
    may_be_date = has_dash and re.search(_DATE_OR_ZERO, text) is not None
    if may_be_endless or may_be_date:
        from dropcap.carriers.compose.rare_scalars import dates_as_texts, refuse_endless

        if may_be_endless:
            refuse_endless(root, scope.log)
        if may_be_date:
            root = dates_as_texts(root)
    return root


def another_kind(source: Source, span: Span, reason: str) -> UnreadableError:
    """Say that a file is no Compose file: a word where a folder is walked, an error where it was named."""
    message = f"not a Compose file: {reason}"
    return UnreadableError(Failure(source.path, message, Level.NOTE, source, span))


def _may_hold(text: str, places: Sequence[Sequence[str]]) -> bool:
    """Whether all keys on the way to one of some places stand in a text."""
    return any(all(key in text for key in place) for place in [one for one in places if one[0] in text])


def _replaced(root: Mapping, source: Source, scope: LoadContext) -> Mapping:
    """Replace the variables of a document, and note which values came from where else."""
    text = source.text
    # A file with no variable, and without the keys of any place whose texts are cast, is as it is written.
    if "$" not in text and "\\" not in text and not _may_hold(text, keys("cast", "cast_5")):
        return root
    from dropcap.carriers.compose.interpolate import interpolate  # what has no variable need not wait for the code

    uses: list[Use] = []
    model = interpolate(root, scope.environment, scope.log, uses, scope.version)
    for use in uses:
        if use.variable is not None and use.variable.source is not source:
            where = Located(use.name, use.variable.source, use.variable.span)
            scope.provenance.routes.append(route(use.source, use.span, f"{use.name} {SET_HERE}", where))
    scope.provenance.uses += uses
    return model
