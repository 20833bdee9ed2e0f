"""Images in archives: what `docker save`, `podman save` and `skopeo copy` write, and OCI layouts.

An archive is read once, from its beginning to its end, so that an engine may send it.

Sources: OCI image specification 1.1, `image-layout.md`, `manifest.md`; moby `image/tarexport/save.go`.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import struct
import tarfile
from typing import IO, TYPE_CHECKING, Any

from dropcap.images.contents import Contents, ImageError, laid_over
from dropcap.images.readers.layers import Reading, read_layer
from dropcap.images.readers.zstd import without_zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dropcap.images.contents import Layer

__all__ = ["read_archive", "read_parts"]

_LARGEST_JSON = 8 * 1024 * 1024
_MOST_PARTS = 20_000
_NAMES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
_DEEPEST_INDEX = 4


def read_archive(stream: IO[bytes], name: str, reading: Reading) -> list[Contents]:
    """Return the images of an archive.

    Args:
        stream: the archive; it is never gone back in.
        name: what messages call it.
        reading: what of the files is kept.

    Raises:
        ImageError: it is no archive of images, ends too early, or holds more than is read.

    """
    texts: dict[str, bytes] = {}
    layers: dict[str, Layer | ImageError] = {}
    links: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=without_zstd(stream, name), mode="r|*") as archive:
            for number, one in enumerate(archive):
                if number >= _MOST_PARTS:
                    raise ImageError(f"{name}: it has more parts than dropcap reads")
                path = posixpath.normpath(one.name)
                if one.issym() or one.islnk():
                    above = posixpath.dirname(path) if one.issym() else ""
                    links[path] = posixpath.normpath(posixpath.join(above, one.linkname))
                elif one.isfile():
                    _take(archive, one, path, (texts, layers), reading)
    except (tarfile.TarError, EOFError, OSError, ValueError, struct.error) as error:
        raise ImageError(
            f"{name}: dropcap cannot read it as an archive: {str(error) or type(error).__name__}"
        ) from None

    def layer(path: str) -> Layer:
        for _ in range(_DEEPEST_INDEX):
            path = links.get(path, path)
        found = layers.get(path)
        if isinstance(found, ImageError):
            raise found
        if found is None:
            raise ImageError(f"{name}: its layer {path} is missing")
        return found

    return read_parts(name, texts.get, layer)


def _take(
    archive: tarfile.TarFile,
    one: tarfile.TarInfo,
    path: str,
    parts: tuple[dict[str, bytes], dict[str, Layer | ImageError]],
    reading: Reading,
) -> None:
    """Keep a part: a description as it is, a layer as what it does."""
    texts, layers = parts
    stream = archive.extractfile(one)
    if stream is None or path.endswith(("/json", "/VERSION")):  # of a format before this one
        return
    if one.size <= _LARGEST_JSON:
        data = stream.read()
        if data[:1] in {b"{", b"["} or path.endswith(".json"):
            texts[path] = data
            return
        from io import BytesIO  # a small layer

        layers[path] = _layer(BytesIO(data), path, reading)
        return
    layers[path] = _layer(stream, path, reading)


def _layer(stream: IO[bytes], path: str, reading: Reading) -> Layer | ImageError:
    try:
        return read_layer(stream, path, reading)
    except ImageError as error:  # it may be no part of any image
        return error


def read_parts(name: str, text: Callable[[str], bytes | None], layer: Callable[[str], Layer]) -> list[Contents]:
    """Return the images whose parts are found by their paths.

    Args:
        name: what messages call all of it.
        text: gives a description; None where it is missing.
        layer: gives a layer; raises ImageError where it is missing.

    Raises:
        ImageError: a part is missing, or is not what it should be.

    """
    try:
        found = list(_saved(name, text, layer) or _laid_out(name, text, layer))
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ImageError(f"{name}: its description is not valid: {error!r}") from None
    if not found:
        raise ImageError(f"{name}: it has no image")
    return found


def _json(name: str, data: bytes | None, path: str) -> Any:  # noqa: ANN401  # whatever it is
    if data is None:
        raise ImageError(f"{name}: {path} is missing")
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise ImageError(f"{name}: {path} is not JSON") from None


def _saved(name: str, text: Callable[[str], bytes | None], layer: Callable[[str], Layer]) -> list[Contents]:
    """Return the images that `manifest.json` of `docker save` lists; none where there is no such file."""
    if text("manifest.json") is None:
        return []
    found = []
    for row in _json(name, text("manifest.json"), "manifest.json"):
        data = text(posixpath.normpath(row["Config"]))
        config = _json(name, data, row["Config"])
        files = laid_over(layer(posixpath.normpath(path)) for path in row["Layers"] or ())
        names = tuple(map(str, row.get("RepoTags") or ()))
        digest = "sha256:" + hashlib.sha256(data or b"").hexdigest()
        found.append(Contents(names, digest, (), config.get("config") or {}, files))
    return found


def _laid_out(name: str, text: Callable[[str], bytes | None], layer: Callable[[str], Layer]) -> Iterator[Contents]:
    """Give the images that `index.json` of an OCI layout lists."""
    index = _json(name, text("index.json"), "index.json or manifest.json")
    for row in _manifests(name, text, index, 0):
        manifest = _json(name, text(_blob(row["digest"])), row["digest"])
        config = _json(name, text(_blob(manifest["config"]["digest"])), manifest["config"]["digest"])
        files = laid_over(layer(_blob(one["digest"])) for one in manifest["layers"])
        notes = row.get("annotations") or {}
        names = tuple(str(notes[key]) for key in _NAMES if notes.get(key))[:1]
        ids = manifest["config"]["digest"], (row["digest"],)
        yield Contents(names, *ids, config.get("config") or {}, files)


def _manifests(
    name: str, text: Callable[[str], bytes | None], index: Mapping[str, Any], depth: int
) -> Iterator[Mapping[str, Any]]:
    """Give the manifests of an index; of several platforms the first that is Linux, which all are built for."""
    for row in index["manifests"]:
        platform = row.get("platform") or {}
        if platform.get("os", "linux") != "linux":
            continue
        kind = str(row.get("mediaType", ""))
        if not kind.endswith(("index.v1+json", "manifest.list.v2+json")):
            yield row
            continue
        if depth >= _DEEPEST_INDEX:
            raise ImageError(f"{name}: its indexes are nested too deep")
        inner = _json(name, text(_blob(row["digest"])), row["digest"])
        first = next(_manifests(name, text, inner, depth + 1), None)
        if first is not None:
            yield {**first, "annotations": row.get("annotations") or first.get("annotations")}


def _blob(digest: str) -> str:
    """Return where a layout keeps what has a digest."""
    algorithm, _, value = digest.partition(":")
    if not algorithm.isalnum() or not value.isalnum():
        raise ValueError(f"{digest} is not a digest")
    return f"blobs/{algorithm}/{value}"
