"""
An added capability is held already.

The entry changes nothing: the capability is in the engine's default set and nothing drops it, or it is
granted by ALL or by privileged mode, or it is listed twice, perhaps in another spelling. Readers take such
a line for a need that somebody found. A capability that is added back after a drop of ALL is not meant:
that is the way to do it.

For a user other than root, to whom Docker gives nothing of its default set, non-root-add says what is wrong.

Privileged mode is found as well where Swarm starts the container: it ignores the option.

Audit: start the container without the entry and compare `grep Cap /proc/1/status`.

Remediation: remove the entry; or, better, drop ALL, which gives the entry its meaning back.

Impact of the fix: none.

Default value: not applicable.

```yaml bad
services:
  web:
    image: web:1
    cap_add: [NET_BIND_SERVICE]
```

```yaml bad
services:
  web:
    image: web:1
    cap_drop: [ALL]
    cap_add: [CHOWN, CAP_CHOWN]
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVICE]
```

```sh bad
docker run --privileged --cap-add NET_ADMIN web:1
```

```sh good
docker run --cap-drop ALL --cap-add CHOWN web:1
```

References: capabilities(7); moby daemon/pkg/oci/caps/defaults.go and utils.go; Podman
common/pkg/config/default.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import NAMES, Engine, Kind, Problem, Related, Severity, default_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Located, Subject

# A line that changes nothing grants nothing.
SEVERITY = Severity.LOW
FIELDS = ("cap_add", "privileged")


def check(subject: Subject) -> Iterator[Problem]:
    option = subject.privileged
    if option is not None and option.value and subject.ignores("privileged"):
        message = f"privileged mode is set, but {subject.engine_name} ignores it; delete the line"
        yield Problem(option, message, ("privileged",))
    first: dict[str, Located[str]] = {}
    for entry in subject.cap_add:
        name = subject.entry_name(entry)
        if name not in NAMES and name != "ALL":
            continue
        found = _reason(subject, name, first.get(name))
        first.setdefault(name, entry)
        if found is None:
            continue
        message, related = found
        where = entry
        if first[name] is not entry and subject.kind is Kind.DEVCONTAINER and subject.route(entry):
            # Nobody can delete the line of a feature that adds it.
            where, message, related = (
                first[name],
                "but a feature adds it too",
                (Related("this feature adds it", entry),),
            )
        yield Problem(where, f"{name} is added, {message}; delete the entry", (name,), related)


def _reason(subject: Subject, name: str, earlier: Located[str] | None) -> tuple[str, tuple[Related, ...]] | None:
    """Say why an addition changes nothing; None where it may change something."""
    option, entry = subject.privileged_option, subject.all_entry
    if option is not None and _is_only_held(subject):
        return "but privileged mode grants it already", (Related("privileged mode is set here", option),)
    if earlier is not None:
        return "but it was added before", (Related(f"{name} is added here", earlier),)
    if entry is not None and name != "ALL":
        # Where it is dropped by name as well, that is the thing to say, and added-and-dropped says it.
        if any(subject.entry_name(drop) == name for drop in subject.cap_drop):
            return None
        return "but so is ALL, which grants it already", (Related("ALL is added here", entry),)
    origin = subject.sets.origins.get(name)
    is_default = origin is not None and origin.kind == "default" and not subject.may_be_set("cap_drop")
    if not is_default or not _is_only_held(subject) or subject.is_root is False:
        return None
    return f"but {subject.engine_name}'s default set has it already and nothing drops it", ()


def _is_only_held(subject: Subject) -> bool:
    """Whether an addition means no more than that a capability is held.

    With Podman it is made ambient too for another user than root: then it matters although it is held.
    """
    return not subject.strategy.makes_ambient or subject.is_root is True


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Delete the entry; it is known to be idle everywhere where it is there twice, or each engine has it anyway."""
    from dropcap.api import Fix, Remove

    name = problem.evidence[0]
    if name == "privileged":  # another engine that reads the file heeds it
        return Fix("delete the line that the engine ignores", (Remove(problem.where),))
    names = [subject.entry_name(entry) for entry in subject.cap_add]
    is_twice = names.count(name) > 1
    is_everywhere = all(name in default_set(engine) for engine in Engine)
    # Beside ALL or privileged mode it says what is needed once these go.
    is_safe = not subject.holds_all and (is_twice or is_everywhere)
    return Fix(f"delete the addition of {name}, which changes nothing", (Remove(problem.where),), is_safe)
