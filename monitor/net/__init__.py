"""Going out to the network: which addresses may be reached, over which client, and what went wrong in plain words."""
