"""What a decoder may remember, looked for where it is kept: ``statistics`` could be wrong."""

from __future__ import annotations

from netflowparse import Decoder
from netflowparse.state.pending import OVERHEAD, PINNED


def assert_within_limits(decoder: Decoder) -> None:
    """No more of anything than the decoder may remember."""
    store, limits = decoder._context.store, decoder.limits
    assert len(store) <= limits.exporters
    assert store.facts <= limits.facts
    assert (store.held_octets <= limits.pending_octets, store.held_sets <= limits.pending_sets) == (True, True)
    assert store.fields <= max(limits.template_fields, limits.template_fields_per_exporter)
    for exporter in store:
        assert len(exporter.domains) <= limits.domains_per_exporter
        assert exporter.templates <= limits.templates_per_exporter
        assert exporter.facts <= limits.facts_per_exporter
        assert exporter.sources <= limits.sample_sources_per_exporter
        assert exporter.held_octets <= limits.pending_octets_per_exporter
        kept = {each for held in exporter.held for each in (held.known, held.outer, *held.inner.values())}
        fields = sum(len(each.template.fields) for each in kept if each is not None)
        assert exporter.held_octets == PINNED * fields + sum(len(each.octets) + OVERHEAD for each in exporter.held)
        assert len(exporter.held) <= limits.pending_sets_per_exporter
    for name in ("ipv4", "ipv6", "mac"):
        assert len(decoder._context.engine.names[f"{name}_cache"]) <= limits.cached_addresses
    for name in ("text", "padded_text", "application_id"):
        assert len(decoder._context.engine.names[f"{name}_cache"]) <= limits.cached_texts
