"""Ready-made actors, written out as YAML for an operator to keep, trim and correct."""
