"""What keeps Quadlet from making a service of a unit, in its own words, and what it only warns of.

containers/podman c6580b4, ConvertContainer in pkg/systemd/quadlet/quadlet.go and what that calls. Quadlet stops at the
first fault; here all are named. A unit that another one names has to stand where Quadlet searches: which folders that
are on a machine is not known here, so the whole project is looked through.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dropcap.carriers.quadlet.keys import SUPPORTED, Keys
from dropcap.docker_cli.flag_values import split_commas
from dropcap.docker_cli.flags import Part
from dropcap.lang.unitfile import unquoted
from dropcap.model import Failure, Level, Located
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.lang.unitfile import Entry, Section
    from dropcap.lang.words import Word
    from dropcap.workspace import Workspace

MAX_FOLDERS = 200
"""How many folders of a project are looked through for a unit that another one names."""

_UNIT = re.compile(r".*\.(?:artifact|build|container|image|kube|network|pod|volume)", re.DOTALL)
_DEPENDENCIES = (
    *("After", "Before", "BindsTo", "Conflicts", "OnFailure", "OnSuccess", "PartOf", "PropagatesReloadTo"),
    *("PropagatesStopTo", "ReloadPropagatedFrom", "Requires", "Requisite", "StopPropagatedFrom", "Upholds", "Wants"),
)
_MAPPINGS = ("UserNS", "SubUIDMap", "SubGIDMap")
_MAPPING_LISTS = ("UIDMap", "GIDMap")
_REMAPPINGS = ("RemapUid", "RemapGid", "RemapUsers")
_PORTS = re.compile(r"[0-9]+(?:-[0-9]+)?(?:/udp|/tcp)?\Z")  # only the end counts
_NEEDS_SOURCE = ("bind", "glob", "image", "artifact")
# Podman only warns of these: systemd would run Podman itself as that user.
_OF_SERVICE = ("User", "Group", "DynamicUser")
_SERVICE_VALUES = {"KillMode": ("mixed", "control-group"), "Type": ("notify", "oneshot")}
_NEAR = 0.75  # how much of a name has to be right for it to be suggested
_MOST_SUGGESTIONS = 20  # each costs as much as reading a file


def complaints(
    sections: Mapping[str, Section], path: str, keys: Keys, workspace: Workspace | None
) -> Iterator[Failure]:
    """Say why Quadlet would make no service of the unit at `path`, and what it only warns of."""
    section = sections["Container"]
    yield from _unknown_keys(section.entries, "Container", SUPPORTED)
    if "Quadlet" in sections:
        yield from _unknown_keys(sections["Quadlet"].entries, "Quadlet", frozenset({"DefaultDependencies"}))
    yield from _image(section, keys)
    yield from _service(_keys(sections, "Service"))
    if keys.entry("ReloadSignal") and (command := keys.entry("ReloadCmd")):
        yield _refusal(command.key, "ReloadCmd and ReloadSignal are mutually exclusive but both are set")
    yield from _users(keys)
    for port in keys.all("ExposeHostPort"):
        if not _PORTS.search(port.value.text.strip()):
            yield _refusal_of_value(port, f"invalid port format '{port.value.text.strip()}'")
    mounts = keys.words("Mount", is_command=True)
    wrong = {index: message for index, word in enumerate(mounts) if (message := _wrong_mount(word))}
    yield from (_refusal(_place(mounts[index]), message) for index, message in wrong.items())
    from dropcap.carriers.quadlet.values import refused_values  # a unit alone needs it

    yield from refused_values(keys, [word for index, word in enumerate(mounts) if index not in wrong])
    pod = keys.entry("Pod")
    if pod is not None and not unquoted(pod).value.endswith(".pod"):
        yield _refusal(pod.key, f"pod {unquoted(pod).value} is not Quadlet based; name a .pod unit")
    yield from _missing_units(_keys(sections, "Unit"), keys, path, workspace)


def _keys(sections: Mapping[str, Section], name: str) -> Keys:
    """Return the keys of another section; what Quadlet leaves out there is systemd's to warn of."""
    return Keys(sections[name].entries if name in sections else (), lambda _entry, _message: None)


def _unknown_keys(entries: Sequence[Entry], group: str, supported: frozenset[str]) -> Iterator[Failure]:
    unknown = [entry.key for entry in entries if entry.key.value not in supported]
    for number, key in enumerate(unknown):
        meant = _meant(key, supported) if number < _MOST_SUGGESTIONS else ""
        yield _refusal(key, f"unsupported key '{key.value}' in group '{group}'{meant}")


def _meant(key: Located[str], supported: frozenset[str]) -> str:
    from difflib import get_close_matches  # only where something is wrong

    near = get_close_matches(key.value, sorted(supported), 1, _NEAR)
    return f"; did you mean {near[0]}?" if near else ""


def _image(section: Section, keys: Keys) -> Iterator[Failure]:
    image, rootfs = keys.entry("Image"), keys.entry("Rootfs")
    if image is None and rootfs is None:
        yield _refusal(section.name, "no Image or Rootfs key specified")
    elif image is not None and rootfs is not None:
        yield _refusal(rootfs.key, "the Image And Rootfs keys conflict can not be specified together")


def _service(keys: Keys) -> Iterator[Failure]:
    for key, allowed in _SERVICE_VALUES.items():
        found = keys.last(key)
        if found is not None and found.value not in allowed:
            title = "service Type" if key == "Type" else key
            yield _refusal(found, f"invalid {title} '{found.value}'; write {' or '.join(allowed)}")
    for key in _OF_SERVICE:
        for entry in keys.written(key):
            where = entry.key
            message = f"{key}= in [Service] does not set the container's user; write User= in [Container]"
            yield Failure(where.source.path, message, Level.NOTE, where.source, where.span)


def _users(keys: Keys) -> Iterator[Failure]:
    group = keys.entry("Group")
    if group is not None and keys.entry("User") is None:
        yield _refusal(group.key, "invalid Group set without User")
    remap = keys.last("RemapUsers")
    if any(map(keys.entry, _MAPPINGS)) or any(map(keys.words, _MAPPING_LISTS)):
        deprecated = next((found[-1] for key in _REMAPPINGS if (found := keys.written(key))), None)
        if deprecated is not None:
            yield _refusal(deprecated.key, "deprecated Remap keys are set along with explicit mapping keys")
        return
    mode = remap.value if remap is not None else ""
    for kind in ("Uid", "Gid"):
        words = keys.words(f"Remap{kind}")
        if words and not mode:
            yield _refusal(_place(words[0]), f"{kind}Map set without RemapUsers")
        elif len(words) > 1 and mode == "keep-id":
            message = f"RemapUsers=keep-id supports only a single value for {kind.upper()} mapping"
            yield _refusal(_place(words[1]), message)
    if remap is not None and mode not in {"", "manual", "auto", "keep-id"}:
        yield _refusal(remap, f"unsupported RemapUsers option '{mode}'")


def _wrong_mount(word: Word) -> str | None:
    kind, source, has_value = _mount(word)
    if not has_value:
        return "source parameter does not include a value"
    return f"source parameter is required for mount type {kind}" if not source and kind in _NEEDS_SOURCE else None


def _mount(word: Word) -> tuple[str, str, bool]:
    """Return a mount's type, its source, and whether a source that is named has a value."""
    try:
        items = [item.text for item in split_commas(Part(word, 0, len(word.value)))]
    except ValueError:
        return "", "", True
    kind = next((item[5:] for item in items if item.startswith("type=") and item.count("=") == 1), "volume")
    sources = [item.partition("=") for item in items if item.partition("=")[0] in {"source", "src"}]
    if kind not in {*_NEEDS_SOURCE, "volume"}:
        return kind, "", True
    return kind, sources[-1][2] if sources else "", all(equals for _, equals, _ in sources)


def _missing_units(unit: Keys, keys: Keys, path: str, workspace: Workspace | None) -> Iterator[Failure]:
    """Find the units that are named and are nowhere in the project."""
    named = list(_named_units(unit, keys))
    if not named or workspace is None or not workspace.is_folder(os.path.dirname(path) or os.curdir):
        return
    wanted = {name for _, name, _ in named} - {os.path.basename(path)}
    missing, is_whole = _absent(wanted, path, workspace)
    for where, name, message in named:
        if name in missing and is_whole:
            yield _refusal(where, f"{message.format(name)}; put {name} into the same folder")
        elif name in missing:
            text = f"{name} is not in the {MAX_FOLDERS} nearest folders; Quadlet refuses this unit where it is missing"
            yield Failure(where.source.path, text, Level.NOTE, where.source, where.span)


def _named_units(unit: Keys, keys: Keys) -> Iterator[tuple[Located[str], str, str]]:
    """Give each unit that is named, where, and what Quadlet says where it is missing."""
    for key in _DEPENDENCIES:
        for word in unit.words(key):
            if _UNIT.fullmatch(word.value):
                yield _place(word), word.value, "unable to translate dependency for {}"
    image = keys.entry("Image")
    if image is not None and unquoted(image).value.endswith((".build", ".image")):
        yield unquoted(image), unquoted(image).value, "requested Quadlet image {} was not found"
    for entry in keys.all("Network"):
        name = entry.value.text.partition(":")[0].rstrip()
        if name.endswith((".network", ".container")):
            yield unquoted(entry), name, "requested Quadlet unit {} was not found"
    yield from _named_sources(keys)
    pod = keys.entry("Pod")
    if pod is not None and unquoted(pod).value.endswith(".pod"):
        yield unquoted(pod), unquoted(pod).value, "quadlet pod unit {} does not exist"


def _named_sources(keys: Keys) -> Iterator[tuple[Located[str], str, str]]:
    for entry in keys.all("Volume"):
        name, colon, _ = entry.value.text.partition(":")
        if colon and _is_unit_source(name, (".volume", ".artifact")):
            yield unquoted(entry), name, "requested Quadlet source {} was not found"
    for word in keys.words("Mount", is_command=True):
        _, name, _ = _mount(word)
        if _is_unit_source(name, (".volume", ".image", ".artifact")):
            yield _place(word), name, "requested Quadlet source {} was not found"


def _is_unit_source(name: str, suffixes: tuple[str, ...]) -> bool:
    return name.endswith(suffixes) and not name.startswith((".", "/"))


def _absent(wanted: set[str], path: str, workspace: Workspace) -> tuple[set[str], bool]:
    """Return which names no folder of the project has, the nearest first, and whether all folders were looked at."""
    missing = set(wanted)
    seen: set[str] = set()
    top = os.path.dirname(path) or os.curdir
    queue = [top]
    while missing:
        if not queue:
            top = os.path.join(top, os.pardir)
            if not workspace.is_inside(top):
                return missing, True
            queue = [top]
        folder = queue.pop(0)
        if workspace.real(folder) in seen:
            continue
        if len(seen) == MAX_FOLDERS:
            return missing, False
        seen.add(workspace.real(folder))
        try:
            entries = workspace.entries(folder)
        except NotReadError:
            return missing, False
        missing -= {entry.name for entry in entries}
        queue += [os.path.join(folder, one.name) for one in entries if one.is_folder and one.name != ".git"]
    return missing, True


def _place(word: Word) -> Located[str]:
    return Located(word.value, word.source, word.span)


def _refusal_of_value(entry: Entry, message: str) -> Failure:
    return _refusal(Located(entry.value.text, entry.value, entry.span), message)


def _refusal(where: Located[str], message: str) -> Failure:
    text = f"Quadlet refuses this unit: {message}"
    return Failure(where.source.path, text, Level.ERROR, where.source, where.span)
