"""The Compose schema in the flat form that is checked by: `flat.json`, see `README.md`."""

from __future__ import annotations

import json
from typing import Any

from dropcap.package_data import package_text

SCHEMA: dict[str, Any] = json.loads(package_text("carriers", "compose", "schema", "flat.json"))
