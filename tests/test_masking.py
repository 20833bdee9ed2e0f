from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcap.hidden import without_values
from dropcap.masking import mask, without_secrets
from dropcap.source import Source
from steps import assert_linear

_HIDDEN = [
    # An option that sets a variable: whatever its name.
    ("docker run -e PLAIN=value nginx", "value"),
    ("docker run -ePLAIN=value nginx", "value"),
    ("docker run -ite PLAIN=value nginx", "value"),
    ("docker run --env PLAIN=value nginx", "value"),
    ("docker run --env=PLAIN=value nginx", "value"),
    ("docker run --env 'PLAIN=two words' nginx", "two words"),
    ('docker run -e PLAIN="two words" nginx', "two words"),
    ('docker run -e "PLAIN=it\'s" nginx', "it's"),
    (r"docker run -e PLAIN=a\ b nginx", r"a\ b"),
    ('"runArgs": ["-e", "PLAIN=two words", "--init"]', "two words"),
    ("docker run -e \\\n    PLAIN=value nginx", "value"),
    # A name that says what it holds.
    ("DB_PASSWORD=value docker run nginx", "value"),
    ("  - API_KEY=value", "value"),
    ('  - "API_KEY=two words"', "two words"),
    ("  db.auth-string: two words # why", "two words"),
    ('  "CREDENTIALS": "two words"', "two words"),
    ('{"token":"value","privileged":true}', "value"),
    ("  environment: {Secret: value, OTHER: b}", "value"),
    ("  curl -H 'Authorization: Bearer value' x", "Bearer value"),
    ("  password: ${DB_PASS:-value}", "${DB_PASS:-value}"),
    ("  image: x:${TOKEN:-value}", "value"),
    ("redis-server --requirepass value --port 1", "value"),
    ('["redis-server", "--requirepass", "value", "--port"]', "value"),
    ('redis-server --requirepass "two words" --port 1', "two words"),
    ("--secret-file=value", "value"),
    ("ENV ROOT_PASSWORD value", "value"),
    # Labels and arguments of a build; instructions that set the like.
    ("docker run -l a.b=value nginx", "value"),
    ("docker run --label=a=value nginx", "value"),
    ("docker build --build-arg A='two words' .", "two words"),
    ("docker service update --env-add A=value --label-add b=value x", "value"),
    ("ENV A=value", "value"),
    ("ENV A two words", "two words"),
    ('LABEL a.b="two words"', "two words"),
    # Passwords that are given by one letter.
    ("docker login -u me -p value registry.example && docker run x", "value"),
    ("docker login registry.example --password value", "value"),
    ("docker login registry.example --password=value", "value"),
    ("mysql -pvalue", "value"),
    ("mysql -p1value", "1value"),
    ("mysql -p'two words'", "two words"),
    # Variables of units and of recipes.
    ("Environment=A=value", "value"),
    ("Environment=A=value B=value", "value B=value"),
    ("Label='a.b=two words'", "two words'"),
    ("API_TOKEN := value", "value"),
    ("export API_TOKEN = two words", "two words"),
    ("    image: me:value@registry.example/x", "value"),
    # A password in a URL.
    ("  - DATABASE_URL=postgres://me:value@db/x", "value"),
    ("  git clone https://ghp_0123456789abcdef@github.com/x", "ghp_0123456789abcdef"),
    ("url: amqp://me:va/lue@db", "va/lue"),
]


@pytest.mark.parametrize(("text", "secret"), _HIDDEN)
def test_a_secret_is_hidden_and_nothing_else_moves(text: str, secret: str) -> None:
    assert without_secrets(text) == mask(text) == text.replace(secret, "*" * len(secret))


@pytest.mark.parametrize(
    "text",
    [
        "    privileged: true",
        "  authentik:\n    privileged: true",
        "  auth: {privileged: true}",
        "    image: quay.io/keycloak/keycloak:26",
        "      - ./keys:/etc/keys:ro",
        "docker run --cap-add NET_ADMIN --name auth nginx",
        "docker run --env-file ./plain.env nginx",
        "    PLAIN: value",
        "docker run -p8080:80 -p 127.0.0.1:80:80/udp -p$PORT:80 nginx",
        "docker run -p'8080:80' nginx",
        '"runArgs": ["-p", "8080:80"]',
        "    image: nginx:1.25@sha256:0123456789abcdef",
        "docker login registry.example && docker run -p 80 x",
        "  - PLAIN=value",
        "# the key to success",
        "redis-server --no-auth --port 1",
        "ssh://git@example.org/x",
        "http://example.org:8080/x",
        "  secrets:",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


@given(st.text(alphabet="-e=:\"' \\{},\nKEYkeyENVpa\u017fs\u212a@/x#$"))
def test_the_length_and_the_lines_stay(text: str) -> None:
    masked = without_secrets(text)
    assert masked == mask(text)
    assert len(masked) == len(text)
    assert all(new == old or (new == "*" and old != "\n") for old, new in zip(text, masked, strict=True))


def test_a_value_ends_with_its_line() -> None:
    assert mask("A_KEY=a'x\n  privileged: true'") == "A_KEY=***\n  privileged: true'"


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "key",
        "key ",
        "-e ",
        "--key ",
        "{a_key: 1, ",
        "://a:",
        "key='",
        'key="',
        "-e,,",
        "ENV key v ",
        "key: \n",
        " ",
    ],
)
def test_a_hostile_line_takes_linear_steps(unit: str) -> None:
    assert_linear(lambda n: mask(unit * n), 500)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "services: {a: {environment: {A: !!}, image: x}}\n"),
        ("a.yaml", "services: {a: {environment: ['A=!!', B], image: x}}\n"),
        ("a.yml", "a: {labels: {'x.y': \"!!\"}, annotations: {b: {c: [x=!!]}}}\n"),
        ("a.yaml", "a: {build: {args: {A: !!}}}\n"),
        ("devcontainer.json", '{"containerEnv": {"A": "!!"}, /* x */ "remoteEnv": {"B": "!!"}}'),
        ("devcontainer.json", '{"containerEnv": ["!!", "!!", ["!!"]]}'),
    ],
)
def test_values_of_environments_and_labels_are_hidden_whatever_they_look_like(name: str, text: str) -> None:
    text = text.replace("!!", "plain")
    shown = without_values(Source(name, text)).text
    assert "plain" not in shown
    assert len(shown) == len(text)
    assert [one for one in ("image: x", "B") if one in text and one not in shown] == []
