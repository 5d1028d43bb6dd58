"""Values whose octets spell a text: strings and application ids.  Adapters like those of ``values``.

Their generated readings go through a bounded cache each, because the same few texts come again and again.
"""

from __future__ import annotations

from typing import Any

from .values import Odd, Site, Value, octets_of, refusal

LONGEST_SELECTOR = 32  # octets, its enterprise number included; as integers are bounded
LONGEST_ENGINE = 3  # digits
PEN_ENGINE = 20  # RFC 6759 §4.1 PANA-L7-PEN: a 4-octet enterprise number stands before the selector


def decode_text(octets: bytes) -> Any:
    """The text of UTF-8 *octets*; ill-formed ones are escaped with backslashes, in an ``Odd``.  RFC 7011 §6.1.6."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return Odd(octets.decode("utf-8", "backslashreplace"))


def decode_padded_text(octets: bytes) -> Any:
    """As ``decode_text``, without the NULs that fill a fixed-length string to its length."""
    return decode_text(octets.rstrip(b"\0"))


def encode_text(text: str) -> bytes:
    """The UTF-8 octets of *text*, which are never ill-formed: a lone surrogate has none.  RFC 7011 §6.1.6."""
    if not isinstance(text, str):
        raise refusal(text, "a str")
    return text.encode()


def decode_application_id(octets: bytes) -> Any:
    """Text "engine:selector", with engine 20 "20:enterprise:selector"; a selector may have any length.  RFC 6759 §4.2.

    Engine 20 without its whole enterprise number, or a selector of more octets than an integer may have, is hex, in an
    ``Odd``; no octets at all are "".
    """
    if not octets:
        return ""
    engine, rest = octets[0], octets[1:]
    if len(rest) > LONGEST_SELECTOR:
        return Odd(octets.hex())
    parts = [engine]
    if engine == PEN_ENGINE:
        if len(rest) < 4:
            return Odd(octets.hex())
        parts.append(int.from_bytes(rest[:4], "big"))
        rest = rest[4:]
    if rest:
        parts.append(int.from_bytes(rest, "big"))
    return ":".join(map(str, parts))


def encode_application_id(text: str, length: int | None) -> bytes:
    """The octets of what ``decode_application_id`` gives: *length* of them, None: as few as its selector takes.

    Hex of more digits than an engine has is what no engine and selector were read from.
    """
    if ":" not in text and len(text) > LONGEST_ENGINE:
        return octets_of(text)
    parts = [int(part) for part in text.split(":")] if text else []
    if any(str(part) != spelled for part, spelled in zip(parts, text.split(":"), strict=False)):
        raise ValueError("not as it reads")
    octets = bytes(parts[:1])
    if parts and parts[0] == PEN_ENGINE:
        octets += b"".join(part.to_bytes(4, "big") for part in parts[1:2])
        parts = parts[1:]
    if len(parts) > 2:
        raise ValueError("too many parts")
    if len(parts) == 2:
        most = LONGEST_SELECTOR + 1 if length is None else length
        width = max(1, (parts[1].bit_length() + 7) // 8) if length is None else most - len(octets)
        octets += parts[1].to_bytes(width, "big")
        if not width or len(octets) > LONGEST_SELECTOR + 1:
            raise ValueError("too long")
    return octets


class CachedText(Value):
    """Base of what is read through a cache: ``cache`` names it in generated code, ``learn_…`` reads what it lacks."""

    cache: str

    def emit(self, value: str, site: Site) -> str:
        return f"(spelt if (spelt := {self.cache}({value})) is not None else {site.odd('learn_' + self.cache, value)})"


class Text(CachedText):
    """UTF-8 octets -> str; ill-formed ones escaped with backslashes, and a problem.  RFC 7011 §6.1.6."""

    expected = "well-formed UTF-8"
    cache = "text"

    def emit_slice(self, value: str, site: Site) -> str:
        """As ``emit``, where *value* names a text with one character for each octet: most are what they spell."""
        learn = site.odd("learn_text", "coded")
        return f"({value} if {value}.isascii() else text(coded := {value}.encode('latin-1')) or {learn})"

    def _decode(self, obj: bytes, context: Any, path: str) -> Any:
        return decode_text(obj)

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        return encode_text(obj)


class PaddedText(CachedText):
    """A string of fixed length: as ``Text``, the NULs at its end cut."""

    expected = Text.expected
    cache = "padded_text"

    def __init__(self, subcon: Any) -> None:
        super().__init__(subcon)
        self.length = subcon.sizeof()

    def _decode(self, obj: bytes, context: Any, path: str) -> Any:
        return decode_padded_text(obj)

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        octets = encode_text(obj)
        if len(octets) > self.length:
            raise refusal(obj, f"a text of at most {self.length} octets in UTF-8")
        if octets.endswith(b"\0"):
            raise refusal(obj, "a text that does not end with NUL: that is what fills it to its length")
        return octets.ljust(self.length, b"\0")


class ApplicationId(CachedText):
    """classificationEngineId and selector -> "13:453", "20:12356:40567".  RFC 6759 §4."""

    expected = "an engine and its selector of at most 32 octets, behind engine 20 a 4-octet enterprise number"
    cache = "application_id"

    def __init__(self, subcon: Any, length: int | None) -> None:
        super().__init__(subcon)
        self.length = length  # None: variable

    def _decode(self, obj: bytes, context: Any, path: str) -> Any:
        return decode_application_id(obj)

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        try:
            octets = encode_application_id(obj, self.length)
        except (ValueError, OverflowError, AttributeError) as error:
            raise refusal(obj, "engine:selector, behind engine 20 20:enterprise:selector") from error
        if self.length not in (None, len(octets)):
            raise refusal(obj, f"an application id of {self.length} octets")
        return octets
