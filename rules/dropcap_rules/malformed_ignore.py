"""
A comment or an entry means to accept something, and dropcap cannot tell what.

A word is misspelt, a rule or a capability has another name, or the comment stands where it means nothing. It accepts
nothing, so that what it was written for is reported nevertheless, or will be.

Audit: run `dropcap rules`, which lists the names of all rules.

Remediation: write `dropcap: ignore[rule] -- reason`; several names have commas between them, and a name may be
narrowed to one capability, as in `high-capability:SYS_ADMIN`. `dropcap: ignore-file[rule] -- reason` speaks of a whole
file and stands at its top.

Impact of the fix: none.

Default value: not applicable.

```yaml bad
services:
  web:  # dropcap: ignore[netraw] -- it pings its peers
    image: web:1
```

```yaml bad
services:
  web:  # dropcap: ignroe[net-raw] -- it pings its peers
    image: web:1
```

```yaml good
services:
  web:  # dropcap: ignore[net-raw] -- it pings its peers
    image: web:1
```

```sh bad
# dropcap: ignore privileged -- it loads a kernel module
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

# Somebody relies on it, and it does nothing.
SEVERITY = Severity.MEDIUM


def check_ignores(ignores: Sequence[Ignore]) -> Iterator[Problem]:
    for ignore in ignores:
        if ignore.wrong:
            yield Problem(ignore.where, ignore.wrong, (ignore.where.value,))
            continue
        for name in ignore.accepts:
            if not name.is_known:
                hint = f"did you mean {name.suggestion}?" if name.suggestion else "`dropcap rules` lists them"
                yield Problem(ignore.where, f"no rule is named `{name.rule[:60]}` ({hint})", (name.rule[:60],))
