"""Whether a variable's value is a secret that is written out, by its name and by its form.

It is told to people, so it errs on the side of silence, the other way round than :mod:`dropcap.masking`. A name counts
by its end: `DB_PASSWORD` is a password, `PASSWORD_MIN_LENGTH` is none, and `DB_PASSWORD_FILE` is where one lies.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.masking import SHORTEST_FORM, has_form

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Secret", "names_secret", "secret_in"]


class Secret(Enum):
    """What a value is."""

    OWN = "a value that somebody chose"
    KNOWN = "a value that everybody guesses first, as of a database for tests"


_PASSWORDS = frozenset({"PASSWORD", "PASSWD", "PASSPHRASE", "PASSWRD", "PASS", "PWD", "USERPASS", "DBPASS", "ROOTPASS"})
_TAILS = frozenset({"SECRET", "TOKEN", "APIKEY", "SECRETKEY", "PRIVATEKEY", "ACCESSTOKEN", "AUTHTOKEN"})
_KEYS = frozenset({"API", "SECRET", "PRIVATE", "ENCRYPTION", "SIGNING", "MASTER", "ACCESS", "AUTH", "APP", "ACCOUNT"})
"""What makes a `…_KEY` a secret."""
_NEVER = frozenset({"PUBLIC", "PUB", "PUBLISHABLE", "SITE", "ANON"})
# Words before the end that make a switch or a measure of it.
_ASKS = frozenset(
    {
        "ALLOW",
        "ENABLE",
        "DISABLE",
        "REQUIRE",
        "USE",
        "HAS",
        "IS",
        "NO",
        "SHOW",
        "FORCE",
        "RANDOM",
        "EMPTY",
        "MIN",
        "MAX",
    }
    | {"GENERATE", "RESET", "CHANGE", "CSRF", "NEEDS"}
)
# What a text says that is to be written over, and names no secret.
_PLACEHOLDER = (
    r"(?i).*([x0*])\1{5}.*|[x*._-]+|.*\.\.\..*|<.*>|\[.*\]|\{.*\}|%.*%.*|__.*__"
    r"|y?our[-_ ].*|my\w*(?:token|key|password|secret)"
    r"|.*(?:your|my)[-_ ]?(?:own|secret|token|api|key|pass|strong|super|secure|random|database|db|user).*"
    r"|(?:insert|enter|put|add|fill|set|paste|replace|todo|fixme)\b.*"
    r"|(?:insert|enter|put|add|replace|change|set|todo|fixme)[-_ ].*[-_ ].*"
    r"|.*(?:here|placeholder|_me|example|redacted|dummy|replace[-_]?me)[!.]*"
)
# Of nothing, of a switch, of where it lies, of a number.
_NOTHING = frozenset(
    {
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "null",
        "none",
        "nil",
        "undefined",
        "unset",
        "empty",
        "disabled",
        "enabled",
    }
    | {"auto", "default", "string", "required", "optional", "plain", "basic", "bearer", "jwt", "file", "env", "random"}
)
_KNOWN = frozenset(
    {
        "changeme",
        "changeit",
        "change-me",
        "change_me",
        "changethis",
        "password",
        "passwd",
        "pass",
        "secret",
        "secrets",
        "root",
    }
    | {
        "admin",
        "administrator",
        "test",
        "testing",
        "user",
        "guest",
        "postgres",
        "mysql",
        "mariadb",
        "mongo",
        "mongodb",
        "redis",
    }
    | {"rabbitmq", "minio", "minioadmin", "toor", "qwerty", "letmein", "dev", "develop", "development", "local", "demo"}
    | {"docker", "db", "database", "app", "foobar", "foo", "bar", "token", "key", "welcome", "master", "hunter2", "sa"}
)
# What says itself that it is one, or asks to be another one; and a single word.
_SPEAKING = (
    r"(?i).*(?:p[a@4][s5$]{2}|s[e3]cr[e3]t|change|random|string|str[o0]ng|secure|example|optional|sample).*|[a-z]{1,11}"
)
_STRETCHED = (
    r"(?:[-_.@!#]|\d|pass(?:word|wd)?|pwd|secret|admin|root|test(?:ing)?|dev|user|db|key|token|change|me|this|my|the|it"
    r"|app|abc|enc)+"
)
_SHORTEST, _SHORTEST_KEY = 3, 8
_LONGEST_NAME = 200
_ADDRESS = r"[A-Za-z][\w+.-]*://([^\s/:@]*):([^\s/@]+)@[^\s@]+"


def names_secret(name: str) -> bool:
    """Return whether a variable of a name holds a secret, if it holds anything."""
    return _kind(name[:_LONGEST_NAME]) is not None


def secret_in(name: str, value: str, guesses: Collection[str] = ()) -> Secret | None:
    """Return what secret a variable's value is; None where it is none, or nobody can tell.

    Args:
        name: the variable's.
        value: as it is written.
        guesses: what else stands beside it, such as the user and the image: who knows that guesses it first.

    """
    value = value.strip().strip("\"'")
    if len(value) < _SHORTEST or "$" in value or "{{" in value:
        return None
    # Most values are short and no address: they need no pattern.
    if len(value) >= SHORTEST_FORM and has_form(value) and not _NEVER & set(_words(name)):
        return None if "EXAMPLE" in value.upper() or re.search(r"(?i)x{6}|0{8}|1234567", value) else Secret.OWN
    address = re.fullmatch(_ADDRESS, value) if "://" in value else None
    if address is not None:
        return _graded(name, address[2], (*guesses, address[1]))
    kind = _kind(name[:_LONGEST_NAME])
    is_one = kind is not None and not _is_something_else(value) and (kind == "password" or _may_be_key(value))
    return _graded(name, value, guesses) if is_one else None


def _is_something_else(value: str) -> bool:
    """Whether a value is a switch, a sentence, an address or a path."""
    if value.lower() in _NOTHING or re.search(r"\s|://|[<>()]", value):
        return True
    return re.fullmatch(r"(?:~|\.{0,2})/[\w./@-]+|[\w.-]+/[\w./-]+\.\w{1,5}", value) is not None


def _may_be_key(value: str) -> bool:
    """Whether a value may be a token or a key: not a measure, and not words that name where one lies."""
    if value.isdigit() or re.fullmatch(r"[A-Z]+(?:_[A-Z]+)+", value):
        return False
    if value.lower() in _KNOWN or _is_stretched(value):
        return True
    return len(value) >= _SHORTEST_KEY and re.fullmatch(r"[a-z]+(?:[-_.:][a-z]+)*", value) is None


def _graded(name: str, value: str, guesses: Collection[str]) -> Secret | None:
    if re.fullmatch(_PLACEHOLDER, value):
        return None
    known = _KNOWN.union((word.lower() for word in _words(name)), map(str.lower, guesses))
    bare = re.sub(r"[\W\d_]", "", value.lower())
    is_known = (
        {value.lower(), bare} & known
        or known.issuperset(re.split(r"[-_.@]", value.lower()))
        or _is_stretched(value.lower(), guesses)
        or re.fullmatch(_SPEAKING, value)
        or "123456" in value
        or len(set(value)) <= 2  # noqa: PLR2004  # nothing but one sign, and perhaps another one at its end
    )
    return Secret.KNOWN if is_known else Secret.OWN


def _is_stretched(value: str, guesses: Collection[str] = ()) -> bool:
    """Whether a value is made of words that everybody guesses, and of figures: `test_password123`."""
    if len(value) > 30:  # noqa: PLR2004  # a secret is longer
        return False
    for word in sorted((one.lower() for one in guesses if len(one) > _SHORTEST), key=len, reverse=True):
        value = value.replace(word, "test")
    return re.fullmatch(_STRETCHED, value) is not None


def _words(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name[:_LONGEST_NAME])
    return [word for word in re.split(r"[^A-Za-z0-9]+", spaced.upper()) if word]


@lru_cache(maxsize=1024)  # services have the same variables
def _kind(name: str) -> str | None:
    words = _words(name)
    while words and (words[-1].isdigit() or words[-1] in {"BASE64", "B64"}):
        words.pop()
    if not words or _NEVER & set(words) or _ASKS & set(words[:-1]):
        return None
    last = words[-1].rstrip("0123456789")
    if last in _PASSWORDS or last.endswith("PASSWORD"):
        return None if last == "PWD" and (len(words) == 1 or "OLD" in words) else "password"
    if last in _TAILS:
        return "key"
    return "key" if last == "KEY" and len(words) > 1 and words[-2] in _KEYS else None
