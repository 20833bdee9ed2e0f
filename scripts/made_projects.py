"""Write projects as people keep them: a Compose file, its Dockerfile, and what that copies and starts.

    scripts/made_projects.py FOLDER [NUMBER]

The same projects in every run. One in four starts a program as a user of its own, one in four a daemon by its
configuration, and half start a script that prepares folders and switches users, as images of databases do.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

_COMPOSE = """\
services:
  {name}:
    build: .
    restart: unless-stopped
    environment:
{environment}
    ports:
      - "{port}:{inside}"
    volumes:
      - data:{data}
  cache:
    image: redis:7
    cap_drop: [ALL]
    cap_add: [SETUID, SETGID]
volumes:
  data:
"""
_BASE = """\
# syntax=docker/dockerfile:1
FROM debian:bookworm-slim
ENV LANG=C.UTF-8 {upper}_HOME={data}
RUN apt-get update \\
    && apt-get install -y --no-install-recommends {packages} \\
    && rm -rf /var/lib/apt/lists/*
"""
_PROGRAM = """\
RUN useradd --system --uid {uid} --create-home {name}
WORKDIR /srv/{name}
COPY --chown={name}:{name} app/ /srv/{name}/
USER {name}
EXPOSE {inside}
ENTRYPOINT ["python3", "/srv/{name}/main.py"]
CMD ["--port", "{inside}"]
"""
_DAEMON = """\
RUN rm -f /etc/nginx/sites-enabled/default && mkdir -p {data} && chown www-data:www-data {data}
COPY nginx.conf /etc/nginx/nginx.conf
EXPOSE {inside}
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
"""
_SCRIPT = """\
RUN groupadd -r {name} --gid={uid} && useradd -r -g {name} --uid={uid} --home-dir={data} --shell=/bin/bash {name} \\
    && mkdir -p {data} /run/{name} /docker-entrypoint.d && chown -R {name}:{name} {data} /run/{name}
COPY docker-entrypoint.sh /usr/local/bin/
RUN chmod +x /usr/local/bin/docker-entrypoint.sh
VOLUME {data}
EXPOSE {inside}
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["python3", "-m", "{name}"]
"""
_ENTRYPOINT = """\
#!/bin/bash
set -Eeuo pipefail

# the data folder of {name}
: "${{{upper}_HOME:={data}}}"

file_env() {{
	local var="$1"
	local file_var="${{var}}_FILE"
	if [ -n "${{!file_var:-}}" ]; then
		export "$var"="$(< "${{!file_var}}")"
		unset "$file_var"
	fi
}}

prepare() {{
	mkdir -p "${upper}_HOME"{folders}
	if [ "$(id -u)" = '0' ]; then
		find "${upper}_HOME" \\! -user {name} -exec chown {name} '{{}}' +
	fi
	chmod 700 "${upper}_HOME"
}}

if [ "${{1:0:1}}" = '-' ]; then
	set -- python3 -m {name} "$@"
fi

if [ "$1" = 'python3' ]; then
	{settings}
	prepare
	for file in /docker-entrypoint.d/*; do
		case "$file" in
			*.sh) echo "$0: running $file"; . "$file" ;;
			*) echo "$0: ignoring $file" ;;
		esac
	done
	if [ "$(id -u)" = '0' ]; then
		exec {switch} "$0" "$@"
	fi
fi

exec "$@"
"""
_NGINX = """\
user www-data;
worker_processes auto;
pid /run/nginx.pid;
events {{ worker_connections {connections}; }}
http {{
    server {{
        listen {inside};
        root {data};
    }}
}}
"""
_SWITCHES = (
    "setpriv --reuid={name} --regid={name} --init-groups",
    "gosu {name}",
    "runuser -u {name} --",
)


def write_projects(folder: Path, count: int) -> None:
    """Write projects into folders of their own."""
    dice = random.Random(3)  # noqa: S311  # the same files in every run
    for number in range(count):
        name = f"app{number}"
        values = {
            "name": name,
            "upper": name.upper(),
            "data": f"/var/lib/{name}",
            "uid": str(900 + number % 90),
            "port": str(8000 + number % 100),
            "inside": dice.choice(("80", "443", "5432", "8080")),
            "connections": str(dice.choice((512, 1024))),
            "folders": "".join(f' "/run/{name}/{part}"' for part in ("a", "b", "c")[: dice.randint(0, 3)]),
            "settings": "\n\t".join(f"file_env {name.upper()}_{key}" for key in range(dice.randint(1, 5))),
            "environment": "\n".join(f"      KEY_{key}: value{key}" for key in range(dice.randint(1, 8))),
        }
        kind = ("script", "program", "script", "daemon")[number % 4]
        packages = {"script": "gosu python3", "program": "python3 ca-certificates", "daemon": "nginx"}[kind]
        work = folder / f"{number:03}"
        work.mkdir()
        steps = {"script": _SCRIPT, "program": _PROGRAM, "daemon": _DAEMON}[kind]
        switch = dice.choice(_SWITCHES).format(**values)
        dockerfile = (_BASE + steps).format(**values, packages=packages)
        (work / "compose.yaml").write_text(_COMPOSE.format(**values), encoding="utf-8")
        (work / "Dockerfile").write_text(dockerfile, encoding="utf-8")
        if kind == "script":
            text = _ENTRYPOINT.format(**values, switch=switch)
            (work / "docker-entrypoint.sh").write_text(text, encoding="utf-8")
        elif kind == "daemon":
            (work / "nginx.conf").write_text(_NGINX.format(**values), encoding="utf-8")
        else:
            (work / "app").mkdir()
            (work / "app" / "main.py").write_text(f'print("{name}")\n', encoding="utf-8")


if __name__ == "__main__":
    write_projects(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 800)  # noqa: PLR2004  # the second word
