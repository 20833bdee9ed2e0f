"""Images are read as engines unpack them, whatever an archive says of itself."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import struct
import sys
import tarfile
import types
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dropcap.capabilities.names import NAMES
from dropcap.images.contents import ImageError, Layer, Member, laid_over
from dropcap.images.facts import File, FileKind
from dropcap.images.readers.archive import read_archive
from dropcap.images.readers.folders import read_archive_file, read_folder
from dropcap.images.readers.layers import Reading, contents_of, file_capabilities, is_wanted, read_layer, to_text
from dropcap.images.reference import familiar
from dropcap.images.symbols import capability_of
from dropcap.package_data import package_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = File(FileKind.FOLDER, "0", "0", 0o755)
FILE = File(FileKind.FILE, "0", "0", 0o644)


def link(target: str) -> File:
    return File(FileKind.LINK, "0", "0", 0o777, target)


def layer(*members: tuple[str, File | str], removed: Sequence[str] = (), emptied: Sequence[str] = ()) -> Layer:
    found = tuple(Member(path, None, file) if isinstance(file, str) else Member(path, file) for path, file in members)
    return Layer(found, frozenset(removed), frozenset(emptied))


def tar(*members: tarfile.TarInfo | tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for one in members:
            info, data = one if isinstance(one, tuple) else (one, b"")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def info(
    name: str, kind: bytes = tarfile.REGTYPE, mode: int = 0o644, owner: int = 0, target: str = ""
) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.mode, found.uid, found.gid, found.linkname = kind, mode, owner, owner, target
    return found


def read(data: bytes) -> Layer:
    return read_layer(io.BytesIO(data), "layer", Reading())


def saved(layers: Sequence[bytes], config: Mapping[str, object] | None = None, name: str = "app:1") -> bytes:
    text = json.dumps({"config": config or {}}).encode()
    rows = [{"Config": "c.json", "RepoTags": [name], "Layers": [f"{at}/layer.tar" for at in range(len(layers))]}]
    parts = [(info(f"{at}/layer.tar"), data) for at, data in enumerate(layers)]
    return tar(*parts, (info("c.json"), text), (info("manifest.json"), json.dumps(rows).encode()))


def laid_out(
    layers: Sequence[bytes], config: Mapping[str, object] | None = None, name: str = "app:1"
) -> dict[str, bytes]:
    blobs: dict[str, bytes] = {}

    def blob(data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = data
        return f"sha256:{digest}"

    rows = [{"digest": blob(gzip.compress(data))} for data in layers]
    manifest = {"config": {"digest": blob(json.dumps({"config": config or {}}).encode())}, "layers": rows}
    entry = {
        "digest": blob(json.dumps(manifest).encode()),
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "annotations": {"org.opencontainers.image.ref.name": name},
    }
    return {**blobs, "index.json": json.dumps({"manifests": [entry]}).encode(), "oci-layout": b"{}"}


def test_a_later_layer_stands_over_those_before() -> None:
    below = layer(("/a", FOLDER), ("/a/x", FILE), ("/a/y", FILE), ("/b", FOLDER), ("/b/c", FOLDER), ("/b/c/d", FILE))
    above = layer(("/a/z", FILE), ("/b/n", FILE), removed=["/a/x", "/b/c"])
    assert sorted(laid_over([below, above])) == ["/", "/a", "/a/y", "/a/z", "/b", "/b/n"]


def test_an_empty_file_has_an_empty_text() -> None:
    found = {one.path: one.file for one in read(tar(info("a/__init__.py"), info("a/data"))).members}
    texts = {path: file.text for path, file in found.items() if file is not None}
    assert texts["/a/data"] is None
    kept = texts["/a/__init__.py"]
    assert kept is not None
    assert kept.text == ""


def test_an_opaque_folder_keeps_nothing_of_those_before() -> None:
    below = layer(("/a", FOLDER), ("/a/x", FILE), ("/a/s", FOLDER), ("/a/s/t", FILE))
    assert sorted(laid_over([below, layer(("/a/n", FILE), emptied=["/a"])])) == ["/", "/a", "/a/n"]


def test_what_a_layer_takes_away_is_not_its_own() -> None:
    assert "/a" in laid_over([layer(("/a", FILE), removed=["/a"])])


@pytest.mark.parametrize("file", [FILE, link("/b")])
def test_what_is_no_folder_leaves_nothing_below(file: File) -> None:
    found = laid_over([layer(("/a", FOLDER), ("/a/x", FILE)), layer(("/a", file))])
    assert sorted(found) == ["/", "/a"]


def test_a_folder_over_a_folder_keeps_what_is_in_it() -> None:
    found = laid_over([layer(("/a", FOLDER), ("/a/x", FILE)), layer(("/a", FOLDER._replace(owner="7")))])
    assert (found["/a"].owner, "/a/x" in found) == ("7", True)


@pytest.mark.parametrize(
    ("links", "path", "expected"),
    [
        ({"/bin": "usr/bin"}, "/bin/sh", "/usr/bin/sh"),
        ({"/bin": "/usr/bin"}, "/bin/sh", "/usr/bin/sh"),
        ({"/a": "../../../../etc"}, "/a/x", "/etc/x"),
        ({"/a": "b", "/b": "c"}, "/a/x", "/c/x"),
    ],
)
def test_folders_that_are_links_are_followed_inside_the_image(links: dict[str, str], path: str, expected: str) -> None:
    below = layer(*((one, link(target)) for one, target in links.items()))
    assert expected in laid_over([below, layer((path, FILE))])
    assert expected not in laid_over([below, layer((path, FILE)), layer(removed=[path])])


def test_links_in_a_circle_end() -> None:
    assert laid_over([layer(("/a", link("b")), ("/b", link("a")), ("/a/x", FILE))])


def test_another_name_of_a_file_is_that_file() -> None:
    own = FILE._replace(mode=0o4755)
    found = laid_over([layer(("/a", own)), layer(("/b", "/a"), ("/c", "/missing"))])
    assert (found["/b"], "/c" in found) == (own, False)


def test_a_layer_is_read_with_all_that_matters() -> None:
    attribute = struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0)
    ping = info("./usr/bin/ping", mode=0o755)
    ping.pax_headers = {"SCHILY.xattr.security.capability": attribute.decode("utf-8", "surrogateescape")}
    data = tar(
        info("usr/", tarfile.DIRTYPE, 0o755),
        (ping, b"\x7fELF"),
        (info("/entry.sh", mode=0o755, owner=5), b"#!/bin/sh\n"),
        info("bin", tarfile.SYMTYPE, 0o777, target="usr/bin"),
        info("hard", tarfile.LNKTYPE, target="entry.sh"),
        info("../../out", owner=1),
        info("null", tarfile.CHRTYPE),
        info("fifo", tarfile.FIFOTYPE),
        info("a/.wh.gone"),
        info("b/.wh..wh..opq"),
    )
    for written in (data, gzip.compress(data)):
        found = read(written)
        files = {member.path: member for member in found.members}
        assert sorted(files) == ["/bin", "/entry.sh", "/fifo", "/hard", "/null", "/out", "/usr", "/usr/bin/ping"]
        ping_file, entry = files["/usr/bin/ping"].file, files["/entry.sh"].file
        assert ping_file is not None
        assert entry is not None
        assert (ping_file.capabilities, ping_file.is_effective, ping_file.text) == (("NET_RAW",), True, None)
        assert (entry.owner, entry.mode, entry.text and entry.text.text) == ("5", 0o755, "#!/bin/sh\n")
        assert (files["/hard"].file, files["/hard"].target) == (None, "/entry.sh")
        assert files["/null"].file == File(FileKind.DEVICE, "0", "0", 0o644)
        assert (found.removed, found.emptied) == (frozenset({"/a/gone"}), frozenset({"/b"}))


def frame(data: bytes) -> bytes:
    """Return a frame of zstd that holds some bytes as they are, less than 128 KiB."""
    return (
        b"\x28\xb5\x2f\xfd"
        b"\x80\x58" + len(data).to_bytes(4, "little") + (len(data) << 3 | 1).to_bytes(3, "little") + data
    )


class _Frames(io.RawIOBase):
    """Reads such frames in the place of the library that later Pythons have."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream, self._left = stream, b""

    def read(self, size: int = -1) -> bytes:
        while not self._left and (head := self._stream.read(13)):
            self._left = self._frame(head)
        found, self._left = self._left[:size], self._left[size:]
        return found

    def _frame(self, head: bytes) -> bytes:
        if head[:6] != b"\x28\xb5\x2f\xfd\x80\x58":
            raise RuntimeError("unknown frame descriptor")
        return self._stream.read(int.from_bytes(head[6:10], "little"))


@pytest.fixture
def zstd(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.version_info < (3, 14):
        library = types.SimpleNamespace(open=_Frames, ZstdError=RuntimeError)
        monkeypatch.setitem(sys.modules, "compression", types.SimpleNamespace(zstd=library))


@pytest.mark.usefixtures("zstd")
def test_a_layer_in_frames_of_zstd_is_read() -> None:
    data = tar((info("a"), b"1" * 4000), info("b", owner=5))
    packed = b"".join(frame(data[at : at + 3000]) for at in range(0, len(data), 3000))
    files = {member.path: member.file for member in read(packed).members}
    assert files == {"/a": FILE, "/b": FILE._replace(owner="5", group="5")}
    whole = saved([packed])
    (image,) = read_archive(
        io.BytesIO(b"".join(frame(whole[at : at + 3000]) for at in range(0, len(whole), 3000))), "x.tar", Reading()
    )
    assert sorted(image.files) == ["/", "/a", "/b"]


@pytest.mark.usefixtures("zstd")
def test_frames_that_are_broken_are_told_in_one_line() -> None:
    with pytest.raises(ImageError, match=r"layer: dropcap cannot read it as a layer: \S"):
        read(frame(tar(info("a"))[:3000]) + b"\x28\xb5\x2f\xfdnonsense")


def test_where_nothing_reads_zstd_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "compression", None)
    packed = frame(tar(info("a")))
    for call in (lambda: read(packed), lambda: read_archive(io.BytesIO(saved([packed])), "x.tar", Reading())):
        with pytest.raises(ImageError, match=r"it is compressed with zstd, .*; run dropcap with Python 3.14, or save"):
            call()


@pytest.mark.parametrize("revision", [0x02000000, 0x03000000])
def test_file_capabilities_above_32_are_read(revision: int) -> None:
    data = struct.pack("<6I", revision, 1, 0, 1 << 38 - 32, 0, 0)[: 24 if revision == 0x03000000 else 20]
    assert file_capabilities(data) == (("CHOWN", "PERFMON"), False)


CUT = saved([tar((info("x"), b"1" * 5000))])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "dropcap cannot read it as an archive"),
        (b"no archive at all", "dropcap cannot read it as an archive"),
        (CUT[:2000], "dropcap cannot read it as an archive"),
        (gzip.compress(os.urandom(9000) + CUT)[:5000], "dropcap cannot read it as an archive"),
        (tar((info("x"), b"1")), "index.json or manifest.json is missing"),
        (tar((info("manifest.json"), b"[")), "manifest.json is not JSON"),
        (tar((info("manifest.json"), b"[" * 100_000)), "manifest.json is not JSON"),
        (tar((info("manifest.json"), b"[{}]")), "its description is not valid"),
        (tar((info("manifest.json"), b"[]")), "index.json or manifest.json is missing"),
        (tar((info("manifest.json"), b'[{"Config": "c", "Layers": []}]')), "c is missing"),
        (tar((info("c"), b"{}"), (info("manifest.json"), b'[{"Config": "c", "Layers": ["l"]}]')), "layer l is missing"),
        (saved([b"no layer" * 200]), "dropcap cannot read it as a layer"),
        (tar((info("index.json"), b'{"manifests": [{"digest": "../../etc/passwd"}]}')), "its description is not valid"),
        (tar((info("index.json"), b'{"manifests": []}')), "it has no image"),
    ],
)
def test_what_is_no_image_is_told_in_one_line(data: bytes, said: str) -> None:
    with pytest.raises(ImageError, match=said) as caught:
        read_archive(io.BytesIO(data), "x.tar", Reading())
    assert "\n" not in str(caught.value)


def test_an_archive_that_says_its_header_is_huge_is_not_believed() -> None:
    header = info("x", tarfile.XHDTYPE)
    header.size = 8**11 - 1
    with pytest.raises(ImageError, match="header is too large"):
        read(header.tobuf(tarfile.USTAR_FORMAT) + b"\0" * 10240)


def test_an_archive_that_says_its_file_is_huge_ends_too_early() -> None:
    header = info("x")
    header.size = 1024**3
    with pytest.raises(ImageError, match="dropcap cannot read it as a layer"):
        read(header.tobuf(tarfile.USTAR_FORMAT) + b"\0" * 10240)


CONFIG = {
    "User": "app",
    "Entrypoint": ["/entry.sh"],
    "Cmd": ["serve"],
    "Env": ["PATH=/bin", "A=b=c"],
    "WorkingDir": "/srv",
    "Volumes": {"/data": {}},
    "ExposedPorts": {"80/tcp": {}},
}
LAYERS = (
    tar(info("data", tarfile.DIRTYPE, 0o700, 5), (info("entry.sh", mode=0o755), b'#!/bin/sh\nexec "$@"\n')),
    tar(info("gone"), info("data/x", owner=5)),
    tar(info(".wh.gone")),
)


def test_an_image_is_the_same_however_it_is_kept(tmp_path: Path) -> None:
    parts = laid_out(LAYERS, CONFIG)
    (tmp_path / "saved.tar").write_bytes(saved(LAYERS, CONFIG))
    (tmp_path / "oci.tar").write_bytes(tar(*((info(name), data) for name, data in parts.items())))
    for name, data in parts.items():
        (tmp_path / "layout" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "layout" / name).write_bytes(data)
    (one,) = read_archive_file(str(tmp_path / "saved.tar"), Reading())
    (other,) = read_archive_file(str(tmp_path / "oci.tar"), Reading())
    (third,) = read_folder(str(tmp_path / "layout"), Reading())
    assert sorted(one.files) == ["/", "/data", "/data/x", "/entry.sh"]
    assert one.names == other.names == third.names == ("app:1",)
    assert one.id == other.id == third.id
    assert one.config == other.config == third.config == CONFIG

    def bare(files: Mapping[str, File]) -> dict[str, object]:
        return {path: (file._replace(content=None), file.text and file.text.text) for path, file in files.items()}

    assert bare(one.files) == bare(other.files) == bare(third.files)


def test_a_root_file_system_is_read_without_following_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (root / "bin").symlink_to("/bin")
    (root / "etc" / "out").symlink_to(tmp_path / "secret")
    (tmp_path / "secret").write_text("#!secret")
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o4755)
    os.mkfifo(root / "pipe")
    (image,) = read_folder(str(root), Reading())
    assert sorted(image.files) == ["/", "/bin", "/etc", "/etc/out", "/etc/passwd", "/pipe", "/run.sh"]
    assert (image.files["/bin"].kind, image.files["/bin"].target) == (FileKind.LINK, "/bin")
    assert image.files["/pipe"].kind is FileKind.FIFO
    assert image.files["/run.sh"].mode == 0o4755
    assert image.files["/etc/out"].text is None


@pytest.mark.parametrize("name", ["missing", "missing.tar", "folder"])
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "note.txt").touch()
    (tmp_path / "folder" / "more.txt").touch()
    with pytest.raises(ImageError, match=r"cannot be read|no such file|neither"):
        (read_archive_file if name.endswith("tar") else read_folder)(str(tmp_path / name), Reading())


def test_a_device_is_no_archive() -> None:
    with pytest.raises(ImageError, match="not a regular file"):
        read_archive_file("/dev/zero", Reading())


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("redis", "redis:latest"),
        ("redis:7", "redis:7"),
        ("docker.io/library/redis:7", "redis:7"),
        ("docker.io/redis", "redis:latest"),
        ("library/redis", "redis:latest"),
        ("index.docker.io/org/app:1", "org/app:1"),
        ("registry.example/library/redis:7", "registry.example/library/redis:7"),
        ("registry.example:5000/app", "registry.example:5000/app:latest"),
        ("redis:7@sha256:00", "redis:7"),
        ("redis@sha256:00", "redis@sha256:00"),
        ("localhost/app", "localhost/app:latest"),
    ],
)
def test_names_that_mean_the_same_image_are_one(reference: str, expected: str) -> None:
    assert familiar(reference) == expected
    assert familiar(expected) == expected


def test_what_a_real_program_imports_is_read(tmp_path: Path) -> None:
    program = Path(shutil.which("su") or "/bin/su")
    (tmp_path / "usr" / "bin").mkdir(parents=True)
    shutil.copy(program, tmp_path / "usr" / "bin" / "su")
    (tmp_path / "usr" / "bin" / "broken").write_bytes(program.read_bytes()[:3000])
    (tmp_path / "usr" / "bin" / "script").write_text("#!/bin/sh\n")
    reading = Reading(lambda path: path != "/usr/bin/other")
    shutil.copy(program, tmp_path / "usr" / "bin" / "other")
    (image,) = read_folder(str(tmp_path), reading)
    found = image.files["/usr/bin/su"].symbols
    assert found is not None
    assert {"initgroups", "setgid", "setuid"} <= set(found)
    assert image.files["/usr/bin/broken"].symbols is None
    assert image.files["/usr/bin/other"].symbols is None
    script = image.files["/usr/bin/script"]
    assert (script.symbols, script.text and script.text.text) == (None, "#!/bin/sh\n")


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("/entry", b"#!", True),
        ("/app/server.py", b"im", True),
        ("/srv/index.js", b"co", True),
        ("/etc/app/settings", b"a=", True),
        ("/opt/app/app.conf", b"a=", True),
        ("/app/node_modules/x/index.js", b"co", False),
        ("/usr/lib/python3/dist-packages/x.py", b"im", False),
        ("/app/picture.png", b"im", False),
        ("/usr/share/nginx/modules-available/a.conf", b"lo", True),
        ("/usr/share/doc/a.py", b"im", False),
        ("/srv/.env", b"A=", True),
        ("/srv/.env.local", b"A=", True),
        ("/srv/app.env", b"A=", True),
        ("/srv/Procfile", b"we", True),
        ("/app/node_modules/x/.env", b"A=", False),
        ("/var/spool/cron/crontabs/root", b"@d", True),
    ],
)
def test_texts_that_a_startup_may_read_are_kept(path: str, head: bytes, *, expected: bool) -> None:
    assert is_wanted(path, head) is expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("/etc/shadow", "root:*:20784:0:99999:7:::\n", True),
        ("/etc/gshadow-", "root:*::\n", True),
        ("/etc/ssl/private/site.key", "x", True),
        ("/etc/ssh/ssh_host_rsa_key", "x", True),
        ("/etc/ssl/site.crt", "-----BEGIN RSA PRIVATE KEY-----\n", True),
        ("/etc/app/users", "bob:$6$abc$defghijk\n", True),
        ("/etc/mosquitto/passwords", "bob:$7$101$abcdefgh\n", True),
        ("/etc/app/app.conf", 'password = "$2y$10$abcdefgh"\n', True),
        ("/srv/.env", "MODE=prod\n", False),
        ("/srv/.env", "MODE=prod\nTOKEN=$(cat /run/token)\n", True),
        ("/srv/run.sh", "TOKEN=abc\n", False),
        ("/srv/run.sh", "echo $1$2 '$x$'\n", False),
        ("/etc/passwd", "root:x:0:0::/root:/bin/sh\n", False),
    ],
)
def test_texts_that_are_secret_are_not_kept(path: str, text: str, *, expected: bool) -> None:
    assert (to_text(path, text.encode(), Reading()) is None) is expected


@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        ("/etc/redis/redis.conf", "# a comment\n\nport 6379\n", "port 6379\nport 6379\n"),
        ("/srv/redis.conf", "# a comment\n\nport 6379\n", None),
        ("/etc/run.sh", "# a comment\nport 6379\n", None),
    ],
)
def test_a_long_configuration_is_kept_without_its_comments(path: str, lines: str, expected: str | None) -> None:
    data = (lines + "#" * 70_000 + "\n" + lines).encode()
    text, symbols = contents_of(io.BytesIO(data), path, len(data), Reading())
    assert (text and text.text) == expected
    assert symbols is None
    many = b"port 6379\n" * 10_000
    assert contents_of(io.BytesIO(many), path, len(many), Reading()) == (None, None)


def test_every_symbol_is_of_one_capability() -> None:
    rows = tomllib.loads(package_text("images", "symbols.toml"))
    assert set(rows) <= set(NAMES)
    symbols = [symbol for names in rows.values() for symbol in names]
    assert len(symbols) == len(set(symbols))
    assert all(capability_of(symbol) in rows for symbol in symbols)
    assert capability_of("open") is None
