"""One module per protocol: framing and order of work.  Here declarations, their readers and what is remembered meet.

formats       which protocol a datagram is of;  strict: whole datagrams or none;  context: what all of them share
fixed         NetFlow v1, v5 to v8;  netflow9, ipfix: on sets;  sflow5
message       what comes out;  problems: what was wrong;  trace: how it was read;  time_problems: of headers without a
              clock;  clocks: of those with one

Sets: plain_sets (the short road);  framing;  definitions, misplaced_templates;  waiting (held data);  datasets and
reading (records);  lists, list_problems;  rules, suspicion (of exporters);  type_records, learned_elements;
assembly (what one datagram has given so far)

Flows gain: resolve, with sampling, common_properties and mib;  packet_sections (packets in records)

sflow/: what sflow5 is made of
"""
