"""The samples of an sFlow datagram, for ``protocols/sflow5.py``.

samples       the words before their records;  opening: what they become
records       structures by their formats;  flows: those of flow samples, and the packet;  elements: under IANA's names
shapes        samples that look alike, read by one function;  function: its text
work          what one datagram has given so far
"""
