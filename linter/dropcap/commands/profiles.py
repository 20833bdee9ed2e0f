"""Profiles that a call names, held against those that projects have: one that is misspelt would hide services."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.exit_codes import UsageError
from dropcap.model import UnreadableError
from dropcap.real_paths import root_of
from dropcap.workspace import NotReadError, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dropcap.carriers.request import Settings
    from dropcap.targets import Target


def refuse_unknown(targets: Iterable[Target], settings: Settings, overlay: Mapping[str, bytes] | None = None) -> None:
    """Look for each profile in the projects.

    Where a project cannot be read, or names a profile by what nobody knows, there is nothing to say.

    Raises:
        UsageError: no project has a profile that the call names.

    """
    known: set[str] = set()
    for target in targets:
        if target.carrier == "compose":
            own = _profiles(target, settings, overlay)
            if own is None:
                return
            known |= own
    for profile in settings.profiles or ():
        if profile not in known and profile != "*":
            raise UsageError(f"--profile {profile}: no service has it{_advice(profile, known)}")


def _profiles(target: Target, settings: Settings, overlay: Mapping[str, bytes] | None) -> set[str] | None:
    """Return the profiles of a project's services; None where they are not known."""
    from dropcap.carriers.compose import resolve
    from dropcap.carriers.compose.services import profiles_named
    from dropcap.carriers.request import Request

    given = (*target.given, *(settings.env_files or ()))
    workspace = Workspace(target.root or root_of(os.path.dirname(target.path)), overlay, given)
    try:
        source = workspace.source(target.path)
        project = resolve(source, Request(workspace, target.over, settings=settings._replace(profiles=None)))
    except (NotReadError, UnreadableError):
        return None
    return profiles_named(project.services)


def _advice(profile: str, known: set[str]) -> str:
    from difflib import get_close_matches

    if not known:
        return "; no project here has profiles"
    near = get_close_matches(profile, sorted(known), 1)
    return f" (did you mean {near[0]}?)" if near else f"; there are {', '.join(sorted(known))}"
