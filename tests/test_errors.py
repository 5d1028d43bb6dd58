"""The exceptions: what they say, and that they come out of another process as they went in."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest

import netflowparse
from netflowparse import errors

MADE = [
    errors.NetflowParseError("text"),
    errors.DecodeError("text", offset=3, protocol="ipfix", spec="RFC 7011 §3.1"),
    errors.TruncatedDatagram("text", offset=7, protocol="netflow5"),
    errors.UnknownVersion("version 26725", version=26725, hint="this is text"),
    errors.UnknownVersion("version 4", version=4),
    errors.MalformedMessage("text", offset=2),
    errors.UsageError("text"),
    errors.WrongType("text"),
    errors.EncodeError("there is no value", ("flows", 0, "protocolIdentifier")),
    errors.RegistryError("text"),
    errors.SnapshotError("text"),
]


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_they_are_copied_whole(error: Exception, again: Callable[[Exception], Exception]) -> None:
    other = again(error)
    assert (type(other), str(other), other.args, vars(other)) == (type(error), str(error), error.args, vars(error))


def test_all_are_among_them() -> None:
    kinds = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)}
    assert kinds == {type(error) for error in MADE}


def test_out_of_another_process() -> None:
    with ProcessPoolExecutor(1) as pool:
        found = pool.submit(netflowparse.decode, b"hello", "r1").exception()
    assert isinstance(found, errors.UnknownVersion)
    assert (found.version, found.offset, found.protocol) == (int.from_bytes(b"he"), 0, None)
