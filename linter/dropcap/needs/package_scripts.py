"""What files of packages set that scripts draw in: said in dropcap's own words, as their texts are not shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.source import Shipped

if TYPE_CHECKING:
    from dropcap.images.facts import File
    from dropcap.source import Source

__all__ = ["text_of_package"]

# Debian's apache2 2.4, debian/config-dir/envvars.
_SCRIPTS = {
    ("apache2", "/etc/apache2/envvars"): """\
unset HOME
export APACHE_RUN_USER=www-data APACHE_RUN_GROUP=www-data APACHE_PID_FILE=/var/run/apache2/apache2.pid
export APACHE_RUN_DIR=/var/run/apache2 APACHE_LOCK_DIR=/var/lock/apache2 APACHE_LOG_DIR=/var/log/apache2 LANG=C
""",
}


def text_of_package(path: str, file: File) -> Source | None:
    """Return what a file does that its package brought and nobody changed; None where that is not described."""
    text = _SCRIPTS.get((file.package, path))
    is_as_brought = file.where is None and not file.behind
    return Shipped(path, text) if text is not None and is_as_brought else None
