"""The worked examples of the specifications, octet by octet."""

# NetFlow v5 layout document, §9
NETFLOW5 = bytes.fromhex(
    "0005 0001"  # version, one record
    "00002710 65E0F000 00000000"  # sysUpTime 10 000 ms, export time, no nanoseconds
    "0000002A 00 00 0000"  # sequence 42, engine 0/0, no sampling
    "C0000201 C6336401 00000000"  # 192.0.2.1 -> 198.51.100.1, no next hop
    "0001 0002"  # interface 1 -> 2
    "0000000A 000005DC"  # 10 packets, 1500 octets
    "00001388 00002328"  # first 5000 ms, last 9000 ms
    "C350 01BB"  # 50000 -> 443
    "00 1B 06 00"  # pad, flags, TCP, ToS
    "FDE8 FDE9 18 18 0000"  # AS 65000 -> 65001, /24 -> /24, pad
)

# NetFlow v9 layout document, §10
NETFLOW9 = bytes.fromhex(
    "0009 0002 00002710 65E0F000 00000001 00000000"  # 2 records, sysUpTime, export time, sequence 1, source 0
    "0000 0014 0100 0003 0008 0004 000C 0004 0002 0004"  # template 256: source, destination, packets
    "0100 0010 C0000201 C6336401 0000000A"  # one record
)

# RFC 3954 §11; header times 0, sequence 1, source 0
RFC3954 = bytes.fromhex(
    "0009 0007 00000000 00000000 00000001 00000000"  # 7 records in 4 FlowSets
    "0000 001C 0100 0005"  # template FlowSet of 28 octets: template 256 of 5 fields
    "0008 0004 000C 0004 000F 0004 0002 0004 0001 0004"  # source, destination, next hop, packets, octets
    "0100 0040"  # data FlowSet of 64 octets
    "C6A8010C 0A050CFE C0A80101 00001391 00518C81"  # 198.168.1.12 -> 10.5.12.254, as printed
    "C0A8011B 0A050C17 C0A80101 000002EC 0005EF46"  # 192.168.1.27 -> 10.5.12.23
    "C0A80138 0A050C41 C0A80101 00000005 00001986"  # 192.168.1.56 -> 10.5.12.65
    "0001 0018 0101 0004 0008"  # options template FlowSet: 257, 4 octets of scopes, 8 of options
    "0003 0002 0029 0002 002A 0002 0000"  # scope line card; exported packets, exported flows; padding
    "0101 0010"  # options data FlowSet
    "0001 0159 27D9"  # line card 1: 345 packets, 10201 flows
    "0002 02B2 4FB2"  # line card 2: 690 packets, 20402 flows
)

# RFC 7011 Appendix A: A.1, A.2.1, A.3, A.4.1, and the values of A.4.4 under template 258
RFC7011 = bytes.fromhex(
    "000A 0098 65E0F000 00000000 00000001"  # 152 octets, export time, sequence 0, domain 1
    "0002 001C 0100 0005"  # template set of 28 octets: template 256 of 5 fields
    "0008 0004 000C 0004 000F 0004 0002 0004 0001 0004"  # source, destination, next hop, packets, octets
    "0100 0040"  # data set of 64 octets
    "C000020C C00002FE C0000201 00001391 00518C81"  # 192.0.2.12 -> 192.0.2.254
    "C000021B C0000217 C0000202 000002EC 0005EF46"  # 192.0.2.27 -> 192.0.2.23
    "C0000238 C0000241 C0000203 00000005 00001986"  # 192.0.2.56 -> 192.0.2.65
    "0003 0018 0102 0003 0001"  # options template set: 258, 3 fields, 1 of them scope
    "008D 0004 0029 0002 002A 0002 0000"  # line card id; exported messages, exported flow records; padding
    "0102 0014"  # data set of 20 octets
    "00000001 0159 27D9"  # line card 1: 345 messages, 10201 flow records
    "00000002 02B2 4FB2"  # line card 2: 690 messages, 20402 flow records
)

EXAMPLES = {"netflow5": NETFLOW5, "netflow9": NETFLOW9, "rfc3954": RFC3954, "rfc7011": RFC7011}
