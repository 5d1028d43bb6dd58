"""Every bound on state, work and output: its default, its unit and the attack that it stops."""

from __future__ import annotations

from dataclasses import dataclass, fields

from .errors import UsageError, WrongType

DEEPEST_NESTING = 32  # levels: each takes several calls, and several levels of JSON


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds that no honest exporter meets.  Meeting one is a ``limit`` problem in the message, never an exception.

    State:

    * ``exporters``: exporters remembered; the one not heard of for longest is forgotten.  Forged source addresses.
    * ``domains``, ``template_fields``: observation domains, and fields of templates, of all exporters together; where
      there are more, those exporters are forgotten that hold more than an equal part, not heard of for longest first.
      Forged addresses and floods together.
    * ``domains_per_exporter``: observation domains, source ids and engines of one exporter; the one not heard of for
      longest is forgotten.  Forged domain numbers.
    * ``templates_per_exporter``, ``template_fields_per_exporter``: over all its domains; more are rejected.  Floods of
      new template ids.
    * ``sample_sources``, ``sample_sources_per_exporter``: data sources of sFlow agents whose sample numbers are
      remembered, of all exporters together and of each; exporters are forgotten as above, and where one has more, its
      sub-agents start afresh.  Forged source numbers.
    * ``pending_octets``, ``pending_sets``: data sets that wait for their template, of all exporters together, by their
      octets (and 512 for what is kept beside each, 128 for each field of a definition that is kept for some) and by
      their number; where there are more, those of exporters that hold more than an equal part are given up.  Data for
      templates that never come, from forged addresses.
    * ``pending_octets_per_exporter``, ``pending_sets_per_exporter``: those of one exporter; its oldest are given up.
      Data for templates that never come.
    * ``pending_seconds``: how long a set waits; longer ones are given up when their domain is heard.
    * ``facts``, ``facts_per_exporter``: what exporters say about themselves in options records: samplers, names,
      properties, elements (1 more for each 1,024 octets of memory), and with ``history`` each sighting of a template;
      of all exporters together (exporters are forgotten as above) and of each (the oldest are dropped, of elements the
      newest refused).  Tables of names without end.
    * ``fields_per_template``: a template with more is rejected.  One datagram that claims a huge record.

    Work and output, for each datagram:

    * ``values``: fields in all records, cut ones too, values and entries of lists; what comes after is left undecoded.
      What flows gain of common properties and MIB objects counts as well, and 1 more for each 64 characters of it;
      of names the characters alone.  As many again may be read of sets that had waited; what is more comes with the
      next datagrams.  Templates of zero-length fields, whose records cost the sender nothing.
    * ``problems``: problems listed; further ones are counted.  Datagrams made of nothing but damage.
    * ``sample_octets``: octets that a problem quotes, in hex.
    * ``packet_layers``: headers in one sampled packet, tags and labels counted one by one; what comes after is left
      undecoded.  Packets of nothing but tags.
    * ``nesting``: packets in tunnels inside one another, sFlow records inside records, and lists inside lists; at most
      32.  Trees that are deep enough to end whoever walks them.

    Caches, for each decoder:

    * ``record_shapes``, ``record_shape_fields``: record shapes ready to be read, and their fields together; the oldest
      are dropped.  A datagram gets new ones of 4,096 fields, and of 2 for each of its octets.  New shapes without end.
    * ``cached_addresses``, ``cached_texts``: entries of the text caches (strings of at most 64 octets).  Addresses that
      never come twice.
    """

    exporters: int = 65_536
    domains: int = 262_144
    template_fields: int = 4_194_304
    domains_per_exporter: int = 1_024
    templates_per_exporter: int = 4_096
    template_fields_per_exporter: int = 262_144
    sample_sources: int = 1_048_576
    sample_sources_per_exporter: int = 65_536
    pending_octets: int = 134_217_728
    pending_sets: int = 131_072
    pending_octets_per_exporter: int = 8_388_608
    pending_sets_per_exporter: int = 8_192
    pending_seconds: int = 3_600
    facts: int = 1_048_576
    facts_per_exporter: int = 65_536
    fields_per_template: int = 2_048
    values: int = 500_000
    problems: int = 200
    sample_octets: int = 64
    packet_layers: int = 64
    nesting: int = 8
    record_shapes: int = 1_024
    record_shape_fields: int = 65_536
    cached_addresses: int = 65_536
    cached_texts: int = 16_384

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if type(value) is not int:
                raise WrongType(f"Limits({field.name}={value!r}): expected an int")
            if value < 1:
                raise UsageError(f"Limits({field.name}={value}): expected at least 1")
        if self.nesting > DEEPEST_NESTING:
            raise UsageError(f"Limits(nesting={self.nesting}): expected at most {DEEPEST_NESTING}")
