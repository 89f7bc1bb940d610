"""Tables of actors to draft actors: CSV or TSV with a heading, and the name lists of JRC-Names.

Columns, in any order: `name` (needed), `id`, `kind`, `language`, `aliases`, `qid`, `cameo`, `part_of`, `acts_for`,
`role`, `from`, `to`; and `name_ru`, `aliases_ru` for one language. Aliases are parted by `|` or `;`. Rows with one `id`
are one actor, so a table may have a row for each name or each office.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import StringIO

from monitor.importers.drafts import DraftActor, DraftOffice, FindFault, Imported, Intake, Name, slug
from monitor.text.suggest import did_you_mean, quoted_list

_COLUMNS = ("id", "name", "aliases", "kind", "language", "part_of", "acts_for", "role", "from", "to")
_CATALOGUES = ("qid", "cameo", "iso", "ids")
_OTHER_NAMES = {
    "names": "name", "label": "name", "alias": "aliases", "type": "kind", "lang": "language", "start": "from",
    "end": "to", "wikidata": "qid", "organization": "organisation",
}  # fmt: skip
_KINDS = {
    "state": "state", "country": "state", "organisation": "organisation", "organization": "organisation",
    "company": "organisation", "person": "person", "place": "place", "city": "place", "armed-group": "armed-group",
    "armed group": "armed-group", "p": "person", "o": "organisation",
}  # fmt: skip
_LANGUAGE = r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?"
_BY_LANGUAGE = re.compile(rf"(name|aliases|alias)[_: ]({_LANGUAGE})")
_JRC = re.compile(r"\d+\t[POTUu]\t[a-z]+\t[^\t]+")


@dataclass(slots=True)
class _Rows:
    """The rows of one actor, put together."""

    line: int
    key: str
    kind: str = ""
    names: list[Name] = field(default_factory=list)
    ids: list[tuple[str, str]] = field(default_factory=list)
    part_of: list[str] = field(default_factory=list)
    offices: list[tuple[str, DraftOffice]] = field(default_factory=list)


def import_table(text: str, file: str, find_fault: FindFault, language: str | None = None) -> Imported:
    """The actors of a table. `language` is that of names whose own is not given."""
    intake = Intake(file, find_fault)
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and _JRC.fullmatch(lines[0]):
        return _finish(_read_jrc(lines, intake), intake)
    return _finish(_read_table(text, intake, language), intake)


def _read_table(text: str, intake: Intake, language: str | None) -> list[_Rows]:
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: dict[str, _Rows] = {}
    try:
        columns = [_column(name, intake) for name in next(reader, [])]
        if not any(column and column[0] == "name" for column in columns):
            intake.refuse(1, f'a table without a column "name"; columns may be {quoted_list(_COLUMNS)}')
            return []
        start = reader.line_num + 1
        for row in reader:
            if any(cell.strip() for cell in row):
                _read_row(_cells(columns, row, start, intake), found, start, intake, language)
            start = reader.line_num + 1
    except csv.Error as error:
        intake.refuse(reader.line_num, f"the rest of the table: {error}")
    return list(found.values())


def _column(heading: str, intake: Intake) -> tuple[str, str | None] | None:
    """What a column holds, and of which language; None when it is not one of ours."""
    name = heading.strip().lstrip("\ufeff")
    in_language = _BY_LANGUAGE.fullmatch(name)
    if in_language:
        return ("name" if in_language[1] == "name" else "aliases", in_language[2])
    lowered = name.lower().replace(" ", "_")
    known = _OTHER_NAMES.get(lowered, lowered)
    if known in _COLUMNS or known in _CATALOGUES:
        return known, None
    intake.refuse(1, f'the column "{name}"{did_you_mean(name, _COLUMNS)}')
    return None


Cells = list[tuple[str, str | None, str]]


def _cells(columns: list[tuple[str, str | None] | None], row: list[str], line: int, intake: Intake) -> Cells:
    if len(row) > len(columns):
        intake.refuse(line, f"what stands past the last column: {quoted_list(row[len(columns) :])}")
    pairs = zip(columns, row, strict=False)
    return [(column[0], column[1], cell.strip()) for column, cell in pairs if column and cell.strip()]


def _read_row(cells: Cells, found: dict[str, _Rows], line: int, intake: Intake, language: str | None) -> None:
    values = {name: cell for name, of_language, cell in cells if of_language is None}
    spoken = values.get("language", language)
    if spoken and not re.fullmatch(_LANGUAGE, spoken):
        intake.refuse(line, f'"{spoken}" is not a language code such as "en"')
        spoken = language
    names = [
        Name(text, of_language or spoken)
        for kind, of_language, cell in cells
        if kind in ("name", "aliases")
        for text in ([cell] if kind == "name" else re.split(r"[|;]", cell))
        if text.strip()
    ]
    kept = intake.take_names(names, line)
    key = values.get("id") or (names[0].text if names else "")
    if not key:
        intake.refuse(line, 'a row without "name" and "id"')
        return
    rows = found.setdefault(key, _Rows(line, key))
    rows.names.extend(kept)
    rows.kind = rows.kind or _kind_of(values.get("kind", ""), line, intake)
    rows.ids.extend((catalogue, values[catalogue]) for catalogue in _CATALOGUES if catalogue in values)
    rows.part_of.extend(part.strip() for part in re.split(r"[|;]", values.get("part_of", "")) if part.strip())
    _read_office(values, rows, line, intake)


def _kind_of(written: str, line: int, intake: Intake) -> str:
    kind = _KINDS.get(written.lower())
    if kind is None and written:
        intake.refuse(line, f'the kind "{written}"; expected one of {quoted_list(sorted(set(_KINDS.values())))}')
    return kind or ""


def _read_office(values: Mapping[str, str], rows: _Rows, line: int, intake: Intake) -> None:
    if "acts_for" not in values:
        lost = [key for key in ("role", "from", "to") if key in values]
        if lost:
            intake.refuse(line, f'{quoted_list(lost)} of an office without "acts_for"')
        return
    first_on, last_on = (_read_day(values.get(key), line, intake) for key in ("from", "to"))
    if first_on and last_on and last_on < first_on:
        intake.refuse(line, f"an office that ends on {last_on}, before it begins on {first_on}")
        return
    rows.offices.append((values["acts_for"], DraftOffice(values["acts_for"], values.get("role"), first_on, last_on)))


def _read_day(written: str | None, line: int, intake: Intake) -> str | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written[: len("2003-10-31")]).isoformat()
    except ValueError:
        intake.refuse(line, f'"{written}" is no day such as 2003-10-31; it is left open')
        return None


def _read_jrc(lines: Iterable[str], intake: Intake) -> list[_Rows]:
    """JRC-Names: number, P or O, language (u: any), name with `+` for space."""
    found: dict[str, _Rows] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if not _JRC.fullmatch(line):
            intake.refuse(number, "a line that is not number, type, language and name")
            continue
        entity, kind, language, name = line.split("\t")
        rows = found.setdefault(entity, _Rows(number, entity))
        rows.kind = rows.kind or _KINDS.get(kind.lower(), "organisation")
        spoken = None if language == "u" else language
        rows.names.extend(intake.take_names([Name(name.replace("+", " "), spoken)], number))
        rows.ids.extend([("jrc", entity)] if not rows.ids else [])
    return list(found.values())


def _finish(found: list[_Rows], intake: Intake) -> Imported:
    """Give ids first, so that rows may refer to one another by key, name or id."""
    named = [rows for rows in found if rows.names]
    for rows in found:
        if not rows.names:
            intake.refuse(rows.line, f'"{rows.key}" has no name that can be looked for')
    ids = {rows.key: intake.give_id(_wish(rows), "actor") for rows in named}
    known = {
        **{rows.names[0].text: ids[rows.key] for rows in named},
        **{slug(key): new for key, new in ids.items()},
        **ids,
    }
    actors = tuple(
        DraftActor(
            id=ids[rows.key],
            kind=rows.kind or "organisation",
            names=_one_each(rows.names),
            ids=tuple(dict.fromkeys(rows.ids)),
            part_of=tuple(_iter_known(rows, rows.part_of, known, intake)),
            offices=tuple(
                DraftOffice(actor, office.role, office.first_on, office.last_on)
                for name, office in rows.offices
                for actor in _iter_known(rows, [name], known, intake)
            ),
            line=rows.line,
        )
        for rows in named
    )
    return Imported(actors=actors, problems=tuple(sorted(intake.problems)))


def _wish(rows: _Rows) -> str:
    """Numbers are no good as ids."""
    return rows.names[0].text if re.fullmatch(r"Q?\d+", rows.key) else rows.key


def _one_each(names: Iterable[Name]) -> tuple[Name, ...]:
    kept: dict[str, Name] = {}
    for name in names:
        kept.setdefault(name.text.casefold(), name)
    return tuple(kept.values())


def _iter_known(rows: _Rows, wanted: Iterable[str], known: Mapping[str, str], intake: Intake) -> Iterator[str]:
    for name in dict.fromkeys(wanted):
        actor = known.get(name) or known.get(slug(name))
        if actor is None:
            intake.refuse(rows.line, f'that "{rows.key}" belongs to "{name}", which is not in this table')
        elif actor != known[rows.key]:
            yield actor
