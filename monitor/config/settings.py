"""The settings of the service: `config/monitor.yaml`, under `.env`, under the environment.

Only settings that this version acts on are fields; the others of the format are refused by name, so that nobody
believes to have set something. Sources, subscribers and routes are the matter of monitor.config.load.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from monitor.config.checks import (
    check_database,
    check_domain,
    check_host,
    check_not_blank,
    check_password,
    check_private_key,
    check_public_url,
    check_secret_key,
    check_sender,
    describe_found,
    is_loopback,
    read_duration,
    read_interval,
    read_language,
    read_network,
    read_rate,
    read_timezone,
)
from monitor.config.files import read_text
from monitor.config.layers import Layer, VariablesLayer, YamlLayer, locate, merge_layers
from monitor.config.secrets import (
    DOTENV,
    Secrets,
    describe_missing,
    is_reference,
    layered_environment,
    read_dotenv,
)
from monitor.config.shapes import Fault, list_faults, one_of
from monitor.errors import ConfigError, Problem
from monitor.model import ChannelKind
from monitor.route.buckets import DEFAULT_RATES, Rate
from monitor.text.yaml import YamlDocument, parse_yaml

SETTINGS_FILE = "monitor.yaml"
SETTINGS_FILES = (SETTINGS_FILE, "monitor.yml")
"""What is no file of sources, subscribers and routes; the second name is refused with a hint."""


def _split_list(value: Any) -> Any:
    """Lists in the environment: `en,ru` or JSON."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [word.strip() for word in value.split(",") if word.strip()]
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError("expected a list in JSON, or words with commas between them") from error


def _as_keys(value: Any) -> Any:
    """One key, or a list of them of which the first signs."""
    return [value] if isinstance(value, str) and not value.lstrip().startswith("[") else _split_list(value)


SecretKey = Annotated[str, AfterValidator(check_secret_key)]
Language = Annotated[str, BeforeValidator(read_language)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(read_network)]


class SmtpSettings(BaseModel):
    """The server that takes the e-mail."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: Annotated[str, AfterValidator(check_not_blank)] = "localhost"
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    tls: Annotated[
        Literal["none", "starttls", "implicit"], BeforeValidator(one_of(["none", "starttls", "implicit"]))
    ] = "none"
    username: str | None = None
    password: Annotated[str | None, Field(repr=False)] = None

    @model_validator(mode="after")
    def check_login(self) -> "SmtpSettings":
        if (self.username is None) != (self.password is None):
            raise ValueError('expected "username" and "password" together, or neither')
        return self


class DkimSettings(BaseModel):
    """The key that mail is signed with; its public half stands in a TXT record at selector._domainkey.domain."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    domain: Annotated[str, AfterValidator(check_domain)] | None = None
    selector: Annotated[str, AfterValidator(check_domain)] | None = None
    key: Annotated[Annotated[str, AfterValidator(check_private_key)] | None, Field(repr=False)] = None

    @model_validator(mode="after")
    def check_whole(self) -> "DkimSettings":
        given = [self.domain is not None, self.selector is not None, self.key is not None]
        if any(given) and not all(given):
            raise ValueError('expected "domain", "selector" and "key" together, or none of them')
        return self


class WebSettings(BaseModel):
    """Where the pages are served, and what `/metrics` asks for. Port 0 is any that is free."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: Annotated[str, AfterValidator(check_host)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8600
    password: Annotated[Annotated[str, AfterValidator(check_password)] | None, Field(repr=False)] = None

    @model_validator(mode="after")
    def check_guarded(self) -> "WebSettings":
        if self.password is None and not is_loopback(self.host):
            raise ValueError(f'{describe_found(self.host)} as "host", which others reach: expected a "password" too')
        return self


class BouncesSettings(BaseModel):
    """Where mail that could not be delivered comes back to: a Maildir, or an mbox file; neither by default."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    maildir: Annotated[str, AfterValidator(check_not_blank)] | None = None
    mbox: Annotated[str, AfterValidator(check_not_blank)] | None = None

    @model_validator(mode="after")
    def check_one(self) -> "BouncesSettings":
        if self.maildir is not None and self.mbox is not None:
            raise ValueError('expected "maildir" or "mbox", not both')
        return self


class PollSettings(BaseModel):
    """How feeds are polled."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    later: ClassVar[frozenset[str]] = frozenset({"maximum"})

    concurrency: Annotated[int, Field(ge=1, le=1000)] = 64
    minimum: Annotated[timedelta, BeforeValidator(read_interval)] = timedelta(minutes=5)
    per_domain: Annotated[int, Field(ge=1, le=100)] = 1
    gap: Annotated[timedelta, BeforeValidator(read_duration)] = timedelta(seconds=5)


Messages = Annotated[Rate | None, BeforeValidator(read_rate)]


class RatesSettings(BaseModel):
    """How fast messages may leave: e-mail to its server, all else to each address."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    email: Messages = None
    slack: Messages = DEFAULT_RATES["slack"]
    webhook: Messages = None
    apprise: Messages = None

    def by_channel(self) -> dict[ChannelKind, Rate]:
        """Those that are limited."""
        rates: dict[ChannelKind, Rate | None] = {
            "email": self.email,
            "slack": self.slack,
            "webhook": self.webhook,
            "apprise": self.apprise,
        }
        return {channel: rate for channel, rate in rates.items() if rate is not None}


class RetentionSettings(BaseModel):
    """How long what was collected is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    raw: Annotated[timedelta, BeforeValidator(read_interval)] = timedelta(days=14)
    bodies: Annotated[timedelta, BeforeValidator(read_interval)] = timedelta(days=90)
    metadata: Annotated[timedelta, BeforeValidator(read_interval)] = timedelta(days=5 * 365)

    @model_validator(mode="after")
    def check_order(self) -> "RetentionSettings":
        if not self.raw <= self.bodies <= self.metadata:
            raise ValueError('expected "raw" to be no longer than "bodies", and "bodies" no longer than "metadata"')
        return self


class Settings(BaseSettings):
    """Every setting with its default. Built by `load_settings`, which reads the layers; by itself it reads nothing."""

    model_config = SettingsConfigDict(
        env_prefix="MONITOR_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    database: Annotated[str, AfterValidator(check_database), Field(repr=False)] = "sqlite"
    languages: Annotated[tuple[Language, ...], BeforeValidator(_split_list), NoDecode] = ()
    timezone: Annotated[ZoneInfo, BeforeValidator(read_timezone)] = ZoneInfo("UTC")
    sender: Annotated[str, AfterValidator(check_sender)] = "Media Monitor <monitor@localhost>"
    smtp: SmtpSettings = SmtpSettings()
    dkim: DkimSettings = DkimSettings()
    public_url: Annotated[str, AfterValidator(check_public_url)] | None = None
    web: WebSettings = WebSettings()
    secret_key: Annotated[tuple[SecretKey, ...], BeforeValidator(_as_keys), NoDecode, Field(repr=False)] = ()
    bounces: BouncesSettings = BouncesSettings()
    allow_private: Annotated[tuple[Network, ...], BeforeValidator(_split_list), NoDecode] = ()
    poll: PollSettings = PollSettings()
    rates: RatesSettings = RatesSettings()
    retention: RetentionSettings = RetentionSettings()

    @classmethod
    def settings_customise_sources(  # the signature is pydantic-settings'
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        *sources: PydanticBaseSettingsSource,  # noqa: ARG003
        **named: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def load_settings(
    directory: Path, environment: Mapping[str, str], *, strict: bool = True, dotenv_file: Path = DOTENV
) -> Settings:
    """The settings of a configuration directory; ConfigError with every problem at once.

    `dotenv_file` is `.env` in the working directory unless said otherwise. `strict=False` puts up with secrets that
    are not set.
    """
    settings, problems = read_settings(directory, environment, strict=strict, dotenv_file=dotenv_file)
    if settings is None:
        raise ConfigError(problem for problem in problems if problem.level == "error")
    return settings


def read_settings(
    directory: Path, environment: Mapping[str, str], *, strict: bool = True, dotenv_file: Path = DOTENV
) -> tuple[Settings | None, tuple[Problem, ...]]:
    """The settings, None when there is an error, and every problem, warnings too."""
    document = _read_document(directory)
    dotenv = read_dotenv(dotenv_file)
    # The strongest first.
    layers: tuple[Layer, ...] = (
        VariablesLayer(Settings, environment),
        VariablesLayer(Settings, dotenv.variables, dotenv),
        YamlLayer(Settings, document),
    )
    values = merge_layers(layers)
    secrets = Secrets(layered_environment(environment, dotenv))
    problems = [problem for layer in layers for problem in layer.problems]
    problems += _resolve_secrets(values, secrets, layers, strict=strict)
    settings, faults = _build(values)
    problems += (locate(layers, fault) for fault in faults)
    doubtful = (*_find_open_login(settings), *_find_missing_key(settings))
    problems += (locate(layers, fault, "warning") for fault in doubtful)
    failed = any(problem.level == "error" for problem in problems)
    return (None if failed else settings), tuple(sorted(set(problems)))


def _build(values: dict[str, Any]) -> tuple[Settings | None, tuple[Fault, ...]]:
    try:
        return Settings(**values), ()
    except ValidationError as error:
        return None, list_faults(error, Settings)


def _find_open_login(settings: Settings | None) -> tuple[Fault, ...]:
    """A login that anybody on the way to the mail server can read."""
    if settings is None or settings.smtp.password is None or settings.smtp.tls != "none":
        return ()
    if is_loopback(settings.smtp.host):
        return ()
    text = f'the password goes to "{settings.smtp.host}" unencrypted, expected "tls": starttls or implicit'
    return (Fault(("smtp", "password"), ("smtp",), text),)


def _find_missing_key(settings: Settings | None) -> tuple[Fault, ...]:
    """Links are signed, several hosts may do it, and nothing says by which key."""
    if settings is None or settings.public_url is None or settings.database == "sqlite" or settings.secret_key:
        return ()
    text = (
        'hosts that share this database need "secret_key": else each makes one of its own below --data, and refuses '
        "the links that another signed"
    )
    return (Fault(("database",), ("database",), text),)


UNSET_DATABASE = "postgresql+psycopg://not-set.invalid/"
"""In place of a database whose address is not set: no command may take another one for it."""

UNSET_SIGNATURE = "-----BEGIN PRIVATE KEY-----"
"""In place of a key for DKIM that is not set: nothing is signed by it."""

# What may stand elsewhere, and what `monitor check` takes in place of a variable that is not set.
_PLACEHOLDERS: Mapping[tuple[str, ...], str] = {
    ("database",): UNSET_DATABASE,
    ("smtp", "username"): "placeholder",
    ("smtp", "password"): "placeholder",
    ("dkim", "key"): UNSET_SIGNATURE,
    ("web", "password"): "placeholder",
    ("secret_key",): "a placeholder that is long enough to pass",
}


def _read_document(directory: Path) -> YamlDocument:
    file, other = directory / SETTINGS_FILES[0], directory / SETTINGS_FILES[1]
    if other.exists() and not file.exists():
        problem = Problem(other.as_posix(), 0, 0, f'settings are read from "{SETTINGS_FILE}" only: rename the file')
        return YamlDocument(other.as_posix(), None, problems=(problem,))
    if not file.exists():
        return YamlDocument(file.as_posix(), None)
    text = read_text(file)
    if isinstance(text, Problem):
        return YamlDocument(file.as_posix(), None, problems=(text,))
    return parse_yaml(text, file.as_posix())


def _resolve_secrets(
    values: dict[str, Any], secrets: Secrets, layers: tuple[Layer, ...], *, strict: bool
) -> list[Problem]:
    """Put what references stand for into `values`, and name those that stand for nothing."""
    problems = []
    for path, placeholder in _PLACEHOLDERS.items():
        for place, parent in _find_references(values, path):
            text, parent[place[-1]] = parent[place[-1]], placeholder
            try:
                value = secrets.find(text)
            except ValueError as error:
                problems.append(locate(layers, Fault(place, place, str(error))))
                continue
            if value is None:
                fault = Fault(place, place, describe_missing(text))
                problems.append(locate(layers, fault, "error" if strict else "warning"))
            else:
                parent[place[-1]] = value
    return problems


def _find_references(values: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Where a reference stands at `path`, or in the list that stands there, with what holds it."""
    parent: Any = values if len(path) == 1 else values.get(path[0])
    value = parent.get(path[-1]) if isinstance(parent, dict) else None
    if isinstance(value, list):
        parent[path[-1]] = copied = list(value)
        for number, each in enumerate(value):
            if _refers(each):
                yield (*path, number), copied
    elif _refers(value):
        yield path, parent


def _refers(value: object) -> bool:
    return isinstance(value, str) and is_reference(value)
