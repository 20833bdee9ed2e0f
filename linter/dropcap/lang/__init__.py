"""Languages, which know nothing of containers: shell, YAML, JSON with comments, Dockerfiles, unit files."""
