"""Of a file of variables all is kept but what looks like a secret, and what that is nobody knows afterwards."""

from __future__ import annotations

import pytest

from dropcap.images.environment_texts import hides_values, sourced, without_values
from dropcap.images.readers.layers import Reading, to_text
from dropcap.source import Source, Span
from reading import needs_of_script as needs


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("MODE=prod\n", "MODE=prod\n"),
        ("# my\nMODE=prod\nTOKEN=abc\n", "# my\nMODE=prod\nTOKEN=***\n"),
        ("export API_KEY='a b'  \r\nA=1\r\n", f"export API_KEY={'*' * 8}\nA=1\r\n"),
        ('DATABASE_URL="postgres://me:secret1@db/x"', f"DATABASE_URL={'*' * 28}"),
        ("# TOKEN=abc\nA=1", "#\nA=1"),
        ("TOKEN=", "TOKEN="),
        ("TOKEN=$(cat /x)", None),
        ("TOKEN=`x`", None),
        ("PASSWORD='a\nb'", None),
        ("TOKEN=abc; rm /x", None),
        (". /x\nTOKEN=abc", None),
    ],
)
def test_what_is_kept(text: str, kept: str | None) -> None:
    assert without_values(text) == kept
    for secret in ("abc", "a b", "secret1"):
        assert kept is None or secret not in kept


def test_a_file_of_variables_is_kept_without_its_secrets() -> None:
    kept = to_text("/srv/.env", b"MODE=prod\nTOKEN=abc\n", Reading())
    assert kept is not None
    assert kept.text == "MODE=prod\nTOKEN=***\n"
    assert hides_values(kept.text)
    assert not hides_values("MODE=prod\nA=\nB=*.txt\n")


def test_what_is_hidden_is_read_as_something_that_nobody_knows() -> None:
    text = Source("x", "MODE=prod\nexport TOKEN=***\nLAST=1\n")
    made = sourced(text)
    assert made.text == "MODE=prod\nread -r TOKEN || :; export TOKEN\nLAST=1\n"
    at = made.text.index("LAST")
    assert made.to_root(Span(at, at + 4)) == (text, Span(text.text.index("LAST"), text.text.index("LAST") + 4))
    plain = Source("x", "MODE=prod\n")
    assert sourced(plain) is plain


HIDDEN = "printf 'MODE=prod\\nTOKEN=***\\n' > /srv/.env; "


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (". /srv/.env", ""),
        (". /srv/.env; [ $$MODE != prod ] || gosu www-data true", "SETGID SETUID"),
        (". /srv/.env; [ $$MODE = prod ] || gosu www-data true", ""),
        (". /srv/.env; [ $$TOKEN = a ] || gosu www-data true", "SETGID SETUID"),
        (". /srv/.env; [ $$TOKEN != a ] || gosu www-data true", "SETGID SETUID"),
        ("grep -q TOKEN=abc /srv/.env || gosu www-data true", "SETGID SETUID"),
        ("grep -q TOKEN=abc /srv/.env && gosu www-data true", "SETGID SETUID"),
        ("[ -s /srv/.env ] || gosu www-data true", ""),
    ],
)
def test_what_depends_on_it_may_be_either_way(script: str, expected: str) -> None:
    assert " ".join(needs(HIDDEN + script).cap_add) == expected
