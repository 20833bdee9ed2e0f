"""What a rule gets: a container, and what follows from it, computed when it is first asked for and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.effective import capability_label, capability_sets, is_root, names_root, no_new_privileges
from dropcap.capabilities.engines import strategy_of
from dropcap.capabilities.grades import grades, is_raised
from dropcap.capabilities.isolation import allowed_gains, host_namespace, ignores, unconfined, unmasked, without_label
from dropcap.capabilities.names import ALL
from dropcap.computed import computed
from dropcap.model import Container, Kind, Problem, Severity
from dropcap.printable import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from dropcap.capabilities.effective import CapabilitySets, Origin
    from dropcap.capabilities.grades import Grade, Graded
    from dropcap.capabilities.isolation import Unmasked
    from dropcap.capabilities.strategy import Strategy
    from dropcap.model import Located
    from dropcap.needs.allowance import Allowance
    from dropcap.needs.model import Needs
    from dropcap.workspace import Workspace


_STARTS_ONE = frozenset({Kind.SERVICE, Kind.RUN, Kind.CREATE, Kind.DEVCONTAINER, Kind.QUADLET, Kind.INSPECT})
_OVER_FILES = frozenset({"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "SETUID"})
"""What opens files of others to who holds one of these."""
# How a field is called where it has another name than here.
_KEYS = {"userns": "userns_mode", "device_rules": "device_cgroup_rules"}
_KEYS_OF_QUADLET = {"network_mode": "Network", "userns": "UserNS", "sysctls": "Sysctl"}
_FLAGS = {
    "network_mode": "network",
    "cgroup": "cgroupns",
    "device_rules": "device-cgroup-rule",
    "devices": "device",
    "sysctls": "sysctl",
}
_USER_SIZE = 40


class Subject(Container):
    """A container with its sets and grades."""

    # No `__slots__`, unlike a plain record: what is computed is kept in the instance.

    _workspace: Workspace | None = None
    _allowance: Allowance | None = None

    @classmethod
    def of(
        cls, container: Container, workspace: Workspace | None = None, allowance: Allowance | None = None
    ) -> Subject:
        """Return the subject that a container is.

        Args:
            container: the container.
            workspace: the door to the files of its project; None where its own text is all there is.
            allowance: how much may be followed to find what it and its neighbours need.

        """
        subject = cls._make(container)
        subject._workspace, subject._allowance = workspace, allowance  # noqa: SLF001  # its own
        return subject

    def dropping(self, *drops: Located[str]) -> Subject:
        """Return the subject that it would be if it dropped these as well."""
        container = Container._make(self)._replace(cap_drop=(*self.cap_drop, *drops))
        return Subject.of(container, self._workspace, self._allowance)

    @computed
    def needs(self) -> Needs:
        """What it needs of the kernel, as far as files tell; see :func:`dropcap.needs.container.needs_of`."""
        from dropcap.needs.container import needs_of  # most rules never ask
        from dropcap.workspace import Workspace

        return needs_of(self, self._workspace or Workspace.of_text(self.source), self._allowance)

    @computed
    def sets(self) -> CapabilitySets:
        """What it holds; see :func:`dropcap.capabilities.effective.capability_sets`."""
        return capability_sets(self)

    @property
    def says_what_it_starts(self) -> bool:
        """Whether files of the project say what it starts, or the catalogue does; else only its image knows."""
        return self._is_written or self.is_told_by_catalogue

    @property
    def _is_written(self) -> bool:
        if self.stage is not None or self.entrypoint is not None or self.command is not None:
            return True
        return self._workspace is not None and self._workspace.has_lock

    @computed
    def is_told_by_catalogue(self) -> bool:
        """Whether the catalogue of images is all that says what it starts.

        Following an image from the catalogue takes longer than all else that is done for a file, so it is done only
        where somebody has written which capabilities the container gets: there an error may lie.
        """
        if self._is_written or self.image is None or not (self.cap_add or self.cap_drop or self.privileged):
            return False
        from dropcap.images.catalogue_index import is_listed  # without what reads an entry, which few files take

        if not is_listed(self.image.value):
            return False
        from dropcap.images.catalogue import is_in_catalogue

        return is_in_catalogue(self.image.value)

    @computed
    def is_comparable(self) -> bool:
        """Whether what it holds and what it starts are written out, so that its needs can be held against its sets."""
        if not self.says_what_it_starts:
            return False  # as most
        is_open = self.may_be_set("cap_add", "cap_drop", "privileged", "entrypoint", "command", "user")
        return not is_open and not self.holds_all and not self.sets.errors

    @computed
    def remedy(self) -> str:
        """What to write instead of a set that is too wide, in the imperative, as far as it is known."""
        if not self.says_what_it_starts:
            return "drop ALL and add what its image needs (see `dropcap caps`)"
        needs = self.needs
        names = joined(needs.cap_add)
        if needs.is_complete:
            return f"drop ALL and add {names}: it needs no more" if names else "drop ALL: it needs no capability"
        why = needs.unknown[0].reason
        if not names:
            return f"drop ALL and add what it needs; that is not known, because {why}"
        return f"drop ALL and add at least {names}; it may need more, because {why}"

    @computed
    def grades(self) -> Sequence[tuple[str, Graded]]:
        """How much each capability of its bounding set weighs in it, in the kernel's order."""
        return grades(self)

    @computed
    def strategy(self) -> Strategy:
        """The ways of its engine; Docker's where it names none."""
        return strategy_of(self)

    @property
    def engine_name(self) -> str:
        """Its engine's name as its makers write it."""
        return self.strategy.title

    @computed
    def is_root(self) -> bool | None:
        """Whether the first process runs as root; None where only the image knows, or nobody."""
        return is_root(self)

    @property
    def starts_container(self) -> bool:
        """Whether what is read starts a container of its own; one of a service's is told of where the service is."""
        return self.kind in _STARTS_ONE and self.service is None

    @computed
    def starts_as(self) -> str | None:
        """Whom its first process runs as, as its file, its Dockerfile or its image names him; `0` where none does.

        None where that is not known: the lock and the catalogue are asked for the image, and nothing else.
        """
        if self.may_be_set("user"):
            return None
        if self.user is not None and self.user.value:
            return self.user.value
        stage = self.stage
        if stage is None:
            return self._user_of(self.image)
        if stage.user is not None:
            return stage.user.value
        while stage.parent is not None:
            stage = stage.parent
        return "0" if stage.base is not None and stage.base.value == "scratch" else self._user_of(stage.base)

    @computed
    def starts_as_root(self) -> bool | None:
        """Whether its first process runs as root, by its image too; None where that is not known."""
        known = is_root(self)
        if known is not None or self.starts_as is None:
            return known
        return names_root(self.starts_as)

    def _user_of(self, image: Located[str] | None) -> str | None:
        if image is None or self.may_be_set("image"):
            return None
        from dropcap.images.image_user import image_user

        return image_user(image.value, self._workspace)

    def is_limited(self, resource: str) -> bool | None:
        """Whether it may use so much `memory`, `processes` or `cpu` and no more; None where that cannot be seen."""
        from dropcap.model.limits import is_limited  # rules that ask are off by default

        by_default = resource == "processes" and self.strategy.limits_processes
        return is_limited(self, resource, by_default=by_default)

    def limit_entry(self, resource: str) -> Located[str] | None:
        """Return what its file writes of a limit last, of those that :meth:`is_limited` speaks of."""
        from dropcap.model.limits import limit_entry

        return limit_entry(self, resource) if self.limits else None

    @property
    def maps_root(self) -> bool:
        """Whether its root is another user of the host's, since its engine maps users and is told to do so."""
        return self.strategy.maps_user and self.userns is not None and self.userns.value not in {"", "host", "nomap"}

    @property
    def capability_label(self) -> Located[str] | None:
        """The label `io.containers.capabilities`, by which an image says what it needs, as `key=value`."""
        return capability_label(self)

    @property
    def forbids_gains(self) -> bool | None:
        """Whether no process can gain privileges by executing a file (`no-new-privileges`); None where unknown."""
        return no_new_privileges(self)

    @property
    def gains_option(self) -> Located[str] | None:
        """The option that lets its processes gain privileges, where it is written: `no-new-privileges:false`."""
        return allowed_gains(self) if self.security_opt else None

    @computed
    def privileged_option(self) -> Located[Any] | None:
        """The option that makes it privileged; None where none does or the engine ignores it."""
        origin = self._common_origin
        return origin.where if origin is not None and origin.kind == "privileged" else None

    @computed
    def all_entry(self) -> Located[Any] | None:
        """The addition of ALL that has effect: none does under privileged mode or where it is refused."""
        origin = self._common_origin
        if origin is None or origin.where is None or origin.kind == "privileged":
            return None
        return origin.where if self.entry_name(origin.where) == ALL else None

    @computed
    def holds_all(self) -> bool:
        """Whether privileged mode or an addition of ALL grants everything at once."""
        origin = self._common_origin
        if origin is None or origin.where is None:
            return False  # most hold what is there by default
        return self.privileged_option is not None or self.all_entry is not None

    @computed
    def keeps_default_set(self) -> bool:
        """Whether it holds the whole default set of its engine, and holds it by default."""
        origins = self.sets.origins
        if not self.cap_add and not self.holds_all:  # then it holds nothing else
            return len(origins) == len(self.strategy.default)
        return all(name in origins and origins[name].kind == "default" for name in self.strategy.default)

    @computed
    def _common_origin(self) -> Origin | None:
        """The origin of one capability: what grants everything at once is the origin of each."""
        return next(iter(self.sets.origins.values()), None)

    @computed
    def opens_files_of_root(self) -> bool:
        """Whether its first process may open what a host keeps for root, or for a group, at once.

        That is so unless it is known to run as another user, in no further group and without capabilities: then a
        setuid program or a second command as root has to help.
        """
        user = self.starts_as
        if self.starts_as_root is not False or self.group_add or self.may_be_set("group_add"):
            return True
        if user is not None and ":" in user:
            return True  # with a group of its own
        if self.is_root is False:
            return not _OVER_FILES.isdisjoint(self.sets.effective)
        # The image names the user: what is added becomes his where the engine makes it ambient.
        added = {self.entry_name(entry) for entry in self.cap_add} if self.strategy.makes_ambient else set()
        return not (_OVER_FILES | {ALL}).isdisjoint(added)

    def over_files_of_root(self, severity: Severity) -> Severity:
        """Return how severe it is to have files of the host's root: one level less where a process has to gain them."""
        return severity if self.opens_files_of_root else Severity(max(severity - 1, Severity.LOW))

    def ignores(self, field: str) -> bool:
        """Whether its engine does not look at a field of a container."""
        return ignores(self, field)

    def host_namespace(self, field: str) -> Located[str] | None:
        """Return what gives it the host's own namespace: `pid` says of which processes it sees, and so on."""
        return host_namespace(self, field)

    def unconfined(self, key: str) -> Located[str] | None:
        """Return the option that takes its profile away, by the option's key: `seccomp` or `apparmor`.

        Of privileged mode, which takes away every one, nothing is said here.
        """
        return unconfined(self, key) if self.security_opt and self.privileged_option is None else None

    @property
    def label_disabled(self) -> Located[str] | None:
        """The option that switches off its separation by SELinux; None where privileged mode does so already."""
        return without_label(self) if self.security_opt and self.privileged_option is None else None

    @property
    def unmasked(self) -> Unmasked | None:
        """What opens files of the kernel that are hidden or cannot be written.

        None where privileged mode does so already.
        """
        return unmasked(self) if self.security_opt and self.privileged_option is None else None

    def written(self, field: str, value: str) -> str:
        """Return how a value of a field is written in its file: `pid: host`, or `--pid=host` on a command line."""
        if self.kind is Kind.SERVICE:
            return f"{_KEYS.get(field, field)}: {value}"
        is_unit = self.kind is Kind.QUADLET or (self.kind is Kind.POD and self.source.path.endswith(".pod"))
        if is_unit and field in _KEYS_OF_QUADLET:
            return f"{_KEYS_OF_QUADLET[field]}={value}"
        return f"--{_FLAGS.get(field, field.replace('_', '-'))}={value}"

    def entry_name(self, entry: Located[str]) -> str:
        """Return the bare name of an entry of `cap_add` or `cap_drop` as its engine reads it."""
        return self.strategy.read_name(entry.value)

    def survives_drop(self, name: str) -> bool:
        """Whether its engine grants a capability that is added by name although it is dropped by name too."""
        return name in self.strategy.combine(self.strategy, (name,), (name,)).granted

    def reach(self, name: str) -> str:
        """Say how a capability of the bounding set is got, to follow what it does; nothing where the process has it."""
        if name in self.sets.effective:
            return ""
        return f"; not held by {self.user_title} itself, reachable through {self.ways_to_gain}"

    @property
    def ways_to_gain(self) -> str:
        """By what a process gets a capability of the bounding set that it does not hold itself."""
        root = f"`{self.strategy.program} exec` as root"
        if no_new_privileges(self):
            # The runtime executes the entrypoint and holds the capability; programs after it gain nothing.
            return f"{root} or a file capability of the entrypoint"
        return f"{root}, a setuid program or a file capability"

    @property
    def user_title(self) -> str:
        """Whom the first process runs as, in a sentence: `user 1000`; a value that a variable gives is not told."""
        value = self.user if self.user is not None and self.user.value else self.stage.user if self.stage else None
        if value is None:
            return "its user"
        return f"user {shortened(value.value, _USER_SIZE)}" if self.is_typed(value.value, value) else "its user"

    def is_typed(self, text: str, where: Located[Any]) -> bool:
        """Whether a text stands in the file where a value is, and does not come from a variable: those are not told."""
        root, span = where.source.to_root(where.span)
        return text in root.text[span.start : span.end]

    def problems_at_grade(self, level: Grade) -> Iterator[Problem]:
        """Give a problem for each capability that weighs `level`, in the kernel's order.

        Members of the engine's default set are given only where something raises them: that they are kept is one
        thing to say and not fourteen. Those that the same circumstances raise are one problem, with their names as
        evidence. Nothing is given where everything is granted at once.
        """
        together: dict[object, tuple[list[str], Graded]] = {}
        for name, graded in self._told_by_grade.get(level, ()):
            key = name if self.sets.origins[name].where is not None else (graded.raised_by, self.reach(name))
            together.setdefault(key, ([], graded))[0].append(name)
        for names, graded in together.values():
            where = self.sets.origins[names[0]].where
            verb = "is" if len(names) == 1 else "are"
            origin = f"{verb} added" if where else f"{verb} in {self.engine_name}'s default set"
            reason = _raised(graded, names) if graded.is_raised else _reason(graded)
            message = f"{joined(names)} {origin}{reason}{self.reach(names[0])}; {self._advice(names, where)}"
            yield Problem(where or self.anchor, message, tuple(names), graded.raised_by)

    @computed
    def _told_by_grade(self) -> dict[Grade, list[tuple[str, Graded]]]:
        """The capabilities of its bounding set that are told because of what they weigh."""
        found: dict[Grade, list[tuple[str, Graded]]] = {}
        if self.holds_all or not (self.cap_add or is_raised(self)):
            return found  # without either, what is held is of the default set, and nothing raises it
        default = self.strategy.default
        for name, graded in self.grades:
            # A member of the default set weighs the same however it is held: adding it back is the way to do it.
            if graded.is_raised or name not in default:
                found.setdefault(graded.grade, []).append((name, graded))
        return found

    def _advice(self, names: Sequence[str], where: Located[Any] | None) -> str:
        """Say what to do about capabilities that weigh much; what is needed is not to be left out."""
        if self.is_comparable and any(need.capability in names for need in self.needs.needs):
            return "what it starts needs it"
        them = "it" if len(names) == 1 else "them"
        # Nobody is told to take away what may be needed.
        unless = "" if self.is_comparable and self.needs.is_complete else f" if nothing needs {them}"
        if where is not None:
            return f"leave {them} out{unless}"
        is_added = any(self.entry_name(entry) in names for entry in self.cap_add)
        return f"drop {them}, and do not add {them}{unless}" if is_added else f"drop {them}{unless}"


def joined(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: `A, B and C`; nothing for no names."""
    if not names:
        return ""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _raised(graded: Graded, names: Sequence[str]) -> str:
    """Say which circumstances raise a grade, and to what: a severity's name, as it stands beside the message."""
    weighs = "weighs" if len(names) == 1 else "weigh"
    circumstances = " and ".join(related.message for related in graded.raised_by)
    return f" and {weighs} {Severity(graded.grade).label} here: {circumstances}"


def _reason(graded: Graded) -> str:
    """Return the first sentence of a grade's reason."""
    first = graded.why.split(". ")[0].rstrip(".")
    lowered = "".join(f"; {one.message}" for one in graded.lowered_by)
    return f"; {first[0].lower()}{first[1:]}{lowered}"
