"""What the features of a development container add to it.

A feature may ask for more than the file says: its own metadata, which lies in a registry, can make the container
privileged, and add capabilities, security options and mounts. Of the official ones it is known what they ask for:
devcontainers/features 765e8eb, `src/*/devcontainer-feature.json`, where these lines have been the same for every
version since the feature got them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Unknown
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.lang.jsonc import Scalar

FIELDS = ("privileged", "cap_add", "security_opt", "mounts", "entrypoint")
"""What a feature or an image's metadata may add."""

_OFFICIAL = "ghcr.io/devcontainers/features/"
_ASK_NOTHING = frozenset(
    {
        *("anaconda", "aws-cli", "azure-cli", "common-utils", "conda", "copilot-cli", "desktop-lite", "dotnet"),
        *("git", "git-lfs", "github-cli", "hugo", "java", "kubectl-helm-minikube", "nix", "node", "nvidia-cuda"),
        *("oryx", "php", "powershell", "python", "ruby", "sshd", "terraform"),
    }
)
_DEBUGGER = ("--cap-add", "SYS_PTRACE", "--security-opt", "seccomp=unconfined")
_ASK = {
    "docker-in-docker": ("--privileged",),
    "docker-outside-of-docker": (
        *("--security-opt", "label=disable"),
        *("--mount", "type=bind,src=/var/run/docker.sock,dst=/var/run/docker-host.sock"),
    ),
    "go": _DEBUGGER,
    "rust": _DEBUGGER,
}


# Their metadata names an entrypoint of their own, which starts programs before the container's.
_START = frozenset({"desktop-lite", "docker-in-docker", "docker-outside-of-docker", "nix", "sshd"})


class Asked(NamedTuple):
    """What a feature adds: options of `docker run`, or something that is not known."""

    options: tuple[str, ...]
    unknowns: Unknown | None


def asked_by(feature: Scalar) -> Asked:
    """Say what a feature adds, by its name as it is written: `ghcr.io/devcontainers/features/go:1`."""
    name = str(feature.value)
    known = name.removeprefix(_OFFICIAL).partition("@")[0].partition(":")[0]
    if name.startswith(_OFFICIAL) and (known in _ASK_NOTHING or known in _ASK):
        reason = "the feature starts programs of its own"
        hidden = Unknown(name, reason, feature.source, feature.span, ("entrypoint",)) if known in _START else None
        return Asked(_ASK.get(known, ()), hidden)
    reason = "the feature may add more, and dropcap does not read it"
    return Asked((), Unknown(name, reason, feature.source, feature.span, FIELDS))


def has_metadata(image: str) -> bool:
    """Whether an image is one of those that carry settings for development containers in a label."""
    return image.startswith(("mcr.microsoft.com/devcontainers/", "mcr.microsoft.com/vscode/devcontainers/"))
