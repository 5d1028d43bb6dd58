"""sFlow version 5: the structures that describe a sampled packet, by (enterprise, format).

sflow.org: sFlow version 5, and its texts on 802.11, tunnels, applications, HTTP, drops and transit delay.  Where no
text was at hand a comment says what the layout rests on.  Numbers of enumerations are open.
"""

from __future__ import annotations

from construct import Bytes, Construct, Int32ub, Struct

from ..texts import Text
from ..values import MacText, Raw, Untyped
from ..xdr import Address, Counted, Mac, Octets, Opaque
from .structures import Structure, doubtful, i32, ip4, ip6, mac, string, structure, u32, u64

SAMPLED_HEADER = (0, 1)
SAMPLED_ETHERNET, SAMPLED_IPV4, SAMPLED_IPV6 = (0, 2), (0, 3), (0, 4)
AGGREGATION = (0, 1016)
UNPADDED_ETHERNET = 20  # octets: sampled_ethernet of agents that leave out the padding of addresses

PathSegment = Struct("type" / Int32ub, "asns" / Counted(Int32ub))  # 1 AS_SET, 2 AS_SEQUENCE


def _ethernet(mac: Construct) -> tuple[Construct, ...]:
    return "length" / Int32ub, "src_mac" / mac, "dst_mac" / mac, "type" / Int32ub


_SAMPLED = u32("header_protocol frame_length stripped")
SampledHeaderHead = Struct(*_SAMPLED, *u32("header_length"))  # what stands before the octets of the packet
_ETHERNET = _ethernet(Mac)
UnpaddedEthernet = Struct(*_ethernet(MacText(Bytes(6))))
_IPV4 = (*u32("length protocol"), *ip4("src_ip dst_ip"), *u32("src_port dst_port tcp_flags tos"))
_IPV6 = (*u32("length protocol"), *ip6("src_ip dst_ip"), *u32("src_port dst_port tcp_flags priority"))
_SOCKET_IPV4 = (*u32("protocol"), *ip4("local_ip remote_ip"), *u32("local_port remote_port"))
_SOCKET_IPV6 = (*u32("protocol"), *ip6("local_ip remote_ip"), *u32("local_port remote_port"))
_CONTEXT = string("application operation attributes")
_User = Text(Opaque())  # in the character set that the field before names; nearly always UTF-8
FlowRecord = Struct("data_format" / Int32ub, "body" / Raw(Opaque()))
Pdu = Struct("flow_records" / Counted(FlowRecord))  # one MPDU of an aggregate

FLOW_RECORDS: dict[tuple[int, int], Structure] = {
    # frame_length: octets on the wire, FCS included; stripped: octets taken off before sampling
    SAMPLED_HEADER: structure("sampled_header", *_SAMPLED, "header" / Octets),
    SAMPLED_ETHERNET: structure("sampled_ethernet", *_ETHERNET),
    SAMPLED_IPV4: structure("sampled_ipv4", *_IPV4),
    SAMPLED_IPV6: structure("sampled_ipv6", *_IPV6),
    # 0xFFFFFFFF: unknown (erratum)
    (0, 1001): structure("extended_switch", *u32("src_vlan src_priority dst_vlan dst_priority")),
    (0, 1002): structure("extended_router", "nexthop" / Address, *u32("src_mask_len dst_mask_len")),
    (0, 1003): structure(
        "extended_gateway",
        "nexthop" / Address,
        *u32("as src_as src_peer_as"),
        "dst_as_path" / Counted(PathSegment),
        "communities" / Counted(Int32ub),
        *u32("localpref"),
    ),
    # charsets: IANA MIBenum, 106 UTF-8, 0 unknown
    (0, 1004): structure(
        "extended_user", *u32("src_charset"), "src_user" / _User, *u32("dst_charset"), "dst_user" / _User
    ),
    (0, 1005): structure("extended_url", *u32("direction"), *string("url host")),  # 1, 2: source, destination is server
    # a label: 20 bits, 3 of traffic class, 1 bottom of stack, 8 of TTL
    (0, 1006): structure(
        "extended_mpls", "nexthop" / Address, "in_stack" / Counted(Int32ub), "out_stack" / Counted(Int32ub)
    ),
    (0, 1007): structure("extended_nat", "src_address" / Address, "dst_address" / Address),
    (0, 1008): structure("extended_mpls_tunnel", *string("tunnel_lsp_name"), *u32("tunnel_id tunnel_cos")),
    (0, 1009): structure("extended_mpls_vc", *string("vc_instance_name"), *u32("vll_vc_id vc_label_cos")),
    (0, 1010): structure("extended_mpls_ftn", *string("mpls_ftn_descr"), *u32("mpls_ftn_mask")),
    (0, 1011): structure("extended_mpls_ldp_fec", *u32("mpls_fec_addr_prefix_length")),
    (0, 1012): structure("extended_vlantunnel", "stack" / Counted(Int32ub)),  # TPID and TCI, outermost first
    (0, 1013): structure("extended_80211_payload", *u32("cipher_suite"), "data" / Octets),  # OUI, suite type
    # version: 1 a, 2 b, 3 g, 4 n; durations in µs, 0 unknown
    (0, 1014): structure(
        "extended_80211_rx",
        *string("ssid"),
        *mac("bssid"),
        *u32("version channel"),
        *u64("speed"),
        *u32("rsni rcpi packet_duration"),
    ),
    # transmissions: 0 unknown, n: n - 1 repeated; power in mW
    (0, 1015): structure(
        "extended_80211_tx",
        *string("ssid"),
        *mac("bssid"),
        *u32("version transmissions packet_duration retrans_duration channel"),
        *u64("speed"),
        *u32("power"),
    ),
    # read frame by frame, as the records of a sample are: this is how it is written
    AGGREGATION: structure("extended_80211_aggregation", "pdus" / Counted(Pdu)),
    # to 1019: read from one implementation
    (0, 1017): structure("extended_openflow_v1", *u64("flow_cookie"), *u32("flow_match flow_actions")),
    (0, 1018): structure("extended_fc", *u32("src_mask_len dst_mask_len next_hop metric")),
    (0, 1019): structure("extended_queue_length", *u32("queue_index queue_length")),
    (0, 1020): structure("extended_nat_port", *u32("src_port dst_port")),
    (0, 1021): structure("extended_l2_tunnel_egress", *_ETHERNET),
    (0, 1022): structure("extended_l2_tunnel_ingress", *_ETHERNET),
    (0, 1023): structure("extended_ipv4_tunnel_egress", *_IPV4),
    (0, 1024): structure("extended_ipv4_tunnel_ingress", *_IPV4),
    (0, 1025): structure("extended_ipv6_tunnel_egress", *_IPV6),
    (0, 1026): structure("extended_ipv6_tunnel_ingress", *_IPV6),
    (0, 1027): structure("extended_decapsulate_egress", *u32("inner_header_offset")),  # octets into the sampled header
    (0, 1028): structure("extended_decapsulate_ingress", *u32("inner_header_offset")),
    (0, 1029): structure("extended_vni_egress", *u32("vni")),
    (0, 1030): structure("extended_vni_ingress", *u32("vni")),
    # to 1035: InfiniBand draft and VLAN lists, read from one implementation
    (0, 1031): structure(
        "extended_ib_lrh",
        *u32("src_vl src_sl src_dlid src_slid src_lnh dst_vl dst_sl dst_dlid dst_slid dst_lnh"),
    ),
    (0, 1032): structure(
        "extended_ib_grh",
        *u32("flow_label tc"),
        "s_gid" / Untyped(Bytes(16)),
        "d_gid" / Untyped(Bytes(16)),
        *u32("next_header length"),
    ),
    (0, 1033): structure("extended_ib_bth", *u32("pkey dst_qp opcode")),
    (0, 1034): structure("extended_vlanin", "stack" / Counted(Int32ub)),
    (0, 1035): structure("extended_vlanout", "stack" / Counted(Int32ub)),
    (0, 1036): structure("extended_egress_queue", *u32("queue")),
    (0, 1037): structure("extended_acl", *u32("number"), *string("name"), *u32("direction")),  # 1 ingress, 2 egress
    (0, 1038): structure("extended_function", *string("symbol")),  # that dropped the packet
    (0, 1039): structure("extended_transit", *u32("delay")),  # ns; 0xFFFFFFFF: that much or more
    (0, 1040): structure("extended_queue", *u32("depth")),  # octets
    (0, 1041): structure("extended_hw_trap", *string("group trap")),
    (0, 1042): structure("extended_linux_drop_reason", *string("reason")),
    (0, 1043): structure("extended_timestamp", *u64("timestamp_ns")),  # ns; since when is not written
    # to 2003: read from one implementation; direction: 1 client, 2 server
    (0, 2000): structure("transaction", *u32("direction wait duration status"), *u64("bytes_received bytes_sent")),
    (0, 2001): structure("extended_nfs_storage_transaction", "path" / Octets, *u32("operation status")),
    (0, 2002): structure("extended_scsi_storage_transaction", *u32("lun operation status")),
    (0, 2003): structure("extended_http_transaction", *string("url host referer useragent user"), *u32("status")),
    (0, 2100): structure("extended_socket_ipv4", *_SOCKET_IPV4),
    (0, 2101): structure("extended_socket_ipv6", *_SOCKET_IPV6),
    (0, 2102): structure("extended_proxy_socket_ipv4", *_SOCKET_IPV4),
    (0, 2103): structure("extended_proxy_socket_ipv6", *_SOCKET_IPV6),
    (0, 2200): structure(
        "memcache_operation", *u32("protocol cmd"), *string("key"), *u32("nkeys value_bytes duration_us status")
    ),
    # sflowtool's layout; another one, of a proposal, has the same number
    (0, 2201): doubtful(
        "http_request_deprecated",
        Struct(
            *u32("method protocol"),
            *string("uri host referrer useragent authuser mime_type"),
            *u64("bytes"),
            *u32("duration_us status"),
        ),
    ),
    (0, 2202): structure(
        "app_operation",
        *_CONTEXT,
        *string("status_descr"),
        *u64("req_bytes resp_bytes"),
        *u32("duration_us status"),
    ),
    (0, 2203): structure("app_parent_context", *_CONTEXT),
    (0, 2204): structure("app_initiator", *string("actor")),
    (0, 2205): structure("app_target", *string("actor")),
    # protocol: 1000 * major + minor
    (0, 2206): structure(
        "http_request",
        *u32("method protocol"),
        *string("uri host referer useragent xff authuser mime_type"),
        *u64("req_bytes resp_bytes"),
        *u32("duration_us"),
        *i32("status"),
    ),
    (0, 2207): structure("extended_proxy_request", *string("uri host")),
    (0, 2208): structure(  # read from one implementation
        "extended_nav_timing",
        *u32(
            "type redirect_count navigation_start unload_event_start unload_event_end redirect_start redirect_end "
            "fetch_start domain_lookup_start domain_lookup_end connect_start connect_end secure_connection_start "
            "request_start response_start response_end dom_loading dom_interactive dom_content_loaded_event_start "
            "dom_content_loaded_event_end dom_complete load_event_start load_event_end"
        ),
    ),
    # direction: 1 received, 2 sent; round trips in µs
    (0, 2209): structure(
        "extended_tcp_info",
        *u32("direction snd_mss rcv_mss unacked lost retrans pmtu rtt rttvar snd_cwnd reordering min_rtt"),
    ),
    (0, 2210): structure("extended_entities", *u32("src_ds_class src_ds_index dst_ds_class dst_ds_index")),
    (4413, 1): structure("bst_egress_queue", *u32("queue")),  # Broadcom; read from one implementation
}
