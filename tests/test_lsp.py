"""The language server, as an editor meets it: pytest-lsp's client speaks with it over pipes."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from editor import editor, pushed_to, run

if TYPE_CHECKING:
    from pathlib import Path

PRIVILEGED = "services:\n  web:\n    image: nginx\n    privileged: true\n"
HARMLESS = "services:\n  web:\n    image: nginx\n"
SECRET = "hunter2-correct-horse"  # noqa: S105  # nobody's


def insertion(line: int, character: int, text: str) -> types.TextDocumentContentChangePartial:
    place = types.Position(line, character)
    return types.TextDocumentContentChangePartial(types.Range(place, place), text)


def codes(found: list[types.Diagnostic]) -> set[str]:
    return {str(one.code) for one in found}


def test_findings_come_when_a_text_is_opened_and_go_when_it_is_mended(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path) as one:
            uri = one.open(tmp_path / "compose.yaml", PRIVILEGED)
            (found,) = [each for each in await one.of(uri) if each.code == "privileged"]
            assert found.range == types.Range(types.Position(3, 16), types.Position(3, 20))
            assert found.severity is types.DiagnosticSeverity.Error
            assert found.source == "dropcap"
            assert found.message.startswith("service web: ")
            assert found.code_description is not None
            assert found.code_description.href.endswith("/rules/dropcap_rules/privileged.py")
            one.change(uri, HARMLESS)
            assert "privileged" not in codes(await one.of(uri))
            one.close(uri)
            await one.until(lambda: not one.published[-1].diagnostics)
            assert one.published[-1].uri == uri
        assert one.code == 0

    run(talk())


def test_an_unsaved_base_refreshes_the_project_that_extends_it(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(HARMLESS, encoding="utf-8")

    async def talk() -> None:
        async with editor(tmp_path) as one:
            project = "services:\n  app:\n    extends: {file: base.yaml, service: web}\n"
            uri = one.open(tmp_path / "compose.yaml", project)
            assert "privileged" not in codes(await one.of(uri))
            base = one.open(tmp_path / "base.yaml", PRIVILEGED)
            found = [each for each in await one.of(base) if each.code == "privileged"]
            assert found
            (place,) = {each.location.uri for each in found[0].related_information or ()}
            assert place == uri
            assert "app" in found[0].message

    run(talk())


def test_a_change_in_the_middle_of_a_project_is_seen_in_the_other_file(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path) as one:
            uri = one.open(tmp_path / "compose.yaml", "services:\n  web:\n    image: nginx\n    user: ${WHO}\n")
            await one.of(uri)
            env = one.open(tmp_path / ".env", "WHO=1000\n", "dotenv")
            await one.until(lambda: "root-user" not in one.said(uri) and "partly-known" not in one.said(uri))
            one.change(env, "WHO=0\n")
            await one.until(lambda: "root-user" in one.said(uri))

    run(talk())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_columns_are_counted_as_was_agreed(encoding: str, tmp_path: Path) -> None:
    text = "services:\n  web: {image: nginx, labels: {a: '\N{PILE OF POO}é'}, privileged: true}\n"
    start = text.splitlines()[1].index("true}")
    column = len(text.splitlines()[1][:start].encode(f"{encoding}-le" if encoding != "utf-8" else encoding))
    column //= {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]

    async def talk() -> None:
        capabilities = pushed_to()
        capabilities.general = types.GeneralClientCapabilities(position_encodings=[encoding])
        async with editor(tmp_path, capabilities=capabilities) as one:
            assert one.result.capabilities.position_encoding == encoding
            uri = one.open(tmp_path / "compose.yaml", text)
            (found,) = [each for each in await one.of(uri) if each.code == "privileged"]
            assert found.range.start == types.Position(1, column)
            change = types.TextDocumentContentChangePartial(found.range, "false")
            one.edit(uri, change, insertion(1, column, "'' # \u2028"))
            assert "privileged" not in codes(await one.of(uri))
            one.edit(
                uri,
                types.TextDocumentContentChangePartial(
                    types.Range(types.Position(1, 2), types.Position(2, 0)), "db: {privileged: true, image: nginx}"
                ),
            )
            assert "service db" in next(each.message for each in await one.of(uri) if each.code == "privileged")

    run(talk())


def test_who_pulls_is_sent_nothing_and_is_told_when_to_pull_again(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(HARMLESS, encoding="utf-8")

    async def talk() -> None:
        async with editor(tmp_path, capabilities=client_capabilities("neovim@0.11")) as one:
            assert one.result.capabilities.diagnostic_provider is not None
            uri = one.open(
                tmp_path / "compose.yaml", "services:\n  app:\n    extends: {file: base.yaml, service: web}\n"
            )
            first = await one.pull(uri)
            assert "privileged" not in codes(first.items)
            again = await one.pull(uri, first.result_id)
            assert (again.kind, again.result_id) == ("unchanged", first.result_id)
            base = one.open(tmp_path / "base.yaml", HARMLESS)
            before = await one.pull(base)
            assert "privileged" not in codes(before.items)
            one.change(uri, "services:\n  app:\n    privileged: true\n    extends: {file: base.yaml, service: web}\n")
            assert "privileged" in codes((await one.pull(uri, first.result_id)).items)
            one.change(uri, "services:\n  app: {image: nginx}\n")
            await one.pull(uri)
            assert not one.published

    run(talk())


def test_a_refresh_is_asked_for_what_another_text_has_changed(tmp_path: Path) -> None:
    async def talk() -> None:
        capabilities = client_capabilities("visual_studio_code")
        assert capabilities.text_document is not None
        capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities()
        assert capabilities.workspace is not None
        capabilities.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
        async with editor(tmp_path, capabilities=capabilities) as one:
            base = one.open(tmp_path / "base.yaml", PRIVILEGED)
            assert "privileged" in codes((await one.pull(base)).items)
            uri = one.open(tmp_path / "compose.yaml", "include: [base.yaml]\n")
            await one.pull(uri)
            await one.pull(base)
            count = one.client.diagnostic_refresh_count
            for number in range(3):  # whoever types asks by himself
                one.change(
                    uri, f"include: [base.yaml]\nservices: {{a: {{image: nginx, privileged: true}}}}{number * '#'}\n"
                )
                await one.pull(uri)
            assert one.client.diagnostic_refresh_count == count
            one.change(base, HARMLESS)
            one.change(
                uri, "include: [base.yaml]\nservices: {a: {image: nginx, extends: {file: base.yaml, service: web}}}\n"
            )
            await one.pull(uri)
            one.change(base, PRIVILEGED)
            await one.until(lambda: one.client.diagnostic_refresh_count > count)

    run(talk())


def test_configurations_count_and_are_taken_up_when_they_are_saved(tmp_path: Path) -> None:
    config = tmp_path / "sub" / ".dropcap.toml"
    config.parent.mkdir()

    async def talk() -> None:
        async with editor(tmp_path) as one:
            uri = one.open(tmp_path / "sub" / "compose.yaml", PRIVILEGED)
            assert "privileged" in codes(await one.of(uri))
            config.write_text('ignore = ["privileged"]\n', encoding="utf-8")
            where = one.open(config, 'ignore = ["privileged"]\n', "toml")
            one.save(where)
            await one.until(lambda: "privileged" not in one.said(uri))
            config.write_text('ignore = ["privilege"]\n', encoding="utf-8")
            one.change(where, 'ignore = ["privilege"]\n')
            (fault,) = await one.of(where)
            assert fault.code == "configuration"
            assert "privileged" in fault.message
            one.save(where)
            await one.until(lambda: "not-checked" in one.said(uri))
            await one.until(lambda: one.client.messages)
            assert len(one.client.messages) == 1
            assert "sub/.dropcap.toml:1: no rule is named 'privilege'" in one.client.messages[0].message
            config.write_text('exclude = ["compose.yaml"]\n', encoding="utf-8")
            watched = types.DidChangeWatchedFilesParams(
                [types.FileEvent(config.as_uri(), types.FileChangeType.Changed)]
            )
            one.client.workspace_did_change_watched_files(watched)
            await one.until(lambda: not one.said(uri))

    run(talk())


def test_what_has_no_file_is_checked_by_itself(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path) as one:
            (tmp_path / "compose.yaml").write_text(PRIVILEGED, encoding="utf-8")
            docker = one.open("untitled:Untitled-1", "FROM debian:12\nUSER root\n", "dockerfile")
            assert "root-image" in codes(await one.of(docker))
            compose = one.open("other-scheme://host/a%20b.txt?x#y", PRIVILEGED, "dockercompose")
            assert "privileged" in codes(await one.of(compose))
            script = one.open("untitled:2", "docker run --privileged nginx\n", "shellscript")
            assert "privileged" in codes(await one.of(script))
            prose = one.open("untitled:3", "privileged: true\n", "plaintext")
            assert not await one.of(prose)

    run(talk())


def test_paths_of_any_kind_are_understood(tmp_path: Path) -> None:
    folder = tmp_path / "a b#c%20é"
    folder.mkdir()
    (folder / "compose.yaml").write_text(HARMLESS, encoding="utf-8")
    (tmp_path / "link.yaml").symlink_to(folder / "compose.yaml")

    async def talk() -> None:
        async with editor(tmp_path) as one:
            uri = one.open(folder / "compose.yaml", PRIVILEGED)
            assert "privileged" in codes(await one.of(uri))
            link = one.open(tmp_path / "link.yaml", PRIVILEGED)
            assert "privileged" in codes(await one.of(link))
            for odd in ("file:///nul%00byte/compose.yaml", "file://host/compose.yaml", "file:relative.yaml", "", "%"):
                assert "privileged" in codes(await one.of(one.open(odd, PRIVILEGED, "dockercompose"))), odd

    run(talk())


def test_a_project_beside_no_open_folder_is_checked(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    inner.mkdir()
    outer.mkdir()
    (outer / "compose.yaml").write_text(HARMLESS, encoding="utf-8")

    async def talk() -> None:
        async with editor(inner) as one:
            uri = one.open(outer / "compose.override.yaml", PRIVILEGED)
            assert "privileged" in codes(await one.of(uri))
        async with editor(cwd=inner) as one:
            uri = one.open(outer / "compose.override.yaml", PRIVILEGED)
            assert "privileged" in codes(await one.of(uri))

    run(talk())


def test_broken_and_hostile_texts_get_a_word_and_no_harm(tmp_path: Path) -> None:
    hostile = (
        f"services:\n  'w\\e]0;x\a\x1b[31m': &x\n    privileged: true\n    environment: [PASSWORD={SECRET}]\n    a: [\n"
    )

    async def talk() -> None:
        async with editor(tmp_path) as one:
            uri = one.open(tmp_path / "compose.yaml", hostile)
            (found,) = await one.of(uri)
            assert found.code == "not-checked"
            for text in ("\0", "\ufeff" + PRIVILEGED, "\udcff", "services: &a [*a]", "a: " * 5000, "x" * 100_000, ""):
                one.change(uri, text)
                await one.of(uri)
            one.change(uri, "#" * (16 * 1024 * 1024) + "\n" + PRIVILEGED)
            assert "16 MiB" in (await one.of(uri))[0].message
            one.change(uri, PRIVILEGED)
            assert "privileged" in codes(await one.of(uri))
            for each in one.published:
                for told in each.diagnostics:
                    assert told.message.isprintable()
                    assert SECRET not in told.message

    run(talk())


def test_requests_that_make_no_sense_get_an_answer(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path) as one:
            uri = one.open(tmp_path / "compose.yaml", PRIVILEGED)
            await one.of(uri)
            far = types.Position(10_000, 10_000)
            params = types.HoverParams(types.TextDocumentIdentifier(uri), far)
            assert await one.client.text_document_hover_async(params) is None
            params = types.HoverParams(types.TextDocumentIdentifier("file:///nowhere"), far)
            assert await one.client.text_document_hover_async(params) is None
            one.edit(uri, types.TextDocumentContentChangePartial(types.Range(far, types.Position(0, 0)), HARMLESS))
            assert "privileged" not in codes(await one.of(uri))
            with pytest.raises(Exception, match="not as the protocol has them"):
                await one.ask("textDocument/hover", {"textDocument": 3})
            with pytest.raises(Exception, match="Not Found"):
                await one.ask("dropcap/nothing", {})
            one.client.protocol._send_data(  # noqa: SLF001
                {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"contentChanges": SECRET}}
            )
            one.change(uri, PRIVILEGED)
            assert "privileged" in codes(await one.of(uri))
            assert not [each for each in one.client.log_messages if SECRET in each.message]

    run(talk())


def test_a_client_that_answers_nothing_is_served_all_the_same(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path) as one:
            one.client.protocol.fm.features.pop(types.WORKSPACE_CONFIGURATION)
            one.client.protocol._send_response = lambda *_args, **_names: None  # type: ignore[method-assign]  # noqa: SLF001
            for _ in range(300):
                one.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
            uri = one.open(tmp_path / "compose.yaml", PRIVILEGED)
            assert "privileged" in codes(await one.of(uri))

    run(talk())


def test_what_is_asked_and_taken_back_is_answered(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path, capabilities=client_capabilities("neovim@0.11")) as one:
            uri = one.open(tmp_path / "compose.yaml", PRIVILEGED)
            params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
            asked = [
                one.client.protocol.send_request(types.TEXT_DOCUMENT_DIAGNOSTIC, params, msg_id=n) for n in range(9)
            ]
            for number in range(0, 9, 2):
                one.client.cancel_request(types.CancelParams(number))
            await one.until(lambda: all(each.done() for each in asked))
            assert "privileged" in codes(asked[1].result().items)

    run(talk())


def message(text: str) -> bytes:
    return f"Content-Length: {len(text.encode())}\r\n\r\n{text}".encode()


KEYS = (
    *("textDocument", "position", "range", "uri", "version", "text", "contentChanges", "changes", "settings", "event"),
    *("context", "command", "arguments", "languageId", "start", "line", "character", "data", "jsonrpc", "id", "method"),
)


def rubbish(chance: random.Random, depth: int = 0) -> Any:  # noqa: ANN401  # whatever JSON can say
    if depth > 3 or chance.random() < 0.3:
        return chance.choice([None, 0, -1, 10**18, 1.5, True, "", "x", "file:///%00", "\ud800", [], {}])
    if chance.random() < 0.2:
        return [rubbish(chance, depth + 1) for _ in range(3)]
    return {chance.choice(KEYS): rubbish(chance, depth + 1) for _ in range(4)}


def likely(chance: random.Random, uri: str) -> Any:  # noqa: ANN401  # as above
    place = {"line": chance.randrange(-1, 5), "character": chance.randrange(-1, 9)}
    document = {"uri": chance.choice([uri, "untitled:1", ""]), "version": 3, "languageId": "yaml", "text": PRIVILEGED}
    return {
        "textDocument": document,
        "position": place,
        "range": {"start": place, "end": place},
        "contentChanges": [{"text": chance.choice(["a", HARMLESS])}],
        "context": {"diagnostics": []},
        "changes": [{"uri": uri, "type": chance.randrange(1, 4)}],
        "settings": rubbish(chance),
        "command": "dropcap.lockImage",
        "arguments": [rubbish(chance)],
    }


def test_no_message_ends_it(tmp_path: Path) -> None:
    chance = random.Random(5)  # noqa: S311  # the same each time
    methods = sorted(set(types.METHOD_TO_TYPES) - {"initialize", "shutdown", "exit"})
    uri = (tmp_path / "compose.yaml").as_uri()
    sent = [message('{"jsonrpc": "2.0", "id": -1, "method": "initialize", "params": {"capabilities": {}}}')]
    for number in range(600):
        params = rubbish(chance) if chance.random() < 0.5 else likely(chance, uri)
        one = {"jsonrpc": "2.0", "method": chance.choice(methods), "params": params}
        if chance.random() < 0.5:
            one["id"] = number
        sent.append(message(json.dumps(one)))
    sent += map(message, ("{", "[]", "null", '{"jsonrpc": "2.0"}', "[" * 100_000, "\0"))
    sent.append(message('{"jsonrpc": "2.0", "id": "last", "method": "shutdown"}'))
    sent.append(message('{"jsonrpc": "2.0", "method": "exit"}'))
    program = [sys.executable, "-m", "dropcap", "lsp"]
    done = subprocess.run(program, input=b"".join(sent), capture_output=True, cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 0
    assert done.stderr == b""
    assert b'"id": "last"' in done.stdout
    assert b"defect" not in done.stdout


@pytest.mark.parametrize("ends", ["exit", "eof", "busy"])
def test_an_end_without_a_word_is_an_end(ends: str, tmp_path: Path) -> None:
    start = message('{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}')
    text = "services:\\n" + "".join(f"  s{n}: {{image: redis, cap_add: [ALL], user: '{n}'}}\\n" for n in range(2000))
    item = f'{{"uri": "file://{tmp_path}/compose.yaml", "languageId": "yaml", "version": 1, "text": "{text}"}}'
    opened = message(f'{{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {{"textDocument": {item}}}}}')
    end = {"exit": message('{"jsonrpc": "2.0", "method": "exit"}'), "eof": b"", "busy": opened}[ends]
    done = subprocess.run(
        [sys.executable, "-m", "dropcap", "lsp"], input=start + end, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr == b""


def test_hints_are_shown_where_a_person_wants_them(tmp_path: Path) -> None:
    async def talk() -> None:
        async with editor(tmp_path, options={"hints": "inlay"}) as one:
            uri = one.open(tmp_path / "compose.yaml", HARMLESS)
            params = types.InlayHintParams(
                types.TextDocumentIdentifier(uri), types.Range(types.Position(0, 0), types.Position(9, 0))
            )
            hints = await one.client.text_document_inlay_hint_async(params)
            assert [str(each.label).startswith("holds 14") for each in hints or ()] == [True]
            one.client.set_configuration({"hints": "lens"}, section="dropcap")
            one.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
            lens = types.CodeLensParams(types.TextDocumentIdentifier(uri))
            for _ in range(1000):
                if lenses := await one.client.text_document_code_lens_async(lens):
                    break
            assert lenses
            assert lenses[0].command is not None
            assert lenses[0].command.title.startswith("holds 14")
            assert not await one.client.text_document_inlay_hint_async(params)

    run(talk())


def test_without_pygls_a_line_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "pygls.py").write_text("raise ImportError\n", encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    program = [sys.executable, "-m", "dropcap", "lsp"]
    done = subprocess.run(program, capture_output=True, text=True, env=environ, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "dropcap: `dropcap lsp` needs pygls: install it with `pip install 'dropcap[lsp]'`\n"
