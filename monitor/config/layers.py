"""Where settings come from, layer over layer, each able to say where a wrong value stands.

pydantic-settings reads the variables; these layers keep, beside the values, the name of the variable or the line of
the file, so that a problem can be shown where it is to be mended.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Protocol

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource

from monitor.config.models import SECTIONS
from monitor.config.secrets import Dotenv
from monitor.config.shapes import Fault, unknown_key, without_empty
from monitor.errors import Level, Problem
from monitor.text.suggest import did_you_mean
from monitor.text.yaml import Path, YamlDocument

_DELIMITER = "__"
# A name this near to a setting's is taken for a slip of the pen; others with our prefix may be anybody's, such as
# the MONITOR_SERVICE_HOST that Kubernetes makes for a service called "monitor".
_SLIP = 0.8


class Layer(Protocol):
    """One place that settings come from."""

    state: dict[str, Any]
    problems: tuple[Problem, ...]

    def problem(self, fault: Fault, level: Level) -> Problem:
        """The fault, shown where this layer holds it."""


class YamlLayer:
    """The settings file."""

    def __init__(self, settings: type[BaseSettings], document: YamlDocument) -> None:
        data = document.data
        self._document = document
        self.state: dict[str, Any] = {}
        problems = list(document.problems)
        if isinstance(data, dict):
            self.state = {key: value for key, value in _drop_empty(data).items() if key in settings.model_fields}
            problems += _check_keys(settings, document)
        elif data is not None:
            problems.append(document.problem((), 'expected settings such as "timezone: Europe/London"'))
        self.problems = tuple(problems)

    def problem(self, fault: Fault, level: Level) -> Problem:
        return self._document.problem(fault.path, fault.message, at_key=fault.at_key, warning=level == "warning")


class VariablesLayer:
    """Variables that begin with the settings' prefix: of the environment, or of a file when one is named."""

    def __init__(
        self, settings: type[BaseSettings], variables: Mapping[str, str], source: Dotenv | None = None
    ) -> None:
        self._prefix = settings.model_config.get("env_prefix", "").lower()
        self._dotenv = source
        self._names = {name.lower(): name for name in variables if name.lower().startswith(self._prefix)}
        self.state: dict[str, Any] = _Variables(settings, variables)()
        found = source.problems if source else ()
        self.problems = (*found, *self._iter_unknown(settings))

    def problem(self, fault: Fault, level: Level) -> Problem:
        name, covered = self._find_name(fault.path)
        return self._problem_at(name, fault.text if covered else fault.message, level)

    def _find_name(self, path: Path) -> tuple[str, bool]:
        """The variable that set `path`, and whether it set just that rather than a mapping around it."""
        for length in range(len(path), 0, -1):
            name = self._prefix + _DELIMITER.join(str(step) for step in path[:length])
            if name in self._names:
                return self._names[name], length == len(path)
        return self._prefix.upper() + _DELIMITER.join(str(step).upper() for step in path), True

    def _problem_at(self, name: str, text: str, level: Level = "error") -> Problem:
        if self._dotenv is None:
            return Problem(f"environment variable {name}", 0, 0, text, level)
        return Problem(self._dotenv.file, self._dotenv.lines.get(name, 0), 1, f"{name}: {text}", level)

    def _iter_unknown(self, settings: type[BaseSettings]) -> Iterator[Problem]:
        """Unknown keys inside a mapping are found with the values; these are the others."""
        fields = settings.model_fields
        later: Iterable[str] = getattr(settings, "later", ())
        for lowered, name in sorted(self._names.items()):
            key, *inner = lowered.removeprefix(self._prefix).split(_DELIMITER)
            if key in later:
                yield self._problem_at(name, unknown_key(key, fields, later))
            elif key in fields:
                if inner and not _is_mapping(fields[key]):
                    yield self._problem_at(name, f'unknown setting (there is nothing inside "{key}")')
            elif inner:
                yield self._problem_at(name, f'unknown setting "{key}"{did_you_mean(key, fields)}')
            elif get_close_matches(key, fields, n=1, cutoff=_SLIP):
                yield self._problem_at(name, f'unknown setting "{key}"{did_you_mean(key, fields)}', "warning")


def merge_layers(layers: Sequence[Layer]) -> dict[str, Any]:
    """The values of all layers, the first being the strongest; mappings are merged key by key."""
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        merged = _merge(merged, layer.state)
    return merged


def locate(layers: Sequence[Layer], fault: Fault, level: Level = "error") -> Problem:
    """The fault where the strongest layer holds its value, or what is nearest to it; else in the last layer."""
    for length in range(len(fault.path), 0, -1):
        for layer in layers:
            if _holds(layer.state, fault.path[:length]):
                return layer.problem(fault, level)
    return layers[-1].problem(fault, level)


class _Variables(EnvSettingsSource):
    """pydantic-settings' reading of variables, from a given mapping instead of the process's own."""

    def __init__(self, settings: type[BaseSettings], variables: Mapping[str, str]) -> None:
        self._given = variables
        super().__init__(settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._given.items() if value}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Broken JSON stays a text, which is then found to be no mapping, together with all other problems."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


def _check_keys(settings: type[BaseSettings], document: YamlDocument) -> Iterator[Problem]:
    later: Iterable[str] = getattr(settings, "later", ())
    for key, value in document.data.items():
        if key == "version":
            if value != 1:
                yield document.problem((key,), "version: expected 1, the only version of the format there is")
        elif key in SECTIONS:
            text = f'"{key}" belongs in another file beside this one, such as "{key}.yaml"'
            yield document.problem((key,), text, at_key=True)
        elif key not in settings.model_fields:
            yield document.problem((key,), unknown_key(key, settings.model_fields, later), at_key=True)


def _drop_empty(data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    return {key: _drop_empty(value) for key, value in without_empty(data).items()}


def _is_mapping(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _merge(weak: dict[str, Any], strong: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(weak)
    for key, value in strong.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _holds(state: Any, path: Path) -> bool:
    for step in path:
        try:
            state = state[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True
