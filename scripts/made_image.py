"""Write an image of a size as `docker save` does: many small files, a few large ones, and a script that it starts.

scripts/made_image.py FILE [MEGABYTES]
"""

from __future__ import annotations

import io
import json
import random
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

_LAYERS = 8
_FILES = 5_000  # of a layer
_PART = 1024 * 1024
_SCRIPT = b"""\
#!/bin/sh
set -e
if [ "$(id -u)" = 0 ]; then
  chown -R app:app /data
  exec gosu app "$0" "$@"
fi
exec "$@"
"""
_TEXTS = {
    "etc/passwd": b"root:x:0:0::/root:/bin/sh\napp:x:7:7::/data:/bin/sh\n",
    "etc/group": b"root:x:0:\napp:x:7:\n",
    "usr/local/bin/entry.sh": _SCRIPT,
    **dict.fromkeys((f"usr/bin/{name}" for name in ("sh", "id", "chown", "gosu", "sleep")), b"\x7fELF"),
}


def write_image(path: Path, megabytes: int) -> None:
    """Write the image `made:1`."""
    config = {"config": {"Entrypoint": ["entry.sh"], "Cmd": ["sleep", "9"], "Volumes": {"/data": {}}}}
    names = [f"{number}/layer.tar" for number in range(_LAYERS)]
    rows = [{"Config": "config.json", "RepoTags": ["made:1"], "Layers": names}]
    with tarfile.open(path, "w") as archive:
        for number, name in enumerate(names):
            with TemporaryFile() as file:
                _write_layer(file, number, megabytes // _LAYERS)
                size = file.tell()
                file.seek(0)
                one = tarfile.TarInfo(name)
                one.size = size
                archive.addfile(one, file)
        for name, text in (("config.json", config), ("manifest.json", rows)):
            _add(archive, name, json.dumps(text).encode())


def _write_layer(file: IO[bytes], number: int, megabytes: int) -> None:
    dice = random.Random(number)  # noqa: S311  # the same bytes in every run
    with tarfile.open(fileobj=file, mode="w") as layer:
        if number == 0:
            for name, text in _TEXTS.items():
                _add(layer, name, text, 0o755)
        for at in range(_FILES):
            _add(layer, f"usr/share/part{number}/{at % 50}/file{at}", dice.randbytes(at % 2000))
        _add(layer, f"usr/lib/large{number}", dice.randbytes(_PART) * megabytes)


def _add(archive: tarfile.TarFile, name: str, data: bytes, mode: int = 0o644) -> None:
    one = tarfile.TarInfo(name)
    one.size, one.mode = len(data), mode
    archive.addfile(one, io.BytesIO(data))


if __name__ == "__main__":
    write_image(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1024)  # noqa: PLR2004  # the second word
