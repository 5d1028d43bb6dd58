"""Write what tshark makes of the sFlow recordings: NAME.tshark.json beside NAME.pcap.

    python tests/captures/reference_sflow.py [NAME…]

Needs tshark (made with 4.0.17) and nothing of netflowparse, as reference.py.  All is tshark's but for one thing: its
names for words and fields are turned into those of the sFlow specification.  The layout is in README.md.
"""

import json
import sys
from xml.etree import ElementTree

from reference import HERE, tshark

HEADER = {
    "version": "version",
    "agent": "agent_address",
    "sub_agent_id": "sub_agent_id",
    "sequence_number": "sequence_number",
    "sysuptime": "uptime",
    "numsamples": "num_samples",
}
WORDS = {
    "sequence_number": "sequence_number",
    "source_id_class": "source_id_type",
    "source_id_type": "source_id_type",
    "index": "source_id_index",
    "source_id_index": "source_id_index",
    "sampling_rate": "sampling_rate",
    "sample_pool": "sample_pool",
    "dropped_packets": "drops",
    "input_interface": "input",
    "output_interface": "output",
}
FIELDS = {
    "header_protocol": "protocol",
    "header.frame_length": "frame_length",
    "header.payload_stripped": "stripped",
    "vlan.in": "src_vlan",
    "pri.in": "src_priority",
    "vlan.out": "dst_vlan",
    "pri.out": "dst_priority",
}
PACKET = {  # protocol -> the fields of its header that are kept
    "eth": "dst src type",
    "vlan": "priority dei id etype",
    "ip": "version dsfield len id flags frag_offset ttl proto src dst",
    "ipv6": "version tclass flow plen nxt hlim src dst",
    "gre": "flags_and_version proto",
    "tcp": "srcport dstport seq_raw flags",
    "udp": "srcport dstport",
    "icmp": "type code",
    "icmpv6": "type code",
}


def plain(field):
    """Return tshark's value of *field*: a number, or text for addresses."""
    try:
        return int(field.get("show"), 0)
    except ValueError:
        return field.get("show")


def named(node, names):
    """Return [[our name, value]…] of the fields right below *node* that *names* knows by the end of their names."""
    pairs = []
    for field in node.findall("field"):
        short = field.get("name").removeprefix("sflow_245.").split("_sample.")[-1]
        if short in names:
            pairs.append([names[short], plain(field)])
    return pairs


def packet(header):
    """Return [[tshark's name, value]…] of a sampled packet, down to the first header that is not in PACKET."""
    pairs = []
    for layer in header.findall("proto"):
        if layer.get("name") not in PACKET:
            break
        wanted = [f"{layer.get('name')}.{name}" for name in PACKET[layer.get("name")].split()]
        pairs += [[field.get("name"), plain(field)] for field in layer.findall("field") if field.get("name") in wanted]
    return pairs


def record(node):
    """Return one record; of one that tshark does not know there are no fields."""
    word = node.find("field[@name='sflow.enterprise']")
    word = int(word.get("unmaskedvalue") or word.get("value"), 16)
    made = {"format": f"{word >> 12}:{word & 0xFFF}", "fields": named(node, FIELDS)}
    header = node.find("field[@name='sflow_245.header']")
    if header is not None:
        length = int(node.find("field[@name='sflow_245.header.sampled_header_length']").get("show"))
        made["fields"].append(["header", header.get("value")[: 2 * length]])  # tshark's has the padding too
        made["packet"] = packet(header)
    return made


def sample(node):
    """Return one sample, without what tshark makes of the octets behind a record that it does not know."""
    counters = node.find("field[@name='sflow.counters_sample.sequence_number']") is not None
    made = {"format": "0:2" if counters else "0:1", "fields": named(node, WORDS), "records": []}
    for part in node.findall("field[@name='']"):
        made["records"].append(record(part))
        if counters and not made["records"][-1]["fields"]:
            break
    return made


def write_reference(path):
    """Write the JSON file of one recording and return how many datagrams and samples are in it."""
    document = ElementTree.fromstring(tshark("-n", "-r", str(path), "-d", "udp.port==6343,sflow", "-T", "pdml"))
    texts, count = [], 0
    for tree in document.iterfind("packet/proto[@name='sflow']"):
        nodes = [node for node in tree.findall("field[@name='']") if node.get("show").split(" ")[1] == "sample,"]
        lines = ",\n".join("  " + json.dumps(sample(node), separators=(",", ":")) for node in nodes)
        header = json.dumps(dict(named(tree, HEADER)))
        texts.append(f'{{"header": {header}, "samples": [\n{lines}\n]}}')
        count += len(nodes)
    path.with_suffix(".tshark.json").write_text("[\n" + ",\n".join(texts) + "\n]\n", encoding="ascii")
    return len(texts), count


def main(names):
    """Write the references of *names*, or of all sFlow recordings."""
    for name in names or [path.stem for path in sorted(HERE.glob("*sflow*.pcap"))]:
        datagrams, samples = write_reference(HERE / f"{name}.pcap")
        print(f"{name}: {datagrams} datagrams, {samples} samples")


if __name__ == "__main__":
    main(sys.argv[1:])
