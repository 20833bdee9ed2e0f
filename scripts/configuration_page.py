"""The page about the configuration, made of its schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dropcap.configuration.checking import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HEAD = """# Configuration

dropcap reads `.dropcap.toml`, or the table `[tool.dropcap]` of `pyproject.toml`. `dropcap init` writes one,
with what it finds in your project as suggestions. Every mistake in a file is an error with its line, and exit
code 2.

```toml
engine = "docker"
engine-version = "24.0"
fail-on = "high"
ignore = ["useless-drop"]
exclude = ["vendor/"]

[severity]
net-raw = "low"

[[per-path]]
paths = ["tests/", "examples/*.yaml"]
fail-on = "critical"

[[allow]]
rules = ["engine-socket"]
container = "traefik"
reason = "it reads labels of containers; the socket is read-only"
expires = 2030-12-31
```

In `pyproject.toml` the same keys stand below `[tool.dropcap]`, and the tables are `[tool.dropcap.severity]`,
`[[tool.dropcap.per-path]]` and `[[tool.dropcap.allow]]`.

## Which file counts

Each file that is checked has the configuration nearest to it: the one in its own folder, or in a folder above
it, up to the top of its repository. Only this one counts, unless it extends another. A Compose project counts
as its first file. Where no configuration lies above a file, the one of the current folder counts. `--config
FILE` names one for all files. The command line wins over every file. `dropcap settings PATH` says which file
counts, and what it says.

The `exclude` of the current folder's configuration counts for a whole walk; a nearer file can leave out more.

## extends

```toml
extends = "../company.toml"
extend-ignore = ["useless-add"]
```

What the other file says counts as if it were written here. A key that stands in both counts as this file has
it, but `exclude`, `extend-select`, `extend-ignore`, `per-path` and `allow` are put together, and so are the
lines of `severity`. Paths and patterns of the other file count from the folder of this one. Up to 8 files may
extend each other.

The other file ends in `.toml` and lies in the same repository: a repository that you check cannot make dropcap
read files elsewhere. Only a file that you name with `--config` may extend a file outside, such as a company's
in `/etc`.

## Engines and their versions

`engine` is for files that name no engine. A command line and a Quadlet unit name theirs; `podman-compose.yml`
and other names with `podman` or `nerdctl` in them say it by the name, unless `--engine` or an entry of
`per-path` says another one.

`engine-version` matters for old versions. Docker before 23 does not know PERFMON, BPF and CHECKPOINT_RESTORE,
so ALL and `privileged` stand for 38 capabilities. Podman before 3.1 knows as few; before 3.2 it ignores drops
beside an added ALL; 4.4.0 to 4.4.2 lack SYS_CHROOT in the default set; before 4.7 an empty label
`io.containers.capabilities` is refused. Podman's default set has these 11 in all versions by the
`containers.conf` that comes with it; one of your own is not read.

## Editors

The [schema](https://github.com/dropcap/dropcap/blob/main/linter/dropcap/configuration/dropcap.schema.json) is
JSON Schema, draft 7. An editor with Taplo completes and checks the file if it begins with this line:

```toml
#:schema {address}
```
"""


def configuration_page(helps: str) -> str:
    """Return the page; `helps` is what each command says of its options."""
    parts = schema()
    text = HEAD.replace("{address}", parts["$id"])
    text += "\n## Keys\n\n" + _table(parts["properties"])
    for name, title in (("per-path", "Keys of `[[per-path]]`"), ("allow", "Keys of `[[allow]]`")):
        text += f"\n## {title}\n\n{parts['properties'][name]['description']}\n\n"
        text += _table(parts["definitions"][name]["properties"])
    return text + helps


def _table(keys: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [f"| `{key}` | {_kind(part)} | {_default(part)} | {part['description']} |" for key, part in keys.items()]
    return "\n".join(["| key | value | default | what it is |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _default(part: Mapping[str, Any]) -> str:
    return f"`{json.dumps(part['default'])}`" if part.get("default") not in (None, "", {}, []) else ""


def _kind(part: Mapping[str, Any]) -> str:
    whole = _whole(part)
    if "enum" in whole:
        words = (json.dumps(one) for one in whole["enum"] if str(one) != one or not one.isdecimal())
        return ", ".join(f"`{word}`" for word in dict.fromkeys(words))
    kinds = whole["type"] if isinstance(whole["type"], list) else [whole["type"]]
    return " or ".join(_kinds(kinds, whole))


def _kinds(kinds: list[str], part: Mapping[str, Any]) -> Iterator[str]:
    names = {"string": "text", "boolean": "true or false", "object": "table"}
    for kind in kinds:
        if kind == "array":
            yield "tables" if _whole(part["items"]).get("type") == "object" else "list of texts"
        else:
            yield names[kind]


def _whole(part: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**schema()["definitions"][part["$ref"].rpartition("/")[2]], **part} if "$ref" in part else part
