"""What a YAML parser means when it gives up, in words for whoever wrote the file, at the place to look at.

The parser tells where it noticed; of a bracket or a quotation mark that is never closed, where it was opened says more.
"""

from collections.abc import Callable

import yaml

Fault = tuple[int, int, str]
"""Line and column, counted from 1 (0: of no line in particular), and the message."""


def explain_yaml_error(error: yaml.YAMLError | UnicodeError | RecursionError, text: str) -> Fault:
    """Where the fault of a text is, and what it is."""
    if isinstance(error, yaml.reader.ReaderError):
        return _explain_character(error, text)
    if not isinstance(error, yaml.MarkedYAMLError):
        said = " ".join(str(error).split())[:200]
        return 0, 0, f"not valid YAML: {'nested too deeply' if isinstance(error, RecursionError) else said}"
    mark = error.problem_mark or error.context_mark
    if _is_never_closed(error, text):
        mark, message = error.context_mark, _name_unclosed(error.context or "")
    else:
        message = _reword(error, text)
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    return line, column, f"not valid YAML: {message}"


def _explain_character(error: yaml.reader.ReaderError, text: str) -> Fault:
    number: int | str = error.character  # some versions give the letter
    letter = chr(number) if isinstance(number, int) else number[:1]
    at = max(text.find(letter), 0)
    column = at - text.rfind("\n", 0, at)
    return text.count("\n", 0, at) + 1, column, f"not valid YAML: the control character U+{ord(letter):04X}"


def _is_never_closed(error: yaml.MarkedYAMLError, text: str) -> bool:
    """Whether the parser met the end of the file while it waited for a closing sign."""
    mark = error.problem_mark
    if mark is None or error.context_mark is None or not (error.context or "").endswith(tuple(_UNCLOSED)):
        return False
    lines = text.splitlines()
    return not any(line.split("#")[0].strip() for line in lines[mark.line :]) or mark.line >= len(lines)


def _name_unclosed(context: str) -> str:
    return next(message for ending, message in _UNCLOSED.items() if context.endswith(ending))


def _reword(error: yaml.MarkedYAMLError, text: str) -> str:
    said = error.problem or ""
    for part, reword in _REWORDED.items():
        if part in said:
            return reword if isinstance(reword, str) else reword(_letter_at(error, text))
    return ": ".join(part for part in (error.context, error.problem) if part)


def _letter_at(error: yaml.MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark
    lines = text.splitlines()
    if mark is None or mark.line >= len(lines):
        return ""
    return lines[mark.line][mark.column : mark.column + 1]


def _name_odd_start(letter: str) -> str:
    if letter == "\t":
        return "a tab; indent with spaces"
    return f'a text cannot begin with "{letter}"; write it in quotes'


_UNCLOSED = {
    "a flow sequence": 'this list is never closed; "]" is missing',
    "a flow mapping": 'this mapping is never closed; "}" is missing',
    "a quoted scalar": "this text is never closed; its second quotation mark is missing",
}
_REWORDED: dict[str, str | Callable[[str], str]] = {
    "cannot start any token": _name_odd_start,
    "tab character": "a tab; indent with spaces",
    "expected <document start>": "the line is not indented like its neighbours",
    "undefined alias": 'a word that begins with "*" refers to an anchor; write terms with "*" in quotes',
    "mapping values are not allowed": "unexpected colon; a text with one needs quotes, or the line above lacks its own",
    "expected ',' or ']'": 'expected "," or "]"; this list is not closed, or a text in it needs quotes',
    "expected ',' or '}'": 'expected "," or "}"; this mapping is not closed, or a text in it needs quotes',
    "did not find expected key": "expected a key; the line is not indented like its neighbours, or a text needs quotes",
    "expected '-' indicator": 'expected "- " here; the line is not indented like the list that it interrupts',
    "expected node content": "a value is missing here, or a list or mapping is not closed",
    "another document": "a second document begins here; keep one in each file",
    "unknown escape": 'unknown letter after "\\"; between single quotes "\\" stands for itself',
    "maximum nesting depth": "nested too deeply",
}
