"""`dropcap.lock`: what matters of the images of a project, kept in its repository.

The file is YAML in the one form in which :func:`entry_lines` writes it, sorted, a fact a line. An image is found by its
line, and only what stands below it is read; where somebody has changed the form, nothing is known of the image.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dropcap.images.facts import Account, File, FileKind, Group, ImageConfig, UnknownFact
from dropcap.images.file_lines import ABSENT, LISTED, file_line, file_of
from dropcap.images.lock_form import (
    IMAGES,
    SHOWN,
    broken,
    entry_of,
    entry_piece,
    flow,
    located,
    mapping,
    quoted,
    text_of,
    texts_of,
)
from dropcap.images.reference import familiar, pinned_digest
from dropcap.images.tree import FileTree
from dropcap.masking import without_secrets
from dropcap.model import UnreadableError
from dropcap.workspace import LOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dropcap.lang.yaml.nodes import Value
    from dropcap.source import Source
    from dropcap.workspace import Workspace

__all__ = ["HEAD", "Entry", "entry_lines", "entry_text", "locked_tree", "read_entry"]

HEAD = """\
# What matters of the images of this project, read from them by `dropcap images lock`. Keep it in the repository.
version: 1
images:
"""
_AGAIN = "run `dropcap images lock` again"
_PLAIN = re.compile(rf"[\t\n{SHOWN}]*")
_LIST_FIELDS = ("entrypoint", "command", "volumes", "ports", "health_check")


class Entry:
    """What the lock says of one image, as its YAML has it.

    Attributes:
        id: the digest of its configuration.
        digests: those by which registries know it.
        source: the text of the entry.
        fields: the nodes by their keys.

    """

    def __init__(self, source: Source, root: Value) -> None:
        """Take the entry's text and what stands below its name."""
        self.source = source
        self.fields = mapping(root)
        self.id = text_of(self.fields["id"])
        self.digests = tuple(texts_of(self.fields["digests"]))


def read_entry(reference: str, workspace: Workspace) -> Entry | None:
    """Return what the lock of a project says of an image; None where it says nothing.

    Raises:
        UnreadableError: the lock is no text, or the entry is not as it is written.

    """
    piece = entry_piece(IMAGES, familiar(reference), workspace)
    if piece is None:
        return None
    try:
        return Entry(piece, entry_of(piece))
    except (KeyError, ValueError, TypeError) as error:
        raise broken(piece, error, _AGAIN) from None


def entry_text(reference: str, workspace: Workspace) -> str:
    """Return the lines that a project's lock has of an image; none where it says nothing.

    Raises:
        UnreadableError: the lock is no text.

    """
    piece = entry_piece(IMAGES, familiar(reference), workspace)
    return "" if piece is None else piece.text


def locked_tree(reference: str, workspace: Workspace, image_id: str = "") -> FileTree | None:
    """Return what a project's lock says of an image; None where it says nothing of it.

    Of an entry that cannot be used nothing is known, and that is said.

    Args:
        reference: the image's name.
        workspace: the project.
        image_id: the digest by which an engine knows the image that is meant; empty for any of that name.

    """
    try:
        entry = read_entry(reference, workspace)
        if entry is None:
            return None
        pinned = pinned_digest(reference)
        if pinned and entry.digests and pinned not in {*entry.digests, entry.id}:
            return _unknown(UnknownFact(f"{LOCK} is stale: it has another image than {pinned[:19]}…", _AGAIN))
        if image_id and entry.id and image_id not in {*entry.digests, entry.id}:
            return _unknown(UnknownFact(f"{LOCK} has another image of that name than the container", _AGAIN))
        return _tree(entry)
    except UnreadableError as error:
        return _unknown(UnknownFact(f"dropcap cannot use {LOCK}: {error.failure.message}", _AGAIN))
    except (KeyError, ValueError, TypeError) as error:
        return _unknown(
            UnknownFact(
                f"dropcap cannot use {LOCK}: an entry does not have the form that dropcap writes ({error})", _AGAIN
            )
        )


def _unknown(fact: UnknownFact) -> FileTree:
    return FileTree(fact, ImageConfig(unknowns=(fact,)))


def _tree(entry: Entry) -> FileTree:
    from dropcap.lang.yaml.text import text_piece

    fields = entry.fields
    tree = FileTree(UnknownFact(f"{LOCK} does not have it", _AGAIN))
    tree.is_read = True
    tree.config = _config(mapping(fields["config"]))
    tree.release = text_of(fields["release"])
    for line in texts_of(fields["accounts"]):
        name, uid, gid, home, shell = line.split(":")
        tree.put_account(Account(name, uid, gid, home, shell))
    for line in texts_of(fields["groups"]):
        name, gid, members = line.split(":")
        tree.add_group(Group(name, gid, tuple(one for one in members.split(",") if one)))
    if tree.accounts():  # where not all could be read, none is kept
        tree.know_accounts()
    texts = {path: text_piece(value) for path, value in mapping(fields["texts"]).items()}
    symbols = {path: tuple(texts_of(value)) for path, value in mapping(fields["symbols"]).items()}
    files, absent, listed = {}, [], []
    for path, value in mapping(fields["files"]).items():
        written = text_of(value)
        if written == ABSENT:
            absent.append(path)
            continue
        found = file_of(written)
        files[path] = found._replace(content=texts.get(path), symbols=symbols.get(path))
        if found.kind is FileKind.FOLDER and written.endswith(LISTED):
            listed.append(path)
    tree.fill(files)
    for path in (*absent, *listed):
        tree.unlisted(path, None)
    return tree


def _config(fields: Mapping[str, Value]) -> ImageConfig:
    given: dict[str, Any] = {}
    for name in _LIST_FIELDS:
        node = fields.get(name)
        if node is not None:
            given[name] = tuple(located(one) for one in node.items)  # type: ignore[union-attr]  # a list, else refused
    if "user" in fields:
        given["user"] = located(fields["user"])
    variables = mapping(fields["environment"])
    given["environment"] = {name: located(value) for name, value in variables.items()}
    return ImageConfig(
        working_folder=text_of(fields["working_folder"]), stop_signal=text_of(fields["stop_signal"]), **given
    )


# Writing.


def entry_lines(  # all that an entry has
    name: str, ids: tuple[str, tuple[str, ...]], tree: FileTree, files: Mapping[str, File | None], listed: Iterable[str]
) -> Iterator[str]:
    """Give the lines of an image.

    Args:
        name: its familiar name.
        ids: the digest of its configuration, and those by which registries know it.
        tree: its configuration, release and accounts.
        files: what lies at the paths that matter; None where nothing does.
        listed: the folders that hold nothing else than what is among the files.

    """
    config = tree.config
    yield f"  {quoted(name)}:"
    yield f"    id: {quoted(ids[0])}"
    yield f"    digests: {flow(sorted(ids[1]))}"
    yield f"    release: {quoted(tree.release)}"
    yield "    config:"
    if config.user is not None:
        yield f"      user: {quoted(config.user.value)}"
    for field in _LIST_FIELDS:
        value = getattr(config, field)
        if value is not None:
            yield f"      {field}: {flow([one.value for one in value])}"
    yield f"      working_folder: {quoted(config.working_folder)}"
    yield f"      stop_signal: {quoted(config.stop_signal)}"
    yield "      environment:" if config.environment else "      environment: {}"
    for variable, value in sorted(config.environment.items()):
        # The lock is for everybody who has the repository.
        shown = without_secrets(f"{variable}={value.value}").partition("=")[2]
        yield f"        {quoted(variable)}: {quoted(shown)}"
    accounts, groups = (tree.accounts(), tree.groups()) if tree.others is None else ((), ())
    yield from _list("accounts", map(_account_line, accounts))
    yield from _list("groups", (f"{one.name}:{one.gid}:{','.join(one.members)}" for one in groups))
    yield "    files:" if files else "    files: {}"
    folders = set(listed)
    for path, file in sorted(files.items()):
        yield f"      {quoted(path)}: {quoted(file_line(file, is_listed=path in folders))}"
    symbols = {path: file.symbols for path, file in files.items() if file is not None and file.symbols is not None}
    yield "    symbols:" if symbols else "    symbols: {}"
    for path, names in sorted(symbols.items()):
        yield f"      {quoted(path)}: {flow(names)}"
    texts = {path: file.text.text for path, file in files.items() if file is not None and file.text is not None}
    yield "    texts:" if texts else "    texts: {}"
    for path, text in sorted(texts.items()):
        yield from _text_lines(path, text)


def _account_line(account: Account) -> str:
    return f"{account.name}:{account.uid}:{account.group}:{account.home}:{account.shell}"


def _list(name: str, lines: Iterable[str]) -> Iterator[str]:
    found = sorted(lines)
    yield f"    {name}:" if found else f"    {name}: []"
    for line in found:
        yield f"      - {quoted(line)}"


def _text_lines(path: str, text: str) -> Iterator[str]:
    """Give a text as it is, a line a line, where YAML can have it so."""
    body = text.rstrip("\n")
    if not body or not _PLAIN.fullmatch(text):
        yield f"      {quoted(path)}: {quoted(text)}"
        return
    ends = len(text) - len(body)
    yield f"      {quoted(path)}: |2{'-' if not ends else '' if ends == 1 else '+'}"
    for line in text.split("\n")[: None if not ends else -1]:
        yield f"        {line}" if line else ""
