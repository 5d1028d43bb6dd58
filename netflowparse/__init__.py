"""NetFlow and IPFIX datagrams to plain dicts.

>>> import netflowparse
>>> message = netflowparse.decode(datagram, exporter="192.0.2.1")  # doctest: +SKIP
>>> [flow["sourceIPv4Address"] for flow in message["flows"]]  # doctest: +SKIP

``decode`` keeps templates in one decoder for the whole process; a collector makes its own ``Decoder``.
"""

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
