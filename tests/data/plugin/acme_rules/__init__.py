"""Rules of a company of its own."""
