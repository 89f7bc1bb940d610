"""Media Monitor: feeds and archives in, rules in YAML, digests and signed webhooks out."""

__version__ = "0.1.0"
