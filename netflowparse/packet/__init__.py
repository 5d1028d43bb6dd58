"""Packets to dicts: the layers of what a device sampled, as far as its octets reach."""
