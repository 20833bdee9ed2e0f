"""What one container needs: each command that is started in it, followed over its image's files and its mounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.images.known_images import Images
from dropcap.model import Kind, Located
from dropcap.needs.answer import put_together
from dropcap.needs.as_the_image import followed_once
from dropcap.needs.hiding import hidden
from dropcap.needs.launch import health_check, hook_words, launch
from dropcap.needs.model import Allowance, Needs, Phase, UnknownNeed
from dropcap.needs.shipped import without_shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.images.facts import UnknownFact
    from dropcap.images.tree import FileTree
    from dropcap.lang.words import Word
    from dropcap.model import Container
    from dropcap.needs.launch import Launch
    from dropcap.needs.model import Need
    from dropcap.needs.startup import Found
    from dropcap.workspace import Workspace

__all__ = ["needs_of"]

_NOT_STARTED = frozenset({Kind.EXEC, Kind.UPDATE, Kind.POD, Kind.BUILD})


def needs_of(
    container: Container,
    workspace: Workspace,
    allowance: Allowance | None = None,
    *,
    images: Images | None = None,
    tries_user: bool = False,
    uses_measured: bool = True,
) -> Needs:
    """Return what a container needs of the kernel: what its files show, and what was measured of it.

    Args:
        container: the container.
        workspace: the door to the files of its project.
        allowance: how much may be followed for it and its neighbours; a container gets its own where none is given.
        images: where images are looked for; in the project where none is given.
        tries_user: whether to try the user as whom its first process ends up from the start.
        uses_measured: whether what the project's lock keeps of measurements counts.

    """
    images, allowance = images or Images(workspace), allowance or Allowance()

    def follow() -> Needs:
        return _inferred(container, workspace, allowance, images, tries_user=tries_user)

    is_own = bool(images.read) or workspace.has_lock  # the project may say what its images are
    needs = follow() if is_own else followed_once(container, allowance, follow, images, tries_user=tries_user)
    if not uses_measured or not workspace.has_lock:
        return needs
    from dropcap.needs.measured import with_measured  # few projects have a lock

    return with_measured(needs, container, workspace, images)


def _inferred(
    container: Container, workspace: Workspace, allowance: Allowance, images: Images, *, tries_user: bool
) -> Needs:
    if container.kind in _NOT_STARTED:
        return Needs(unknown=(UnknownNeed("another command starts what runs in it"),))
    facts = _facts(container, images)
    first = launch(container, facts.config)
    unknown = [_unknown(one) for one in first.unknown]
    if first.words is None and not unknown:
        unknown.append(UnknownNeed("it is not known what it starts", "write its entrypoint and command"))
    if first.words is None:
        return _hidden(put_together((), unknown), container, facts)
    from dropcap.needs.world import mounted  # the shell's evaluator, which most containers do not take

    if allowance.left <= 0:
        unknown.append(UnknownNeed("the containers of its file start more than dropcap follows"))
        return _hidden(put_together((), unknown), container, facts)
    tree = mounted(facts, container, workspace)
    found = list(_phases(container, first, tree, first.words, allowance))
    users = {user for one in found for user in one.users}
    user = None
    if tries_user and len(users) == 1 and not unknown and not any(one.unknown for one in found):
        as_user = first._replace(user=users.pop())
        tried = list(_phases(container, as_user, mounted(facts, container, workspace), first.words, allowance))
        works = not any(one.today or one.unknown or one.needs for one in tried)
        user = as_user.user if works else None
    return _hidden(put_together(found, unknown, user), container, facts)


def _hidden(needs: Needs, container: Container, facts: FileTree) -> Needs:
    return without_shipped(hidden(needs, container, facts.config.environment, facts.account_names()))


def _facts(container: Container, images: Images) -> FileTree:
    if container.stage is not None:
        from dropcap.images.stage_facts import stage_facts

        context = container.process.context if container.process is not None else ""
        return stage_facts(container.stage, images, context)
    image_id = container.live.image_id if container.live is not None else ""
    return images.tree(container.image.value if container.image is not None else None, image_id)


def _unknown(fact: UnknownFact) -> UnknownNeed:
    return UnknownNeed(fact.reason, fact.resolve, fact.where)


def _phases(
    container: Container, first: Launch, tree: FileTree, words: tuple[Word, ...], allowance: Allowance
) -> Iterator[Found]:
    """Follow the first start, the restart, the health check and the hooks, over the files that each leaves."""
    from dropcap.needs.network import first_free_port
    from dropcap.needs.resource_limits import full_limits
    from dropcap.needs.start import Start, init_name
    from dropcap.needs.startup import follow

    port, why = first_free_port(container)
    limits = full_limits(container)
    paths = [one.value.target for one in container.mounts] + [one.value for one in tree.config.volumes]
    mounts = tuple(dict.fromkeys(path for path in paths if path.startswith("/")))

    init: Located[Any] | None = container.process.init if container.process is not None else None
    if init is None or not init.value:
        init = Located(words[0].value, words[0].source, words[0].span) if init_name(words) else None

    takes_input = container.process is not None and container.process.takes_input

    def start(
        words: tuple[Word, ...], phase: Phase, user: str | None = first.user, before: Found | None = None
    ) -> Found:
        who = words, user, first.where, first.environment, first.has_more, first.folder
        is_first = words is first.words
        one = Start(*who, phase, port, why, mounts, init if is_first else None, takes_input and is_first, limits)
        return follow(one, tree, allowance, before)

    before = tree.copy()
    started = start(words, Phase.FIRST_START)
    yield started
    if tree.is_same(before):  # it is followed once more only over files that are others by then
        yield started._replace(needs=tuple(_again(need) for need in started.needs))
    else:
        yield start(words, Phase.RESTART, before=started)
    check = health_check(container, tree.config)
    if check:
        yield start(check, Phase.HEALTH_CHECK)
    for hook in container.process.hooks if container.process is not None else ():
        if hook.words:
            user = hook.user.value if hook.user is not None else first.user
            yield start(hook_words(hook), Phase.HOOK, user)


def _again(need: Need) -> Need:
    return need._replace(phase=Phase.RESTART) if need.phase is Phase.FIRST_START else need
