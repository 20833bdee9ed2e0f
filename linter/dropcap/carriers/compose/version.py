"""What differs between the versions of Docker Compose that a project may be started with: here, and nowhere else.

Sources: compose-go 2.9.1 and 2.14.0, as Docker Compose 2.40.3 and 5.5.0 use them. Each field says since when.
"""

from __future__ import annotations

from dropcap.namedtuple import NamedTuple


class Version(NamedTuple):
    """A version of Docker Compose.

    Attributes:
        number: the release that is imitated.
        go_yaml: the version of the YAML library. That of 5 takes longer keys, more names of anchors, more that starts a
            plain value in brackets, and control characters from U+007F on. 5.0.0
        includes_first: a file's includes are joined before its services are extended. 5.1.2
        merges_included: a file is laid over what it includes, and an include over a later one. Before, two of one name
            have to be equal. 5.0.0
        repeats_resets: a `!reset` counts at each alias of what it stands in, not at the first place alone. 5.1.4
        is_lazy: the text behind an operator (`${V:-text}`) is replaced only where it is used. 5.0.2
        creates_host_paths: a long `bind:` creates the host's folder unless it says no, and that is what is left out of
            the resolved project. 5.0.2
        has_pre_start: `pre_start`, and `no_cache_filter` of a build, are known. 5.3.0 and 5.0.0
        casts_conditions: `required` and `restart` of what a service depends on may be texts. 5.0.0
        takes_negative_sizes: a size may be a negative number in a text. 5.1.4
        takes_dates: a date is a text where texts are by name, as in `environment`. 5.0.0
        keeps_dots: a dot in a name is not taken for one between names where aliases are looked at. 5.3.0
        limits_yaml: a document may have 100,000 values, and be repeated by aliases so much. 5.1.4
        refuses_endless: a number that is none, or endless, is refused wherever it stands. 5.0.0

    """

    number: str
    go_yaml: int
    includes_first: bool
    merges_included: bool
    repeats_resets: bool
    is_lazy: bool
    creates_host_paths: bool
    has_pre_start: bool
    casts_conditions: bool
    takes_negative_sizes: bool
    takes_dates: bool
    keeps_dots: bool
    limits_yaml: bool
    refuses_endless: bool


COMPOSE_2 = Version("2.40.3", 3, *[False] * 12)
COMPOSE_5 = Version("5.5.0", 4, *[True] * 12)
VERSIONS = {2: COMPOSE_2, 5: COMPOSE_5}
"""By the number that people say."""
