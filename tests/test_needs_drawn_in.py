"""A file that a build lays beside the configuration of a package counts as that does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.needs.model import Needs


def needs(folder: Path, package: str, steps: str, command: str) -> Needs:
    (folder / "Dockerfile").write_text(
        f"FROM debian:bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends {package}\n"
        f"{steps}CMD {command}\n",
        encoding="utf-8",
    )
    (folder / "x.conf").write_text(
        "user = root\nChrootDir /srv\nproxy_cache_path /srv/x;\n[program:x]\ncommand=setcap -r /srv/x\n",
        encoding="utf-8",
    )
    (folder / "compose.yaml").write_text("services:\n  a:\n    build: .\n", encoding="utf-8")
    targets = [one for one in discover([str(folder)]).targets if one.path.endswith("compose.yaml")]
    (container,) = [one for one in check_file(targets[0], (), Setup()).containers if one.kind is Kind.SERVICE]
    return needs_of(container, Workspace(str(folder)))


@pytest.mark.parametrize(
    ("package", "target", "command", "capability"),
    [
        ("nginx", "/etc/nginx/conf.d/x.conf", "nginx -g 'daemon off;'", "CHOWN"),
        ("apache2", "/etc/apache2/conf-enabled/x.conf", "apache2 -D FOREGROUND", "SYS_CHROOT"),
        ("supervisor", "/etc/supervisor/conf.d/x.conf", "supervisord -n", "SETFCAP"),
    ],
)
def test_what_lies_beside_it_is_read(tmp_path: Path, package: str, target: str, command: str, capability: str) -> None:
    found = needs(tmp_path, package, f"COPY x.conf {target}\n", command)
    places = [place.where for one in found.needs for place in one.evidence if one.capability == capability]
    assert any(place is not None and place.source.path.endswith("x.conf") for place in places)
    unread = needs(tmp_path, package, f"RUN curl http://x > {target}\n", command)
    assert not unread.is_complete


JOB = "RUN printf '#!/bin/sh\\nchown www-data /srv\\n' > /etc/cron.daily/{}\n"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (JOB.format("own") + "RUN chmod 755 /etc/cron.daily/own\n", True),
        (JOB.format("own"), False),
        (JOB.format("own.sh") + "RUN chmod 755 /etc/cron.daily/own.sh\n", False),
        ("RUN printf '@daily root setcap -r /x\\n' > /etc/crontab\n", False),
    ],
)
def test_jobs_beside_those_of_packages_are_followed(tmp_path: Path, steps: str, *, expected: bool) -> None:
    found = needs(tmp_path, "cron", steps, "cron -f")
    assert ("CHOWN" in found.cap_add) is expected


def test_a_text_that_takes_the_place_of_a_packages_is_none_of_the_package(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("#!/bin/sh\nsed s/a/b/ /x > /etc/nginx/nginx.conf\nexec nginx -g 'daemon off;'\n")
    (tmp_path / "run.sh").chmod(0o755)
    found = needs(tmp_path, "nginx-light gettext-base", "COPY x.conf /x\nCOPY run.sh /run.sh\n", '["/run.sh"]')
    assert "dropcap cannot read /etc/nginx/nginx.conf" in [one.reason for one in found.unknown]


@pytest.mark.parametrize(
    ("step", "expected", "is_known"),
    [
        ("echo ServerName localhost >> /etc/apache2/apache2.conf", "", True),
        ("echo ChrootDir /srv >> /etc/apache2/apache2.conf", "SYS_CHROOT", True),
        (
            "echo ServerName x >> /etc/apache2/apache2.conf && echo ChrootDir /srv >> /etc/apache2/apache2.conf",
            "SYS_CHROOT",
            True,
        ),
        ("{ echo ServerName x; echo ChrootDir /srv; } >> /etc/apache2/apache2.conf", "SYS_CHROOT", True),
        ("{ echo ServerName x; curl http://x; } >> /etc/apache2/apache2.conf", "", False),
        ("curl http://x >> /etc/apache2/apache2.conf", "", False),
        ("curl http://x | tee -a /etc/apache2/apache2.conf", "", False),
        ("sed -i 's/^User .*/ChrootDir \\/srv/' /etc/apache2/apache2.conf", "", False),
        ("sed -i 's#^User .*#ChrootDir /srv#; /x/d' /etc/apache2/apache2.conf", "SYS_CHROOT", True),
        ("sed -i -e 's#^Timeout .*#Timeout 3#' /etc/apache2/apache2.conf", "", True),
        ("sed -i 's/Timeout 300/Timeout 3/' /etc/apache2/apache2.conf", "", True),
        ("sed -i 's/www-data/other/' /etc/apache2/apache2.conf", "", False),
        ("sed -i 's/\\(User\\) .*/\\1 other/' /etc/apache2/apache2.conf", "", False),
        ('sed -i "s/^User .*/User $WHO/" /etc/apache2/apache2.conf', "", False),
        ("sed -i -f /x /etc/apache2/apache2.conf", "", False),
        ("sed -i 's/^User .*/User a/;w /x' /etc/apache2/apache2.conf", "", False),
    ],
)
def test_what_is_written_behind_a_packages_text_is_read(
    tmp_path: Path, step: str, expected: str, *, is_known: bool
) -> None:
    found = needs(tmp_path, "apache2", f"RUN {step}\n", "apache2 -D FOREGROUND")
    assert ("SYS_CHROOT" in found.cap_add) is bool(expected)
    assert ("dropcap cannot read /etc/apache2/apache2.conf" not in [one.reason for one in found.unknown]) is is_known


@pytest.mark.parametrize(
    ("step", "is_complete"),
    [
        ("", True),
        ("RUN echo export LOCAL=1 >> /etc/apache2/envvars\n", False),
        ("COPY x.conf /etc/apache2/envvars\n", False),
    ],
)
def test_what_a_package_sets_for_scripts_that_draw_it_in(tmp_path: Path, step: str, *, is_complete: bool) -> None:
    script = '["bash", "-c", ". /etc/apache2/envvars; mkdir -p $APACHE_RUN_DIR; exec apache2 -DFOREGROUND"]'
    found = needs(tmp_path, "apache2", step, script)
    assert {"SETGID", "SETUID"} <= set(found.cap_add)
    assert found.is_complete is is_complete
    assert all(
        one.where is None or "envvars" not in one.where.source.path for each in found.needs for one in each.evidence
    )
