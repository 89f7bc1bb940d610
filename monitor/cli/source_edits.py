"""`sources add`, `edit`, `pause`, `resume`, `remove`: one line more or less in the configuration, its comments kept."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.options import CONFIG, ConfigOption, printable
from monitor.cli.source_finds import look_around, print_candidates
from monitor.config.edit import add_source, change_source, check_free, find_kind, remove_source
from monitor.config.models import SOURCE_KINDS
from monitor.config.secrets import is_reference
from monitor.config.settings import load_settings
from monitor.errors import ConfigError, FetchError, Problem
from monitor.model import SourceKind
from monitor.sources.discover import Candidate, Discovery

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The source's id: lower-case words with hyphens.")]
TagOption = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="For routes and rules; repeatable.")]
TierOption = Annotated[int | None, typer.Option("--tier", metavar="N", help="How much it matters to you, from 1.")]
LanguageOption = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="Such as en, where the feed has one.")
]
CountryOption = Annotated[str | None, typer.Option("--country", metavar="CODE", help="Two letters, such as GB.")]
EveryOption = Annotated[
    str | None, typer.Option("--every", metavar="DURATION", help="How often: 15m, 2h, or adaptive.")
]
TextOption = Annotated[
    str | None, typer.Option("--full-text", metavar="WHEN", help="Whether pages are fetched: auto, always or never.")
]
HeaderOption = Annotated[
    list[str] | None,
    typer.Option("--header", metavar="NAME=VALUE", help='Repeatable; a secret as "Authorization=env:TOKEN".'),
]
BacklogOption = Annotated[
    bool | None, typer.Option("--alert-backlog/--no-alert-backlog", help="Whether the first poll alerts.")
]

_KEYS = ("tags", "tier", "language", "country", "every", "full_text", "alert_backlog", "headers", "paused")


def add(
    source: IdArgument,
    address: Annotated[
        str, typer.Argument(metavar="URL|PATH", help="A feed, a sitemap, a page that has one, or an archive's path.")
    ],
    tag: TagOption = None,
    tier: TierOption = None,
    language: LanguageOption = None,
    country: CountryOption = None,
    every: EveryOption = None,
    full_text: TextOption = None,
    header: HeaderOption = None,
    alert_backlog: BacklogOption = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Do not look at the address first.")] = False,
    config: ConfigOption = CONFIG,
) -> None:
    """Add a source to config/sources.yaml, keeping its comments. The feed of a page is found from the page's address.

    Example: `monitor sources add example-world https://feeds.example.org/world.xml --tag wire`
    """
    fields = _fields(tag, tier, language, country, every, full_text, header, alert_backlog)
    check_free(config, source, {_kind_of(address): address})
    fields = {**_find_address(config, address, fields, unchecked=unchecked), **fields}
    file = add_source(config, source, fields)
    found = next((fields[kind] for kind in ("feed", "sitemap") if fields.get(kind, address) != address), None)
    print(printable(f'added "{source}" to {file}' + (f": {found}" if found else "")))


def edit(
    source: IdArgument,
    address: Annotated[
        str | None, typer.Option("--address", metavar="URL|PATH", help="Where it is from now on.")
    ] = None,
    tag: TagOption = None,
    tier: TierOption = None,
    language: LanguageOption = None,
    country: CountryOption = None,
    every: EveryOption = None,
    full_text: TextOption = None,
    header: HeaderOption = None,
    alert_backlog: BacklogOption = None,
    unset: Annotated[list[str] | None, typer.Option("--unset", metavar="KEY", help="A key to take away.")] = None,
    config: ConfigOption = CONFIG,
) -> None:
    """Change a source where it stands, keeping comments; tags and headers are replaced as a whole.

    Example: `monitor sources edit example-world --every 30m --tag wire --tag world --unset tier`
    """
    fields = _fields(tag, tier, language, country, every, full_text, header, alert_backlog)
    unknown = [key for key in unset or () if key not in _KEYS]
    if unknown:
        raise typer.BadParameter(f'"{unknown[0]}" is none of {", ".join(_KEYS)}', param_hint="--unset")
    if address is not None:
        kind = _kind_of(address, find_kind(config, source))
        fields |= {kind: address} | {other: None for other in SOURCE_KINDS if other != kind}
    fields |= dict.fromkeys(unset or ())
    if not fields:
        raise typer.BadParameter("nothing to change: give at least one option")
    print(printable(f'changed "{source}" in {change_source(config, source, fields)}'))


def pause(source: IdArgument, config: ConfigOption = CONFIG) -> None:
    """Poll a source no more until it is resumed; what it brought stays.

    Example: `monitor sources pause example-world`
    """
    print(printable(f'paused "{source}" in {change_source(config, source, {"paused": True})}'))


def resume(source: IdArgument, config: ConfigOption = CONFIG) -> None:
    """Poll a paused source again.

    Example: `monitor sources resume example-world`
    """
    print(printable(f'resumed "{source}" in {change_source(config, source, {"paused": None})}'))


def remove(source: IdArgument, config: ConfigOption = CONFIG) -> None:
    """Take a source out of the configuration; its articles stay in the store.

    Example: `monitor sources remove example-world`
    """
    print(printable(f'removed "{source}" from {remove_source(config, source)}'))


def _fields(
    tag: list[str] | None,
    tier: int | None,
    language: str | None,
    country: str | None,
    every: str | None,
    full_text: str | None,
    header: list[str] | None,
    alert_backlog: bool | None,
) -> dict[str, Any]:
    given: dict[str, Any] = {
        "tags": tag or None,
        "tier": tier,
        "language": language,
        "country": country,
        "every": every,
        "full_text": full_text,
        "headers": _read_headers(header or ()) or None,
        "alert_backlog": alert_backlog,
    }
    return {key: value for key, value in given.items() if value is not None}


def _read_headers(texts: list[str] | tuple[str, ...]) -> dict[str, str]:
    headers = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter('expected NAME=VALUE, such as "Authorization=env:TOKEN"', param_hint="--header")
        headers[name.strip()] = value.strip()
    return headers


def _kind_of(address: str, now: SourceKind = "feed") -> SourceKind:
    """What an address is the address of; a source that is a sitemap `now` stays one at another web address."""
    if "://" not in address and not is_reference(address):
        return "archive"
    is_sitemap = now == "sitemap" or (not is_reference(address) and "sitemap" in address.lower())
    return "sitemap" if is_sitemap else "feed"


def _find_address(config: Path, address: str, fields: Mapping[str, Any], *, unchecked: bool) -> dict[str, Any]:
    """The kind of the source with its address: that of a feed found behind it, where it is a page's."""
    kind = _kind_of(address)
    if (
        kind == "archive"
        or unchecked
        or is_reference(address)
        or any(map(is_reference, fields.get("headers", {}).values()))
    ):
        return {kind: address}
    settings = load_settings(config, os.environ, strict=False)
    found = asyncio.run(look_around(settings, address, fields.get("headers", {})))
    if found.candidates:
        return _choose(found.candidates)
    _refuse(address, found)
    return {kind: address}


def _choose(candidates: list[Candidate]) -> dict[str, Any]:
    first, *others = candidates
    if others:
        print("the page has several; the first one is taken, the others are", file=sys.stderr)
        print_candidates(others, stderr=True)
    return {first.kind: first.url}


def _refuse(address: str, found: Discovery) -> None:
    """InputError where the address answers and has no feed; a warning where it does not answer at the moment."""
    attempts = found.tried
    error = attempts[0].error if attempts else None
    if isinstance(error, FetchError) and error.status is None:
        print(printable(f"warning: {error}; it is added all the same"), file=sys.stderr)
        return
    lines = [f"{attempt.url}: {attempt.reason.removeprefix(f'{attempt.url}: ')}" for attempt in attempts]
    problem = Problem("", 0, 0, f'no feed was found at "{address}"; "--unchecked" adds it all the same')
    raise ConfigError([problem, *(Problem("", 0, 0, f"tried {line}") for line in lines)])
