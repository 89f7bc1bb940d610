"""Bytes to articles: what the publisher said, then what we believe. Pure; runs in worker processes."""
