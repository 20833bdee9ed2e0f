"""The files of a repository as a revision has them, in the place of those on the disk.

What git tracks now, or does not know yet, is not there unless the revision has it. Files of variables (`.env`,
`web.env`) that git does not track stay as they are: no revision tells how they were. So do the files of submodules,
which are other repositories.
"""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from dropcap.baseline.objects import GitError, Objects
from dropcap.git_index import IndexUnknownError, tracked_files
from dropcap.namedtuple import NamedTuple
from dropcap.real_paths import from_folder, is_below
from dropcap.workspace import MAX_BYTES, Entry, NotReadError, State, What, Why, Workspace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

