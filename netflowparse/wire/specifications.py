"""Which section of which specification each declaration follows: the one home of what ``explain`` calls a rule.

``specified`` writes it into the declaration itself, where Construct keeps documentation and no reader looks.  What is
declared for two protocols names the sections of both.  Values, and what sFlow's tables hold, are in tables here.
"""

from __future__ import annotations

from construct import Construct, Struct


def specified(section: str, *fields: Construct) -> Struct:
    """A ``Struct`` of *fields*, as *section* lays them out."""
    declaration = Struct(*fields)
    declaration.docs = section
    return declaration


#: protocol -> the document of its own among several that a declaration names
DOCUMENTS = {"netflow9": "RFC 3954", "ipfix": "RFC 7011"}


def section_of(declaration: Construct, protocol: str = "") -> str:
    """The section that *declaration* follows in *protocol*, "" where no document describes it."""
    sections = str(declaration.docs).split("; ")
    document = DOCUMENTS.get(protocol, "")
    return next((each for each in sections if each.startswith(document)), sections[0])


#: (protocol, what a set is) -> the sections of the set, and of its records
SETS = {
    ("ipfix", "template"): ("RFC 7011 §3.3.2", "RFC 7011 §3.4.1"),
    ("ipfix", "options template"): ("RFC 7011 §3.3.2", "RFC 7011 §3.4.2"),
    ("ipfix", "withdrawal"): ("RFC 7011 §3.3.2", "RFC 7011 §8.1"),
    ("ipfix", "data"): ("RFC 7011 §3.3.2", "RFC 7011 §3.4.3"),
    ("ipfix", "options"): ("RFC 7011 §3.3.2", "RFC 7011 §3.4.3"),
    ("ipfix", "reserved"): ("RFC 7011 §3.3.2", "RFC 7011 §3.3.2"),
    ("netflow9", "template"): ("RFC 3954 §5.2", "RFC 3954 §5.2"),
    ("netflow9", "options template"): ("RFC 3954 §6.1", "RFC 3954 §6.1"),
    ("netflow9", "data"): ("RFC 3954 §5.3", "RFC 3954 §5.3"),
    ("netflow9", "options"): ("RFC 3954 §6.2", "RFC 3954 §6.2"),
    ("netflow9", "reserved"): ("RFC 3954 §5.2", "RFC 3954 §5.2"),
}
PADDING = {"ipfix": "RFC 7011 §3.3.1", "netflow9": "RFC 3954 §5.3"}
VARIABLE = "RFC 7011 §7"
FIELD_TYPES = "RFC 3954 §8"  # NetFlow v9 names its fields, and knows no abstract types
SCOPE_TYPES = "RFC 3954 §6.1"
REDUCED_SIZE = "RFC 7011 §6.2"

#: abstract type -> how its values are encoded
ENCODINGS = {
    **dict.fromkeys(("unsigned8", "unsigned16", "unsigned32", "unsigned64"), "RFC 7011 §6.1.1"),
    **dict.fromkeys(("signed8", "signed16", "signed32", "signed64"), "RFC 7011 §6.1.1"),
    "unsigned256": "RFC 9740",
    **dict.fromkeys(("ipv4Address", "ipv6Address", "macAddress"), "RFC 7011 §6.1.2"),
    "float32": "RFC 7011 §6.1.3",
    "float64": "RFC 7011 §6.1.4",
    "boolean": "RFC 7011 §6.1.5",
    **dict.fromkeys(("string", "octetArray"), "RFC 7011 §6.1.6"),
    "dateTimeSeconds": "RFC 7011 §6.1.7",
    "dateTimeMilliseconds": "RFC 7011 §6.1.8",
    "dateTimeMicroseconds": "RFC 7011 §6.1.9",
    "dateTimeNanoseconds": "RFC 7011 §6.1.10",
    "basicList": "RFC 6313 §4.5.1",
    "subTemplateList": "RFC 6313 §4.5.2",
    "subTemplateMultiList": "RFC 6313 §4.5.3",
}

SFLOW = "sFlow version 5, section 5"
XDR_PADDING = "RFC 4506 §3"
#: sflow.org's text -> the structures that it lays out; others are known from implementations alone
_TEXTS = {
    SFLOW: "flow_sample counters_sample flow_sample_expanded counters_sample_expanded "
    "sampled_header sampled_ethernet sampled_ipv4 sampled_ipv6 extended_switch extended_router extended_gateway "
    "extended_user extended_url extended_mpls extended_nat extended_mpls_tunnel extended_mpls_vc extended_mpls_ftn "
    "extended_mpls_ldp_fec extended_vlantunnel if_counters ethernet_counters tokenring_counters vg_counters "
    "vlan_counters processor",
    "sFlow 802.11 Structures": "extended_80211_payload extended_80211_rx extended_80211_tx extended_80211_aggregation "
    "ieee80211_counters radio_utilization",
    "sFlow Tunnel Structures": "extended_l2_tunnel_egress extended_l2_tunnel_ingress extended_ipv4_tunnel_egress "
    "extended_ipv4_tunnel_ingress extended_ipv6_tunnel_egress extended_ipv6_tunnel_ingress "
    "extended_decapsulate_egress extended_decapsulate_ingress extended_vni_egress extended_vni_ingress",
    "sFlow Dropped Packet Notification Structures": "discarded_packet extended_egress_queue extended_acl "
    "extended_function",
    "sFlow Transit Delay Structures": "extended_transit extended_queue",
    "sFlow Host Structures": "extended_socket_ipv4 extended_socket_ipv6 host_descr host_adapters host_parent host_cpu "
    "host_memory host_disk_io host_net_io virt_node virt_cpu virt_memory virt_disk_io virt_net_io",
    "sFlow HTTP Structures": "extended_proxy_socket_ipv4 extended_proxy_socket_ipv6 http_request "
    "extended_proxy_request http_counters",
    "sFlow Application Structures": "app_operation app_parent_context app_initiator app_target app_operations "
    "app_resources app_workers",
    "sFlow OpenFlow Structures": "of_port port_name",
}
STRUCTURES = {name: text for text, names in _TEXTS.items() for name in names.split()}
