"""The octets of a packet from its layers, as a decoder tells them: the inverse of ``packet/``.

layers        which follow one another;  link;  network;  tunnels: what is in the packet
writer        one header, by its declaration
"""
