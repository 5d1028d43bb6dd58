"""Write python-ipfix.ipfix and python-ipfix.json again: a file of RFC 5655, and the values that were written into it.

    /usr/bin/python3 tests/captures/ipfix_file.py

Needs Debian 12 with python3-ipfix.  The octets are the tool's, the values this script's; the result is always the same.
"""

import datetime
import ipaddress
import json
import pathlib

import ipfix.ie
import ipfix.message
import ipfix.template

HERE = pathlib.Path(__file__).resolve().parent
START = datetime.datetime(2024, 2, 29, 20, 58, 40)  # s 1709240320 since 1970
DOMAIN = 7
MESSAGES = 210
MILLISECOND = datetime.timedelta(milliseconds=1)

TEMPLATES = {
    256: (
        *("flowStartMilliseconds", "flowEndMilliseconds", "sourceIPv4Address", "destinationIPv4Address"),
        *(
            "sourceTransportPort",
            "destinationTransportPort",
            "protocolIdentifier",
            "packetDeltaCount",
            "octetDeltaCount",
        ),
    ),
    257: ("flowStartSeconds", "sourceIPv6Address", "destinationIPv6Address", "packetDeltaCount[4]", "sourceMacAddress"),
    258: ("observationTimeMilliseconds", "sourceIPv4Address", "userName", "interfaceName", "dataRecordsReliability"),
    259: ("observationPointId", "samplingInterval", "interfaceName"),  # options: the first is scope
    260: ("messageScope", "opaqueOctets"),  # likewise
}
OPTIONS = {259, 260}
NAMES = ["", "uplink", "Zürich", "日本", "x" * 254, "y" * 255, "z" * 300]  # from 255 octets on a length takes 3


def milliseconds(time):
    """Since 1970, of a time in UTC."""
    return (time - datetime.datetime(1970, 1, 1)) // MILLISECOND


def record(template_id, number):
    """The values of a record: as the tool takes them, and as JSON has them."""
    start = START + 1001 * number * MILLISECOND
    end = start + 250 * MILLISECOND
    if template_id == 256:
        texts = f"192.0.2.{number % 256}", "198.51.100.10"
        numbers = 1024 + number, 53 if number % 2 else 443, 17 if number % 2 else 6, number % 300, 10 * number
        return (
            (start, end, *map(ipaddress.ip_address, texts), *numbers),
            (milliseconds(start), milliseconds(end), *texts, *numbers),
        )
    if template_id == 257:
        texts = f"2001:db8::{number + 1000}", "2001:db8:0:10::10"
        mac = bytes([2, 0, 0, 10, number // 256, number % 256])
        return (
            (start, *map(ipaddress.ip_address, texts), number, mac),
            (milliseconds(start) // 1000, *texts, number, mac.hex(":")),
        )
    if template_id == 258:
        values = NAMES[number % 7], NAMES[(number + 3) % 5], number % 2 == 0
        return (
            (start, ipaddress.ip_address("192.0.2.10"), *values),
            (milliseconds(start), "192.0.2.10", *values),
        )
    if template_id == 259:
        values = number, 10, f"port {number}"
        return values, values
    opaque = bytes(range(number % 40))
    return (7, opaque), (7, opaque.hex())


def write():
    """The octets of the file, and what is in each of its messages."""
    ipfix.ie.use_iana_default()
    buffer = ipfix.message.MessageBuffer()
    buffer.begin_export(DOMAIN)
    octets, messages, records = [], [], 0
    for index in range(MESSAGES):
        buffer.begin_export(DOMAIN)
        buffer.sequence = records
        buffer.set_export_time(START + 1000 * index * MILLISECOND)
        written = {"time": milliseconds(START) // 1000 + index, "sequence": records, "templates": [], "records": []}
        if index % 100 == 0:  # at first, and repeated twice
            for template_id, specs in TEMPLATES.items():
                template = ipfix.template.for_specs(template_id, *specs)
                template.scopecount = int(template_id in OPTIONS)
                buffer.add_template(template)
                written["templates"].append(template_id)
        for each in range(index % 3 + 1):
            template_id = 256 + (index // 3 + each) % 5
            values, plain = record(template_id, 3 * index + each)
            buffer.export_ensure_set(template_id)
            buffer.export_tuple(values)
            written["records"].append([template_id, *plain])
            records += 1
        octets.append(buffer.to_bytes())
        written["length"] = len(octets[-1])
        messages.append(written)
    return b"".join(octets), messages


if __name__ == "__main__":
    whole, messages = write()
    (HERE / "python-ipfix.ipfix").write_bytes(whole)
    names = {template_id: [spec.partition("[")[0] for spec in specs] for template_id, specs in TEMPLATES.items()}
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in messages)
    text = f'{{"templates": {json.dumps(names)},\n"messages": [\n{lines}\n]}}\n'
    (HERE / "python-ipfix.json").write_text(text, encoding="utf-8")
