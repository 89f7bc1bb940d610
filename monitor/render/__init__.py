"""A digest as text, HTML, Slack blocks or JSON. Pure: the same digest gives the same bytes."""
