"""The language of Dockerfiles: lines become instructions, and instructions stages with what they inherit."""
