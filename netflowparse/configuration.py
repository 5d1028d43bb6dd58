"""What the caller has chosen, for all exporters and for each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from .errors import UsageError, WrongType
from .limits import Limits
from .quirks import AUTO, Choice, Rules, rules, unmapped
from .registry import Registry
from .settings import PLAIN, ExporterSettings, check_lifetime

__all__ = ["DecoderSettings"]


class DecoderSettings(TypedDict, total=False):
    """The arguments of ``Decoder`` and of ``Decoder.restore``, for a dict that is passed to either."""

    registry: Registry | None
    limits: Limits | None
    octet_values: Literal["hex", "bytes"]
    packet_sections: bool
    resolve: bool
    history: bool | int
    template_lifetime: int | Literal["adapt"] | None
    strict: bool
    keep_octets: bool
    quirks: Choice
    exporters: Mapping[Any, ExporterSettings] | None
    compiled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """The settings of a decoder; ``settings_of`` says what holds for one exporter."""

    quirks: Choice = AUTO
    template_lifetime: int | str | None = None  # s, "adapt", or None: without end
    history: bool | int = False
    resolve: bool = False
    packet_sections: bool = False
    strict: bool = False
    keep_octets: bool = False
    exporters: Mapping[Hashable, ExporterSettings] = field(default_factory=dict)
    _rules: Rules = field(init=False)

    def __post_init__(self) -> None:
        for name in ("resolve", "packet_sections", "strict", "keep_octets"):
            if not isinstance(getattr(self, name), bool):
                raise WrongType(f"{name}={getattr(self, name)!r}: expected a bool")
        if not isinstance(self.history, int):
            raise WrongType(f"history={self.history!r}: expected a bool, or int seconds")
        if self.history is not False and self.history < 1:
            raise UsageError(f"history={self.history}: expected a bool, or at least 1 second")
        check_lifetime(self.template_lifetime, "adapt")
        if not isinstance(self.exporters, Mapping):
            raise WrongType(f"exporters is {type(self.exporters).__name__}: expected a mapping to ExporterSettings")
        for exporter, settings in self.exporters.items():
            if not isinstance(settings, ExporterSettings):
                raise WrongType(f"exporters[{exporter!r}] is {type(settings).__name__}: expected ExporterSettings")
        plain = {unmapped(exporter): settings for exporter, settings in self.exporters.items()}
        object.__setattr__(self, "exporters", {**plain, **self.exporters})
        object.__setattr__(self, "_rules", rules(self.quirks))

    def settings_of(self, exporter: Hashable) -> tuple[ExporterSettings, Rules, int | str | None]:
        """What the caller knows of *exporter*, its rules for peculiarities, and how long its templates hold."""
        settings = self.exporters.get(exporter, PLAIN)
        own = settings.template_lifetime
        lifetime = self.template_lifetime if own is None else None if own == "never" else own
        return settings, self._rules if settings.quirks is None else rules(settings.quirks), lifetime
