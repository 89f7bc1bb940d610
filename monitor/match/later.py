"""What the format already names and this version does not do yet, so that it is refused by name.

To add one: write its class, give it a row in the table of monitor.match.syntax (or the reader concerned), and take its
row out here.
"""

from collections.abc import Mapping

from monitor.match.nodes import Node

LATER_CLAUSES: Mapping[str, str] = {"event": "clause"}
LATER_RULE_KEYS: Mapping[str, str] = {"volume": "rule of the kind"}


def refuse_later(node: Node, later: Mapping[str, str]) -> bool:
    """Report the first key of a mapping that is for a later version; whether there was one."""
    if not isinstance(node.value, dict):
        return False
    for key in node.value:
        if key in later:
            node.report(f'{later[key]} "{key}" is not available yet in this version', key=key)
            return True
    return False
