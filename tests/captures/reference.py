"""Write what tshark makes of every NetFlow and IPFIX recording: NAME.tshark.json beside NAME.pcap.

    python tests/captures/reference.py [NAME…]

Needs tshark (made with 4.0.17) and nothing of netflowparse: this is the independent reading that tests compare with.
Templates, field borders and values are all tshark's; here they are only put together.  The layout is in README.md.
"""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

HERE = pathlib.Path(__file__).resolve().parent
VARIABLE_LENGTH = 0xFFFF  # RFC 7011 §7
HEADER = {
    "cflow.count": "count",
    "cflow.len": "length",
    "cflow.sysuptime": "sysUpTime",
    "cflow.unix_secs": "exportTime",
    "cflow.exporttime": "exportTime",
    "cflow.unix_nsecs": "exportNanoseconds",
    "cflow.sequence": "sequenceNumber",
    "cflow.source_id": "sourceId",
    "cflow.od_id": "observationDomainId",
    "cflow.engine_type": "engineType",
    "cflow.engine_id": "engineId",
    "cflow.samplingmode": "samplingMode",
    "cflow.samplerate": "samplingInterval",
}
# Times counted from the exporter's start or back from the export: tshark prints sums, the wire's number is wanted.
OFFSETS = ("21", "22", "158", "159")
BOUNDS = dict.fromkeys(("22", "150", "152", "154", "156", "158"), "start") | dict.fromkeys(
    ("21", "151", "153", "155", "157", "159"), "end"
)
# The fields of v1, v5 and v7, which have no templates, as the elements that mean the same.
FIXED = {
    "cflow.srcaddr": "8",
    "cflow.dstaddr": "12",
    "cflow.nexthop": "15",
    "cflow.inputint": "10",
    "cflow.outputint": "14",
    "cflow.packets": "2",
    "cflow.octets": "1",
    "cflow.timestart": "22",
    "cflow.timeend": "21",
    "cflow.srcport": "7",
    "cflow.dstport": "11",
    "cflow.tcpflags": "6",
    "cflow.protocol": "4",
    "cflow.tos": "5",
    "cflow.srcas": "16",
    "cflow.dstas": "17",
    "cflow.srcmask": "9",
    "cflow.dstmask": "13",
    "cflow.flags": "flags",
    "cflow.routersc": "routerSc",
}


def tshark(*arguments):
    """Return what tshark prints, whatever its user has configured."""
    with tempfile.TemporaryDirectory() as empty:
        environment = os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8", "WIRESHARK_CONFIG_DIR": empty}
        return subprocess.run(
            ["tshark", *arguments],
            check=True,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=120,
        ).stdout


def field_kinds():
    """Return {field name: its type}, for example {"cflow.srcaddr": "FT_IPv4"}."""
    rows = (line.split("\t") for line in tshark("-G", "fields").decode("utf-8", "replace").splitlines())
    return {row[2]: row[3] for row in rows if row[0] == "F" and row[2].startswith("cflow.")}


def time_parts(text):
    """Return (seconds since 1970, nanoseconds) of a time as tshark prints it: "Nov 23, 2026 18:04:30.448000000 UTC"."""
    moment, fraction = re.fullmatch(r"(.+)\.(\d{9}) UTC", " ".join(text.split())).groups()
    seconds = datetime.datetime.strptime(moment, "%b %d, %Y %H:%M:%S").replace(tzinfo=datetime.UTC).timestamp()
    return int(seconds), int(fraction)


def plain(field, kinds, key=None):
    """Return tshark's value of *field*: int, text, hex of octets; milliseconds of durations, nanoseconds of times."""
    kind, shown = kinds[field.get("name")], field.get("show")
    if key in OFFSETS:
        return int(field.get("value"), 16)
    if kind == "FT_BYTES":
        return field.get("value")
    if kind == "FT_ABSOLUTE_TIME":
        seconds, nanoseconds = time_parts(shown)
        return seconds * 1_000_000_000 + nanoseconds
    if kind == "FT_RELATIVE_TIME":
        whole, fraction = shown.split(".")
        return int(whole) * 1000 + int(fraction) // 1_000_000
    if kind.startswith(("FT_UINT", "FT_INT")):
        return int(shown, 0)
    if kind in ("FT_STRING", "FT_IPv4", "FT_IPv6", "FT_ETHER"):
        return shown
    return None


def joined(fields, kinds, key):
    """Return the value of one element from tshark's fields for it: two for an ICMP type and code, none for no value."""
    if len(fields) > 1:
        return int("".join(field.get("value") for field in fields), 16)
    return plain(fields[0], kinds, key) if fields else None


def iter_values(record):
    """Yield (place, field) for the fields of one record; a place is the octet in the frame, or "start" or "end".

    Tshark hangs start and end below a duration of its own making, where an end that comes first has a wrong position.
    """
    for field in record.iterfind("field"):
        if field.get("name") == "cflow.timedelta":
            for bound in field.iterfind("field"):
                yield "start" if bound.get("name").endswith("start") else "end", bound
        else:
            yield int(field.get("pos")), field


def template_fields(node, version):
    """Return (template id, [(element key, length)…]) of a template record."""
    fields = []
    for specifier in node.findall("field"):
        parts = {part.get("name"): part.get("show") for part in specifier.findall("field")}
        names = [name for name in parts if "field_type" in name]
        if not names:
            continue
        key = parts[names[0]]
        if "cflow.template_ipfix_field_pen" in parts:
            key = f"{parts['cflow.template_ipfix_field_pen']}/{key}"
        elif version == 9 and names[0] == "cflow.scope_field_type":
            key = f"scope/{key}"  # RFC 3954 §6.1 numbers scopes apart
        fields.append((key, int(parts["cflow.template_field_length"])))
    return int(node.find("field[@name='cflow.template_id']").get("show")), fields


def template_record(flow, data_set, template, kinds):
    """Return [[element key, value]…] of a record; tshark's fields are found by the octet at which they start."""
    shown = {place: field for place, field in iter_values(flow) if int(field.get("size"))}
    octets, first = bytes.fromhex(data_set.get("value")), int(data_set.get("pos"))
    record, offset = [], int(flow.get("pos")) - first  # flow's own size leaves out variable-length fields
    for key, length in template:
        if length == VARIABLE_LENGTH:
            length, offset = octets[offset], offset + 1
            if length == 255:
                length, offset = int.from_bytes(octets[offset : offset + 2]), offset + 2
        places = [BOUNDS[key]] if key in BOUNDS else range(first + offset, first + offset + length)
        record.append([key, joined([shown.pop(place) for place in places if place in shown], kinds, key)])
        offset += length
    if shown or offset > len(octets):
        raise ValueError(f"tshark's record at {flow.get('pos')} does not follow its template: {list(shown)}")
    return record


def fixed_record(flow, kinds):
    """Return [[element key, value]…] of a v1, v5 or v7 record, padding left out."""
    named = [
        (FIXED[field.get("name")], field)
        for _, field in iter_values(flow)
        if field.get("name") not in ("cflow.padding", "cflow.reserved")
    ]
    return [[key, plain(field, kinds, key)] for key, field in named]


def datagram(tree, templates, kinds):
    """Return one datagram in our layout; *templates* learns what it announces."""
    header, records = {}, []
    for field in tree.iter("field"):
        if (key := HEADER.get(field.get("name"))) and key not in header:
            header[key] = plain(field, kinds)
    version = int(tree.find("field[@name='cflow.version']").get("show"))
    domain = header.get("sourceId", header.get("observationDomainId"))
    for part in tree.findall("field"):
        if part.get("show").startswith("pdu "):
            records.append(fixed_record(part, kinds))
        set_id = part.find("field[@name='cflow.flowset_id']")
        for node in () if set_id is None else part.findall("field[@name='']"):
            if "Template (Id = " in node.get("show"):
                template_id, fields = template_fields(node, version)
                templates[domain, template_id] = fields
            elif node.get("show").startswith("Flow "):
                template = templates[domain, int(set_id.get("show"))]
                records.append(template_record(node, part, template, kinds))
    return {"version": version, "header": header, "records": records}


def write_reference(path, kinds):
    """Write the JSON file of one recording and return how many datagrams and records are in it."""
    ports = [part for port in (2055, 4739) for part in ("-d", f"udp.port=={port},cflow")]
    document = ElementTree.fromstring(tshark("-n", "-r", str(path), *ports, "-T", "pdml"))
    templates = {}
    datagrams = [datagram(tree, templates, kinds) for tree in document.iterfind("packet/proto[@name='cflow']")]
    lines = []
    for one in datagrams:
        records = ",\n".join("  " + json.dumps(record, separators=(",", ":")) for record in one["records"])
        head = json.dumps({"version": one["version"], "header": one["header"]})[:-1]
        lines.append(f'{head}, "records": [\n{records}\n]}}' if records else f'{head}, "records": []}}')
    path.with_suffix(".tshark.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="ascii")
    return len(datagrams), sum(len(one["records"]) for one in datagrams)


def main(names):
    """Write the references of *names*, or of all recordings but those of sFlow."""
    kinds = field_kinds()
    names = names or [path.stem for path in sorted(HERE.glob("*.pcap")) if "sflow" not in path.stem]
    for name in names:
        datagrams, records = write_reference(HERE / f"{name}.pcap", kinds)
        print(f"{name}: {datagrams} datagrams, {records} records")


if __name__ == "__main__":
    main(sys.argv[1:])
