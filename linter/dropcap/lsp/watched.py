"""The files that an editor is asked to watch: configurations, and what projects are made of."""

from __future__ import annotations

WATCHED = (
    "**/{.dropcap.toml,pyproject.toml,.dropcap-baseline.json,dropcap.lock}",
    "**/{.env,*.env,.env.*}",
    "**/*.{yml,yaml,sh,bash,container,pod,kube,dockerfile}",
    "**/{Dockerfile,Containerfile}*",
    "**/{devcontainer,.devcontainer}.json",
)
