"""What an article costs from bytes to fields, beside what the libraries below it cost alone on the same texts.

    python -m benchmarks.normalise                  plain text, JSON lines and pages
    python -m benchmarks.normalise html --rounds 3

Texts and pages are put together from the samples in seeds/, about 3,000 letters each, in their languages. Every article
is taken by the library and by ours in turn, one process each, and the CPU time of the thread is counted: what else the
machine does meets both alike. Compare the ratios between machines, not the rates.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import cycle, islice
from time import thread_time

import trafilatura
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from monitor.model import Article, EntryKey, Record, SourceId
from monitor.parse.article import parse_records
from monitor.parse.options import DEFAULT_LANGUAGES, ParseOptions
from monitor.samples import samples_directory

_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_LETTERS = 3_000
_TEASERS, _COMMENTS = 40, 15
_SCRIPT = "window.dataLayer = window.dataLayer || []; function track(a) { dataLayer.push(arguments); }\n" * 300


@dataclass(frozen=True)
class Task:
    """One form of articles, and what the library below does with each of them."""

    name: str
    peer_name: str
    records: Sequence[Record]
    texts: Sequence[str]
    peer: Callable[[str], object]
    aim: float


def main() -> None:
    """Print a line for each form: microseconds an article, and the peer's time as a share of ours."""
    parser = argparse.ArgumentParser(description="Normalising beside the libraries below it.")
    parser.add_argument("forms", nargs="*", metavar="text|json|html", help="only these forms")
    parser.add_argument("--rounds", type=int, default=20, help="how often every article is taken (default 20)")
    arguments = parser.parse_args()
    articles = lengthen(read_seeds())
    print(f"{'form':<6} {'peer':<42} {'peer µs':>9} {'ours µs':>9} {'ratio':>6} {'aim':>5}")
    for task in make_tasks(articles):
        if not arguments.forms or task.name in arguments.forms:
            peer, ours = measure(task, arguments.rounds if task.name != "html" else max(1, arguments.rounds // 5))
            aim = f"{task.aim:.2f}" if task.aim else ""
            print(f"{task.name:<6} {task.peer_name:<42} {peer:>9.0f} {ours:>9.0f} {peer / ours:>6.2f} {aim:>5}")


def measure(task: Task, rounds: int) -> tuple[float, float]:
    """Microseconds an article, the peer's and ours; the fastest round of each, after one that is not counted."""
    totals: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        peer = ours = 0.0
        for record, text in zip(task.records, task.texts, strict=True):
            begun = thread_time()
            task.peer(text)
            between = thread_time()
            parsed = parse_records([record], _NOW, ParseOptions())
            ours += thread_time() - between
            peer += between - begun
            if parsed.problems:
                raise SystemExit(f"not read: {parsed.problems[0]}")
        totals.append((peer, ours))
    scale = 1_000_000 / len(task.records)
    return min(peer for peer, _ in totals[1:]) * scale, min(ours for _, ours in totals[1:]) * scale


def read_seeds() -> tuple[Article, ...]:
    """The sample articles in plain text."""
    files = sorted(samples_directory("seeds").glob("*.txt"))
    return parse_records(
        [_record(file.name, "text", file.read_bytes()) for file in files], _NOW, ParseOptions()
    ).articles


def lengthen(articles: Sequence[Article]) -> list[tuple[Article, list[str]]]:
    """Each with paragraphs of its own and of others in its language, as many as an article of a newspaper has."""
    lengthened = []
    for number, article in enumerate(articles):
        kin = [other for other in (*articles[number:], *articles[:number]) if other.language == article.language]
        paragraphs: list[str] = []
        for paragraph in cycle([paragraph for other in kin for paragraph in (other.body or "").split("\n\n")]):
            paragraphs.append(paragraph)
            if sum(map(len, paragraphs)) >= _LETTERS:
                break
        lengthened.append((article, paragraphs))
    return lengthened


def make_tasks(articles: Sequence[tuple[Article, list[str]]]) -> list[Task]:
    """Plain text and JSON beside identifying the language of all, and of what we look at; pages beside trafilatura."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(DEFAULT_LANGUAGES))
    whole = ["\n\n".join([article.title or "", article.standfirst or "", *body]) for article, body in articles]
    heads = ["\n".join([article.title or "", article.standfirst or "", body[0]]) for article, body in articles]
    texts = [_record(article.key, "text", as_text(article, body).encode()) for article, body in articles]
    lines = [_record(article.key, "json", as_json(article, body).encode()) for article, body in articles]
    pages = [as_page(article, body, articles) for article, body in articles]
    records = [_record(article.key, "html", page.encode()) for (article, _), page in zip(articles, pages, strict=True)]
    return [
        Task("text", "py3langid, whole text", texts, whole, identifier.classify, 0.5),
        Task("text", "py3langid, title to first paragraph", texts, heads, identifier.classify, 0),
        Task("json", "py3langid, whole text", lines, whole, identifier.classify, 0.5),
        Task("json", "py3langid, title to first paragraph", lines, heads, identifier.classify, 0),
        Task("html", "trafilatura fast", records, pages, lambda page: trafilatura.extract(page, fast=True), 0.28),
    ]


def as_text(article: Article, body: Sequence[str]) -> str:
    """The form of the files in seeds/."""
    [image] = article.images
    head = f"!-- Google tag (gtag.js) -->\n\n{article.title}\n\n{article.standfirst}\n\n{article.published_raw}\n"
    return f"{head}{article.title}\n{image.caption}\nSOURCE: {image.credit}\n\n" + "\n\n".join(body)


def as_json(article: Article, body: Sequence[str]) -> str:
    """A line as another program would export it."""
    fields = {"headline": article.title, "summary": article.standfirst, "date": article.published_raw}
    url = f"https://news.example.org/{article.key}?utm_source=x"
    return json.dumps(fields | {"url": url, "lang": article.language, "text": "\n\n".join(body)}, ensure_ascii=False)


def as_page(article: Article, body: Sequence[str], others: Sequence[tuple[Article, list[str]]]) -> str:
    """A page as news sites serve it: the article among menus, scripts, teasers and comments."""
    titles = [escape(other.title or "") for other, _ in others]
    teasers = "".join(
        f'<div class="teaser"><a class="card" href="/{n}"><img data-src="/{n}.jpg"><h3>{title}</h3></a></div>'
        for n, title in enumerate(islice(cycle(titles), _TEASERS))
    )
    comments = "".join(f'<li class="comment"><p>Somebody thinks: {title}</p></li>' for title in titles[:_COMMENTS])
    menu = "".join(f'<li class="menu__item"><a href="/s{n}">Section {n}</a></li>' for n in range(30))
    paragraphs = "".join(f'<p class="story__text">{escape(paragraph)}</p>' for paragraph in body)
    linked = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": article.title,
              "datePublished": "2021-03-03T10:00:00Z", "author": {"name": "Ann Lee"}}  # fmt: skip
    return (
        f'<!DOCTYPE html><html lang="{article.language}"><head><title>{escape(article.title or "")} | Gazette</title>'
        f'<meta name="description" content="{escape(article.standfirst or "")}"><script>{_SCRIPT}</script>'
        f'<script type="application/ld+json">{json.dumps(linked)}</script></head><body><nav><ul>{menu}</ul></nav>'
        f'<main><article class="story"><h1>{escape(article.title or "")}</h1>'
        f'<p class="standfirst">{escape(article.standfirst or "")}</p><figure><img src="/1.jpg">'
        f"<figcaption>{escape(article.images[0].caption or '')}</figcaption></figure>{paragraphs}</article></main>"
        f'<aside class="more"><h2>More from today</h2>{teasers}</aside><ol class="comments">{comments}</ol>'
        f"<footer><p>© The Gazette. All rights reserved.</p></footer></body></html>"
    )


def _record(name: str, form: str, data: bytes) -> Record:
    return Record(source=SourceId("benchmark"), key=EntryKey(name), name=name, format=form, data=data)  # type: ignore[arg-type]  # one of the formats


if __name__ == "__main__":
    main()
