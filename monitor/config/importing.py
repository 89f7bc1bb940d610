"""Other people's actors and queries to a rule file of ours that loads: what does not is left out and named."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from monitor.errors import Problem
from monitor.importers.drafts import DraftActor, DraftRule, Imported, write_drafts
from monitor.importers.petrarch import import_petrarch
from monitor.importers.queries import import_queries
from monitor.importers.table import import_table
from monitor.importers.wikidata import import_wikidata
from monitor.match.rules import load_rules
from monitor.match.scope import PLACES
from monitor.match.terms import TermError, parse_term

_Import = Callable[[str, str, Sequence[str]], Imported]


def find_fault(term: str) -> str | None:
    """Why a term cannot be looked for, or None."""
    try:
        parse_term(term)
    except TermError as error:
        return str(error)
    return None


IMPORTERS: Mapping[str, _Import] = {
    "petrarch": lambda text, file, _: import_petrarch(text, file, find_fault),
    "csv": lambda text, file, languages: import_table(text, file, find_fault, next(iter(languages), None)),
    "wikidata": lambda text, file, languages: import_wikidata(text, file, find_fault, languages or ("en",)),
    "query": lambda text, file, _: import_queries(text, file, find_fault, PLACES),
}
"""By the name of the format."""


def import_definitions(source: str, text: str, file: str, languages: Sequence[str] = ()) -> tuple[str, Imported]:
    """The YAML of a rule file, and what it was made of. `languages` are those whose names are taken or assumed."""
    imported = _keep_sound(IMPORTERS[source](text, file, languages), file)
    return write_drafts(imported), imported


def _keep_sound(imported: Imported, file: str) -> Imported:
    """Without the drafts that the loader refuses for a reason that their importer could not know of."""
    loaded = load_rules([(file, write_drafts(imported))])
    if not loaded.problems:
        return imported
    problems = list(imported.problems)
    rules = tuple(rule for rule in imported.rules if _is_sound(rule, Imported(rules=(rule,)), file, problems))
    # Actors are loaded together, for they name one another; what is wrong with one is rare and told as it stands.
    actors = imported.actors
    if load_rules([(file, write_drafts(Imported(actors=actors)))]).problems:
        alone = (replace(actor, part_of=(), offices=()) for actor in actors)
        kept = [actor.id for actor in alone if _is_sound(actor, Imported(actors=(actor,)), file, problems)]
        actors = tuple(_without_strangers(actor, kept) for actor in actors if actor.id in kept)
    return Imported(actors, rules, tuple(sorted(problems)))


def _is_sound(draft: DraftActor | DraftRule, imported: Imported, file: str, problems: list[Problem]) -> bool:
    found = load_rules([(file, write_drafts(imported))]).problems
    problems.extend(Problem(file, draft.line, 0, f"not taken: {problem.message}", "warning") for problem in found[:1])
    return not found


def _without_strangers(actor: DraftActor, known: Iterable[str]) -> DraftActor:
    ids = set(known)
    return replace(
        actor,
        part_of=tuple(whole for whole in actor.part_of if whole in ids),
        offices=tuple(office for office in actor.offices if office.actor in ids),
    )
