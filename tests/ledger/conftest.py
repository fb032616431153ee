"""Real servers for the ledger's tests, and the way to the modules that stand beside them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
"""Lets the tests of this folder import `note_cases.py` and its like."""


def _as_postgres(command: list[str]) -> None:
    """The server refuses to run as root; its own user is used where the tests are root's."""
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    subprocess.run(command, check=True, capture_output=True, timeout=60, cwd="/", **user)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The conninfo of a PostgreSQL server that these tests started and will stop; it listens on a socket file only."""
    pytest.importorskip("psycopg")
    initdb, pg_ctl = shutil.which("initdb"), shutil.which("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("initdb and pg_ctl of PostgreSQL are not on the path")
    folder = Path(tempfile.mkdtemp(prefix="plimsoll-pg-"))  # a socket's path must be short
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = str(folder / "data")
        _as_postgres([initdb, "-D", data, "-A", "trust", "-U", "plimsoll", "--no-sync"])
        options = f"-k {folder} -c listen_addresses=''"
        _as_postgres([pg_ctl, "-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start"])
        try:
            yield f"host={folder} user=plimsoll dbname=postgres"
        finally:
            _as_postgres([pg_ctl, "-D", data, "-w", "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """The conninfo of a fresh database on that server."""
    import psycopg

    name = "t" + os.urandom(6).hex()
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres_server.replace("dbname=postgres", f"dbname={name}")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
