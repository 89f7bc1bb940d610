"""`story`: who ran a story, and what its publishers changed."""

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.app import open_existing_store
from monitor.cli.options import CONFIG, DATA, ConfigOption, DataOption, JsonOption, printable
from monitor.config.settings import Settings, load_settings
from monitor.errors import InputError
from monitor.model import Article, ArticleId, ArticleVersion, StoryId
from monitor.ports import Transaction
from monitor.render.documents import instant
from monitor.story.corrections import describe_differences
from monitor.text.counts import count_of


def story(
    name: Annotated[str, typer.Argument(metavar="ID", help="Of a story, or of any of its articles.")],
    config: ConfigOption = CONFIG,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Show the articles that tell a story, in the order they came, and what was corrected in each.

    Example: `monitor story 3f2c9a`
    """
    settings = load_settings(config, os.environ, strict=False)
    found, articles, versions = asyncio.run(_read(settings, data, name))
    if as_json:
        print(json.dumps(_document(found, articles, versions), ensure_ascii=False, indent=2))
        return
    print(printable(f"story {found}: {count_of(len(articles), 'article')}"))
    for article in articles:
        print(printable(f"\n{instant(article.fetched_at)}  {article.source}  {article.title or article.key}"))
        for version in versions.get(article.id, ()):
            print(printable(f"  corrected {instant(version.replaced_at)}"))
            print(printable("\n".join(f"  {line}" for line in describe_differences(version.differences).splitlines())))


async def _read(
    settings: Settings, data: Path, name: str
) -> tuple[StoryId, tuple[Article, ...], dict[ArticleId, tuple[ArticleVersion, ...]]]:
    async with open_existing_store(settings, data) as store, store.transaction() as tx:
        found = await resolve_story(tx, name)
        articles = await tx.list_story_articles(found)
        versions = {article.id: await tx.list_versions(article.id) for article in articles}
    return found, articles, versions


def _document(
    found: StoryId, articles: tuple[Article, ...], versions: dict[ArticleId, tuple[ArticleVersion, ...]]
) -> dict[str, Any]:
    return {
        "story": found,
        "articles": [
            {
                "id": article.id,
                "source": article.source,
                "title": article.title,
                "url": article.url,
                "fetched_at": instant(article.fetched_at),
                "corrections": [_correction(version) for version in versions.get(article.id, ())],
            }
            for article in articles
        ],
    }


def _correction(version: ArticleVersion) -> dict[str, Any]:
    places = version.differences
    return {
        "at": instant(version.replaced_at),
        "differences": [{"field": each.field, "before": each.before, "after": each.after} for each in places],
    }


async def resolve_story(tx: Transaction, name: str) -> StoryId:
    """The story that a person means by `name`; InputError when there is none."""
    found = await tx.find_story(name)
    if found is None:
        raise InputError(f'no story "{name}", expected the id of a story or of one of its articles')
    return found
