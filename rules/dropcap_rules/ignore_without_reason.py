"""
A comment or an entry of the configuration accepts something and does not say why.

Nobody who reads it later can tell whether it still holds, so it stays for good. It counts all the same, and this
finding stands in the place of what it accepts: an unexplained exception makes no run green.

Audit: run `dropcap check --show-suppressed`, which lists what is accepted, each with its reason.

Remediation: write `--` and the reason behind the brackets, or `reason` into the entry.

Impact of the fix: none.

Default value: not applicable.

```yaml bad
services:
  web:  # dropcap: ignore[net-raw]
    image: web:1
```

```yaml good
services:
  web:  # dropcap: ignore[net-raw] -- it pings its peers
    image: web:1
```

```sh bad
# dropcap: ignore[privileged]
docker run --privileged web:1
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

# It stands for what it accepts, which may be anything; low would let a run pass that has no reason to.
SEVERITY = Severity.MEDIUM


def check_ignores(ignores: Sequence[Ignore]) -> Iterator[Problem]:
    for ignore in ignores:
        if not ignore.reason and not ignore.wrong:
            names = tuple(map(str, ignore.accepts))
            how = "behind the brackets write `-- reason`" if ignore.kind == "comment" else "add `reason` to the entry"
            yield Problem(ignore.where, f"it does not say why this is accepted; {how}", names)
