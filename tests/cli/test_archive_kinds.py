"""Every command that reads archives, over every kind of archive: two articles are found in each, and what is broken
between them is named and passed over.
"""

import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from monitor.sources.formats import FORMATS, Formats
from tests.cli.conftest import Command
from tests.sources.archives import http, packed_warc, tarred, warc, zipped

_RULES = "version: 1\nrules:\n  floods: {title: Floods, match: {all: [flood]}, tests: [{hit: flood}, {miss: sun}]}\n"
_SENTENCE = "The flood came overnight, officials said on Wednesday, and {0} streets were closed."
_EMPTY_PAGE = b"<html></html>"
_EMPTY_MAIL = b"Subject: x\nContent-Type: image/png\n\n"


def _text(number: int) -> bytes:
    title = f"Water in Street {number}"
    return f"{title}\n\nApril 2{number}, 2021\n{title}\n\n{_SENTENCE.format(number)}\n".encode()


def _page(number: int) -> bytes:
    body = f"<p>{_SENTENCE.format(number)}</p><p>Schools stay shut until further notice, the mayor said.</p>"
    return f"<html lang=en><title>Water in Street {number}</title><article>{body}</article></html>".encode()


def _fields(number: int) -> bytes:
    return json.dumps({"title": f"Water in Street {number}", "body": _SENTENCE.format(number)}).encode()


def _mail(number: int) -> bytes:
    head = f"From: Gazette <news@gazette.example>\nSubject: Street {number}\nMessage-ID: <{number}@gazette.example>\n"
    return f"{head}\n{_SENTENCE.format(number)}\n".encode()


_FILES = {"1.txt": _text(1), "2.txt": b"", "3.html": _page(3)}
_MAILBOX = b"".join(b"From a@b Thu Apr 22 10:00:00 2021\n%s\n" % mail for mail in (_mail(1), _EMPTY_MAIL, _mail(3)))
_LINES = b"\n".join((_fields(1), b'{"title": "Wat', _fields(3)))
_ITEM = "<item><title>Street {0}</title><guid>g{0}</guid><description>" + _SENTENCE + "</description></item>"
_RSS = f"<rss version='2.0'><channel>{_ITEM.format(1)}<item></item>{_ITEM.format(3)}</channel></rss>".encode()
_JSON_FEED = b'{"version": "https://jsonfeed.org/version/1.1", "items": [%s, {}, %s]}' % (
    _fields(1).replace(b'"body"', b'"id": "1", "content_text"'),
    _fields(3).replace(b'"body"', b'"id": "3", "content_text"'),
)
_URL = (
    "<url><loc>https://gazette.example/{0}</loc><news:news><news:title>A flood in street {0}</news:title></news:news>"
)
_SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    f"{_URL.format(1)}</url><url><loc>https://gazette.example/2</loc></url>{_URL.format(3)}</url></urlset>"
).encode()
_WEB = [warc("response", http(page), number) for number, page in enumerate((_page(1), _EMPTY_PAGE, _page(3)), start=1)]
_ARC_HEAD = b"1 0 Example\nURL IP-address Archive-date Content-type Archive-length\n\n"
_ARC = b"filedesc://a.arc 0.0.0.0 20210422100000 text/plain %d\n%s\n" % (len(_ARC_HEAD), _ARC_HEAD) + b"".join(
    b"https://example.org/%d 1.2.3.4 20210422100000 text/html %d\n%s\n" % (number, len(http(page)), http(page))
    for number, page in enumerate((_page(1), _EMPTY_PAGE, _page(3)), start=1)
)

# What stands where, below the path that the commands are given, and how what is broken in it is named.
KINDS: Mapping[str, tuple[Mapping[str, bytes], str]] = {
    "texts": ({"texts/1.txt": _text(1), "texts/2.txt": b"", "texts/3.txt": _text(3)}, "texts/2.txt: is empty"),
    "pages": (
        {"pages/1.html": _page(1), "pages/2.html": _EMPTY_PAGE, "pages/3.html": _page(3)},
        "pages/2.html: no text found",
    ),
    "a.json": ({"a.json": b"[%s, 17, %s]" % (_fields(1), _fields(3))}, "a.json[1]: found a number"),
    "a.jsonl": ({"a.jsonl": _LINES}, "a.jsonl:2: not JSON"),
    "a.jsonl.gz": ({"a.jsonl.gz": gzip.compress(_LINES)}, "a.jsonl:2: not JSON"),
    "a.csv": (
        {"a.csv": f"title,body\nA,{_SENTENCE[:20]}\na,b,c\nB,{_SENTENCE[:19]}\n".encode()},
        "a.csv:3: the row has 3 cells",
    ),
    "a.zip": ({"a.zip": zipped(_FILES)}, "a.zip/2.txt: is empty"),
    "a.tar": ({"a.tar": tarred(_FILES)}, "a.tar/2.txt: is empty"),
    "a.tar.gz": ({"a.tar.gz": tarred(_FILES, "w:gz")}, "a.tar.gz/2.txt: is empty"),
    "a.tar.xz": ({"a.tar.xz": tarred(_FILES, "w:xz")}, "a.tar.xz/2.txt: is empty"),
    "a.warc": ({"a.warc": b"".join(_WEB)}, "a.warc:2 https://example.org/2: no text found"),
    "a.warc.gz": ({"a.warc.gz": packed_warc(*_WEB)}, "a.warc.gz:2 https://example.org/2: no text found"),
    "a.arc": ({"a.arc": _ARC}, "https://example.org/2: no text found"),
    "a.rss": ({"a.rss": _RSS}, "a.rss entry 2: no text found"),
    "feed.json": ({"feed.json": _JSON_FEED}, "feed.json entry 2: no text found"),
    "sitemap.xml": ({"sitemap.xml": _SITEMAP}, "sitemap.xml: note: addresses of pages without any text: 1"),
    "a.mbox": ({"a.mbox": _MAILBOX}, "a.mbox:2: a mail without a text"),
    "mails": (
        {"mails/1.eml": _mail(1), "mails/2.eml": _EMPTY_MAIL, "mails/3.eml": _mail(3)},
        "mails/2.eml: a mail without a text",
    ),
    "maildir": (
        {"maildir/cur/1.M:2,S": _mail(1), "maildir/cur/2.M:2,S": _EMPTY_MAIL, "maildir/new/3.M": _mail(3)},
        "maildir/cur/2.M:2,S: a mail without a text",
    ),
}


def _write(directory: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    if any(name.startswith("maildir") for name in files):
        (directory / "maildir" / "tmp").mkdir()


def _normalise(command: Command, path: str) -> tuple[int, str]:
    outcome = command("normalise", path)
    articles = [json.loads(line) for line in outcome.out.splitlines()]
    assert all("flood" in f"{article['title']} {article['body']}" for article in articles)
    return len(articles), outcome.err


def _match(command: Command, path: str) -> tuple[int, str]:
    outcome = command("match", path, "--json")
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    return sum([match["rule"] for match in row["matches"]] == ["floods"] for row in rows), outcome.err


def _backtest(command: Command, path: str) -> tuple[int, str]:
    outcome = command("backtest", "--archive", path, "--json")
    document = json.loads(outcome.out)
    [rule] = document["rules"]
    assert (rule["rule"], rule["hits"]) == ("floods", document["articles"])
    return document["articles"], outcome.err


def _import(command: Command, path: str) -> tuple[int, str]:
    outcome = command("import", path, "--json", "--processes", "0")
    document = json.loads(outcome.out)
    assert document["matches"] == {"floods": document["articles"]}
    assert (outcome.code == 1) is bool(document["unreadable"])
    again = command("import", path, "--json", "--processes", "0")
    assert (again.code, json.loads(again.out)["articles"], _told(again.err)) == (0, 0, [])
    return document["articles"], outcome.err


def _told(err: str) -> list[str]:
    """What was said of the archive, but for how its columns are understood and what it holds besides pages."""
    lines = [line for line in err.splitlines() if not line.startswith("config: warning: no ")]
    return [line for line in lines if ": note: columns" not in line and ": note: records" not in line]


def test_every_format_is_among_the_kinds() -> None:
    formats = {Formats().find(name) for files, _ in KINDS.values() for name in files}
    assert formats - {None} == set(FORMATS)


@pytest.mark.parametrize("run", [_normalise, _match, _backtest, _import])
@pytest.mark.parametrize("kind", KINDS)
def test_every_command_reads_every_kind(
    kind: str, run: Callable[[Command, str], tuple[int, str]], command: Command, tmp_path: Path
) -> None:
    files, broken = KINDS[kind]
    _write(tmp_path, files)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "floods.yaml").write_text(_RULES, encoding="utf-8")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "sources.yaml").write_text("version: 1\nsources: {}\n", encoding="utf-8")
    articles, told = run(command, kind)
    assert articles == 2
    [line] = _told(told)
    assert broken in line
