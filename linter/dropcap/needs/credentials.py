"""Whom a process runs as, and whether two names mean the same user.

A name is looked up in the image's accounts. The number of an account that the image makes may not be known: it is not
0, and nothing else is said of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.facts import Account, Group
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.images.facts import ImageFacts

__all__ = ["ROOT", "Credentials", "credentials", "is_same_group", "is_same_user", "number_of_group", "number_of_user"]


class Credentials(NamedTuple):
    """Whom a process runs as.

    Attributes:
        user: a number in digits, or the name of an account whose number is not known; None where nobody knows.
        group: the group, likewise.
        groups: the further groups, as far as they are known.
        reason: why the user is not known, to follow the word "because".

    """

    user: str | None
    group: str | None
    groups: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_root(self) -> bool | None:
        """Whether it is root; None where nobody knows."""
        return None if self.user is None else self.user == "0"


ROOT = Credentials("0", "0", ("0",))


def credentials(facts: ImageFacts, text: str | None, reason: str = "") -> Credentials:
    """Return the credentials that `USER`, `user:` or a launcher's word gives.

    Args:
        facts: the image, whose accounts count.
        text: a name or a number, perhaps with a group behind a colon; None where it is not known.
        reason: why it is not known.

    """
    if text is None:
        return Credentials(None, None, reason=reason or "no file says which user it is")
    if text in {"0", "root"}:  # as most are
        return Credentials("0", "0", ("0",), reason)
    name, _, named = text.partition(":")
    name, named = name or "0", named.partition(":")[0]
    user = number_of_user(facts, name)
    account = facts.account(name)
    known = account if isinstance(account, Account) else None
    group = number_of_group(facts, named or (known.group if known else "0"))
    if user == "0" and not named:
        group = "0"
    return Credentials(user, group, (group,) if group is not None else (), reason)


def number_of_user(facts: ImageFacts, user: str | None) -> str | None:
    """Return a user's number in digits, or its name where the number is not known; None stays."""
    if user is None:
        return None
    if user.isdecimal():
        return str(int(user)) if len(user) <= _LONGEST_NUMBER else user
    if user == "root":
        return "0"
    found = facts.account(user)
    return found.uid if isinstance(found, Account) and found.uid is not None else user


_LONGEST_NUMBER = 10  # 32 bits


def number_of_group(facts: ImageFacts, group: str | None) -> str | None:
    """Return a group's number in digits, or its name where the number is not known; None stays."""
    if group is None:
        return None
    if group.isdecimal():
        return str(int(group)) if len(group) <= _LONGEST_NUMBER else group
    if group == "root":
        return "0"
    found = facts.group(group)
    return found.gid if isinstance(found, Group) and found.gid is not None else group


def is_same_user(facts: ImageFacts, one: str | None, other: str | None) -> bool | None:
    """Return whether two names or numbers mean the same user; None where nobody knows."""
    return _is_same(number_of_user(facts, one), number_of_user(facts, other))


def is_same_group(facts: ImageFacts, one: str | None, other: str | None) -> bool | None:
    """Return whether two names or numbers mean the same group; None where nobody knows."""
    return _is_same(number_of_group(facts, one), number_of_group(facts, other))


def _is_same(one: str | None, other: str | None) -> bool | None:
    if not one or not other:
        return None
    if one == other:
        return True
    if "0" in {one, other}:
        return False  # an account that is made is not root's
    return False if one.isdecimal() is other.isdecimal() else None
