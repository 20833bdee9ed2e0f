"""Whom `USER` and `--chown` name, by the accounts of a stage.

Sources: BuildKit, `client/llb/fileop.go` (`WithUser`) and `solver/llbsolver/ops/user_linux.go`; moby/sys, `user`
(`GetExecUser`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.facts import Account

if TYPE_CHECKING:
    from dropcap.images.tree import FileTree

__all__ = ["owner_of", "process_user"]


def owner_of(text: str | None, tree: FileTree) -> tuple[str | None, str | None]:
    """Return the user and the group that `USER` and `--chown` mean for files; None for one that is not known.

    A user alone brings its own group, and a number without an account the group of that number.
    """
    if text is None:
        return None, None
    user, colon, named = text.partition(":")
    owner: str | None
    group: str | None
    if user in {"0", "root"}:
        owner, group = "0", "0"
    elif user.isdecimal():
        owner, group = user, user
    else:
        found = tree.account(user)
        known = found if isinstance(found, Account) else None
        owner, group = (user, known.group) if known is not None else (None, None)
    if not colon:
        return owner, group
    return owner, "0" if named == "root" else named or None


def process_user(text: str | None, tree: FileTree) -> tuple[str | None, str | None]:
    """Return the user and the group of a process that `USER` names: a number without an account has root's group."""
    owner, group = owner_of(text, tree)
    user, colon, _ = (text or "").partition(":")
    if text is not None and owner is None:
        owner = user or "0"  # whoever it is, the build goes on only if there is one
    if user.isdecimal() and not colon and user != "0":
        found = tree.account(user)
        group = found.group if isinstance(found, Account) else "0" if tree.others is None else None
    return owner, group
