"""Texts of an image that nobody is to keep: what is kept goes into a repository."""

from __future__ import annotations

import posixpath
import re

from dropcap.masking import mask

__all__ = ["is_environment", "is_secret", "text_to_keep"]

_STORES = re.compile(
    r"g?shadow-?|\.htpasswd|\.netrc|\.pgpass|\.my\.cnf|\.git-credentials|credentials|passdb|sasl_passwd|rndc\.key"
    r"|(?:chap|pap)-secrets|.*\.secrets?|.*\.(?:key|pem|p12|pfx|jks|kdbx)|.*_key|id_(?:rsa|dsa|ecdsa|ed25519)"
)
"""Names of files that hold secrets and nothing that a startup does."""
_KEY = "PRIVATE KEY-----"
# As crypt(5) writes them, and Apache's.
_HASH = re.compile(
    r"(?:^|[\s:\"'={},])\$(?:[1567y]|2[abxy]|gy|md5|sha1|apr1|argon2\w{1,2})\$[^\s$]{2,80}\$?[\w./+=,-]{8}",
    re.MULTILINE,
)


def is_environment(path: str) -> bool:
    """Return whether a file by its name holds variables: `.env`, `.env.production`, `app.env`."""
    name = posixpath.basename(path)
    return name.startswith(".env.") or name.endswith(".env")


def is_secret(path: str, text: str) -> bool:
    """Return whether the text of a file is, or seems to be, one that nobody else should have."""
    if _STORES.fullmatch(posixpath.basename(path)) or _KEY in text or _HASH.search(text):
        return True
    return is_environment(path) and mask(text) != text


def text_to_keep(path: str, text: str) -> str | None:
    """Return what is kept of a file's text; None where that is nothing."""
    if not is_secret(path, text):
        return text
    if not is_environment(path) or _KEY in text or _HASH.search(text):
        return None
    from dropcap.images.environment_texts import without_values  # few images have one

    return without_values(text)
