"""What is told of a container that exists beside its configuration: its state, and its processes.

Engines print its state. Its processes stand in no engine's answer: `dropcap audit` adds them as `Processes`, with the
names and the masks that `/proc/PID/status` has for them, or says as `ProcessesNotRead` why it does not know them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.names import NAMES
from dropcap.carriers.inspect.fields import Fields
from dropcap.masking import without_secrets
from dropcap.model import Live, Located
from dropcap.model.live import Process

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NOT_READ", "PROCESSES", "names_of", "read_live"]

PROCESSES = "Processes"
NOT_READ = "ProcessesNotRead"
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
_MASK = re.compile(r"[0-9a-fA-F]{1,16}")


def read_live(whole: Fields) -> Live:
    """Read what is told of one container."""
    state, not_read = whole.inner("State").text("Status"), whole.text(NOT_READ)
    return Live(
        state.value if state is not None else "",
        tuple(_processes(whole)),
        not_read.value if not_read is not None else "",
        image_id=_digest(whole.text("Image")),
    )


def _digest(image: Located[str] | None) -> str:
    """Return an image's digest; Podman prints it without its kind."""
    found = _DIGEST.fullmatch(image.value) if image is not None else None
    return f"sha256:{found[1]}" if found is not None else ""


def names_of(mask: str) -> tuple[str, ...] | None:
    """Return the names of a mask of the kernel's, in hexadecimal digits; None where it is none."""
    if not _MASK.fullmatch(mask):
        return None
    bits = int(mask, 16)
    return tuple(name for number, name in enumerate(NAMES) if bits >> number & 1)


def _processes(whole: Fields) -> Iterator[Located[Process]]:
    for node in whole.objects(PROCESSES):
        fields = Fields(node)
        masks = [fields.text(name) for name in ("CapBnd", "CapEff", "CapPrm", "CapInh", "CapAmb")]
        sets = [names_of(mask.value) if mask is not None else None for mask in masks]
        bounding, effective, permitted, inheritable, ambient = sets
        if bounding is None or effective is None:
            continue
        pids, name, namespace = fields.numbers("Pids"), fields.text("Name"), fields.text("UserNamespace")
        no_new_privileges, seccomp = fields.number("NoNewPrivs"), fields.number("Seccomp")
        process = Process(
            without_secrets(name.value) if name is not None else "",
            pids,
            fields.number("Count") or len(pids) or 1,
            bounding,
            effective,
            permitted or (),
            inheritable or (),
            ambient or (),
            no_new_privileges=None if no_new_privileges is None else no_new_privileges != 0,
            seccomp=None if seccomp is None else seccomp != 0,
            namespace={"container": True, "own": False}.get(namespace.value) if namespace is not None else None,
        )
        yield Located(process, node.source, node.span)
