"""The algebra of capabilities: names, facts, engines, and the sets that a container holds."""
