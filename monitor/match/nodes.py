"""One value of a YAML document on its way to becoming something typed: it knows its place and reports what is wrong.

Reading never raises and never stops at the first problem: what cannot be read is None or left out, and reported.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from monitor.errors import Problem
from monitor.text.suggest import did_you_mean, quoted_list
from monitor.text.yaml import Path, Position, YamlDocument


@dataclass(frozen=True, slots=True)
class Node:
    """A value, where it stands, and whose definition it is part of (`rule "x"`, which begins its messages)."""

    document: YamlDocument
    path: Path
    value: Any
    problems: list[Problem] = field(default_factory=list)
    subject: str = ""

    def about(self, subject: str) -> "Node":
        """The same node with its messages beginning so."""
        return replace(self, subject=subject)

    def report(self, message: str, *, key: str | None = None, warning: bool = False) -> None:
        """A problem here, or at one of the keys of this mapping."""
        path = self.path if key is None else (*self.path, key)
        text = f"{self.subject}: {message}" if self.subject else message
        self.problems.append(self.document.problem(path, text, at_key=key is not None, warning=warning))

    def has_errors_since(self, count: int) -> bool:
        """Whether there are errors among the problems beyond so many, which are those reported meanwhile."""
        return any(problem.level == "error" for problem in self.problems[count:])

    def place(self) -> Position:
        """Line and column."""
        return self.document.position(self.path)

    def expected(self, what: str) -> None:
        """The problem that the value is something else."""
        self.report(f"expected {what}, found {describe(self.value)}{_quoting_hint(self.value, what)}")

    def child(self, key: str | int) -> "Node":
        """A part of this mapping or list."""
        return Node(self.document, (*self.path, key), self.value[key], self.problems, self.subject)

    def read_mapping(
        self, known: Collection[str] | None = None, what: str = "key", *, needs: Collection[str] = ()
    ) -> "dict[str, Node]":
        """The parts of a mapping by key; keys outside `known` are reported and left out, as are missing `needs`."""
        if not isinstance(self.value, dict):
            self.expected("a mapping")
            return {}
        for key in needs:
            misspelt = any(did_you_mean(other, [key]) for other in self.value if other not in (known or ()))
            if key not in self.value and not misspelt:
                self.report(f'"{key}" is missing')
        for key in self.value:
            if known is not None and key not in known:
                hint = did_you_mean(key, known) or f"; expected {quoted_list(sorted(known))}"
                self.report(f'unknown {what} "{key}"{hint}', key=key)
        return {key: self.child(key) for key in self.value if known is None or key in known}

    def read_list(self, what: str = "a list") -> "tuple[Node, ...]":
        """The parts of a list that is not empty."""
        if not isinstance(self.value, list):
            self.expected(what)
            return ()
        if not self.value:
            self.report(f"expected {what}, found an empty one")
        return tuple(self.child(number) for number in range(len(self.value)))

    def read_one_or_more(self, what: str) -> "tuple[Node, ...]":
        """The parts of a list, or a single text as a list of one."""
        return (self,) if isinstance(self.value, str) else self.read_list(what)

    def read_text(self, what: str = "a text") -> str | None:
        """A text that is not blank."""
        if isinstance(self.value, str) and self.value.strip():
            return self.value
        self.expected(what)
        return None

    def read_choice(self, choices: Collection[str]) -> str | None:
        """One of several words."""
        if isinstance(self.value, str) and self.value in choices:
            return self.value
        found = self.value if isinstance(self.value, str) else ""
        self.report(
            f"expected one of {quoted_list(choices)}, found {describe(self.value)}{did_you_mean(found, choices)}"
        )
        return None

    def read_flag(self) -> bool | None:
        """true or false."""
        if isinstance(self.value, bool):
            return self.value
        self.expected("true or false")
        return None

    def read_count(self, what: str, *, least: int) -> int | None:
        """A whole number of at least `least`."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and self.value >= least:
            return self.value
        self.expected(what)
        return None

    def read_day(self) -> date | None:
        """A day such as 2003-10-31, in quotes or not."""
        if isinstance(self.value, date):
            return self.value
        try:
            return date.fromisoformat(self.value)
        except (TypeError, ValueError):
            self.expected("a day such as 2003-10-31")
            return None


def describe(value: Any) -> str:
    """A value in a message: short, and so that its type can be seen."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}..."'
    return f"the day {value}" if isinstance(value, date) else f"the number {value}"


def _quoting_hint(value: Any, what: str) -> str:
    """What to do where YAML took a word for a number, a day or a truth value."""
    wants_text = what.startswith(("a text", "a term", "a clause", "a code"))
    return "; write it in quotes" if wants_text and not isinstance(value, dict | list | str | None) else ""
