"""Construct declarations: the definition of every format, each stated once, with its section.

No state, no policy, no loops over sets.  What a declaration says is read by two engines in ``codec``.

    values, texts, times, leaves     adapters, and what reads a type at a width;  lengths, lists: variable ones;
                  bit_fields: of words
    netflow5 (v1, v5 to v7), netflow8, netflow9, ipfix;  sets: what the last two share
    sflow5        samples;  xdr: what they are made of;  sflow/: the tables of structures
    packet        headers of packets
    specifications    which section of which specification each declaration follows
"""
