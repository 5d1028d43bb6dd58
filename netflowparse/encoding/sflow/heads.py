"""The parts of an sFlow datagram beside the content of its samples: its header, and the heads of samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...protocols.sflow.work import data_format
from ...wire import sflow5 as wire
from ...wire.xdr import ADDRESS_IPV4, ADDRESS_IPV6, ADDRESS_NONE, WORD, padding
from ..checked import Path, expect_dict, expect_list, refuse_others
from ..datagrams import NUMBER
from .fields import write_value
from .samples import Sample

HEADER: Path = ("header",)
NO_ADDRESS = "0.0.0.0"  # of an agent that is not told
COUNT = "sampleCount"
DEFAULTS = {"agentAddress": NO_ADDRESS, "subAgentId": 0, "sequenceNumber": 0, "sysUpTime": 0}


def header_fields(header: Any, samples: int, later: int = 0) -> list[bytes]:
    """The fields of a datagram's header, before so many *samples*; of the one that is *later* by so many datagrams."""
    header = expect_dict(header, HEADER)
    refuse_others(header, {*DEFAULTS, "version", COUNT}, HEADER)
    values = {**DEFAULTS, **header, COUNT: samples}
    address = values["agentAddress"]
    kind = ADDRESS_NONE if address is None else ADDRESS_IPV4
    if isinstance(address, str) and ":" in address:
        kind = ADDRESS_IPV6
    octets = []
    for subcon in wire.DATAGRAM_HEADERS[kind].subcons:
        if subcon.name in DEFAULTS or subcon.name == COUNT:
            octets.append(write_value(subcon, values[subcon.name], (*HEADER, subcon.name), values))
        else:
            octets.append(subcon.build(None))
        if subcon.name == "sequenceNumber" and later:
            number = (values["sequenceNumber"] + later) % NUMBER
            octets[-1] = number.to_bytes(WORD, "big")
    return octets


def sample_head(sample: Sample, records: int, length: int) -> bytes:
    """The head of a *sample* and the words before its *records*, of which all together have *length* octets behind."""
    words = b""
    if sample.words is not None:
        words = wire.SAMPLES[sample.number].build({**sample.words, "record_count": records})
    head: bytes = wire.Head.build({"data_format": data_format(*sample.number), "length": len(words) + length})
    return head + words


def sample_octets(sample: Sample) -> bytes:
    """The canonical form of a *sample*, head and padding included."""
    body = b"".join(part.octets for part in sample.parts) + sample.rest
    octets = sample_head(sample, len(sample.parts), len(body)) + body
    return octets + bytes(padding(len(octets)))


def samples_of(message: Mapping[str, Any], key: str) -> Any:
    """The list of samples under *key* of a message."""
    return expect_list(message.get(key, ()), (key,))
