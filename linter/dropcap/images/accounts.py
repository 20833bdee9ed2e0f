"""The users and groups of an image or a container, as far as they are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.facts import ABSENT, Group, UnknownFact

if TYPE_CHECKING:
    from dropcap.images.facts import Absent, Account

__all__ = ["Accounts"]

_NO_NUMBER = UnknownFact("no account of that number is known")


class Accounts:
    """Accounts and groups by their names."""

    def __init__(self, unknown: UnknownFact | None = None) -> None:
        """Begin with none, and with why there may be others; None where there are not."""
        self._accounts: dict[str, Account] = {}
        self._groups: dict[str, Group] = {}
        self._accounts_unknown = unknown

    @property
    def others(self) -> UnknownFact | None:
        """Why there may be accounts that nobody knows of; None where there are not."""
        return self._accounts_unknown

    def account_names(self) -> tuple[str, ...]:
        """Return the names of the accounts and groups that are known."""
        return (*self._accounts, *self._groups)

    def accounts(self) -> tuple[Account, ...]:
        """Return the accounts that are known."""
        return tuple(self._accounts.values())

    def groups(self) -> tuple[Group, ...]:
        """Return the groups that are known."""
        return tuple(self._groups.values())

    def account(self, user: str) -> Account | Absent | UnknownFact:
        """Return the account of a name or a number."""
        if user.isdecimal():
            found = next((one for one in self._accounts.values() if one.uid == user), None)
            return found or self._accounts_unknown or _NO_NUMBER
        return self._accounts.get(user) or self._accounts_unknown or ABSENT

    def group(self, group: str) -> Group | Absent | UnknownFact:
        """Return the group of a name or a number."""
        if group.isdecimal():
            found = next((one for one in self._groups.values() if one.gid == group), None)
            return found or self._accounts_unknown or _NO_NUMBER
        return self._groups.get(group) or self._accounts_unknown or ABSENT

    def add_account(self, account: Account) -> None:
        """Add an account; its group too, where it has the same name and none is known."""
        self._accounts[account.name] = account
        if account.group == account.name and account.name not in self._groups:
            self._groups[account.name] = Group(account.name, account.uid, where=account.where)

    def add_group(self, group: Group) -> None:
        """Add a group."""
        self._groups[group.name] = group

    def know_accounts(self) -> None:
        """Note that there are no others than those that are known."""
        self._accounts_unknown = None

    def forget_accounts(self, unknown: UnknownFact, *, keeps: bool = True) -> None:
        """Note that there may be accounts that nobody knows of.

        Args:
            unknown: why.
            keeps: whether those that are known keep their numbers.

        """
        self._accounts_unknown = unknown
        if keeps:
            return
        for name, account in self._accounts.items():
            if account.uid != "0":
                self._accounts[name] = account._replace(uid=None, group=account.name)
        for name, group in self._groups.items():
            if group.gid != "0":
                self._groups[name] = group._replace(gid=None)

    def put_account(self, account: Account) -> None:
        """Add an account alone; one of the name that is there already counts, as it comes first."""
        self._accounts.setdefault(account.name, account)

    def drop_accounts(self, *, groups: bool) -> None:
        """Have no accounts, or no groups; whether there are others of the other kind stays as unknown as it was."""
        if groups:
            self._groups = {}
        else:
            self._accounts = {}

    def take_accounts(self, other: Accounts, *, groups: bool) -> None:
        """Have the accounts of others instead, or their groups."""
        if groups:
            self._groups = dict(other._groups)
        else:
            self._accounts = dict(other._accounts)
        self._accounts_unknown = self._accounts_unknown or other._accounts_unknown
