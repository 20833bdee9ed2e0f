"""The page about editors: what it shows has the form that they read, and names the settings that there are."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from editor_page import PAGE, shown
from oracles.vscode_extension import SOURCE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MANIFEST = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))
SETTINGS: dict[str, dict[str, Any]] = MANIFEST["contributes"]["configuration"]["properties"]
COMMAND = ["dropcap", "lsp"]


def test_helix_starts_the_server_for_each_language_that_it_is_named_for() -> None:
    (text,) = shown("Helix", "toml")
    settings = tomllib.loads(text)
    server = settings["language-server"]["dropcap"]
    assert [server["command"], *server["args"]] == COMMAND
    assert settings["language"]
    assert all("dropcap" in language["language-servers"] for language in settings["language"])


def test_jetbrains_takes_a_template() -> None:
    (text,) = shown("JetBrains", "json")
    template = json.loads(text)
    assert template["programArgs"]["default"].split() == COMMAND
    for mapping in template["fileTypeMappings"]:
        assert mapping["fileType"]["patterns"]
        assert mapping["languageId"]


def test_sublime_text_has_a_client() -> None:
    (text,) = shown("Sublime Text", "json")
    client = json.loads(text)["clients"]["dropcap"]
    assert client["command"] == COMMAND
    assert client["enabled"] is True


@pytest.mark.parametrize("page", [PAGE, SOURCE / "README.md"], ids=["docs", "extension"])
def test_each_setting_of_the_extension_is_on_the_page_with_its_default(page: Any) -> None:  # noqa: ANN401  # a path
    text = page.read_text(encoding="utf-8")
    assert SETTINGS
    for name, setting in SETTINGS.items():
        default = f"`{json.dumps(setting['default'])}`" if setting["default"] else "empty"
        assert f"| `{name}` | {default} |" in text


@pytest.mark.parametrize("page", [PAGE, SOURCE / "README.md"], ids=["docs", "extension"])
def test_each_command_of_the_extension_is_on_the_page(page: Any) -> None:  # noqa: ANN401  # a path
    text = page.read_text(encoding="utf-8")
    commands = MANIFEST["contributes"]["commands"]
    assert commands
    for command in commands:
        assert f"`{command['category']}: {command['title']}`" in text


def test_a_folder_that_is_not_trusted_cannot_name_the_program() -> None:
    untrusted = MANIFEST["capabilities"]["untrustedWorkspaces"]
    assert untrusted["supported"] == "limited"
    assert {"dropcap.path", "dropcap.arguments"} <= set(untrusted["restrictedConfigurations"])


def test_the_extension_has_the_changes_of_its_version() -> None:
    text = (SOURCE / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {MANIFEST['version']}\n" in text
