"""Carriers: the kinds of files that start containers; one module or folder each."""
