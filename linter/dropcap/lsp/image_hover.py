"""The page of an image: where its facts are, and what they say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dropcap.images.whereabouts import Where, entry_of_image
from dropcap.lsp.sentences import named, needed, shown
from dropcap.lsp.values import holds_its_own
from dropcap.masking import without_secrets
from dropcap.printable import shortened
from dropcap.workspace import LOCK
from dropcap.writers.marked_text import in_code
from dropcap.writers.summary import as_written, summarise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.images.facts import ImageConfig
    from dropcap.lsp.values import Value
    from dropcap.model import Located
    from dropcap.workspace import Workspace

LOCKING = f"`dropcap images lock` reads it from a local engine into `{LOCK}`; nothing is pulled or run"
"""How an image gets known."""
_SIZE = 200
_MOST_REASONS = 3


def image_page(values: Sequence[Value]) -> str:
    """Return what is known of the image that containers are made of."""
    first = values[0]
    lines = [f"**Image** {_code(as_written(first.container, first.where))}", ""]
    lines += _facts(first)
    for one in values:
        if holds_its_own(one.container):
            lines += ["", f"{named(one.container)} {shown(one.container, summarise(one.container))}.", ""]
            lines += needed(one.checked, one.container)
    return "\n".join(lines)


def _facts(value: Value) -> Iterator[str]:
    """Give what is known of an image, a line a fact."""
    reference = str(value.where.value)
    if value.field == "image" and value.container.stage is not None:
        yield "It is built here: what its Dockerfile says of it counts."
        return
    if not reference or "$" in reference or reference == "scratch":
        yield "It holds no file." if reference == "scratch" else "Its name is not known here."
        return
    from dropcap.images.known_images import Images

    workspace = value.checked.request.workspace
    place, text = _place(reference, workspace)
    yield f"- facts: {text}"
    if place is Where.NOWHERE:
        return
    config = Images(workspace).tree(reference).config
    yield from _config(config)
    for one in config.unknowns[:_MOST_REASONS]:
        yield f"- not sure: {shown(value.container, one.reason)}"


def _place(reference: str, workspace: Workspace) -> tuple[Where, str]:
    """Return where the facts of an image are, and the same in words."""
    place, entry = entry_of_image(reference, workspace)
    if place is Where.LOCK and entry is not None:
        digests = (entry.id, *entry.digests)
        known = next((one for one in digests if one), "")
        return place, f"`{LOCK}`{f', of {_code(known)}' if known else ''}"
    if place is Where.BROKEN:
        return place, f"dropcap cannot use its entry of `{LOCK}`; run `dropcap images lock` again"
    if place is Where.CATALOGUE:
        return place, "dropcap's catalogue, made of the image's sources"
    if place is Where.BASE:
        return place, "dropcap's table of base images"
    return place, f"none. {LOCKING}"


def _config(config: ImageConfig) -> Iterator[str]:
    """Give what an image's configuration says; what nobody knows is left out."""
    if config.user is not None:
        user = config.user.value
        yield f"- user: {_code(user)}{' (root)' if user in {'', '0'} else ''}"
    for title, words in (("entrypoint", config.entrypoint), ("command", config.command)):
        if words:
            yield f"- {title}: {_code(json.dumps([one.value for one in words], ensure_ascii=False))}"
    for title, many in (("ports", config.ports), ("volumes", config.volumes)):
        if many:
            yield f"- {title}: {_joined(many)}"


def _joined(many: Sequence[Located[str]]) -> str:
    return _code(" ".join(one.value for one in many))


def _code(text: str) -> str:
    return in_code(shortened(without_secrets(text), _SIZE) or " ", in_table=False)
