"""Numbers with what they count."""


def count_of(number: int, noun: str, plural: str | None = None) -> str:
    """ "1 hit", "1,204 hits"; a plural that does not just end in s is given: "2 stories"."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
