"""A Slack message drawn from its blocks, about as Slack draws it: the kinds of blocks and the markup that we use.

It refuses what it does not know, so that a picture never hides a part of a message.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Block = Mapping[str, Any]

_LINK = re.compile(r"<(https?://[^|>]+)\|([^>]*)>")
# Slack begins and ends formatting at the edge of a word; an invisible space is one.
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_ITALIC = re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])")
# Slack has pictures of its own for them, which fonts may lack.
_DOTS = {"🔴": "#dd2e44", "🟠": "#f4900c", "🟡": "#fdcb58", "🔵": "#55acee", "⚪": "#e6e7e8"}
_STYLE = """
body { margin: 0; background: #fff; color: #1d1c1d;
  font: 15px/1.47 Lato, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
.message { display: flex; gap: 10px; padding: 14px 20px; max-width: 660px; }
.icon { flex: none; width: 36px; height: 36px; border-radius: 8px; background: #1f1c18; color: #ffe48f;
  font: bold 20px/36px Georgia, serif; text-align: center; }
.who { font-weight: 900; }
.app { background: #ddd; border-radius: 2px; padding: 0 3px; font-size: 10px; font-weight: 700;
  vertical-align: 2px; } .at { color: #616061; font-size: 12px; }
h3 { font-size: 18px; line-height: 1.33; margin: 8px 0 4px; } .section { margin: 8px 0 4px; }
.context { color: #616061; font-size: 13px; line-height: 1.4; margin: 4px 0 8px; }
blockquote { margin: 4px 0; padding-left: 12px; border-left: 4px solid #ddd; }
a { color: #1264a3; text-decoration: none; }
.dot { display: inline-block; width: 15px; height: 15px; border-radius: 50%; vertical-align: -2px; }
.context b { color: #454245; }
"""


def draw_slack(payload: bytes, *, at: str = "07:30") -> str:
    """The page that shows a message: the JSON as it is sent. ValueError for what it does not know."""
    blocks = "".join(_draw_block(block) for block in json.loads(payload)["blocks"])
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Slack</title><style>{_STYLE}</style></head>'
        f'<body><div class="message"><div class="icon">M</div><div><span class="who">Media Monitor</span> '
        f'<span class="app">APP</span> <span class="at">{at}</span>{blocks}</div></div></body></html>'
    )


def _draw_block(block: Block) -> str:
    try:
        return _BLOCKS[block["type"]](block)
    except KeyError as error:
        raise ValueError(f"cannot draw {block}: {error}") from error


def _draw_header(block: Block) -> str:
    text = block["text"]["text"]
    return f"<h3>{text.replace('&', '&amp;').replace('<', '&lt;')}</h3>"


def _draw_section(block: Block) -> str:
    return f'<div class="section">{_draw_markup(block["text"])}</div>'


def _draw_context(block: Block) -> str:
    return f'<div class="context">{"".join(_draw_markup(element) for element in block["elements"])}</div>'


_BLOCKS: Mapping[str, Callable[[Block], str]] = {
    "header": _draw_header,
    "section": _draw_section,
    "context": _draw_context,
}


def _draw_markup(text: Mapping[str, Any]) -> str:
    """Slack's markup as HTML: its escapes are HTML's own."""
    if text["type"] != "mrkdwn":
        raise ValueError(f"cannot draw a text of the type {text['type']}")
    lines = [_draw_line(line) for line in text["text"].split("\n")]
    return "<br>".join(lines).replace("</blockquote><br>", "</blockquote>").replace("<br><blockquote", "<blockquote")


def _draw_line(line: str) -> str:
    quoted = line.removeprefix("> ").removeprefix("&gt; ")
    formatted = _ITALIC.sub(r"<i>\1</i>", _BOLD.sub(r"<b>\1</b>", quoted))
    linked = _LINK.sub(r'<a href="\1">\2</a>', formatted)
    for dot, colour in _DOTS.items():
        linked = linked.replace(dot, f'<span class="dot" style="background:{colour}"></span>')
    return linked if quoted == line else f'<blockquote dir="auto">{linked}</blockquote>'
