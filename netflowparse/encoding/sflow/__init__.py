"""sFlow messages to datagrams.

message       header and samples;  heads: what they begin with;  samples;  records;  fields, one by one
packets       sampled headers: as they were, or built by ``encoding/packet``;  derived: what is not written
kept          exact copies: how a datagram differs from what is written;  copy: written so
"""
