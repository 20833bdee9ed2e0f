"""Both hooks, run by pre-commit itself from a repository with nothing but what is shipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = ("linter", "rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")

PRIVILEGED = "services:\n  web:\n    image: nginx\n    privileged: true\n"
HARMLESS = {
    "stack.yaml": "resolver: lts-22.0\npackages: [.]\n",
    "compose.tpl.yaml": "{{ if x }}\nservices: {}\n{{ end }}\n",
    "values.yaml": "a: 1\n",
    "notes.txt": "hello\n",
    "Dockerfile-dev": "FROM alpine:3\n",
    "vendor/compose.yaml": PRIVILEGED,
    "--output=x.sh": "true\n",
    ".dropcap.toml": 'exclude = ["vendor/"]\n',
}
FOUND = {
    "app.yaml": PRIVILEGED,
    "script": "#!/bin/sh\ndocker run --privileged alpine\n",
    "Dockerfile_dev": "FROM alpine\nRUN chmod u+s /bin/x\n",
}
MISSPELT = "services:\n  web:\n    image: web:1\n    cap_drop: [ALL]\n    cap_add: [NET-BIND-SERVICE] # low\n"


class Hook:
    """pre-commit in an environment of its own, with the hook installed from a repository."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder / "venv", with_pip=True)
        self.folder = folder
        self.environ = {**os.environ, "PRE_COMMIT_HOME": str(folder / "home"), "HOME": str(folder)}
        self.run(folder / "venv" / "bin" / "pip", "install", "--quiet", "pre-commit").check_returncode()
        for name in SHIPPED:
            source, to = ROOT / name, folder / "hook" / name
            if source.is_dir():
                shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, to)
        self.revision = self.commit(folder / "hook")

    def run(self, *words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=cwd or self.folder, env=self.environ, capture_output=True, text=True, check=False
        )

    def commit(self, folder: Path) -> str:
        """Make a repository of a folder; gives its only commit."""
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        for words in (["init", "--quiet"], ["add", "--all", "--force"], [*who, "commit", "--quiet", "--message", "x"]):
            self.run("git", *words, cwd=folder).check_returncode()
        return self.run("git", "rev-parse", "HEAD", cwd=folder).stdout.strip()

    def pre_commit(self, folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return self.run(self.folder / "venv" / "bin" / "pre-commit", *words, cwd=folder)

    def on(
        self, folder: Path, files: dict[str, str], arguments: str = "", hook: str = "dropcap"
    ) -> subprocess.CompletedProcess[str]:
        """Run it on every file of a new repository."""
        self.lay_down(folder, files, arguments, hook)
        self.commit(folder)
        return self.pre_commit(folder, "run", "--all-files", "--verbose")

    def lay_down(self, folder: Path, files: dict[str, str], arguments: str = "", hook: str = "dropcap") -> None:
        """Write files, and a configuration of pre-commit."""
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        config = f"repos:\n- repo: {self.folder}/hook\n  rev: {self.revision}\n  hooks:\n  - id: {hook}\n{arguments}"
        (folder / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")


@pytest.fixture(scope="module")
def hook(tmp_path_factory: pytest.TempPathFactory) -> Hook:
    return Hook(tmp_path_factory.mktemp("hook"))


def test_the_hook_leaves_innocent_commits_alone(hook: Hook, tmp_path: Path) -> None:
    done = hook.on(tmp_path, HARMLESS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not a Compose file" in done.stdout
    assert "error" not in done.stdout
    assert not (tmp_path / "x.sh").exists()


def test_the_hook_knows_files_by_name_and_content(hook: Hook, tmp_path: Path) -> None:
    done = hook.on(tmp_path, HARMLESS | FOUND)
    assert done.returncode == 1, done.stdout + done.stderr
    for place in ("app.yaml:4:17: critical", "script:2:12: critical", "Dockerfile_dev:2:"):
        assert place in done.stdout


def test_arguments_of_a_user_replace_nothing_that_the_hook_needs(hook: Hook, tmp_path: Path) -> None:
    arguments = "    args: [--ignore, 'privileged,setuid-program']\n"
    done = hook.on(tmp_path, HARMLESS | FOUND, arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "x.sh").exists()


def test_the_other_hook_mends_what_is_certain(hook: Hook, tmp_path: Path) -> None:
    done = hook.on(tmp_path, HARMLESS | {"compose.yaml": MISSPELT}, hook="dropcap-fix")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "files were modified by this hook" in done.stdout
    assert (tmp_path / "compose.yaml").read_text(encoding="utf-8") == MISSPELT.replace("NET-BIND-S", "NET_BIND_S")
    assert (tmp_path / "vendor" / "compose.yaml").read_text(encoding="utf-8") == PRIVILEGED


def test_both_hooks_can_be_tried_from_a_tree_that_is_not_committed(hook: Hook, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    hook.run("git", "clone", "--quiet", hook.folder / "hook", tree).check_returncode()
    version = tree / "linter" / "dropcap" / "__init__.py"
    version.write_text(f"{version.read_text(encoding='utf-8')}\nprint('as it is, not as it was committed')\n", "utf-8")
    files = {
        "compose.yaml": MISSPELT,
        "deploy/Dockerfile": "FROM alpine:3\nRUN chmod u+s /bin/x\n",
        "deploy/run.sh": FOUND["script"],
        "tool.py": "import os\nos.system('docker run --privileged alpine')\n",
        "notes.txt": "docker run --privileged alpine\n",
    }
    folder = tmp_path / "repository"
    hook.lay_down(folder, files)
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (folder / "blob.bin").write_bytes(b"FROM alpine\n\0\xff\xfe")
    hook.commit(folder)
    done = hook.pre_commit(folder, "try-repo", tree, "--all-files", "--verbose")
    assert done.returncode == 1, done.stdout + done.stderr
    first, second = done.stdout.split("- hook id: dropcap\n")[1].split("- hook id: dropcap-fix\n")
    assert "- exit code: 1\n" in first
    for place in ("compose.yaml:5:15: high", "deploy/run.sh:2:12: critical", "deploy/Dockerfile:2:"):
        assert place in first
    assert "in 3 of 3 files" in first
    assert "as it is, not as it was committed" in first
    assert "- files were modified by this hook\n" in second
    assert "Fixed 1 problem in 1 file" in second
    assert hook.run("git", "diff", "--name-only", cwd=folder).stdout == "compose.yaml\n"
    for name in ("tool.py", "notes.txt", "logo.png", "blob.bin"):
        assert name not in done.stdout


def test_a_commit_of_variables_alone_checks_the_project_beside_them(hook: Hook, tmp_path: Path) -> None:
    project = 'services:\n  web:\n    image: web:1\n    cap_drop: [ALL]\n    cap_add: ["${CAPABILITY}"]\n'
    files = {"app/compose.yaml": project, "app/.env": "CAPABILITY=CHOWN\n", "other/.env": "X=1\n"}
    hook.lay_down(tmp_path, files)
    head = hook.commit(tmp_path)
    hook.pre_commit(tmp_path, "install").check_returncode()
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    for name, text, code, said in (
        ("app/.env", "CAPABILITY=SYS_ADMIN\nPASSWORD=hunter2\n", 1, "app/compose.yaml:5:15: critical: SYS_ADMIN"),
        ("app/.env", "CAPABILITY=CHOWN\nPASSWORD=hunter2\n", 0, "Passed"),
        ("other/.env", "CAPABILITY=SYS_ADMIN\n", 0, "Passed"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        done = hook.run("git", *who, "commit", "--all", "--message", "x", cwd=tmp_path)
        assert done.returncode == code, done.stdout + done.stderr
        assert said in done.stdout + done.stderr
        assert "hunter2" not in done.stdout + done.stderr
        now = hook.run("git", "rev-parse", "HEAD", cwd=tmp_path).stdout.strip()
        assert (now == head) is (code == 1)
