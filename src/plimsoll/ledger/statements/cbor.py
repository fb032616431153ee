"""Deterministic CBOR (RFC 8949 section 4.2.1) for bytes that a stranger wrote: one meaning, one encoding, bounded work.

A general decoder is the wrong tool at this border. It builds dates, fractions and shared references out of tags, it
takes the later of two equal keys, and it forgets how a value was written. This one knows integers, byte and text
strings, arrays, maps, booleans, null and floats, and refuses the rest.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import NoReturn, TypeAlias

from plimsoll.kernel.errors import PlimsollError

Cbor: TypeAlias = "int | bytes | str | bool | float | tuple[Cbor, ...] | list[Cbor] | Mapping[int | str, Cbor] | None"
"""What travels. Decoding gives tuples for arrays and dicts for maps; keys are integers or text, as COSE labels are."""

MAX_SIZE = 262_144
"""Bytes that one CBOR item may have unless the caller says otherwise."""
MAX_DEPTH = 12
"""Containers inside containers."""
MAX_ITEMS = 20_000
"""Items in all containers of one message together: a small message of very many items costs more than its size."""
MAX_PAIRS = 1024
"""Pairs in one map: keys are a stranger's choice, and could be chosen to collide."""

_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_SMALLEST = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}
_SIMPLE: dict[int, bool | None] = {20: False, 21: True, 22: None}
_FLOATS = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}


def encode_cbor(value: Cbor) -> bytes:
    """The one deterministic encoding of `value`.

    Raises:
        PlimsollError: ``cbor.unsupported`` for a type or an integer that CBOR has no plain form for.
    """
    out = bytearray()
    _write(out, value)
    return bytes(out)


def head(major: int, argument: int) -> bytes:
    """The first bytes of an item: major type 0 to 7 and its argument, in the shortest form."""
    if argument < 24:
        return bytes((major << 5 | argument,))
    if argument < 256:
        return bytes((major << 5 | 24, argument))
    for extra, width in _WIDTHS.items():
        if argument < 1 << 8 * width:
            return bytes((major << 5 | extra,)) + argument.to_bytes(width, "big")
    raise _unsupported(f"the integer {argument} is beyond 64 bits")


def byte_string(content: bytes) -> bytes:
    """`content` as a CBOR byte string."""
    return head(2, len(content)) + content


def decode_cbor(data: bytes, *, max_size: int = MAX_SIZE, max_depth: int = MAX_DEPTH, ordered: bool = True) -> Cbor:
    """The value of exactly one CBOR item that fills `data`.

    Args:
        data: foreign bytes.
        max_size: bytes that are looked at at most; more is refused unread.
        max_depth: nesting that is followed at most.
        ordered: whether map keys must stand in deterministic order; equal keys are refused either way.

    Raises:
        PlimsollError: ``cbor.too_large``, ``cbor.too_deep``, ``cbor.malformed``, ``cbor.trailing``,
            ``cbor.indefinite``, ``cbor.not_deterministic``, ``cbor.duplicate_key``, ``cbor.key_type``, ``cbor.tag``.
    """
    reader = CborReader(data, max_size=max_size, max_depth=max_depth, ordered=ordered)
    value = reader.item()
    reader.finish()
    return value


class CborReader:
    """Reads items one after another from foreign bytes, so that a caller can keep the bytes of a part as they came.

    Attributes:
        position: of the byte that is read next.
        in_order: whether the keys of all maps so far stood in deterministic order.
    """

    __slots__ = ("_data", "_items_left", "_max_depth", "_ordered", "in_order", "position")

    def __init__(
        self, data: bytes, *, max_size: int = MAX_SIZE, max_depth: int = MAX_DEPTH, ordered: bool = True
    ) -> None:
        if len(data) > max_size:
            raise _refused("cbor.too_large", f"{len(data)} bytes of CBOR where at most {max_size} are read")
        self._data = bytes(data)
        self._items_left = MAX_ITEMS
        self._max_depth = max_depth
        self._ordered = ordered
        self.in_order = True
        self.position = 0

    def tag(self, expected: int) -> None:
        """Steps over the tag `expected` (`cbor.tag` if something else stands there)."""
        major, argument = self._head()
        if major != 6 or argument != expected:
            raise _refused("cbor.tag", f"tag {expected} is missing at the start of the message")

    def array(self, length: int) -> None:
        """Steps into an array that must have `length` items."""
        major, argument = self._head()
        if major != 4 or argument != length:
            raise _refused("cbor.malformed", f"an array of {length} items is expected at byte {self.position}")

    def item(self) -> Cbor:
        """The next item, whole."""
        return self._item(0)

    def finish(self) -> None:
        """Raises ``cbor.trailing`` if bytes are left."""
        left = len(self._data) - self.position
        if left:
            raise _refused("cbor.trailing", f"{left} bytes stand after the end of the CBOR item")

    def _head(self) -> tuple[int, int]:
        """Major type and argument of the next item; the argument is in its shortest form or refused."""
        position = self.position
        if position >= len(self._data):
            raise _refused("cbor.malformed", "the CBOR item ends too early")
        first = self._data[position]
        extra = first & 31
        if extra < 24:
            self.position = position + 1
            return first >> 5, extra
        width = _WIDTHS.get(extra)
        if width is None:
            code = "cbor.indefinite" if extra == 31 else "cbor.malformed"
            raise _refused(code, f"byte {position} starts an item of indefinite length or of a reserved form")
        self.position = position + 1 + width
        if self.position > len(self._data):
            raise _refused("cbor.malformed", "the CBOR item ends too early")
        argument = int.from_bytes(self._data[position + 1 : self.position], "big")
        if argument < _SMALLEST[extra] and first >> 5 != 7:
            raise _refused("cbor.not_deterministic", f"the number at byte {position} is not in its shortest form")
        return first >> 5, argument

    def _item(self, depth: int) -> Cbor:
        start = self.position
        major, argument = self._head()
        if major == 0:
            return argument
        if major == 1:
            return -1 - argument
        if major == 2:
            return self._take(argument)
        if major == 3:
            return self._text(argument)
        if major == 7:
            return self._simple(start, argument)
        if major == 6:
            raise _refused("cbor.tag", f"tag {argument} at byte {start} has no place here")
        if depth >= self._max_depth:
            raise _refused("cbor.too_deep", f"containers are nested more than {self._max_depth} deep")
        if argument * (major - 3) > len(self._data) - self.position:
            raise _refused("cbor.malformed", f"the container at byte {start} claims more items than there are bytes")
        self._items_left -= argument
        if self._items_left < 0 or (major == 5 and argument > MAX_PAIRS):
            raise _refused("cbor.too_large", f"the container at byte {start} has more items than are read")
        if major == 4:
            return tuple([self._item(depth + 1) for _ in range(argument)])
        return self._map(argument, depth + 1)

    def _map(self, length: int, depth: int) -> dict[int | str, Cbor]:
        found: dict[int | str, Cbor] = {}
        before = b""
        for _ in range(length):
            start = self.position
            major, argument = self._head()
            if major == 0:
                key: int | str = argument
            elif major == 1:
                key = -1 - argument
            elif major == 3:
                key = self._text(argument)
            else:
                raise _refused("cbor.key_type", f"the map key at byte {start} is neither an integer nor text")
            if key in found:
                raise _refused("cbor.duplicate_key", f"the key {key!r:.60} stands twice in one map")
            written = self._data[start : self.position]
            if written <= before:
                self.in_order = False
                if self._ordered:
                    raise _refused("cbor.not_deterministic", f"the key {key!r:.60} stands out of order in its map")
            before = written
            found[key] = self._item(depth)
        return found

    def _take(self, length: int) -> bytes:
        start = self.position
        if length > len(self._data) - start:
            raise _refused("cbor.malformed", f"the string at byte {start} is longer than what is left")
        self.position = start + length
        return self._data[start : self.position]

    def _text(self, length: int) -> str:
        try:
            return self._take(length).decode()
        except UnicodeDecodeError:
            raise _refused("cbor.malformed", f"the text before byte {self.position} is not UTF-8") from None

    def _simple(self, start: int, argument: int) -> Cbor:
        extra = self._data[start] & 31
        if extra in _SIMPLE:
            return _SIMPLE[extra]
        if extra not in _FLOATS:
            raise _refused("cbor.malformed", f"the simple value at byte {start} is not assigned")
        form, width = _FLOATS[extra]
        value: float = struct.unpack(form, argument.to_bytes(width, "big"))[0]
        if _float_bytes(value) != self._data[start : self.position]:
            raise _refused("cbor.not_deterministic", f"the float at byte {start} is not in its shortest form")
        return value


def _write(out: bytearray, value: Cbor) -> None:
    if value is None:
        out.append(0xF6)
    elif isinstance(value, bool):
        out.append(0xF5 if value else 0xF4)
    elif isinstance(value, int):
        out += head(0, value) if value >= 0 else head(1, -1 - value)
    elif isinstance(value, bytes):
        out += byte_string(value)
    elif isinstance(value, str):
        text = _utf8(value)
        out += head(3, len(text)) + text
    elif isinstance(value, float):
        out += _float_bytes(value)
    elif isinstance(value, Mapping):
        _write_map(out, value)
    elif isinstance(value, (tuple, list)):
        out += head(4, len(value))
        for part in value:
            _write(out, part)
    else:
        _no_form(value)


def _write_map(out: bytearray, value: Mapping[int | str, Cbor]) -> None:
    pairs = []
    for key, part in value.items():
        if isinstance(key, bool) or not isinstance(key, (int, str)):
            raise _unsupported("a map key is neither an integer nor text")
        pairs.append((encode_cbor(key), part))
    out += head(5, len(pairs))
    for written, part in sorted(pairs, key=lambda pair: pair[0]):
        out += written
        _write(out, part)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise _unsupported("a text has half a surrogate pair in it") from None


def _float_bytes(value: float) -> bytes:
    if math.isnan(value):
        return b"\xf9\x7e\x00"
    for first, form in ((0xF9, ">e"), (0xFA, ">f")):
        try:
            written = struct.pack(form, value)
        except OverflowError:
            continue
        if struct.unpack(form, written)[0] == value:
            return bytes((first,)) + written
    return b"\xfb" + struct.pack(">d", value)


def _no_form(value: object) -> NoReturn:
    raise _unsupported(f"a value of type {type(value).__name__} has no plain CBOR form")


def _unsupported(what: str) -> PlimsollError:
    return PlimsollError("cbor.unsupported", what, fix="Use integers, bytes, text, lists, maps, booleans and null.")


def _refused(code: str, what: str) -> PlimsollError:
    return PlimsollError(
        code, what, fix="Ask the sender for deterministic CBOR (RFC 8949, section 4.2.1); nothing was taken."
    )
