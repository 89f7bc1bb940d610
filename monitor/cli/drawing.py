"""Draw articles, matches and explanations for a terminal; nothing that a publisher wrote is taken as markup."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monitor.cli.options import printable
from monitor.model import Article, Match, RuleId
from monitor.render.highlight import Excerpt, excerpts_of
from monitor.render.quotes import Quotes

_EXCERPTS = 3


def draw_matches(out: Console, article: Article, matches: Sequence[Match], titles: Mapping[RuleId, str]) -> None:
    """An article's headline, and below it each rule that holds with the sentences where it does."""
    day = article.published.date().isoformat() if article.published else "no date"
    headline = printable(article.title or "(no title)")
    origin = printable(f"{article.source} · {day} · {article.language or 'unknown language'}")
    if not out.is_terminal:
        # An archive may have a million matches, and rich takes longer to wrap a line than they take to find.
        quotes = Quotes(article)
        blocks = [f"  {match.rule} {_about(match, titles)}\n{_write_quotes(quotes, match)}" for match in matches]
        out.file.write(f"{headline}\n{origin}\n{''.join(blocks)}\n")
        return
    out.print(Text(headline, style="bold"))
    out.print(Text(origin, style="dim"))
    for match in matches:
        out.print(Text(f"  {match.rule} ", style="bold green") + Text(_about(match, titles)))
        for excerpt in excerpts_of(article, match.mentions, limit=_EXCERPTS):
            out.print(Padding(excerpt_text(excerpt), (0, 0, 0, 4), expand=False))
    out.print()


def excerpt_text(excerpt: Excerpt) -> Text:
    """A sentence with its mentions in bold and yellow, and the field it stands in unless it is the body."""
    text = Text(_label(excerpt.label), style="")
    for segment in excerpt.segments:
        text.append(printable(segment.text), style="bold yellow" if segment.is_mention else "")
    return text


def _write_quotes(quotes: Quotes, match: Match) -> str:
    """A line for each, without colours and however long."""
    found = quotes.of(match.mentions, limit=_EXCERPTS)
    return "".join([f"    {_label(quote.label)}{' '.join(printable(quote.text).split())}\n" for quote in found])


def _label(label: str) -> str:
    return "" if label == "body" else f"[{label}] "


def _about(match: Match, titles: Mapping[RuleId, str]) -> str:
    return f"({match.severity.value}) {titles[match.rule]}"
