"""NetFlow, IPFIX and sFlow datagrams to plain dicts.

>>> import netflowparse
>>> message = netflowparse.decode(datagram, exporter="192.0.2.1")  # doctest: +SKIP
>>> [flow["sourceIPv4Address"] for flow in message["flows"]]  # doctest: +SKIP

``decode`` keeps templates in one decoder for the whole process; a collector makes its own ``Decoder``.

Begin with ``help(netflowparse.Decoder)``.  The pages, from docs/tour.md on, are in the source distribution and in a
clone, under docs/.
"""

import sys
from typing import TYPE_CHECKING, Final

from ._version import __version__
from .decoder import Decoder, decode, explain, reset
from .encoding.message import encode
from .errors import (
    DecodeError,
    EncodeError,
    MalformedMessage,
    NetflowParseError,
    RegistryError,
    SnapshotError,
    TruncatedDatagram,
    UnknownVersion,
    UsageError,
    WrongType,
)
from .exporter import Exporter
from .limits import Limits
from .registry import Element, Registry
from .settings import ExporterSettings
from .stream import MessageStream

if TYPE_CHECKING:
    from . import configuration as configuration
    from . import errors as errors
    from . import explanation as explanation
    from . import files as files
    from . import flows as flows
    from . import interpret as interpret
    from . import names as names
    from . import quirks as quirks
    from . import registry as registry
    from . import stream as stream
    from . import types as types
else:  # hidden from type checkers, to whom every name would be one that is there

    def __getattr__(name: str) -> object:
        if name == "files":
            import netflowparse.files
        elif name == "flows":
            import netflowparse.flows
        elif name == "names":
            import netflowparse.names  # noqa: F401  # as are the others
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return sys.modules[f"{__name__}.{name}"]  # also when the attribute was taken away


__all__ = [
    "DecodeError",
    "Decoder",
    "Element",
    "EncodeError",
    "Exporter",
    "ExporterSettings",
    "Limits",
    "MalformedMessage",
    "MessageStream",
    "NetflowParseError",
    "Registry",
    "RegistryError",
    "SnapshotError",
    "TruncatedDatagram",
    "UnknownVersion",
    "UsageError",
    "WrongType",
    "__version__",
    "decode",
    "encode",
    "explain",
    "reset",
]

#: the public modules; those that decoding has no use for are imported when they are first asked for
_MODULES: Final = (
    *("configuration", "errors", "explanation", "files", "flows", "interpret"),
    *("names", "quirks", "registry", "stream", "types"),
)


def __dir__() -> list[str]:
    return sorted({*__all__, *_MODULES})
