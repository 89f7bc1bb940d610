"""Data as YAML that a person would have written: short parts on one line, the others as blocks.

What is written is read back by monitor.text.yaml as the same data: texts are quoted wherever YAML, 1.1 or 1.2, might
take them for something else.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

Value = str | int | bool | date | None | Sequence["Value"] | Mapping[str, "Value"]

_WIDTH = 110
_PLAIN = re.compile(r"[^\W\d_][\w-]*(?: [\w-]+)*")
_NOT_TEXT = re.compile(r"(?i:true|false|null|yes|no|on|off|y|n)")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def write_yaml(value: Mapping[str, Value], *, blocks: int = 1) -> str:
    """A mapping as YAML, ending in a line break. The outermost `blocks` levels are never put on one line."""
    return "".join(f"{line}\n" for line in _block(value, blocks))


def quote(text: str) -> str:
    """A text as a YAML scalar: as it is where that is safe, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.isprintable() and not _NOT_TEXT.fullmatch(text):
        return text
    return f'"{"".join(_ESCAPES.get(letter) or _escape(letter) for letter in text)}"'


def _escape(letter: str) -> str:
    code = ord(letter)
    if letter.isprintable() and not 0xD800 <= code <= 0xDFFF:
        return letter
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _flow(value: Value) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quote(key)}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Sequence):
        return "[" + ", ".join(_flow(part) for part in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _block(value: Mapping[str, Value] | Sequence[Value], blocks: int) -> list[str]:
    """The lines of a mapping or list that is not empty, none of them indented."""
    lines: list[str] = []
    if isinstance(value, Mapping):
        for key, part in value.items():
            inner = _lines(part, blocks - 1)
            lines += [f"{quote(key)}: {_flow(part)}"] if inner is None else [f"{quote(key)}:", *_indent(inner)]
        return lines
    for part in value:
        inner = _lines(part, blocks - 1) or [_flow(part)]
        lines += [f"- {inner[0]}", *_indent(inner[1:])]
    return lines


def _lines(value: Value, blocks: int) -> list[str] | None:
    """The value as a block; None where it belongs on the line of its key."""
    if isinstance(value, str) or not isinstance(value, Mapping | Sequence) or not value:
        return None
    return None if blocks <= 0 and len(_flow(value)) <= _WIDTH else _block(value, blocks)


def _indent(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
