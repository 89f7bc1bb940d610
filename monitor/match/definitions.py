"""Actors and concepts from YAML: each value checked by itself. What they say of one another is checked afterwards."""

from collections.abc import Iterator, Mapping

from monitor.match.actors import Actor, ActorName, Concept, Office, Vocabulary
from monitor.match.nodes import Node
from monitor.match.terms import Term
from monitor.match.view import primary_language
from monitor.match.wording import TERM_OPTIONS, TermReader
from monitor.text.languages import find_language_fault
from monitor.text.suggest import did_you_mean, quoted_list

# What must, or must not, be named beside a name for it to count.
CONDITIONS = ("needs", "unless")
KINDS = ("state", "armed-group", "organisation", "person", "place")
_ACTOR_KEYS = ("kind", "ids", "names", "part_of", "metonym", "acts_for", "notes", "verified")
_CONCEPT_KEYS = ("terms", "codes", "notes")
_OFFICE_KEYS = ("actor", "role", "from", "to")


def read_actor(node: Node, actor_id: str, terms: TermReader) -> Actor:
    """The actor with what of it could be read."""
    parts = node.read_mapping(_ACTOR_KEYS, needs=("kind",))
    kind = parts["kind"].read_choice(KINDS) if "kind" in parts else None
    for key, read in (("notes", Node.read_text), ("verified", Node.read_day)):
        if key in parts:
            read(parts[key])
    names = tuple(_iter_names(parts["names"], terms)) if "names" in parts else ()
    return Actor(
        id=actor_id,
        kind=kind or "organisation",
        names=tuple(name for name, _ in names),
        languages=_languages(language for _, language in names),
        ids=_read_codes(parts["ids"]) if "ids" in parts else (),
        part_of=_read_ids(parts["part_of"]) if "part_of" in parts else (),
        metonym=bool("metonym" in parts and parts["metonym"].read_flag()),
        offices=tuple(_iter_offices(parts["acts_for"])) if "acts_for" in parts else (),
    )


def read_concept(node: Node, concept_id: str, terms: TermReader) -> Concept:
    """The concept with what of it could be read. A plain list stands for its terms."""
    parts = {"terms": node} if isinstance(node.value, list) else node.read_mapping(_CONCEPT_KEYS, needs=("terms",))
    if "notes" in parts:
        parts["notes"].read_text()
    found = tuple(_iter_terms(parts["terms"], terms)) if "terms" in parts else ()
    return Concept(
        id=concept_id,
        terms=tuple(term for term, _ in found),
        languages=_languages(language for _, language in found),
        codes=_read_codes(parts["codes"]) if "codes" in parts else (),
    )


def check_references(vocabulary: Vocabulary, nodes: Mapping[str, Node], broken: frozenset[str]) -> None:
    """Report unknown actors, circles of `part_of`, and actors that nothing names.

    `nodes` has each actor's definition; `broken` names those ("actor x") that could not be read and are reported.
    """
    known = vocabulary.actors
    for actor_id, actor in known.items():
        node = nodes[actor_id]
        for key, target in _iter_references(node):
            if target not in known and f"actor {target}" not in broken:
                key.report(f'unknown actor "{target}"{did_you_mean(target, known)}')
        circle = _find_circle(actor, known)
        if circle and circle[0] == actor_id:
            node.report(f"part of itself, in a circle of {quoted_list(circle)}", key="part_of")
        elif not vocabulary.is_named(actor_id) and not (isinstance(node.value, dict) and "names" in node.value):
            node.report('"names" is missing, and no part of it and nobody acting for it has a name')


def _iter_names(node: Node, terms: TermReader) -> Iterator[tuple[ActorName, str | None]]:
    for entry, language in _iter_by_language(node):
        for name in _read_name(entry, language, terms):
            yield name, language


def _read_name(node: Node, language: str | None, terms: TermReader) -> Iterator[ActorName]:
    languages = (language,) if language else ()
    if not isinstance(node.value, dict):
        yield from (ActorName(term) for term in terms.read(node, languages))
        return
    parts = node.read_mapping(("text", *TERM_OPTIONS, *CONDITIONS), needs=("text",))
    conditions = {key: _read_ids(parts[key]) for key in CONDITIONS if key in parts}
    # A condition that could not be read is no reason to find the name everywhere.
    if "text" in parts and all(conditions.values()):
        yield from (ActorName(term, **conditions) for term in terms.read_parts(parts["text"], parts, languages))


def _iter_terms(node: Node, terms: TermReader) -> Iterator[tuple[Term, str | None]]:
    for entry, language in _iter_by_language(node):
        for term in terms.read(entry, (language,) if language else ()):
            yield term, language


def _iter_by_language(node: Node) -> Iterator[tuple[Node, str | None]]:
    """The entries of a plain list, or of a mapping from language to list; one text stands for a list of one."""
    if not isinstance(node.value, dict):
        yield from ((entry, None) for entry in node.read_one_or_more("a list, or a mapping from language to list"))
        return
    if not node.value:
        node.report("expected a mapping from language to list, found an empty one")
    for language, entries in node.read_mapping().items():
        fault = find_language_fault(language)
        if fault:
            node.report(fault, key=language)
            continue
        for entry in entries.read_one_or_more("a list"):
            yield entry, primary_language(language)


def _iter_offices(node: Node) -> Iterator[Office]:
    for entry in node.read_list():
        parts = entry.read_mapping(_OFFICE_KEYS, needs=("actor",))
        actor = parts["actor"].read_text("an actor's id") if "actor" in parts else None
        role = parts["role"].read_text() if "role" in parts else None
        first_on = parts["from"].read_day() if "from" in parts else None
        last_on = parts["to"].read_day() if "to" in parts else None
        if first_on and last_on and last_on < first_on:
            entry.report(f'"to" ({last_on}) is before "from" ({first_on})', key="to")
        elif actor and (first_on or "from" not in parts) and (last_on or "to" not in parts):
            yield Office(actor, role, first_on, last_on)


def _read_ids(node: Node) -> tuple[str, ...]:
    found = (part.read_text("an id") for part in node.read_one_or_more("a list of ids"))
    return tuple(name for name in found if name)


def _read_codes(node: Node) -> tuple[tuple[str, str], ...]:
    """What other catalogues call it: `{qid: Q227}`, `{cameo: ["138"]}`; one pair for each code."""
    codes = []
    for catalogue, entry in node.read_mapping().items():
        for code in entry.read_one_or_more("a code or a list of codes"):
            text = code.read_text("a text (a code)")
            if text:
                codes.append((catalogue, text))
    return tuple(codes)


def _languages(found: Iterator[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(language for language in found if language))


def _iter_references(node: Node) -> Iterator[tuple[Node, str]]:
    """Each place of an actor's definition that names another actor, with the id that stands there."""
    if not isinstance(node.value, dict):
        return
    parts = node.read_mapping()
    if "part_of" in parts:
        yield from _iter_texts(parts["part_of"])
    offices = parts.get("acts_for")
    if offices and isinstance(offices.value, list):
        for number, office in enumerate(offices.value):
            if isinstance(office, dict) and isinstance(office.get("actor"), str):
                yield offices.child(number).child("actor"), office["actor"]
    if "names" in parts and isinstance(parts["names"].value, list | dict):
        yield from _iter_conditions(parts["names"])


def _iter_conditions(names: Node) -> Iterator[tuple[Node, str]]:
    keys = names.value if isinstance(names.value, dict) else range(len(names.value))
    for key in keys:
        entry = names.child(key)
        if isinstance(entry.value, list):
            yield from _iter_conditions(entry)
        elif isinstance(entry.value, dict):
            for condition in CONDITIONS:
                if condition in entry.value:
                    yield from _iter_texts(entry.child(condition))


def _iter_texts(node: Node) -> Iterator[tuple[Node, str]]:
    if isinstance(node.value, str):
        yield node, node.value
    elif isinstance(node.value, list):
        for number, value in enumerate(node.value):
            if isinstance(value, str):
                yield node.child(number), value


def _find_circle(actor: Actor, known: Mapping[str, Actor]) -> list[str]:
    """All actors that this one is part of and that are part of it, in the order of their definition."""
    if actor.id not in _wholes_of(actor, known):
        return []
    return [other for other in known if actor.id in (wholes := _wholes_of(known[other], known)) and other in wholes]


def _wholes_of(actor: Actor, known: Mapping[str, Actor]) -> list[str]:
    """What the actor is part of, and what that is part of, each once."""
    found = list(dict.fromkeys(actor.part_of))
    for whole in found:
        if whole in known:
            found.extend(upper for upper in dict.fromkeys(known[whole].part_of) if upper not in found)
    return found
