"""Names and contents of tiles and bundles (C2SP tlog-tiles), and the public Tessera log byte for byte."""

from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.merkle import leaf_hash, root_of
from plimsoll.ledger.tree.tiles import (
    MAX_ENTRY,
    TILE,
    TileName,
    bundle_path,
    bundles_of,
    decode_bundle,
    encode_bundle,
    parse_path,
    partial_width,
    split_hashes,
    tile_path,
    tiles_of,
)

TESSERA = (
    b"one two three four five six seven eit nain ten ileven twelf threeten fourten fivten".split()  # sic
)


def refusal(*call: object) -> str:
    function, *arguments = call
    with pytest.raises(PlimsollError) as caught:
        function(*arguments)  # type: ignore[operator]
    return caught.value.code


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (tile_path(0, 0), "tile/0/000"),
        (tile_path(0, 1234067), "tile/0/x001/x234/067"),
        (tile_path(63, 999, 1), "tile/63/999.p/1"),
        (tile_path(1, 1000, 255), "tile/1/x001/000.p/255"),
        (tile_path(10, 5, 256), "tile/10/005"),
        (bundle_path(273, 112), "tile/entries/273.p/112"),
        (bundle_path(1234067), "tile/entries/x001/x234/067"),
    ],
)
def test_a_path_is_what_the_specification_says(path: str, expected: str) -> None:
    assert path == expected


@pytest.mark.parametrize(("level", "number", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_a_tile_that_cannot_be_has_no_path(level: int, number: int, width: int) -> None:
    assert refusal(tile_path, level, number, width) == "tile.name"
    if level == 0:
        assert refusal(bundle_path, number, width) == "tile.name"


@settings(deadline=None)
@given(st.none() | st.integers(0, 63), st.integers(0, 2**56), st.integers(1, 256))
def test_a_path_names_one_tile(level: int | None, number: int, width: int) -> None:
    name = TileName(level, number, width)

    assert parse_path(name.path) == name
    assert parse_path(name.full.path) == TileName(level, number)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "tile",
        "tile/0",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "/tile/0/000",
        "tile/entries/../000",
        "tile/0/" + "x001/" * 500 + "000",
    ],
)
def test_anything_else_names_no_tile(path: str) -> None:
    assert parse_path(path) is None


def test_the_tiles_of_70000_entries_are_those_of_the_specification() -> None:
    tiles = list(tiles_of(70_000))

    assert [tile for tile in tiles if tile[0] == 0] == [*((0, number, TILE) for number in range(273)), (0, 273, 112)]
    assert [tile for tile in tiles if tile[0] > 0] == [(1, 0, TILE), (1, 1, 17), (2, 0, 1)]
    assert list(tiles_of(256)) == [(0, 0, TILE), (1, 0, 1)]
    assert list(tiles_of(0)) == []
    assert list(bundles_of(513)) == [(0, TILE), (1, TILE), (2, 1)]


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 63))
def test_a_partial_width_is_what_is_left_of_full_tiles(size: int, level: int) -> None:
    assert partial_width(level, size) == size // 256**level % 256


@settings(deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=TILE))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries


def test_an_entry_of_65535_bytes_is_the_largest() -> None:
    largest = bytes(MAX_ENTRY)

    assert decode_bundle(encode_bundle([largest, b""]), 2) == [largest, b""]
    assert refusal(encode_bundle, [b"", bytes(MAX_ENTRY + 1)]) == "entry.too_large"


def test_a_bundle_has_1_to_256_entries() -> None:
    assert refusal(encode_bundle, []) == "bundle.width"
    assert refusal(encode_bundle, [b""] * 257) == "bundle.width"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 1),
        (b"\x00", 1),
        (b"\x00\x00\x00", 1),
        (b"\x00\x00\x00", 2),
        (b"\x00\x02a", 1),
        (b"\x00\x01a\x00\x01b", 1),
        (b"\x00\x01a", 2),
        (b"\x00\x01a\x00", 2),
    ],
)
def test_a_bundle_with_less_or_more_than_its_entries_is_refused(data: bytes, expected: int) -> None:
    assert refusal(decode_bundle, data, expected) == "bundle.malformed"


@settings(deadline=None)
@given(st.binary(max_size=2000), st.integers(1, 256))
def test_no_bytes_bring_the_bundle_parser_down(data: bytes, expected: int) -> None:
    try:
        entries = decode_bundle(data, expected)
    except PlimsollError as error:
        code = error.code
    else:
        code = "bundle.malformed"
        assert encode_bundle(entries) == data
    assert code == "bundle.malformed"


def test_a_tile_of_another_length_is_refused() -> None:
    assert split_hashes(bytes(64), 2) == [bytes(32)] * 2
    for data, width in ((bytes(64), 1), (bytes(64), 3), (bytes(63), 2), (b"", 1)):
        assert refusal(split_hashes, data, width) == "tile.length"


@pytest.mark.real_data
@pytest.mark.parametrize("size", range(1, 16))
def test_the_tessera_log_is_reproduced_byte_for_byte_at_every_size(real_data: Path, size: int) -> None:
    folder = real_data / "ledger" / "tessera-log"
    entries = TESSERA[:size]
    leaves = [leaf_hash(entry) for entry in entries]
    origin, count, root = (folder / f"checkpoint.{size}").read_text().splitlines()[:3]

    assert origin == "example.com/log/testdata"
    assert int(count) == size
    assert b64encode(root_of(leaves)).decode() == root
    assert b"".join(leaves) == (folder / tile_path(0, 0, size)).read_bytes()
    assert encode_bundle(entries) == (folder / bundle_path(0, size)).read_bytes()
    assert decode_bundle(encode_bundle(entries), size) == entries
