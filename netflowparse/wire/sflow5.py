"""sFlow version 5: the datagram's header, the samples, and the head that samples and records have.

sflow.org, "sFlow Version 5" (July 2004); discarded packets: "sFlow Dropped Packet Notification Structures".
"""

from __future__ import annotations

from construct import Computed, Const, Construct, Float32b, Float64b, Int32sb, Int32ub, Int64sb, Int64ub, Struct

from .sflow.structures import Structure, structure, u32
from .specifications import SFLOW, specified
from .values import Finite
from .xdr import ADDRESS_IPV4, ADDRESS_IPV6, ADDRESS_NONE, Ip4, Ip6, Mac, Repeated, String, Union

VERSION = 5
FORMAT_BITS = 12  # of a data_format: the format; above them the enterprise
FORMAT_MASK = 0xFFF
INDEX_BITS = 24  # of a compact source_id: the index; above them the class
INDEX_MASK = 0xFFFFFF
VALUE_BITS = 30  # of a compact interface: the value; above them the format
VALUE_MASK = 0x3FFFFFFF
THIS_DEVICE = 0x3FFFFFFF  # the value of an interface: the device itself sent or received the packet

FLOW_SAMPLE, COUNTERS_SAMPLE = (0, 1), (0, 2)
FLOW_SAMPLE_EXPANDED, COUNTERS_SAMPLE_EXPANDED = (0, 3), (0, 4)
DISCARDED_PACKET = (0, 5)
RTFLOW = (4300, 1003)


def _header(address_type: int, address: Construct) -> Struct:
    return specified(
        SFLOW,
        "version" / Const(VERSION, Int32ub),
        Const(address_type, Int32ub),
        "agentAddress" / address,  # of the agent; need not be where the datagram comes from
        "subAgentId" / Int32ub,
        "sequenceNumber" / Int32ub,  # of this sub-agent's datagrams
        "sysUpTime" / Int32ub,  # ms since the sub-agent started
        "sampleCount" / Int32ub,
    )


#: The datagram's header, by the type of the agent's address.
DATAGRAM_HEADERS = {
    ADDRESS_NONE: _header(ADDRESS_NONE, Computed(None)),
    ADDRESS_IPV4: _header(ADDRESS_IPV4, Ip4),
    ADDRESS_IPV6: _header(ADDRESS_IPV6, Ip6),
}

#: Before every sample and every record; ``length`` octets of body follow, then padding to a multiple of 4.
Head = specified(SFLOW, "data_format" / Int32ub, "length" / Int32ub)

#: The words before the records of each kind of sample.  sampling_rate: 1 in so many; sample_pool: packets that could
#: have been sampled; drops: samples lost for want of resources.
SAMPLES: dict[tuple[int, int], Struct] = {
    FLOW_SAMPLE: Struct(
        *u32("sequence_number source_id sampling_rate sample_pool drops input output record_count"),
    ),
    COUNTERS_SAMPLE: Struct(*u32("sequence_number source_id record_count")),
    FLOW_SAMPLE_EXPANDED: Struct(
        *u32("sequence_number source_class source_index sampling_rate sample_pool drops"),
        *u32("input_format input_value output_format output_value record_count"),
    ),
    COUNTERS_SAMPLE_EXPANDED: Struct(*u32("sequence_number source_class source_index record_count")),
    DISCARDED_PACKET: Struct(*u32("sequence_number source_class source_index drops input output reason record_count")),
}

_METRIC = {0: String, 1: Int32ub, 2: Int64ub, 3: Int32ub, 4: Int64ub, 5: Finite(Float32b), 6: Finite(Float64b)}
_FIELD = {0: String, 1: Mac, 2: Ip4, 3: Ip6, 4: Int32sb, 5: Int64sb, 6: Finite(Float32b), 7: Finite(Float64b)}

#: InMon's samples, known from one reader of them.
VENDOR_SAMPLES: dict[tuple[int, int], Structure] = {
    # the type: 0 string, 1 and 2 counters of 32 and 64 bits, 3 and 4 gauges, 5 float, 6 double
    (4300, 1002): structure(
        "rtmetric", "device" / String, "metric" / String, "type" / Int32ub, "value" / Union(_METRIC, on="type")
    ),
    # the type: 0 string, 1 MAC, 2 and 3 addresses, 4 and 5 integers of 32 and 64 bits, 6 float, 7 double
    RTFLOW: structure(
        "rtflow",
        "device" / String,
        "name" / String,
        *u32("sampling_rate sample_pool"),
        "fields" / Repeated(Struct("type" / Int32ub, "value" / Union(_FIELD, on="type"))),
    ),
}
