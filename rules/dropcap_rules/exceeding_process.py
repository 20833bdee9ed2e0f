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
    from collections.abc import Iterator

    from dropcap.api import Located, Process, Subject

# It is there, in a process that runs: nothing has to be escalated first.
SEVERITY = Severity.HIGH
CONTROLS = ("CIS-5.23", "CIS-5.24", "BENCH-5.23", "BENCH-5.24", "CWE-250", "T1611")
FIELDS = ("live",)

_FEW = 3
_NAME_SIZE = 16  # as many characters as the kernel keeps


def check(subject: Subject) -> Iterator[Problem]:
    if subject.live is None or subject.sets.errors:
        return
    told: set[tuple[str, ...]] = set()
    for process in subject.live.processes:
        if process.value.namespace is not True:
            continue  # what it holds may count in a user namespace of its own alone
        for problem in _problems(subject, process):
            if problem.evidence not in told:
                told.add(problem.evidence)
                yield problem


def _problems(subject: Subject, where: Located[Process]) -> Iterator[Problem]:
    process = where.value
    who, name = _who(process), process.name[:_NAME_SIZE]
    beyond = [one for one in process.bounding if one not in subject.sets.bounding]
    gained = [one for one in process.effective if one not in subject.sets.effective and one not in beyond]
    if beyond:
        how = "`exec --privileged` started it, or the engine has another default set"
        message = f"{who} can hold {_listed(beyond)}, which the container was not given: {how}"
        yield Problem(where, message, (name, *beyond))
    if gained and subject.is_root is False:
        how = "by `exec --user root`, a setuid program or a file capability"
        message = f"{who} holds {_listed(gained)}, which the user of the container does not: {how}"
        yield Problem(where, message, (name, "effective", *gained), severity=Severity.LOW)
    if process.no_new_privileges is False and subject.forbids_gains:
        message = f"{who} may gain privileges by executing a file, and the container was started so that none may"
        yield Problem(where, message, (name, "no-new-privileges"), severity=Severity.MEDIUM)
    if process.seccomp is False and _has_filter(subject):
        message = f"{who} has no seccomp filter, and nothing in the configuration of the container takes it away"
        yield Problem(where, message, (name, "seccomp"), severity=Severity.MEDIUM)


def _who(process: Process) -> str:
    first = f", {process.pids[0]}" if process.pids else ""
    if process.number > 1:
        return f"one of {process.number} processes (`{process.name[:_NAME_SIZE]}`{first})"
    return f"a process (`{process.name[:_NAME_SIZE]}`{first})"


def _has_filter(subject: Subject) -> bool:
    """Whether its configuration leaves it the engine's filter of system calls."""
    is_privileged = subject.privileged is not None and subject.privileged.value
    return not is_privileged and subject.unconfined("seccomp") is None and not subject.may_be_set("security_opt")


def _listed(names: list[str]) -> str:
    if len(names) <= _FEW + 1:
        return joined(names)
    return f"{', '.join(names[:_FEW])} and {len(names) - _FEW} more"
