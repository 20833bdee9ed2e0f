"""What MkDocs calls while it builds the site: pages that are made of the code, and links that lead out of `docs/`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

sys.path.insert(0, str(Path(__file__).parent))

from site_pages import OF_THE_TREE, links_of_the_site, pages, titles_of_the_site

from dropcap.rule import load_rules

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the rules in the navigation."""
    (rules,) = [entry["Rules"] for entry in config.nav or () if "Rules" in entry]
    rules += [f"rules/{rule.id}.md" for rule in load_rules()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made of the code."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead the links of pages of the tree to where these stand in the site, and name the files that blocks show."""
    del config, files
    path = page.file.src_uri
    made = page.file.generated_by is not None and path not in OF_THE_TREE
    return markdown if made else titles_of_the_site(links_of_the_site(markdown, path))
