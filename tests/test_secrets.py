"""Secrets that stand in a file: told by name, and printed in no form of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.api import Secret, names_secret, secret_in
from dropcap.cli import main
from dropcap.masking import mask
from dropcap.writers import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

# Put together, so that no scanner of repositories takes it for one.
TOKENS = [
    "gh" + "p_a8D2kq0xLm4Zp81kdQwErTy7uiOpAsDfGh42",
    "gl" + "pat-a8D2kq0xLm4Zp81kdQwE",
    "sk" + "_live_a8D2kq0xLm4Zp81kdQwErTy7",
    "AK" + "IA5Q2LMZ8RTB3WCVNP",
    "np" + "m_a8D2kq0xLm4Zp81kdQwErTy7uiOpAsDfGh42",
    "AI" + "zaSyD6X4ULRaRUsobvs1zZ2bHdJuPz39q2tb7",
    "-----BEGIN RSA PRIVATE KEY-----",
]
CHOSEN = "wZ93kLq0xTm7"


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_is_a_secret_by_its_form_and_is_hidden_wherever_it_stands(token: str) -> None:
    assert secret_in("ANYTHING", token) is Secret.OWN
    assert mask(f"anything is {token} here").startswith("anything is *")


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("DB_PASSWORD", CHOSEN, Secret.OWN),
        ("database__connection__password", CHOSEN, Secret.OWN),
        ("dbPassword2", CHOSEN, Secret.OWN),
        ("SECRET_KEY_BASE64", CHOSEN, Secret.OWN),
        ("DATABASE_URL", f"postgres://web:{CHOSEN}@db/web", Secret.OWN),
        ("DATABASE_URL", "postgres://web:web@db/web", Secret.KNOWN),
        ("DB_PASSWORD", "changeme", Secret.KNOWN),
        ("DB_PASSWORD", "Str0ngP@ssw0rd!", Secret.KNOWN),
        ("DB_PASSWORD", "1234", Secret.KNOWN),
        ("DB_PASSWORD", "umbrella", Secret.KNOWN),
        ("DATABASE_URL", "postgres://web@db/web", None),
        ("DATABASE_URL", "postgres://web:${PASSWORD}@db/web", None),
        ("PASSWORD_MIN_LENGTH", "12", None),
        ("TOKEN", "86400", None),
        ("ALLOW_EMPTY_PASSWORD", "correct-horse", None),
        ("DB_PASSWORD_FILE", "/run/secrets/db", None),
        ("DB_PASSWORD", "/run/secrets/db", None),
        ("JWT_SECRET_KEY", "config/jwt/private.pem", None),
        ("SECRET_KEY", "vault:team-db", None),
        ("PUBLIC_KEY", TOKENS[0], None),
        ("AWS_ACCESS_KEY_ID", "minio-user", None),
        ("KEY", CHOSEN, None),
        ("OLDPWD", "/srv", None),
        ("API_KEY", "sk-XXXXXXXXXXXXXXXXXXXX", None),
        ("API_KEY", "<your key>", None),
        ("API_TOKEN", "MyCloudflareApiToken", None),
        ("AWS_SECRET", "AKIA" + "IOSFODNN7EXAMPLE", None),
        ("API_TOKEN", "{{ token }}", None),
    ],
)
def test_what_is_a_secret_is_decided_by_name_and_value(name: str, value: str, secret: Secret | None) -> None:
    assert secret_in(name, value) is secret


def test_what_stands_beside_a_password_is_guessed_first() -> None:
    assert secret_in("DB_PASSWORD", "tracker2024-app") is Secret.OWN
    assert secret_in("DB_PASSWORD", "tracker2024-app", {"trackerapp"}) is Secret.KNOWN
    assert secret_in("DB_PASSWORD", "minioadmin-tracker", {"tracker"}) is Secret.KNOWN
    assert secret_in("DB_PASSWORD", "TrackerAdmin123!", {"tracker"}) is Secret.KNOWN
    assert secret_in("DB_PASSWORD", "TrackerAdmin123!") is Secret.OWN
    assert secret_in("DB_PASSWORD", "abc123") is Secret.KNOWN


@pytest.mark.parametrize("name", ["A" * 100_000, "_" * 100_000, "aB" * 50_000, "PASSWORD_" * 10_000])
def test_names_and_values_of_any_length_are_read_quickly(name: str) -> None:
    assert not names_secret(name) or "PASSWORD" in name
    secret_in("DB_PASSWORD", name)


FILES = {
    "compose.yaml": "services:\n  web:\n    image: web:1\n    environment:\n      DB_PASSWORD: {0}\n      PAT: {1}\n",
    "below.yaml": "services:\n  web:\n    image: web:1\n    environment:\n      DB_PWD:\n        {0}\n"
    "      PAT: >-\n        {1}\n",
    "other.yaml": "services:\n  web:\n    image: web:1\n    environment: [DB_PWD={0}, 'PAT={1}']\n",
    "run.sh": "#!/bin/sh\ndocker run -e DB_PWD={0} --env 'PAT={1}' web:1\n",
    "web.container": "[Container]\nImage=web:1\nEnvironment=DB_PWD={0} PAT={1}\n",
    "Dockerfile": "FROM web:1\nENV DB_PWD={0} PAT={1}\nARG A_PWD={0}\nARG PAT={1}\nENV B_PASSWORD {0}\n",
    "Containerfile": "FROM web:1\nENV A=1 \\\n  DB_PWD={0} \\\n  PAT={1}\n",
    ".devcontainer.json": '{{"image": "web:1", "containerEnv": {{"DB_PWD": "{0}", "PAT": "{1}"}}}}\n',
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("file", FILES)
def test_a_secret_is_told_and_never_printed(
    file: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / file
    path.write_text(FILES[file].format(CHOSEN, TOKENS[0]), encoding="utf-8")
    select = "secret-in-environment,secret-in-image"
    main(["check", "--select", select, "--format", form, str(path)])
    out = capsys.readouterr()
    assert "DB_PWD" in out.out or "DB_PASSWORD" in out.out
    assert "PAT" in out.out
    for secret in (CHOSEN, TOKENS[0]):
        assert secret not in out.out
        assert secret not in out.err
