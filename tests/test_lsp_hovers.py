"""What an editor shows of the word under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]  # it ships no types
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.lsp.hovers import LONGEST, hover
from opened import CURSOR, RULES, opened, typed

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.lsp.hovers import Hover


def at(folder: Path, name: str, marked: str, **beside: str) -> Hover | None:
    one = opened(folder, name, marked, beside={key.replace("_", "."): text for key, text in beside.items()})
    return hover(one.checks, one.source, one.offset, RULES)


def page(folder: Path, name: str, marked: str, **beside: str) -> str:
    found = at(folder, name, marked, **beside)
    assert found is not None
    return found.markdown


def word(folder: Path, name: str, marked: str) -> str:
    found = at(folder, name, marked)
    assert found is not None
    return marked.replace(CURSOR, "")[found.span.start : found.span.end]


SERVICE = "services:\n  web:\n    image: nginx:1.27\n"


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("compose.yaml", f"{SERVICE}    cap_add: [NET_‸RAW]\n", "NET_RAW"),
        ("compose.yaml", f'{SERVICE}    cap_add:\n      - "‸cap_net_raw"\n', "cap_net_raw"),
        ("compose.yaml", f"{SERVICE}    cap_drop: [MKNOD, net_raw‸]\n", "net_raw"),
        ("run.sh", "docker run --cap-add=NET_R‸AW nginx:1.27\n", "NET_RAW"),
        ("run.sh", "docker run --cap-drop ‸NET_RAW nginx:1.27\n", "NET_RAW"),
        ("web.container", "[Container]\nImage=nginx:1.27\nAddCapability=CHOWN NET_‸RAW\n", "NET_RAW"),
        ("devcontainer.json", '{"image": "debian:12", "capAdd": ["NET_‸RAW"]}', "NET_RAW"),
        ("Dockerfile", "FROM debian:12\nRUN setcap cap_net‸_raw,cap_chown+ep /bin/ping\n", "cap_net_raw"),
        ("Dockerfile", "FROM debian:12\nRUN setcap cap_net‸_raw-ep /bin/ping\n", "cap_net_raw"),
        ("compose.yaml", f"{SERVICE}    # dropcap: ignore[useless-add:NET‸_RAW] -- it pings\n", "NET_RAW"),
    ],
)
def test_a_capability_is_known_in_any_spelling_wherever_it_is_given(
    tmp_path: Path, name: str, text: str, shown: str
) -> None:
    assert page(tmp_path, name, text).startswith("**CAP_NET_RAW (capability 13")
    assert "Risk: moderate." in page(tmp_path, name, text)
    assert word(tmp_path, name, text) == shown


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("    cap_drop: [CHOWN‸]\n", "does not hold it: `CHOWN` is dropped at `compose.yaml:4`"),
        ("    cap_drop: [ALL]\n    cap_add: [CHOWN‸]\n", "holds it: it is added at `compose.yaml:5`"),
        ("    cap_add: [CHOWN‸]\n", "holds it: it is in Docker's default set"),
        ("    privileged: true\n    cap_add: [SYS_ADMIN‸]\n", "privileged mode grants everything (`compose.yaml:4`)"),
        ("    cap_add: [NOPE, SYS_ADMIN‸]\n", "is refused by Docker: invalid CapAdd"),
        ('    cap_drop: [CHOWN‸, "${MORE}"]\n', "does not hold it: `CHOWN` is dropped"),
        ("    user: '1000'\n    cap_add: [SYS_ADMIN‸]\n", "not held by user 1000 itself"),
    ],
)
def test_it_says_whether_the_container_holds_it_and_why(tmp_path: Path, rest: str, expected: str) -> None:
    assert expected in page(tmp_path, "compose.yaml", SERVICE + rest)


def test_it_says_what_may_decide_otherwise_out_of_sight(tmp_path: Path) -> None:
    text = f'{SERVICE}    cap_drop: [CHOWN‸]\n    cap_add: ["${{MORE}}"]\n'
    assert "says otherwise" in page(tmp_path, "compose.yaml", text)


def test_it_says_what_needs_it_and_where_that_stands(tmp_path: Path) -> None:
    docker = "FROM debian:12\nRUN useradd app\nENTRYPOINT chown app /srv && exec setpriv --reuid app true\n"
    text = "services:\n  web:\n    build: .\n    cap_drop: [ALL]\n    cap_add: [CHOWN, SETUID‸]\n"
    shown = page(tmp_path, "compose.yaml", text, Dockerfile=docker)
    assert "It is **needed**, first start and restart:\n  - switches to another user" in shown
    assert "(`Dockerfile:3`)" in shown
    perhaps = page(tmp_path, "compose.yaml", text.replace("‸", "").replace("[CHOWN", "[‸CHOWN"), Dockerfile=docker)
    assert "It is **perhaps needed**, first start, if the program needs what this does" in perhaps


def test_it_says_that_nothing_needs_it_only_where_all_is_known(tmp_path: Path) -> None:
    text = "    cap_drop: [ALL]\n    cap_add: [SYS_TIME‸]\n"
    assert "Nothing that it starts needs it." in page(tmp_path, "compose.yaml", SERVICE + text)
    unknown = page(tmp_path, "compose.yaml", SERVICE.replace("nginx:1.27", "acme/web:1") + text)
    assert "It is not known whether it is needed:" in unknown
    assert "dropcap does not know the image acme/web:1; run `dropcap images lock`" in unknown


def test_a_label_of_podmans_may_take_what_is_added(tmp_path: Path) -> None:
    labels = "    labels: {io.containers.capabilities: SETUID}\n"
    text = f"{SERVICE}    cap_add: [SYS_TIME‸]\n{labels}"
    assert "Podman does not grant it here although it is added" in page(tmp_path, "podman-compose.yaml", text)


def test_no_more_than_a_few_reasons_are_told(tmp_path: Path) -> None:
    names = " && ".join(f"/opt/tool{number}" for number in range(6))
    docker = f"FROM debian:12\nENTRYPOINT {names}\n"
    text = "services:\n  web:\n    build: .\n    cap_add: [SYS_TIME‸]\n"
    shown = page(tmp_path, "compose.yaml", text, Dockerfile=docker)
    assert shown.count("\n  - ") == 4
    assert "\n  - and more\n" in shown


def test_a_fault_in_what_follows_a_container_is_a_thing_that_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = opened(tmp_path, "compose.yaml", f"{SERVICE}    cap_add: [SYS_TIME‸]\n")

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("dropcap.needs.container.needs_of", fails)
    found = hover(one.checks, one.source, one.offset, RULES)
    assert found is not None
    assert "dropcap failed to follow it, which is a defect of dropcap" in found.markdown


def test_an_image_of_nothing_holds_no_file(tmp_path: Path) -> None:
    assert "It holds no file." in page(tmp_path, "Dockerfile", 'FROM scr‸atch\nCOPY a /\nENTRYPOINT ["/a"]\n')


def test_what_raises_its_weight_is_told(tmp_path: Path) -> None:
    shown = page(tmp_path, "compose.yaml", f"{SERVICE}    pid: host\n    cap_add: [SYS_PTRACE‸]\n")
    assert "It weighs critical there: the container reaches the host's processes." in shown


def test_all_says_how_much_that_is(tmp_path: Path) -> None:
    shown = page(tmp_path, "compose.yaml", f"{SERVICE}    cap_drop: [A‸LL]\n")
    assert shown.startswith("**ALL** drops every capability that the engine knows, all 41.")
    assert "`service web` holds nothing." in shown
    assert "It needs `CHOWN`, `SETGID`, `SETUID` and no more." in shown


@pytest.mark.parametrize("text", ["    privi‸leged: true\n", "    privileged: tr‸ue\n", "    'privileged' ‸: true\n"])
def test_privileged_mode_says_what_it_gives_and_what_is_enough(tmp_path: Path, text: str) -> None:
    shown = page(tmp_path, "compose.yaml", SERVICE + text)
    assert shown.startswith("**privileged** grants every capability")
    assert "holds all 41 (privileged)" in shown
    assert "It needs `CHOWN`, `SETGID`, `SETUID` and no more." in shown


def test_a_privileged_command_in_a_container_has_no_set_of_its_own(tmp_path: Path) -> None:
    shown = page(tmp_path, "run.sh", "docker exec --privi‸leged web sh\n")
    assert shown.startswith("**privileged** grants every capability")
    assert "holds" not in shown


def test_not_privileged_is_no_alarm(tmp_path: Path) -> None:
    shown = page(tmp_path, "compose.yaml", f"{SERVICE}    privileged: fal‸se\n")
    assert "is not privileged" in shown
    assert "grants every" not in shown


def test_an_image_of_the_catalogue_says_what_it_starts(tmp_path: Path) -> None:
    shown = page(tmp_path, "compose.yaml", "services:\n  web:\n    image: ngi‸nx:1.27\n")
    assert "**Image** `nginx:1.27`" in shown
    assert "- facts: dropcap's catalogue" in shown
    assert "- user: `0` (root)" in shown
    assert '- entrypoint: `["/docker-entrypoint.sh"]`' in shown
    assert "holds the Docker default set (14)." in shown


def test_an_unknown_image_says_how_to_learn_it(tmp_path: Path) -> None:
    shown = page(tmp_path, "compose.yaml", "services:\n  web:\n    ima‸ge: acme/web:1\n")
    assert "- facts: none. `dropcap images lock` reads it from a local engine" in shown


LOCKED = """version: 1
images:
  "acme/web:1":
    id: "sha256:aaaa"
    digests: ["sha256:bbbb"]
    release: ""
    config:
      user: "1000"
      entrypoint: ["/bin/app"]
      command: ["--token=hunter2hunter2"]
      working_folder: "/"
      stop_signal: ""
      environment: {}
    accounts: []
    groups: []
    files: {}
    symbols: {}
    texts: {}
"""


def test_an_image_of_the_lock_says_which_it_is_of(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "dropcap.lock").write_text(LOCKED, encoding="utf-8")
    shown = page(tmp_path, "compose.yaml", "services:\n  web:\n    image: acme/w‸eb:1\n")
    assert "- facts: `dropcap.lock`, of `sha256:aaaa`" in shown
    assert "- user: `1000`\n" in shown
    assert '- entrypoint: `["/bin/app"]`' in shown
    assert "hunter2" not in shown
    stale = page(tmp_path, "compose.yaml", "services:\n  web:\n    image: acme/w‸eb:1@sha256:cccc\n")
    assert "- not sure: dropcap.lock is stale: it has another image than" in stale
    (tmp_path / "dropcap.lock").write_text(LOCKED.replace("    id:", "    ids:"), encoding="utf-8")
    broken = page(tmp_path, "compose.yaml", "services:\n  web:\n    image: acme/w‸eb:1\n")
    assert "dropcap cannot use its entry of `dropcap.lock`; run `dropcap images lock` again" in broken


def test_an_image_that_is_built_here_is_what_its_dockerfile_says(tmp_path: Path) -> None:
    text = "services:\n  web:\n    build: .\n    image: acme/w‸eb:1\n"
    shown = page(tmp_path, "compose.yaml", text, Dockerfile='FROM debian:12\nENTRYPOINT ["true"]\n')
    assert "It is built here: what its Dockerfile says of it counts." in shown
    assert "It needs no capability." in shown
    assert "images lock" not in shown


def test_a_base_image_of_a_dockerfile_is_an_image(tmp_path: Path) -> None:
    shown = page(tmp_path, "Dockerfile", "FROM deb‸ian:12\nRUN true\n")
    assert "**Image** `debian:12`" in shown
    assert '- command: `["bash"]`' in shown


def test_a_name_that_a_variable_makes_is_shown_as_it_is_written(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: $‸{REGISTRY}/web:1\n"
    assert "`${REGISTRY}/web:1`" in page(tmp_path, "compose.yaml", text, _env="REGISTRY=hidden.example\n")
    assert "hidden.example" not in page(tmp_path, "compose.yaml", text, _env="REGISTRY=hidden.example\n")


def test_a_rule_in_a_comment_says_what_it_finds_and_accepts_here(tmp_path: Path) -> None:
    text = f"{SERVICE}    privileged: true # dropcap: ignore[privi‸leged, net-raw] -- a lab\n"
    shown = page(tmp_path, "compose.yaml", text)
    assert shown.startswith("**privileged** (critical)\n\nA container runs in privileged mode.")
    assert "[Documentation](https://" in shown
    assert "Here it accepts:\n\n- `service web`: " in shown
    assert word(tmp_path, "compose.yaml", text) == "privileged"
    assert "Here it accepts nothing." in page(
        tmp_path, "compose.yaml", text.replace("‸", "").replace("net-raw", "net-‸raw")
    )


@pytest.mark.parametrize(
    "text",
    [
        "‸",
        "serv‸ices:\n  web:\n    image: x\n",
        f"{SERVICE}    cap_add: [NOT_‸ONE]\n",
        f"{SERVICE}    command: cap_net‸_raw\n",
        f"{SERVICE}    privileged: true # dropcap: ignore[privileged] -- a ‸lab\n",
        f"{SERVICE}    privileged: true # dropcap: ignore[no-such-‸rule] -- a lab\n",
    ],
)
def test_there_is_nothing_to_say_of_other_words(tmp_path: Path, text: str) -> None:
    assert at(tmp_path, "compose.yaml", text) is None


def test_a_text_that_has_changed_since_its_check_has_no_places(tmp_path: Path) -> None:
    one = opened(tmp_path, "compose.yaml", f"{SERVICE}    privileged: tr‸ue\n")
    other = typed(one, f"# a line above\n{SERVICE}    privileged: tr‸ue\n")
    assert hover(one.checks, one.source, one.offset, RULES) is not None
    assert hover(other.checks, other.source, other.offset, RULES) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", "services:\n  web:\n    cap_add:\n      - NET_‸RAW\n    {"),
        ("compose.yaml", "x-a:\n  cap_drop: [CHOWN, NET_‸RAW]\nservices: {}\n"),
        ("devcontainer.json", '{"capAdd": ["NET_‸RAW"'),
        ("web.container", "AddCapability=CHOWN NET_‸RAW\n[Container"),
    ],
)
def test_a_capability_is_known_in_a_text_that_does_not_parse(tmp_path: Path, name: str, text: str) -> None:
    shown = page(tmp_path, name, text)
    assert shown.startswith("**CAP_NET_RAW (capability 13")
    assert "holds" not in shown.partition("Risk:")[0]


def test_a_key_of_a_service_says_what_it_decides(tmp_path: Path) -> None:
    shown = page(tmp_path, "compose.yaml", f"{SERVICE}    cap_‸drop:\n      - ALL\n")
    assert shown.startswith("**cap_drop**: capabilities that the container does not get")
    assert at(tmp_path, "compose.yaml", f"{SERVICE}    deploy:\n      us‸er: x\n") is None
    assert at(tmp_path, "compose.yaml", f"{SERVICE}    command: us‸er\n") is None


HOSTILE = [
    "[x](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/x.png)",
    "`` ` `<b>`",
    "\u202eabc",
    "a|b|c",
    "https://evil.example",
    "@somebody #1",
    "&lt;b&gt;",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_of_a_file_is_markup(tmp_path: Path, hostile: str) -> None:
    quoted = hostile.replace("'", "''")
    text = (
        f"services:\n  '{quoted}':\n    image: 'x/{quoted}'\n    user: '{quoted}'\n"
        f"    cap_drop: [‸CHOWN, '{quoted}', '${{{quoted}}}']\n    privileged: '${{X:-{quoted}}}'\n"
        f"    entrypoint: ['{quoted}']\n"
    )
    plain = text.replace("‸", "")
    for place in ("CHOWN", "x/", "image"):
        marked = plain.replace(place, f"‸{place}", 1)
        found = at(tmp_path, "compose.yaml", marked)
        if found is not None:
            clean(found.markdown)


def clean(markdown: str) -> None:
    """Assert that a page holds no markup but ours, and nothing that a terminal acts on."""
    html = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
    assert "<img" not in html
    assert "<b>" not in html
    assert "evil.example" not in html.replace("<code>", "").partition("href=")[2]
    assert 'href="javascript' not in html
    assert "\x1b" not in markdown
    assert "\u202e" not in markdown


def test_a_terminal_escape_is_written_out(tmp_path: Path) -> None:
    text = 'services:\n  web:\n    image: "acme/\\e[31mred‸"\n'
    clean(page(tmp_path, "compose.yaml", text))


def test_no_secret_is_shown(tmp_path: Path) -> None:
    secret = "hunter2hunter2"  # noqa: S105  # what must not be shown
    text = (
        "services:\n  web:\n    image: debian:12\n    environment:\n"
        f"      DB_PASSWORD: {secret}\n"
        f"    command: ['sh', '-c', 'mysql --password={secret} && chown app /x']\n"
        "    cap_add: [CHOWN‸]\n"
    )
    plain = text.replace("‸", "")
    for place in ("CHOWN", "debian", "privileged"):
        found = at(tmp_path, "compose.yaml", plain.replace(place, f"‸{place}", 1))
        assert found is None or secret not in found.markdown


def test_a_page_is_bounded(tmp_path: Path) -> None:
    services = "".join(f"  s{number}: *a\n" for number in range(200))
    text = f"x-a: &a\n  image: {'a' * 5000}\n  cap_add: [CHO‸WN]\nservices:\n{services}"
    assert len(page(tmp_path, "compose.yaml", text)) <= LONGEST + 10


COMPOSE = """services:
  web:
    image: nginx:1.27 # dropcap: ignore[net-raw] -- it pings
    cap_add: [NET_RAW, "CHOWN"]
    privileged: ${P:-true}
  db: {image: "postgres:16", cap_drop: [ALL], security_opt: [no-new-privileges:true]}
"""
DOCKERFILE = """FROM debian:12 AS base
RUN setcap cap_net_raw+ep /bin/ping
FROM base
# dropcap: ignore[root-user] -- none
USER app
ENTRYPOINT ["/x"]
"""


@settings(max_examples=40)
@given(st.sampled_from([("compose.yaml", COMPOSE), ("Dockerfile", DOCKERFILE)]), st.data())
def test_no_prefix_of_a_text_raises(
    tmp_path_factory: pytest.TempPathFactory, named: tuple[str, str], data: st.DataObject
) -> None:
    name, text = named
    cut = text[: data.draw(st.integers(0, len(text)))]
    one = opened(tmp_path_factory.getbasetemp(), name, f"{cut}‸")
    for offset in {0, len(cut), data.draw(st.integers(0, len(cut)))}:
        found = hover(one.checks, one.source, offset, RULES)
        assert found is None or 0 <= found.span.start <= offset <= found.span.end <= len(cut)
