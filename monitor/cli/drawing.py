"""Draw articles, matches and explanations for a terminal; nothing that a publisher wrote is taken as markup."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monitor.cli.options import printable
from monitor.model import Article, Match, Mention, RuleId
from monitor.render.highlight import Excerpt, excerpts_of

_EXCERPTS = 3


def draw_matches(out: Console, article: Article, matches: Sequence[Match], titles: Mapping[RuleId, str]) -> None:
    """An article's headline, and below it each rule that holds with the sentences where it does."""
    out.print(Text(printable(article.title or "(no title)"), style="bold"))
    day = article.published.date().isoformat() if article.published else "no date"
    out.print(Text(printable(f"{article.source} · {day} · {article.language or 'unknown language'}"), style="dim"))
    for match in matches:
        heading = Text(f"  {match.rule} ", style="bold green") + Text(f"({match.severity.value}) {titles[match.rule]}")
        out.print(heading)
        _draw_excerpts(out, article, match.mentions)
    out.print()


def excerpt_text(excerpt: Excerpt) -> Text:
    """A sentence with its mentions in bold and yellow, and the field it stands in unless it is the body."""
    text = Text("" if excerpt.label == "body" else f"[{excerpt.label}] ", style="")
    for segment in excerpt.segments:
        text.append(printable(segment.text), style="bold yellow" if segment.is_mention else "")
    return text


def _draw_excerpts(out: Console, article: Article, mentions: Sequence[Mention]) -> None:
    for excerpt in excerpts_of(article, mentions, limit=_EXCERPTS):
        out.print(Padding(excerpt_text(excerpt), (0, 0, 0, 4), expand=False))
