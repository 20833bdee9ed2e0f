#!/usr/bin/env python3
"""Time what resolving Compose projects adds to reading their files.

    scripts/time_resolving.py FILE [FILE …]

Reading is what a file by itself takes: its YAML, and a container for each service. Resolving is all that Docker
Compose does in between: the .env file, variables, `extends`, `include`, overrides, lists in which a thing counts once,
and what is named and not there. The check by the schema is timed apart. The least of five rounds counts.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from dropcap.carriers.compose.consistency import check_consistency
from dropcap.carriers.compose.dedupe import unique_lists
from dropcap.carriers.compose.diagnostics import Diagnostics
from dropcap.carriers.compose.extends import apply_extends
from dropcap.carriers.compose.files import Files
from dropcap.carriers.compose.include import apply_include
from dropcap.carriers.compose.load_context import LoadContext, Provenance
from dropcap.carriers.compose.load_documents import documents
from dropcap.carriers.compose.nodes import entries
from dropcap.carriers.compose.project import load
from dropcap.carriers.compose.project_environment import environment_of
from dropcap.carriers.compose.schema import problems
from dropcap.carriers.compose.services import containers
from dropcap.carriers.compose.version import COMPOSE_5
from dropcap.carriers.request import Settings
from dropcap.lang.yaml import Mapping
from dropcap.model import UnreadableError
from dropcap.workspace import NotReadError, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
ROUNDS = 5


def main() -> int:
    """Time the files and print milliseconds and ratios."""
    gc.disable()
    rounds = [one_round(sys.argv[1:]) for _ in range(ROUNDS)]
    best = {name: min(one[name] for one in rounds) for name in ("reading", "resolving", "schema")}
    for name, seconds in best.items():
        print(f"  {name:<24} {seconds * 1000:9.1f} ms CPU")
    word = "reached" if best["resolving"] < best["reading"] / 2 else "NOT reached"
    print(f"  resolving / reading: {best['resolving'] / best['reading']:.3f} (to stay under: 0.5) {word}")
    return 0


def one_round(paths: list[str]) -> dict[str, float]:
    """Read and resolve each file once; gives the seconds of each part."""
    spent: dict[str, float] = defaultdict(float)
    for path in paths:
        try:
            one_file(path, spent)
        except (NotReadError, UnreadableError):  # noqa: PERF203  # not what is measured
            continue
    return spent


def one_file(path: str, spent: dict[str, float]) -> None:
    """Take one project through the steps, each on the clock of its part."""

    def timed(part: str, step: Callable[[], T]) -> T:
        start = time.process_time()
        try:
            return step()
        finally:
            spent[part] += time.process_time() - start

    workspace = Workspace(os.path.dirname(path), named=[path])  # noqa: PTH120  # as the program does
    source = timed("reading", lambda: workspace.source(path))
    directory = os.path.dirname(source.path)  # noqa: PTH120  # as the program does
    log = Diagnostics()
    files = Files(workspace, log, COMPOSE_5)
    timed("reading", lambda: files.stream(source.path))
    settings = Settings()
    environment = timed("resolving", lambda: environment_of(directory, files, log, settings))
    scope = LoadContext(files, directory, environment, COMPOSE_5, log, Provenance())
    model, *over = timed("resolving", lambda: documents(source.path, scope))
    timed("reading", lambda: [entries(one) for one in services(model)])
    model = timed("resolving", lambda: apply_extends(model, source.path, scope))
    model = timed("resolving", lambda: apply_include(model, scope, (files.real(source.path),), load))
    model = timed("resolving", lambda: unique_lists(model))
    timed("resolving", lambda: check_consistency(model, scope, None, is_whole=True))
    timed("schema", lambda: problems(model))
    found = entries(model).get("services")
    value = found.value if found else None
    if isinstance(value, Mapping) and not over:
        timed("reading", lambda: list(containers(value, scope)))


def services(model: Mapping) -> list[Mapping]:
    """Give the services that are mappings."""
    found = entries(model).get("services")
    value = found.value if found else None
    listed = entries(value).values() if isinstance(value, Mapping) else ()
    return [entry.value for entry in listed if isinstance(entry.value, Mapping)]


if __name__ == "__main__":
    raise SystemExit(main())
