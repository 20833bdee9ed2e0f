"""What the configuration accepts: the entries `[[allow]]`."""

from __future__ import annotations

from dropcap.namedtuple import NamedTuple


class Allow(NamedTuple):
    """An entry: what it accepts is found, counted and not reported.

    A finding is accepted where it fits all that the entry names; what the entry leaves empty fits any.

    Attributes:
        rules: ids of rules.
        capabilities: bare names; all the capabilities that a finding is about have to be among them.
        container: a pattern for the container's name, as `web-*`.
        image: a pattern for the container's image.
        path: patterns in the manner of `.gitignore` for the container's file, from the configuration's folder.
        reason: why it is accepted.
        expires: the last day on which it counts, as `2027-01-31`; empty where it counts for good.
        place: where it stands, as it is printed: `.dropcap.toml:12`.

    """

    rules: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    container: str = ""
    image: str = ""
    path: tuple[str, ...] = ()
    reason: str = ""
    expires: str = ""
    place: str = ""
