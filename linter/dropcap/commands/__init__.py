"""The commands of `dropcap`: one module a command, with `add_arguments(parser)` and `run(arguments) -> int`."""

from __future__ import annotations

COMMANDS = {
    "check": "check Compose files, Dockerfiles and shell scripts",
    "baseline": "write what is found now to a file: `check --baseline` then reports what is new",
    "fix": "mend by text edits what can be mended, and say what cannot",
    "caps": "list every container with its bounding and effective set",
    "images": "list what dropcap knows of images; `images lock` keeps it in dropcap.lock",
    "audit": "say what the containers of a running engine hold, need, and differ in from their Compose files",
    "verify": "measure on a real engine what services need, and keep it in dropcap.lock",
    "config": "print a Compose project with everything resolved, each value with its place",
    "lsp": "check what is open in an editor, as it is typed (Language Server Protocol)",
    "settings": "say which configuration counts for a file, and what it says",
    "init": "write a configuration file, with what is found here as suggestions",
    "rules": "list the rules",
    "explain": "explain a rule or a capability",
    "completions": "print a script by which a shell completes what you type",
}
"""Each command's name, which is its module's here, and what it does."""
