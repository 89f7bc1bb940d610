"""What an operator may set about parsing."""

from dataclasses import dataclass

DEFAULT_LANGUAGES = (
    "en", "fr", "de", "es", "it", "pt", "nl", "pl", "cs", "ro", "el", "ru", "uk", "bg", "sr", "tr", "az", "hy", "ka",
    "kk", "fa", "ar", "he", "hi", "zh", "ja", "ko", "vi",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """`languages` are the ISO 639-1 codes that may be detected; none named means `DEFAULT_LANGUAGES`."""

    languages: tuple[str, ...] = ()

    @property
    def detectable(self) -> tuple[str, ...]:
        """The languages that may be detected, never empty."""
        return self.languages or DEFAULT_LANGUAGES
