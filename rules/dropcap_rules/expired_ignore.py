"""
A comment or an entry of the configuration has come to its last day and accepts nothing any more.

Whoever wrote it wanted the matter looked at again by that day. What it accepted is reported again, as if the comment
were not there. The day is one of UTC.

Audit: run `dropcap check`, which tells the last day of each.

Remediation: mend what it accepted and take it out. Where it is still right, write a new day and say why.

Impact of the fix: none.

Default value: without `until` a comment counts for good, and so does an entry without `expires`.

```yaml bad
services:
  web:  # dropcap: ignore[net-raw] until 2020-01-31 -- the new probe needs no raw socket
    image: web:1
```

```yaml good
services:
  web:  # dropcap: ignore[net-raw] until 9999-12-31 -- the new probe needs no raw socket
    image: web:1
```

```sh bad
# dropcap: ignore[privileged] until 2020-01-31 -- until the module is in the image
docker run --privileged web:1
```

```sh good
# dropcap: ignore[privileged] until 9999-12-31 -- until the module is in the image
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

# What it accepted is reported with its own severity: this only says why it is back.
SEVERITY = Severity.LOW


def check_ignores(ignores: Sequence[Ignore]) -> Iterator[Problem]:
    for ignore in ignores:
        if ignore.is_expired and not ignore.wrong:
            names = tuple(map(str, ignore.accepts))
            what = f"its last day was {ignore.expires}, so that it accepts nothing any more"
            yield Problem(ignore.where, f"{what}; mend what it accepted and take it out, or write a new day", names)
