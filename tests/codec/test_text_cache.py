"""The cache of texts: what it finds, when it is full, and when it does without itself."""

from __future__ import annotations

import pytest

from netflowparse.codec.text_cache import CROWDED, FREE, GOOD, PERIOD, TextCache

MOST = 8


class Speller:
    """Spells octets in hex, and counts how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, octets: bytes) -> str:
        self.calls += 1
        return octets.hex()


@pytest.fixture
def spell() -> Speller:
    return Speller()


@pytest.fixture
def full(spell: Speller) -> TextCache:
    cache = TextCache(spell, MOST)
    for number in range(MOST):
        cache.learn(bytes([number]))
    assert cache.full
    spell.calls = 0
    return cache


def look_up(cache: TextCache, octets: bytes) -> str:
    """What generated code does."""
    return cache.find(octets) or cache.learn(octets)


def test_a_text_is_spelled_once(spell: Speller) -> None:
    cache = TextCache(spell, MOST)
    assert cache.find(b"\1") is None
    assert [look_up(cache, b"\1") for _ in range(3)] == ["01"] * 3
    assert spell.calls == 1
    assert len(cache) == 1
    assert not cache.full


def test_a_full_cache_learns_no_more(full: TextCache, spell: Speller) -> None:
    assert look_up(full, b"\x10") == look_up(full, b"\x10") == "10"
    assert spell.calls == 2
    assert look_up(full, b"\0") == "00"
    assert spell.calls == 2
    assert len(full) == MOST


def test_it_stays_as_it_is_while_it_lacks_next_to_nothing(full: TextCache, spell: Speller) -> None:
    for _ in range(5):
        look_up(full, b"\x10")
        full.watch(PERIOD)
    assert full.full
    assert full.find(b"\0") == "00"
    assert spell.calls == 5


def test_it_begins_anew_where_it_lacks_some(full: TextCache) -> None:
    cache = TextCache(bytes.hex, PERIOD)
    for number in range(PERIOD):
        cache.learn(number.to_bytes(4, "big"))
    for number in range(PERIOD // GOOD + 1):
        cache.learn(b"x" + number.to_bytes(4, "big"))
    cache.watch(PERIOD - 1)
    assert cache.full
    cache.watch(1)
    assert not cache.full
    assert len(cache) == 0
    assert look_up(cache, b"\1") == "01"
    assert len(cache) == 1


def test_it_does_without_itself_in_a_flood_and_tries_again() -> None:
    cache = TextCache(bytes.hex, PERIOD)
    for number in range(PERIOD):
        cache.learn(number.to_bytes(4, "big"))
    for number in range(PERIOD // CROWDED + 1):
        cache.learn(b"x" + number.to_bytes(4, "big"))
    cache.watch(PERIOD)
    assert cache.full
    assert cache.find(b"never seen") == b"never seen".hex()
    assert len(cache) == 0
    cache.watch(FREE * PERIOD - 1)
    assert cache.find(b"never seen") == b"never seen".hex()
    cache.watch(1)
    assert not cache.full
    assert cache.find(b"never seen") is None


def test_where_nobody_watches_it_begins_anew_after_as_many_as_it_holds(full: TextCache) -> None:
    for number in range(MOST - 1):
        look_up(full, bytes([0x80 + number]))
    assert full.full
    assert look_up(full, b"\xff") == "ff"
    assert not full.full
    assert len(full) == 0
