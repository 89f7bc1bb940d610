"""Plain text to article parts, by the role of each line.

The full form: remnants of the page's comments and scripts; title; standfirst; date line; the title again; a picture's
caption and credit; the body. Blank lines stand between most of them, and every part may be missing. A text without
any head is all body. Which role a single line could play is monitor.parse.lines's business; here its place decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise

from monitor.model import Image
from monitor.parse.dates import is_date_line
from monitor.parse.lines import (
    ends_sentence,
    find_byline,
    find_credit,
    find_pointer,
    is_remnant,
    split_caption,
    strip_comment_end,
    strip_remnants,
    strip_tags,
)
from monitor.parse.parts import Parts
from monitor.text.fold import fold_words

_LONGEST_TITLE = 250
_LONGEST_CAPTION = 400
# A headline that ends with a full stop is short; a standfirst rarely is.
_MOST_WORDS_OF_A_TITLE_WITH_STOP = 12
# The head reaches at most this many blocks down before its first date line, repeated title or credit.
_MOST_BLOCKS_BEFORE_ANCHOR = 4
_MOST_LINES_BEFORE_ANCHOR = 7
_WRAP_WIDTHS = range(40, 121)


class _Role(Enum):
    TEXT = auto()
    DATE = auto()
    BYLINE = auto()
    REPEAT = auto()
    CREDIT = auto()


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    role: _Role


_Block = tuple[_Line, ...]


@dataclass(slots=True)
class _Head:
    """What the head's lines said; `texts` are those before the date, the repeated title or the credit."""

    texts: list[str] = field(default_factory=list)
    repeat: str | None = None
    published: str | None = None
    updated: str | None = None
    authors: tuple[str, ...] = ()
    images: list[Image] = field(default_factory=list)


def read_plain(text: str) -> Parts:
    """The parts of a clean text (monitor.parse.charset). Never raises; whatever is no other part is body."""
    blocks = _split_blocks(text)
    first = blocks[0][0].text if blocks else None
    blocks = tuple(_mark_repeats(blocks, first))
    end = _find_head_end(blocks)
    head = _read_head(blocks[:end])
    title, standfirst = _name_texts(head)
    images, paragraphs = _read_body(blocks[end:])
    if title is None and standfirst is None and end == 0:
        title, paragraphs = _take_title(blocks, paragraphs)
    return Parts(
        title=title,
        standfirst=standfirst,
        authors=head.authors,
        published=head.published,
        updated=head.updated,
        images=(*head.images, *images),
        paragraphs=tuple(paragraphs),
    )


# ------------------------------------------------------------------------------------------------- blocks


def _split_blocks(text: str) -> tuple[_Block, ...]:
    """Runs of lines between blank ones, without remnants and pointers."""
    blocks: list[_Block] = []
    lines: list[str] = []
    for raw in [*strip_remnants(text).split("\n"), ""]:
        line = " ".join(raw.split())
        if line:
            lines.append(line)
        elif lines:
            blocks.append(tuple(_iter_lines(lines)))
            lines = []
    return tuple(block for block in blocks if block)


def _iter_lines(lines: Sequence[str]) -> Iterator[_Line]:
    for line in _join_wrapped(lines):
        bare = strip_comment_end(line)
        if not bare or is_remnant(bare):
            continue
        bare = strip_tags(bare)
        pointer = find_pointer(bare)
        if pointer is False:
            return  # the rest of the block is a list of other articles
        if pointer is None:
            yield from _iter_roles(bare)


def _iter_roles(line: str) -> Iterator[_Line]:
    """One line, or the parts of one that joins a byline and dates: "By A. Smith | April 22, 2021"."""
    pieces = [piece.strip() for piece in line.replace("•", "|").replace("·", "|").split("|")]
    pieces = [piece for piece in pieces if find_pointer(piece) is None] or [line]  # "… · 4 min read"
    roles = [_role_of(piece) for piece in pieces]
    if (len(pieces) > 1 or "|" not in pieces[0]) and _Role.DATE in roles and set(roles) <= {_Role.DATE, _Role.BYLINE}:
        yield from (_Line(piece, role) for piece, role in zip(pieces, roles, strict=True))
    else:
        yield _Line(line, _role_of(line))


def _role_of(line: str) -> _Role:
    if is_date_line(line):
        return _Role.DATE
    if find_credit(line) is not None:
        return _Role.CREDIT
    return _Role.BYLINE if find_byline(line) else _Role.TEXT


def _join_wrapped(lines: Sequence[str]) -> Sequence[str]:
    """The lines, or one joined line where they are a paragraph wrapped at a width.

    Wrapped means that no word could have stood a line higher, and that the whole ends as a sentence does.
    """
    width = max(map(len, lines))
    if len(lines) < 2 or width not in _WRAP_WIDTHS or not ends_sentence(lines[-1]):
        return lines
    wrapped = all(len(line) + 1 + len(following.split()[0]) > width for line, following in pairwise(lines))
    return [" ".join(lines)] if wrapped and not any(map(_stands_alone, lines)) else lines


def _stands_alone(line: str) -> bool:
    return is_remnant(line) or _role_of(line) is not _Role.TEXT or find_pointer(line) is not None


def _mark_repeats(blocks: Sequence[_Block], first: str | None) -> Iterator[_Block]:
    """Give every later line that says the first line again, however spelt, its role."""
    wanted = fold_words(first or "")
    for number, block in enumerate(blocks):
        yield tuple(
            _Line(line.text, _Role.REPEAT)
            if wanted and (number or place) and len(line.text) <= _LONGEST_TITLE and fold_words(line.text) == wanted
            else line
            for place, line in enumerate(block)
        )


# --------------------------------------------------------------------------------------------------- head


def _find_head_end(blocks: Sequence[_Block]) -> int:
    """How many blocks the head takes; 0 when there is no head."""
    anchor = next((number for number, block in enumerate(blocks) if _is_anchor(block)), None)
    if anchor is None or anchor >= _MOST_BLOCKS_BEFORE_ANCHOR or not _is_head_like(blocks, anchor):
        return 0
    end = anchor + 1
    while end < len(blocks) and _continues_head(blocks, end):
        end += 1
    return end


def _is_anchor(block: _Block) -> bool:
    return any(line.role in (_Role.DATE, _Role.REPEAT, _Role.CREDIT) for line in block)


def _is_head_like(blocks: Sequence[_Block], anchor: int) -> bool:
    """Whether what stands before the first anchor may be title and standfirst: a few lines, not a whole article."""
    before = [line for block in blocks[:anchor] for line in block if line.role is _Role.TEXT]
    if len(before) > _MOST_LINES_BEFORE_ANCHOR:
        return False
    roles = {line.role for line in blocks[anchor]}
    # A credit on its own may belong to a picture within the body; then the lines above it are paragraphs.
    return bool(roles & {_Role.DATE, _Role.REPEAT}) or sum(1 for line in before if ends_sentence(line.text)) <= 1


def _continues_head(blocks: Sequence[_Block], number: int) -> bool:
    """Whether a block after the first anchor is still head: no text of its own but a caption with its credit."""
    block = blocks[number]
    texts = [line for line in block if line.role is _Role.TEXT]
    if not texts:
        return True
    following = blocks[number + 1] if number + 1 < len(blocks) else ()
    # With nothing after it, the line is the whole text, and the credit says whose.
    is_last = number + 2 >= len(blocks)
    caption_next = len(block) == 1 and bool(following) and following[0].role is _Role.CREDIT and not is_last
    if len(texts) != 1 or not _is_caption(texts[0].text):
        return False
    picture = split_caption(texts[0].text)
    is_picture = bool(picture.caption and picture.credit and following)
    return block[-1].role is _Role.CREDIT or caption_next or is_picture


def _is_caption(line: str) -> bool:
    return len(line) <= _LONGEST_CAPTION


def _read_head(blocks: Sequence[_Block]) -> _Head:
    head = _Head()
    lines = [line for block in blocks for line in block]
    anchored = False
    pending: list[str] = []
    for line in lines:
        if line.role is _Role.TEXT:
            (pending if anchored else head.texts).append(line.text)
        elif line.role is _Role.CREDIT and not anchored:
            pending, head.texts = _split_before_credit(blocks, head.texts)
        anchored = anchored or line.role in (_Role.DATE, _Role.REPEAT, _Role.CREDIT)
        _READ[line.role](head, line.text, pending)
    _close_picture(head, pending)
    return head


def _split_before_credit(blocks: Sequence[_Block], texts: list[str]) -> tuple[list[str], list[str]]:
    """Where a credit is the first anchor, the lines of its own block are the picture's, the ones above are not."""
    own = next((block for block in blocks if any(line.role is _Role.CREDIT for line in block)), ())
    count = sum(1 for line in own if line.role is _Role.TEXT)
    if len(own) == 1 and len(texts) > 1 and not ends_sentence(texts[-1]):
        count = 1  # the caption in the block above
    if own is blocks[0] and count == len(texts):
        count -= 1  # the first line of all is the title
    cut = len(texts) - max(count, 0)
    return texts[cut:], texts[:cut]


def _read_date(head: _Head, line: str, _pending: list[str]) -> None:
    if head.published is None:
        head.published = line
    else:
        head.updated = head.updated or line


def _read_byline(head: _Head, line: str, _pending: list[str]) -> None:
    head.authors = head.authors or find_byline(line)


def _read_repeat(head: _Head, line: str, pending: list[str]) -> None:
    _close_picture(head, pending)
    head.repeat = line


def _read_credit(head: _Head, line: str, pending: list[str]) -> None:
    caption = split_caption(pending.pop()).caption if pending else None
    _close_picture(head, pending)
    head.images.append(Image(caption=caption, credit=find_credit(line)))


def _close_picture(head: _Head, pending: list[str]) -> None:
    """Lines after the date that no credit followed: the title where it stood nowhere before, else a caption."""
    first_is_title = bool(pending) and head.repeat is None and _lacks_title(head)
    if first_is_title:
        head.repeat = pending.pop(0)
    for line in pending:
        picture = split_caption(line)
        head.images.append(Image(caption=picture.caption, credit=picture.credit))
    pending.clear()


def _lacks_title(head: _Head) -> bool:
    """Whether the lines above the date are none, or a standfirst alone."""
    return not head.texts or (len(head.texts) == 1 and ends_sentence(head.texts[0]) and not _is_stopped_title(head))


def _is_stopped_title(head: _Head) -> bool:
    return len(head.texts[0].split()) <= _MOST_WORDS_OF_A_TITLE_WITH_STOP


_READ = {
    _Role.TEXT: lambda _head, _line, _pending: None,
    _Role.DATE: _read_date,
    _Role.BYLINE: _read_byline,
    _Role.REPEAT: _read_repeat,
    _Role.CREDIT: _read_credit,
}


def _name_texts(head: _Head) -> tuple[str | None, str | None]:
    """Title and standfirst among the lines before the first anchor."""
    if head.repeat is not None and (not head.texts or fold_words(head.texts[0]) != fold_words(head.repeat)):
        return head.repeat, " ".join(head.texts) or None
    if not head.texts:
        return None, None
    if _lacks_title(head):
        return None, head.texts[0]
    return head.texts[0], " ".join(head.texts[1:]) or None


# --------------------------------------------------------------------------------------------------- body


def _take_title(blocks: Sequence[_Block], paragraphs: list[str]) -> tuple[str | None, list[str]]:
    """The first line of a text without any other head, when it stands alone above others and is no sentence."""
    if not blocks or not paragraphs or len(blocks[0]) > 1:
        return None, paragraphs
    first = paragraphs[0]
    if len(first) > _LONGEST_TITLE or ends_sentence(first.rstrip("?!")) or first != blocks[0][0].text:
        return None, paragraphs
    return first, paragraphs[1:]


def _read_body(blocks: Sequence[_Block]) -> tuple[list[Image], list[str]]:
    """Paragraphs, and the pictures between them: a credit line with the caption above it in its block."""
    images: list[Image] = []
    paragraphs: list[str] = []
    for block in blocks:
        own = 0
        for line in block:
            if line.role is _Role.CREDIT:
                caption = paragraphs.pop() if own and _is_picture_line(paragraphs[-1]) else None
                images.append(Image(caption=caption, credit=find_credit(line.text)))
                own = 0
            elif line.role is not _Role.REPEAT:
                paragraphs.append(line.text)
                own += 1
    return images, paragraphs


def _is_picture_line(line: str) -> bool:
    return _is_caption(line) and not ends_sentence(line)
