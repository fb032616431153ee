"""What a log's folder says about it: `log.json` with origin and verifier keys; and what the first entry says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.ledger.notes.note_keys import KeyType, VerifierKey, parse_vkey
from plimsoll.ledger.tree.tile_store import LocalTiles

_FORMAT = "plimsoll/log/v1"
_MOST = 1 << 20


def write_config(folder: Path, origin: str, vkeys: Sequence[VerifierKey]) -> None:
    """Describes the log in its folder; goes on if the folder describes this very log already.

    Raises:
        PlimsollError: ``log.exists`` if it describes another one, ``log.key`` for keys that cannot be the log's.
    """
    _check_keys(origin, vkeys)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "log.json").exists():
        # First of all: a folder with anything else in it then says whose it is.
        text = json.dumps({"format": _FORMAT, "origin": origin, "vkeys": [key.text for key in vkeys]}, indent=1)
        LocalTiles(folder).replace("log.json", text.encode() + b"\n")
    if read_config(folder) != (origin, list(vkeys)):
        raise PlimsollError(
            "log.exists", f"{folder} holds another log.", fix="Choose an empty folder, or open the log that is there."
        )


def read_config(folder: Path) -> tuple[str, list[VerifierKey]]:
    """Origin and verifier keys of the log in a folder. Raises ``log.absent``, ``log.malformed``."""
    path = folder / "log.json"
    try:
        with path.open("rb") as file:
            config = json.loads(file.read(_MOST))
        if config["format"] != _FORMAT:
            raise ValueError(config["format"])
        return str(config["origin"]), [parse_vkey(key) for key in config["vkeys"]]
    except FileNotFoundError as error:
        raise PlimsollError(
            "log.absent", f"{path.parent} holds no log.", fix="Create it with `plimsoll log init`."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise PlimsollError(
            "log.malformed", "This does not describe a log.", fix="Put log.json back.", where=Where(file=str(path))
        ) from error


def genesis_entry(origin: str, vkeys: Sequence[VerifierKey]) -> bytes:
    """The first entry of a log that was given none: a text that names origin and keys."""
    return "\n".join(["plimsoll/genesis/v1", origin, *(key.text for key in vkeys), ""]).encode()


def _check_keys(origin: str, vkeys: Sequence[VerifierKey]) -> None:
    if any(key.name != origin for key in vkeys):
        raise PlimsollError("log.key", "A log's keys bear its origin as their name.", fix=f"Name the keys {origin}.")
    if not any(key.type is KeyType.ED25519 for key in vkeys):
        raise PlimsollError(
            "log.key", "A public log signs with an Ed25519 key at least.", fix="Add a key of type 0x01."
        )
    if len({key.public for key in vkeys}) != len(vkeys):
        raise PlimsollError("log.key", "One key is given twice.", fix="Give each of the log's keys once.")
