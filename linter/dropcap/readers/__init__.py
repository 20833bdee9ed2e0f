"""Readers: a source becomes a document of containers; one module or folder a syntax."""
