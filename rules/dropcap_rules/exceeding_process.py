"""
A process holds more than its container was given.

`dropcap audit` reads in `/proc/PID/status` what the kernel grants each process of a running container, and compares it
with what the engine says that the container was given. A process that has more was not started as the container was:
`docker exec --privileged` gives one command every capability, a set-user-ID program or `exec --user root` gives root's
to a container of another user, and an engine may have been started with other defaults than its documentation says.
Whoever takes over such a process has all that it has.

A process that made a user namespace of its own is left out: what it holds counts in there alone.

Audit: `dropcap audit` lists what each process holds; `grep -E 'Cap|NoNewPrivs|Seccomp' /proc/PID/status` shows it on
the host, `docker top NAME` the processes.

Remediation: end the process, and find out who started it. Give the container what its command needs, instead of giving
one command everything; let `no-new-privileges` keep programs from gaining anything.

Impact of the fix: what the process does ends.

Default value: every process of a container has the sets that the container was given, and less as another user than
root.

```json bad
[
  {
    "Name": "/web",
    "State": {"Status": "running"},
    "HostConfig": {"CapDrop": ["ALL"], "SecurityOpt": ["no-new-privileges"]},
    "Config": {"Image": "web:1", "User": "1000"},
    "Processes": [
      {"Name": "web", "Pids": [815], "CapBnd": "0000000000000000", "CapEff": "0000000000000000", "NoNewPrivs": 1,
       "Seccomp": 2, "UserNamespace": "container"},
      {"Name": "sh", "Pids": [4711], "CapBnd": "000001ffffffffff", "CapEff": "000001ffffffffff", "NoNewPrivs": 0,
       "Seccomp": 0, "UserNamespace": "container"}
    ]
  }
]
```

```json good
[
  {
    "Name": "/web",
    "State": {"Status": "running"},
    "HostConfig": {"CapDrop": ["ALL"], "SecurityOpt": ["no-new-privileges"]},
    "Config": {"Image": "web:1", "User": "1000"},
    "Processes": [
      {"Name": "web", "Pids": [815], "CapBnd": "0000000000000000", "CapEff": "0000000000000000", "NoNewPrivs": 1,
       "Seccomp": 2, "UserNamespace": "container"}
    ]
  }
]
```

References: CIS Docker Benchmark 1.6.0, 5.23 and 5.24 (5.22 and 5.23 in 1.5.0 and older); proc_pid_status(5),
capabilities(7), user_namespaces(7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.api import Located, Process, Subject

# It is there, in a process that runs: nothing has to be escalated first.
SEVERITY = Severity.HIGH
CONTROLS = ("CIS-5.23", "CIS-5.24", "BENCH-5.23", "BENCH-5.24", "CWE-250", "T1611")
FIELDS = ("live",)

_EFFECTIVE, _GAINS, _SECCOMP = "effective", "no-new-privileges", "seccomp"
_FEW = 3
_NAME_SIZE = 16  # as many characters as the kernel keeps


def check(subject: Subject) -> Iterator[Problem]:
    if subject.live is None or subject.sets.errors:
        return
    together: dict[tuple[str, ...], list[Located[Process]]] = {}
    for process in subject.live.processes:
        # What another one holds may count in a user namespace of its own alone.
        for evidence in _exceeded(subject, process.value) if process.value.namespace is True else ():
            together.setdefault(evidence, []).append(process)
    for evidence, processes in together.items():
        what, severity = _said(evidence)
        yield Problem(processes[0], f"{_who(processes)} {what}", evidence, severity=severity)


def _exceeded(subject: Subject, process: Process) -> Iterator[tuple[str, ...]]:
    """Name what a process has that its container was not given, each as the evidence of a problem."""
    beyond = tuple(one for one in process.bounding if one not in subject.sets.bounding)
    gained = tuple(one for one in process.effective if one not in subject.sets.effective and one not in beyond)
    if beyond:
        yield beyond
    if gained and subject.is_root is False:
        yield (_EFFECTIVE, *gained)
    if process.no_new_privileges is False and subject.forbids_gains:
        yield (_GAINS,)
    if process.seccomp is False and _has_filter(subject):
        yield (_SECCOMP,)


def _said(evidence: tuple[str, ...]) -> tuple[str, Severity | None]:
    """Say what is wrong, behind the processes, and how severe it is where that is not the rule's own severity."""
    first, *names = evidence
    if first == _EFFECTIVE:
        how = "by `exec --user root`, a setuid program or a file capability"
        return f"can use {_listed(names)}, which the user of the container cannot: {how}", Severity.LOW
    if first == _GAINS:
        return "may gain privileges by executing a file, which the container was started to forbid", Severity.MEDIUM
    if first == _SECCOMP:
        what = "has no seccomp filter, and nothing in the configuration of the container takes it away"
        return what, Severity.MEDIUM
    how = "by `exec --privileged`, or since the engine has another default set"
    return f"can hold {_listed([*evidence])}, which the container was not given: {how}", None


def _who(processes: Sequence[Located[Process]]) -> str:
    first = processes[0].value
    number = f", {first.pids[0]}" if first.pids else ""
    count = sum(one.value.number for one in processes)
    return f"a process (`{first.name[:_NAME_SIZE]}`{number}{f' and {count - 1} more' if count > 1 else ''})"


def _has_filter(subject: Subject) -> bool:
    """Whether its configuration leaves it the engine's filter of system calls."""
    is_privileged = subject.privileged is not None and subject.privileged.value
    return not is_privileged and subject.unconfined("seccomp") is None and not subject.may_be_set("security_opt")


def _listed(names: list[str]) -> str:
    if len(names) <= _FEW + 1:
        return joined(names)
    return f"{', '.join(names[:_FEW])} and {len(names) - _FEW} more"
