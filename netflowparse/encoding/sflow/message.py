"""Messages to sFlow version 5 datagrams: flow samples first, then counter samples, then those of unknown formats.

sflow.org, "sFlow Version 5", section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import EncodeError
from ...protocols.sflow.work import KEYS
from .copy import copy_sflow5
from .heads import header_fields, sample_octets, samples_of
from .records import NONE
from .samples import write_sample


def encode_sflow5(message: Mapping[str, Any], most: int) -> list[bytes]:
    """The datagrams of a *message*: ``header``, ``flows``, ``counters`` and ``unknown_samples``, all of them optional.

    Usually one; more, numbered on, where it would have more than *most* octets.  A message with ``kept`` gives the one
    that it was read from, but for what was changed.  EncodeError for what sFlow cannot say.
    """
    if message.get("kept") is not None:
        return [copy_sflow5(message)]
    header = message.get("header", {})
    room = most - sum(map(len, header_fields(header, 0)))
    datagrams: list[list[bytes]] = [[]]
    left = room
    for key in KEYS:
        for index, sample in enumerate(samples_of(message, key)):
            octets = sample_octets(write_sample(key, sample, (key, index), NONE, expanded=False))
            if len(octets) > left and datagrams[-1]:
                datagrams.append([])
                left = room
            if len(octets) > left:
                raise EncodeError(f"a sample of {len(octets)} octets, which no datagram has room for", (key, index))
            datagrams[-1].append(octets)
            left -= len(octets)
    return [
        b"".join((*header_fields(header, len(samples), number), *samples)) for number, samples in enumerate(datagrams)
    ]
