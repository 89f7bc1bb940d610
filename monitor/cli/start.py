"""`demo` and `init`: the first two commands of a newcomer."""

import asyncio
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monitor.cli.drawing import excerpt_text
from monitor.cli.options import console, print_problems, printable
from monitor.config.starter import write_starter
from monitor.demo.play import Account, play_demo
from monitor.model import Digest, DigestStory, StoryId
from monitor.render.highlight import excerpts_of

_SLACK_LINES = 12
# Zero-width spaces let Slack see where a word in bold begins and ends; a terminal has no use for them.
_FROM_SLACK = {0x200B: None}


def demo(
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Keep state here; a second time sends nothing new.")
    ] = None,
) -> None:
    """Show the whole way once, offline: a feed and an archive in, an e-mail, a Slack message and a webhook out.

    Example: `monitor demo`
    """
    directory = data or Path(tempfile.mkdtemp(prefix="media-monitor-demo-"))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    begun = perf_counter()
    account = asyncio.run(play_demo(directory))
    _tell(console(), account, perf_counter() - begun)
    print_problems(account.problems)
    errors = [sent.error for sent in account.sent] + [stored.error for stored in account.polled]
    if any(errors) or not all(account.signatures):
        raise typer.Exit(1)


def init(directory: Annotated[Path, typer.Argument(metavar="DIR", help="New, or without these files.")]) -> None:
    """Write a commented configuration, rules and a few well-known public feeds to start from. Asks nothing.

    Example: `monitor init newsroom`
    """
    for path in write_starter(directory):
        print(path)
    print()
    print(f"Next: cd {directory} && monitor check, then edit config/ and rules/, then monitor run")


def _tell(out: Console, account: Account, seconds: float) -> None:
    polled = sum(len(stored.articles) for stored in account.polled)
    imported = sum(len(stored.articles) for stored in account.imported)
    out.print(Text("Media Monitor", style="bold"), Text(f"the whole way, offline, in {seconds:.1f} s", style="dim"))
    out.print()
    out.print(f"Read      {polled} articles from the sample feed, {imported} from the archive seeds/")
    out.print(f"Told      {account.stories} stories (copies of one text count once)")
    for stored in account.polled:
        if stored.error:
            out.print(Text(f"Failed    {stored.source}: {printable(stored.error)}", style="red"))
    for stories, subscribers in _group_digests(account.digests):
        out.print()
        out.print(Text("Alerted   ") + Text(", ".join(subscribers), style="bold") + Text(f" of {len(stories)} stories"))
        for story in stories:
            _tell_story(out, story)
    _tell_deliveries(out, account)
    if not account.sent:
        out.print("Sent      nothing: there is nothing new since the last time")


def _group_digests(digests: Sequence[Digest]) -> list[tuple[tuple[DigestStory, ...], list[str]]]:
    """Subscribers who got the same stories are told of together."""
    groups: dict[tuple[StoryId, ...], tuple[tuple[DigestStory, ...], list[str]]] = {}
    for digest in digests:
        key = tuple(story.id for story in digest.stories)
        groups.setdefault(key, (digest.stories, []))[1].append(digest.subscriber)
    return list(groups.values())


def _tell_story(out: Console, story: DigestStory) -> None:
    rules = ", ".join(dict.fromkeys(reason.rule.title for reason in story.reasons))
    mentions = [mention for reason in story.reasons for mention in reason.match.mentions]
    out.print(Padding(Text(printable(story.article.title or "(no title)"), style="bold"), (1, 0, 0, 2)))
    copies = f", also in {', '.join(story.also_in)}" if story.also_in else ""
    out.print(
        Padding(Text(f"{story.severity.value} · {rules} · {story.article.source}{copies}", style="dim"), (0, 0, 0, 2))
    )
    for excerpt in excerpts_of(story.article, mentions, limit=1):
        out.print(Padding(excerpt_text(excerpt), (0, 0, 0, 2)))


def _tell_deliveries(out: Console, account: Account) -> None:
    for message in account.slack:
        out.print()
        out.print(Text("In Slack", style="bold"))
        out.print(Padding(_slack_text(message), (0, 0, 0, 2)))
    out.print()
    for sent in account.sent:
        state = Text(f"failed: {printable(sent.error)}", style="red") if sent.error else Text("accepted", style="green")
        out.print(Text(f"Sent      {sent.channel} to {sent.subscriber}: ") + state)
    for signed in account.signatures:
        out.print(
            "Verified  the webhook's signature" if signed else Text("The webhook's signature is wrong", style="red")
        )
    for name, path in account.files:
        out.print(Text(printable(f"Look at   {path}  ({name})")), soft_wrap=True)


def _slack_text(message: dict[str, object]) -> Text:
    """What Slack shows, as far as a terminal can, and no more of it than fits one."""
    lines: list[str] = []
    blocks = message.get("blocks")
    for block in blocks if isinstance(blocks, list) else []:
        texts = [block["text"]] if "text" in block else block.get("elements", [])
        lines += [line for part in texts for line in str(part.get("text", "")).split("\n")]
    if len(lines) > _SLACK_LINES:
        lines[_SLACK_LINES:] = [f"… {len(lines) - _SLACK_LINES} more lines"]
    return Text(printable("\n".join(lines).translate(_FROM_SLACK)))
