"""
A comment or an entry of the configuration accepts something that is not there.

What it accepted has been mended, or it stands in the wrong place. Left alone, it would accept the same thing without a
word when somebody writes it again. Nothing is said of a name whose rule does not run, of a file of which a part cannot
be read, nor where `--profile` leaves services out. What several projects include is used where one of them uses it.

Audit: run `dropcap check --show-suppressed`, which lists what each comment and each entry accepts.

Remediation: take it out, or only the name that nothing is found of. Where it is still wanted, write it at the end of
the line that is spoken of, right above that line, or on the line of the container's name.

Impact of the fix: none.

Default value: not applicable.

```yaml bad
services:
  web:
    image: web:1
    cap_drop: [ALL]  # dropcap: ignore[net-raw] -- it pings its peers
```

```yaml good
services:
  web:  # dropcap: ignore[net-raw] -- it pings its peers
    image: web:1
```

```sh bad
# dropcap: ignore[privileged] -- it loads a kernel module
docker run --cap-drop ALL --cap-add SYS_MODULE web:1
```

```sh good
# dropcap: ignore[privileged] -- it loads a kernel module
docker run --privileged web:1
```

References: docs/ignoring.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.api import Ignore

# Nothing is less safe today: it is a trap for whoever changes the file next.
SEVERITY = Severity.LOW


def check_ignores(ignores: Sequence[Ignore]) -> Iterator[Problem]:
    for ignore in ignores:
        for name in ignore.unused if not ignore.wrong else ():
            what = f"`{name}` accepts" if name.rule else "this entry accepts"
            yield Problem(ignore.where, f"nothing is found that {what}; {_REMEDIES[ignore.kind]}", (str(name),))


_REMEDIES = {
    "comment": "take it out, or move it to the end of the line that it speaks of, or right above that line",
    "allow": "take it out, or say what it is to accept",
}
