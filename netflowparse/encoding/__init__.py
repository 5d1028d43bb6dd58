"""Messages to datagrams: the inverse of decoding, by the same declarations.

message       the public ``encode``;  datagrams: sets into datagrams;  checked: what callers give
fixed         NetFlow v1, v5 to v8
sets          NetFlow v9 and IPFIX;  definitions: which template a record is written by, of those that are given (given,
              templates) or made;  elements: keys to numbers;  writer, lists: a record;  derived: what is not written
sflow/        sFlow
packet/       packets of what is told of their layers
keeping       exact copies: kept_form, kept_fixed, kept_sets;  patches: what else would be lost
session       what an exporter keeps: set_session;  permitted: what it must not send
"""
