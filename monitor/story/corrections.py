"""What differs between two readings of one article, and whether that is a correction.

Spacing, punctuation, counters, the time of the last change and lists of related links change all the time and mean
nothing.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from monitor.model import Article, Difference
from monitor.text.fold import fold_words

# A paragraph that begins so, or is hardly more than a time, is of the page and not of the report.
_FURNITURE = re.compile(
    r"(last )?(updated|modified|published|posted)\b|(read|see) (more|also)\b|related\b|more on\b|follow us\b"
    r"|advertisement\b"
    r"|обновлено|опубликовано|читайте также|подробнее|по теме|реклама"
    r"|aktualisiert|zuletzt|lesen sie auch|mehr zum thema|anzeige|mis à jour|publié|lire aussi|à lire"
    r"|actualizado|lea también|publicado|aggiornato|leggi anche|güncelleme",
    re.IGNORECASE,
)
_COUNTED = (
    r"views?|reads?|readers?|shares?|likes?|comments?|votes?|claps|reactions?|reading time|min(?:ute)?s? read|"
    r"times read|aufrufe?|kommentare?|lesezeit|vues?|lectures?|commentaires?|partages?|temps de lecture|"
    r"visitas|lecturas|comentarios?|tiempo de lectura|visualizações|comentários?|visualizzazioni|commenti|"
    r"просмотр\w*|прочтени\w*|комментари\w*|лайк\w*|время чтения|перегляд\w*|коментар\w*|"
    r"wyświetle\w*|komentarz\w*|zobrazen\w*|görüntülen\w*|okunma\w*|yorum\w*|baxış\w*|oxunma\w*|şərh\w*|"
    r"դիտում\w*|ნახვ\w*|مشاهدة|مشاهدات|بازدید|阅读|浏览|评论|閲覧|조회"
)
# "1,234 views", "Просмотров: 1234", "👍 12": what a page counts goes up with every reader.
_COUNTER = re.compile(
    rf"\W*(?:[\d.,\s]+[km]?\s*(?:{_COUNTED})|(?:{_COUNTED})[\s:：(]*[\d.,\s]+[km]?\)?(?:\s*\w{{1,8}})?|[\W\d]+)\W*",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\W*(?:\d+\s+\w+\s+(?:ago|назад|тому|önce|əvvəl|fa|temu|առաջ|წინ)|(?:vor|il y a|hace|há)\s+\d+\s+\w+)\W*",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\b")
_SENTENCE_END = re.compile(r"[.!?…。！？։।؟][\"'”’»)\]]*\s*$")
_FEW_WORDS = 14
# A reading that holds only the beginning of what was there before is a shorter reading, not a change.
_EXCERPT = 0.7
# Of a page of 10,000 paragraphs nobody reads the differences, and comparing them is quadratic.
_MOST_PARAGRAPHS = 1000


def find_differences(before: Article, after: Article) -> tuple[Difference, ...]:
    """The places where two readings of an article tell something else; none when the change means nothing."""
    found = [
        Difference(field=name, before=old, after=new)
        for name, old, new in (
            ("title", before.title, after.title),
            ("standfirst", before.standfirst, after.standfirst),
        )
        # A reading that lacks the part altogether is a poorer one; publishers do not correct by leaving out headlines.
        if new is not None and fold_words(old or "") != fold_words(new)
    ]
    old_body, new_body = _split(before.body), _split(after.body)
    # Only where paragraphs begin may differ, which is spacing.
    if not is_excerpt(after.body, before.body) and fold_words(" ".join(old_body)) != fold_words(" ".join(new_body)):
        found += _compare_bodies(old_body, new_body)
    return tuple(found)


def list_differences(before: Article, after: Article) -> tuple[Difference, ...]:
    """Every place where two articles read differently, to the letter; none for what readers do not see."""
    found = [
        Difference(field=name, before=old, after=new)
        for name, old, new in (
            ("title", before.title, after.title),
            ("standfirst", before.standfirst, after.standfirst),
            ("authors", "; ".join(before.authors) or None, "; ".join(after.authors) or None),
            ("published", _instant(before), _instant(after)),
            ("language", before.language, after.language),
        )
        if old != new
    ]
    old_body, new_body = ((body or "").split("\n\n")[:_MOST_PARAGRAPHS] for body in (before.body, after.body))
    for tag, first, last, start, end in SequenceMatcher(None, old_body, new_body, autojunk=False).get_opcodes():
        if tag != "equal":
            found += _pair(old_body[first:last], new_body[start:end])
    return tuple(found)


def describe_differences(differences: Sequence[Difference]) -> str:
    """The differences as lines for people: "- " before what was there, "+ " before what is there now."""
    lines: list[str] = []
    for each in differences:
        lines.append(f"{each.field}:")
        lines += [f"- {each.before}"] if each.before else []
        lines += [f"+ {each.after}"] if each.after else []
    return "\n".join(lines)


def _compare_bodies(before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    old, new = (["\x00".join(fold_words(paragraph)) for paragraph in each] for each in (before, after))
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _pair(before[first:last], after[start:end])


def _pair(before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    """Paragraphs that took each other's place, side by side; what is left over was taken out or added."""
    for number in range(max(len(before), len(after))):
        old = before[number] if number < len(before) else None
        new = after[number] if number < len(after) else None
        yield Difference(field="body", before=old, after=new)


def _instant(article: Article) -> str | None:
    return article.published.isoformat() if article.published else None


def _split(body: str | None) -> list[str]:
    """The paragraphs that belong to the report."""
    paragraphs = (body or "").split("\n\n")[:_MOST_PARAGRAPHS]
    return [paragraph for paragraph in paragraphs if fold_words(paragraph) and not _is_furniture(paragraph)]


def _is_furniture(paragraph: str) -> bool:
    words = len(paragraph.split())
    if words > _FEW_WORDS:
        return False
    line = paragraph.strip()
    if _FURNITURE.match(line) or _COUNTER.fullmatch(line) or _AGO.fullmatch(line):
        return True
    return _SENTENCE_END.search(paragraph) is None and (_CLOCK.search(paragraph) is not None or words == 1)


def is_excerpt(part: str | None, whole: str | None) -> bool:
    """Whether a body is the beginning of another, cut off well before its end; None is an excerpt of everything."""
    words, all_words = fold_words(part or ""), fold_words(whole or "")
    if not words:
        return True
    return len(words) < _EXCERPT * len(all_words) and words[:-1] == all_words[: len(words) - 1]
