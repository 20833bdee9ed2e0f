"""Command lines of container clients: words become options, and options a container."""
