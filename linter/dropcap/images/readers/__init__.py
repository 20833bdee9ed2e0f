"""Readers of images: an archive, a layout, a root file system, an engine. Nothing of an image is ever run."""
