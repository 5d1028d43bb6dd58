"""What a decoder remembers between datagrams, for each exporter: templates and sequence numbers of its observation
domains, data sources of its sFlow agents.

    exporters   the exporters of one decoder;  holder: the sets that each holds;  shares: who makes room
    domains     one observation domain, engine or sub-agent;  timeline: one whose data is decoded by its export time
    templates   those in force;  repetition: how long they hold;  history: all there were, at their places (sightings)
    pending     sets that wait for their template
    clock       how time passes for a domain
    numbering   which of two ways its numbers count
    sequence    what its numbers say;  losses: what is missing;  doubts: what later ones must show;
    sample_sources    of sFlow
    knowledge   what options records say: facts, fact_values, fact_rows, properties (RFC 5473), elements (RFC 5610)
    counts      what is counted;  rows: all that is known, for people
    snapshot/   all of it as JSON, and back
    trial       what a datagram would meet, for a decoding of which nothing stays
"""
