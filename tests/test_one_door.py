"""Nothing but the workspace touches the disk: what else opens, lists or asks is named here, with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

HOUSE = Path(__file__).parent.parent / "linter" / "dropcap"

HARMLESS = frozenset(
    {
        # Of `os`: names, text, and this process.
        *(
            "altsep",
            "curdir",
            "devnull",
            "environ",
            "extsep",
            "fsdecode",
            "fsencode",
            "linesep",
            "name",
            "pardir",
            "pathsep",
            "sep",
        ),
        *(
            "cpu_count",
            "fork",
            "getcwd",
            "getpid",
            "kill",
            "pipe",
            "umask",
            "waitpid",
            "waitstatus_to_exitcode",
            "_exit",
        ),
        *("close", "dup", "dup2", "fdopen", "path", "stat_result", "PathLike"),
        # Of `os.path`: text alone.
        *("abspath", "basename", "commonpath", "dirname", "isabs", "join", "normpath", "relpath", "split", "splitext"),
    }
)
"""What of `os` and `os.path` looks at no file."""

ALLOWED = {
    "workspace.py": "the door itself",
    "real_paths.py": "asks where links lead, and which folder is a repository",
    "commands/path_list.py": "reads the list that a person named, and asks which of its lines are folders",
    "commands/output.py": "writes the report where a person asked for it",
    "edited_files.py": "writes the files that a person asked to have mended",
    "rule.py": "loads the rules of a folder that a person named",
    "package_data.py": "reads the package's own tables",
    "model/kinds.py": "lists the engines that there are",
    "writers/__init__.py": "lists the formats that there are",
    "namedtuple.py": "makes the functions of its records",
    "parallel.py": "opens the null device for a worker",
    "cli.py": "opens the null device for an output whose reader has gone",
    "paths.py": "asks for the current folder's real path, and whether a word is a file's name",
    "discover.py": "asks which of a person's words are folders; reads through the workspace",
    "walk.py": "asks where links lead; reads through the workspace",
    "images/readers/folders.py": "reads the image that a person named: an archive, a layout, a root file system",
    "engine_client.py": "asks which engines have a socket here",
    "baseline/objects.py": "asks git for the objects of a revision, on the person's word",
    "measuring/client.py": "runs the person's own Compose and engine client, on the person's word",
    "measuring/observing.py": "reads the kernel's events and which processes a container has, on the person's word",
    "measuring/leftovers.py": "asks the system when a process started, to know whether it still runs",
    "commands/images_locked.py": "asks which of the places that a person named are folders",
    "auditing/processes.py": "reads what the kernel says of processes of containers, on the person's word",
    "commands/audit.py": "asks whether standard input is a file",
    "commands/audited.py": "asks which of a person's words are folders",
    "commands/caps.py": "asks how wide the terminal is",
    "commands/check.py": "asks for the current folder's real path",
    "commands/init.py": "makes the file that a person asked for, and none where there is one",
    "commands/inputs.py": "asks which of a person's words are folders",
    "commands/settings.py": "asks which of a person's words are folders",
    "commands/verify.py": "asks whether a person's first word is a path",
    "commands/lock_image.py": "asks whether the file is there whose image a person wants to be kept",
    "lsp/placing.py": "asks whether a file that is open is a link; reads through the workspace",
    "lsp/server.py": "goes into the folder that is open in the editor",
    "lsp/session.py": "asks whether a file that is open is on the disk",
    "commands/config.py": "asks which of a person's words is a folder",
}
"""The modules that touch the disk, and what for."""

MODULES = frozenset({"glob", "pathlib", "shutil", "tempfile", "fileinput", "linecache", "mmap", "subprocess", "socket"})
IN_MEMORY = frozenset({"BytesIO", "StringIO", "TextIOWrapper"})
READERS = frozenset({"open", "exec", "eval", "compile", "__import__", "input"})


def touches(path: Path) -> list[str]:
    """List what in a module may touch a file, with its line."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        what = imported(node) if isinstance(node, ast.Import | ast.ImportFrom) else used(node)
        if what:
            found.append(f"{getattr(node, 'lineno', 0)}: {what}")
    return found


def imported(node: ast.Import | ast.ImportFrom) -> str:
    """Name what an import brings that may touch a file."""
    if isinstance(node, ast.Import):
        return next((alias.name for alias in node.names if alias.name.split(".")[0] in MODULES), "")
    name = (node.module or "").split(".")[0]
    harmless = {"os": HARMLESS, "io": IN_MEMORY}.get(name)
    if harmless is not None:
        return next((alias.name for alias in node.names if alias.name not in harmless), "")
    return name if name in MODULES else ""


def used(node: ast.AST) -> str:
    """Name what an expression uses that may touch a file."""
    if isinstance(node, ast.Name) and node.id in READERS:
        return node.id
    if isinstance(node, ast.Attribute) and node.attr not in HARMLESS and ast.unparse(node.value) in {"os", "os.path"}:
        return f"{ast.unparse(node.value)}.{node.attr}"
    return ""


TOUCHING = {path.relative_to(HOUSE).as_posix(): found for path in HOUSE.rglob("*.py") if (found := touches(path))}


def test_only_those_that_are_named_touch_the_disk() -> None:
    assert {name: found for name, found in TOUCHING.items() if name not in ALLOWED} == {}


def test_nobody_is_named_who_does_not() -> None:
    assert set(ALLOWED) - set(TOUCHING) == set()


def test_no_carrier_and_no_language_is_named() -> None:
    assert not [name for name in ALLOWED if name.startswith(("carriers/", "lang/", "docker_cli/"))]


def test_what_may_read_is_seen(tmp_path: Path) -> None:
    module = tmp_path / "x.py"
    for text in ("open('x')", "import os\nos.stat('x')", "import os\nos.path.exists('x')", "from pathlib import Path"):
        module.write_text(text)
        assert touches(module), text
