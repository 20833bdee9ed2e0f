"""Write what the action and the image install into `requirements.txt`: exact versions, by hash, for every platform.

Needs uv (`pip install uv`) and a connection to the index. Read the differences before you commit them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.txt"
HEAD = (
    "# What the action and the image install, dropcap and what builds it. scripts/lock_requirements.py writes this.\n"
)


def wanted() -> tuple[str, ...]:
    """Return what dropcap depends on, and what builds it."""
    described = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return (*described["project"]["dependencies"], *described["build-system"]["requires"])


def main() -> None:
    """Write the file."""
    ways = ("--universal", "--generate-hashes", "--no-header", "--no-annotate", "--python-version=3.10")
    words = ("uv", "pip", "compile", "--quiet", *ways, "-")
    done = subprocess.run(words, input="\n".join(wanted()), capture_output=True, text=True, check=True)
    LOCK.write_text(HEAD + done.stdout, encoding="utf-8")


if __name__ == "__main__":
    main()
