"""What the language server answers about a place, as an editor asks it over pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dropcap.lsp.ignoring import REASON
from editor import editor, pushed_to, run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from editor import Editor

TEXT = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n    cap_drop: [ALL]\n    cap_add: [NET_RAW, ]\n"
PRIVILEGED = types.Position(3, 18)
IN_LIST = types.Position(5, 23)
UTF_16 = "services:\n  web: {image: 'nginx:1.27', labels: {🐘: 🐘}, cap_add: [NET_RAW]}\n"


async def asked(one: Editor, method: str, uri: str, **params: Any) -> Any:  # noqa: ANN401  # the protocol's
    return plain(await one.ask(method, {"textDocument": {"uri": uri}, **params}))


def plain(answer: Any) -> Any:  # noqa: ANN401  # of any request
    """Return an answer as it was sent: pygls makes records of objects that it does not expect."""
    if hasattr(answer, "_asdict"):
        answer = answer._asdict()
    if isinstance(answer, dict):
        return {key: plain(value) for key, value in answer.items()}
    return [plain(one) for one in answer] if isinstance(answer, list) else answer


def at(place: types.Position) -> dict[str, int]:
    return {"line": place.line, "character": place.character}


def around(place: types.Position) -> dict[str, Any]:
    return {"range": {"start": at(place), "end": at(place)}, "context": {"diagnostics": []}}


def span(line: int, start: int, end: int) -> dict[str, Any]:
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}


def test_hover_and_completion_have_their_place(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path) as one:
            uri = one.open(tmp_path / "compose.yaml", TEXT)
            found = await asked(one, "textDocument/hover", uri, position=at(types.Position(5, 15)))
            assert found["contents"]["value"].startswith("**CAP_NET_RAW")
            assert found["range"] == span(5, 14, 21)
            words = await asked(one, "textDocument/completion", uri, position=at(IN_LIST))
            first = min(words["items"], key=lambda item: str(item["sortText"]))
            assert (first["label"], first["detail"]) == ("CHOWN", "it needs this")
            assert first["textEdit"]["range"] == {"start": at(IN_LIST), "end": at(IN_LIST)}

    run(talk())


def test_a_text_that_does_not_parse_is_completed_by_what_was_known(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path) as one:
            uri = one.open(tmp_path / "compose.yaml", TEXT)
            await one.of(uri)
            one.change(uri, TEXT.replace("[NET_RAW, ]\n", "[NET_RAW, \n  {"))
            words = await asked(one, "textDocument/completion", uri, position=at(IN_LIST))
            assert len(words["items"]) == 41

    run(talk())


def test_columns_are_those_of_the_editor(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path) as one:
            uri = one.open(tmp_path / "compose.yaml", UTF_16)
            column = len(UTF_16.split("\n")[1].partition("NET_RAW")[0].encode("utf-16-le")) // 2
            found = await asked(one, "textDocument/hover", uri, position=at(types.Position(1, column + 2)))
            assert found["range"] == span(1, column, column + 7)

    run(talk())


def test_a_comment_is_found_when_a_person_has_chosen_it(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path) as one:
            uri = one.open(tmp_path / "compose.yaml", TEXT)
            offered = await asked(one, "textDocument/codeAction", uri, **around(PRIVILEGED))
            ignore = next(each for each in offered if each["title"].startswith("Ignore privileged here"))
            assert "edit" not in ignore
            assert [each["code"] for each in ignore["diagnostics"]] == ["privileged"]
            chosen = plain(await one.ask("codeAction/resolve", ignore))
            (file,) = chosen["edit"]["documentChanges"]
            assert file["textDocument"] == {"uri": uri, "version": 1}
            (edit,) = file["edits"]
            assert edit["range"] == span(3, 20, 20)
            assert edit["newText"] == f"  # dropcap: ignore[privileged] -- {REASON}"

    run(talk())


def test_an_editor_that_asks_once_gets_the_comment_at_once(tmp_path: Path) -> None:
    capabilities = pushed_to()
    assert capabilities.text_document is not None
    assert capabilities.text_document.code_action is not None
    capabilities.text_document.code_action.resolve_support = None

    async def talk() -> None:
        async with editor(tmp_path, capabilities=capabilities) as one:
            uri = one.open(tmp_path / "compose.yaml", TEXT)
            offered = await asked(one, "textDocument/codeAction", uri, **around(PRIVILEGED))
            ignore = next(each for each in offered if each["title"].startswith("Ignore privileged here"))
            assert ignore["edit"]["documentChanges"]
            assert "data" not in ignore
            assert all(each["kind"] != "source.fixAll.dropcap" for each in offered)

    run(talk())


def test_all_safe_fixes_are_made_by_their_kind(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path) as one:
            one.open(tmp_path / "Dockerfile", 'FROM debian:12\nENTRYPOINT ["sleep", "9"]\n', "dockerfile")
            uri = one.open(tmp_path / "compose.yaml", "services:\n  web:\n    build: .\n")
            asks = around(types.Position(0, 0))
            asks["context"]["only"] = ["source.fixAll"]
            (found,) = await asked(one, "textDocument/codeAction", uri, **asks)
            (file,) = found["edit"]["documentChanges"]
            assert "cap_drop" in "".join(edit["newText"] for edit in file["edits"])

    run(talk())


def test_the_lock_of_an_image_is_a_command_that_says_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")

    async def talk() -> None:
        async with editor(tmp_path) as one:
            heard: list[str] = []
            one.client.protocol.fm.features.pop(types.WINDOW_SHOW_MESSAGE, None)
            one.client.feature(types.WINDOW_SHOW_MESSAGE)(lambda params: heard.append(params.message))
            path = tmp_path / "compose.yaml"
            uri = one.open(path, TEXT)
            provider = one.result.capabilities.execute_command_provider
            assert provider is not None
            assert list(provider.commands) == ["dropcap.lockImage"]
            for arguments in ([str(path), "nginx:1.27"], [str(path), "acme/other:1"], ["one"], [3, None]):
                await one.ask("workspace/executeCommand", {"command": "dropcap.lockImage", "arguments": arguments})
            await one.until(lambda: len(heard) >= 2)  # one for each that makes sense
            assert heard[0].startswith("dropcap: no engine answers")
            assert "uses the image acme/other:1" in heard[1]
            assert await asked(one, "textDocument/hover", uri, position=at(types.Position(2, 12))) is not None

    run(talk())


def test_the_words_beside_a_container_are_off_until_they_are_chosen(tmp_path: Path) -> None:
    whole = {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}}

    async def talk() -> None:
        async with editor(tmp_path) as one:
            uri = one.open(tmp_path / "compose.yaml", TEXT)
            assert not await asked(one, "textDocument/inlayHint", uri, **whole)
        async with editor(tmp_path, options={"hints": "inlay"}) as one:
            uri = one.open(tmp_path / "compose.yaml", TEXT)
            (hint,) = await asked(one, "textDocument/inlayHint", uri, **whole)
            assert (hint["label"], hint["position"]) == ("holds 41, needs 3", at(types.Position(1, 6)))
        async with editor(tmp_path, options={"hints": "lens"}) as one:
            uri = one.open(tmp_path / "compose.yaml", TEXT)
            (lens,) = await asked(one, "textDocument/codeLens", uri)
            assert lens["command"]["title"] == "holds 41, needs 3"

    run(talk())
