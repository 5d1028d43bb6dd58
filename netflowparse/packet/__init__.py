"""Packets to dicts: the layers of what a device sampled, as far as its octets reach.

decoder       one layer after the other, by walk;  usual: the headers that usually follow one another, in one go
link, network, transport, tunnels     the layers
locate        the outermost UDP datagram of a frame;  keys: under which a packet stands in a dict
"""
