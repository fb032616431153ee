"""Opening deliveries: what is refused, with which code, naming which file and row; and what is taken as it is."""

from __future__ import annotations

import base64
import gzip
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.parquet import encryption

from plimsoll.compute.accounting import account
from plimsoll.compute.usage.read import open_usage
from plimsoll.kernel.errors import PlimsollError

HEADER = "ServiceProviderName,BillingAccountId,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ConsumedQuantity,"
HEADER += "ConsumedUnit,SkuMeter\n"
ROW = "aster,a1,Usage,2026-03-01T00:00:00Z,2026-03-01T01:00:00Z,1,Hours,BoxUsage:p5.48xlarge\n"
START = datetime(2026, 3, 1, tzinfo=UTC)


def parquet(path: Path, rows: int = 3_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(
        {
            "ServiceProviderName": ["aster"] * rows,
            "BillingAccountId": [f"a{number % 7}" for number in range(rows)],
            "ChargeCategory": ["Usage"] * rows,
            "ChargePeriodStart": pa.array([START + timedelta(hours=n) for n in range(rows)], pa.timestamp("us", "UTC")),
            "ChargePeriodEnd": pa.array(
                [START + timedelta(hours=n + 1) for n in range(rows)], pa.timestamp("us", "UTC")
            ),
            "ConsumedQuantity": pa.array([Decimal(n) / 1_000 for n in range(rows)], pa.decimal128(12, 3)),
            "ConsumedUnit": ["Hours"] * rows,
            "SkuMeter": ["BoxUsage:p5.48xlarge"] * rows,
        }
    )
    pq.write_table(table, path)
    return path


def refused(engine: Any, *paths: Path) -> PlimsollError:
    """The error, after checking that no temporary copy is left behind."""
    with tempfile.TemporaryDirectory() as own, pytest.MonkeyPatch.context() as patched:
        patched.setattr(tempfile, "tempdir", own)
        with pytest.raises(PlimsollError) as caught, open_usage(paths, engine) as delivery:
            account(delivery)
        assert list(Path(own).iterdir()) == []
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        ("", "file.empty", None),
        ("\n\n", "file.empty", None),
        (HEADER, "usage.no_rows", None),
        (HEADER.strip(), "usage.no_rows", None),
        ((HEADER + ROW).replace(",", ";"), "csv.wrong_delimiter", None),
        ((HEADER + ROW).replace(",", "\t"), "csv.wrong_delimiter", None),
        ("a,b,c\n1,2,3\n", "usage.unknown_format", None),
        (HEADER.replace("SkuMeter", "billingaccountid") + ROW, "usage.duplicate_columns", None),
        (HEADER.replace("BillingAccountId", "Account") + ROW, "usage.missing_columns", None),
        (HEADER.replace("ServiceProviderName", "Seller") + ROW, "usage.missing_columns", None),
        (HEADER + ROW + "aster,a1\n" + ROW, "csv.broken_record", 2),
        (HEADER + ROW + ROW.strip() + ",more\n", "csv.broken_record", 2),
        (HEADER + ROW + ROW.replace("Box", '"Box') + ROW, "csv.broken_record", 2),
        (HEADER + ROW + ROW.replace("Box", '"Box') + ROW.replace("Box", '"Box') + ROW, "csv.broken_record", 2),
        (HEADER + ROW + "aster," + "x" * 3_000_000 + "\n" + ROW, "csv.line_too_long", 2),
        (HEADER + ROW + 'aster,"' + "x\n" * 20_000_000, "csv.line_too_long", 2),
        ("x" * 3_000_000, "csv.line_too_long", None),
        (",".join(f"c{number}" for number in range(50_000)) + "\n1\n", "usage.unknown_format", None),
    ],
)  # fmt: skip
def test_a_text_file_is_refused_with_its_code_and_row(
    content: str, code: str, row: int | None, engine: Any, tmp_path: Path
) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(content, encoding="utf-8")
    error = refused(engine, path)
    assert (error.code, error.where.file, error.where.row) == (code, str(path), row)


def test_text_that_is_not_utf8_is_refused_at_its_row(engine: Any, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_bytes((HEADER + ROW + ROW.replace("a1", "café")).encode("latin-1"))
    assert (refused(engine, path).code, refused(engine, path).where.row) == ("csv.not_utf8", 2)
    path.write_bytes((HEADER + ROW).encode("utf-16"))
    assert refused(engine, path).code == "csv.not_utf8"


def test_a_long_line_is_never_read_whole(engine: Any, tmp_path: Path) -> None:
    """A sparse file of 2 GB without a line end: the first megabyte is enough to refuse it."""
    path = tmp_path / "usage.csv"
    with path.open("wb") as stream:
        stream.write(b"x" * 100)
        stream.truncate(2 * 2**30)
    assert refused(engine, path).code in ("csv.line_too_long", "csv.not_utf8")
    with path.open("wb") as stream:
        stream.write((HEADER + ROW + "aster,").encode())
        stream.truncate(2 * 2**30)
    assert refused(engine, path).code == "csv.line_too_long"


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda whole: whole[: len(whole) // 2], "parquet.unreadable"),
        (lambda whole: whole[:3], "parquet.unreadable"),
        (lambda whole: b"", "file.empty"),
        (lambda whole: b"hello, this is text", "parquet.unreadable"),
        (lambda whole: whole[:-4] + b"PARE", "parquet.encrypted"),
        (lambda whole: b"PARE" + whole[4:-4] + b"PARE", "parquet.encrypted"),
        (lambda whole: whole[:-40] + b"\xff" * 32 + whole[-8:], "parquet.unreadable"),
        (lambda whole: whole[:300] + b"\xff" * 2_000 + whole[2_300:], "parquet.unreadable"),
    ],
)
def test_a_damaged_parquet_file_is_refused(
    harm: Callable[[bytes], bytes], code: str, engine: Any, tmp_path: Path
) -> None:
    sound, path = parquet(tmp_path / "sound.parquet"), tmp_path / "harmed.parquet"
    path.write_bytes(harm(sound.read_bytes()))
    error = refused(engine, path)
    assert (error.code, error.where.file) == (code, str(path))


class _Keys(encryption.KmsClient):
    """Wraps keys in nothing, for a test."""

    def wrap_key(self, key_bytes: bytes, _master: str) -> bytes:
        return base64.b64encode(key_bytes)

    def unwrap_key(self, wrapped_key: bytes, _master: str) -> bytes:
        return base64.b64decode(wrapped_key)


@pytest.mark.parametrize("plaintext_footer", [True, False])
def test_an_encrypted_parquet_file_is_refused(plaintext_footer: bool, engine: Any, tmp_path: Path) -> None:
    """With a footer in plain text only the columns give it away, and Arrow's reader would end the process."""
    plain = pq.read_table(parquet(tmp_path / "plain" / "usage.parquet"))
    wanted = encryption.EncryptionConfiguration(
        footer_key="k", column_keys={"k": plain.column_names}, plaintext_footer=plaintext_footer
    )
    keys = encryption.CryptoFactory(lambda _: _Keys())
    properties = keys.file_encryption_properties(encryption.KmsConnectionConfig(), wanted)
    path = tmp_path / "encrypted.parquet"
    with pq.ParquetWriter(path, plain.schema, encryption_properties=properties) as writer:
        writer.write_table(plain)
    error = refused(engine, path)
    assert (error.code, error.where.file) == ("parquet.encrypted", str(path))


def test_false_statistics_in_a_footer_hide_no_use(engine: Any, tmp_path: Path) -> None:
    """A footer that states another SKU for a row group lets an engine skip it; the rows are missed, and it is said."""
    path = parquet(tmp_path / "usage.parquet", rows=100)
    machines = pq.read_table(path)
    storage = machines.set_column(machines.column_names.index("SkuMeter"), "SkuMeter", pa.array(["Timed"] * 100))
    storage = pa.concat_tables([storage] * 9)
    with pq.ParquetWriter(path, machines.schema) as writer:
        writer.write_table(machines)
        writer.write_table(storage)
    whole = path.read_bytes()
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    path.write_bytes(whole[:-footer] + whole[-footer:].replace(b"BoxUsage:p5", b"AoxUsage:p5"))
    assert refused(engine, path).code == "accounting.rows_lost"


def test_one_damaged_file_among_sound_ones_is_the_one_named(engine: Any, tmp_path: Path) -> None:
    for number in range(3):
        parquet(tmp_path / f"{number}.parquet", rows=3_000 + number)
    harmed = tmp_path / "1.parquet"
    whole = harmed.read_bytes()
    harmed.write_bytes(whole[:300] + b"\xff" * 2_000 + whole[2_300:])
    assert refused(engine, tmp_path).where.file == str(harmed)


def test_paths_that_lead_nowhere(engine: Any, tmp_path: Path) -> None:
    assert refused(engine, tmp_path / "absent").code == "usage.not_found"
    assert refused(engine, Path("s3a://bucket/usage")).code == "file.address"
    assert refused(engine, tmp_path).code == "usage.nothing_found"
    (tmp_path / "README.md").write_text("not usage")
    assert refused(engine, tmp_path).code == "usage.nothing_found"
    assert refused(engine).code == "usage.nothing_found"


def test_gzip_is_read_and_a_damaged_one_refused(engine: Any, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv.gz"
    path.write_bytes(gzip.compress((HEADER + ROW).encode()))
    with open_usage([path], engine) as delivery:
        assert account(delivery).totals.rows == 1
    path.write_bytes(gzip.compress((HEADER + ROW * 1_000).encode())[:-20])
    assert refused(engine, path).code == "file.unreadable"
    path.write_bytes(gzip.compress(HEADER.encode() + b"x" * 50_000_000))
    assert refused(engine, path).code == "csv.line_too_long"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_byte_order_marks_and_quoted_line_ends_are_read(
    ends: str, mark: bytes, engine: Any, tmp_path: Path
) -> None:
    path = tmp_path / "usage.csv"
    text = HEADER + ROW + ROW.replace("BoxUsage:p5.48xlarge", '"a ""quoted""\nBoxUsage:p5.48xlarge"')
    path.write_bytes(mark + text.replace("\n", ends).encode())
    with open_usage([path], engine) as delivery:
        assert delivery.files[0].rows == 2
        assert account(delivery).totals.accel_ns == 16 * 3_600 * 10**9


def test_names_that_an_engine_would_take_for_patterns(engine: Any, tmp_path: Path) -> None:
    parquet(tmp_path / "we[i]rd*" / "o?.parquet")
    with open_usage([tmp_path / "we[i]rd*"], engine) as delivery:
        assert account(delivery).totals.rows == 3_000


@pytest.mark.parametrize("folder", ["provider=aster%20cloud", "provider=007", "Provider=x/month=2026-03"])
def test_a_provider_folder_names_the_provider(folder: str, engine: Any, tmp_path: Path) -> None:
    path = tmp_path / folder / "usage.csv"
    path.parent.mkdir(parents=True)
    path.write_text(HEADER.replace("ServiceProviderName", "Seller") + ROW)
    parquet(tmp_path / folder / "more.parquet", rows=10)
    with open_usage([tmp_path], engine) as delivery:
        accounts = account(delivery)
        expected = {"provider=aster%20cloud": "aster cloud", "provider=007": "007"}.get(folder, "x")
        assert {row["provider"] for row in accounts.daily.to_pyarrow().to_pylist()} == {expected}
        assert [coverage.provider for coverage in accounts.coverage] == [expected]


def test_files_of_several_formats_and_types_are_one_delivery(engine: Any, tmp_path: Path) -> None:
    parquet(tmp_path / "typed.parquet", rows=10)
    (tmp_path / "text.csv").write_text(HEADER + ROW.replace("a1", "b1"))
    (tmp_path / "plain.csv").write_text(
        "provider,customer,chip,count,start,end\np,c,h100-sxm,8,2026-03-01T00:00:00Z,2026-03-01T01:00:00Z\n"
    )
    with open_usage([tmp_path], engine) as delivery:
        assert [file.format for file in delivery.files] == ["plain", "focus-1.4", "focus-1.4"]
        accounts = account(delivery)
        assert accounts.totals.rows == 12
        assert accounts.totals.accel_ns == 8 * (45 * 3_600 * 10**6 + 2 * 3_600 * 10**9)
        assert accounts.totals.accounts == 9


def test_times_without_a_zone_are_taken_as_utc_and_said_so(engine: Any, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text(HEADER + ROW.replace("T00:00:00Z", " 00:00:00").replace("T01:00:00Z", " 01:00:00"))
    with open_usage([path], engine) as delivery:
        assert [(note.code, note.rows) for note in delivery.notes] == [("time.assumed_utc", 1)]
    naive = tmp_path / "naive.parquet"
    table = pq.read_table(parquet(tmp_path / "zoned.parquet", rows=5))
    for name in ("ChargePeriodStart", "ChargePeriodEnd"):
        column = table.column(name).cast(pa.timestamp("us"))
        table = table.set_column(table.column_names.index(name), name, column)
    pq.write_table(table, naive)
    with open_usage([naive], engine) as delivery:
        assert [(note.code, note.rows) for note in delivery.notes] == [("time.assumed_utc", None)]


def test_offsets_are_converted_and_a_zoneless_row_beside_them_is_ambiguous(engine: Any, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    late = ROW.replace("00:00:00Z", "23:30:00-02:00").replace("01:00:00Z", "23:59:00-02:00")
    path.write_text(HEADER + late + ROW.replace("00Z", "00"))
    with open_usage([path], engine) as delivery:
        assert [(note.code, note.rows) for note in delivery.notes] == [("time.converted", 1)]
        accounts = account(delivery)
        assert [(each.row, each.reason) for each in accounts.rejections] == [(2, "time.ambiguous_zone")]
        assert [str(row["day"]) for row in accounts.daily.to_pyarrow().to_pylist()] == ["2026-03-02"]


def test_a_file_without_rows_beside_others_reports_no_use(engine: Any, tmp_path: Path) -> None:
    for name, content in {"a.csv": HEADER + ROW, "b.csv": HEADER, "c.csv": HEADER}.items():
        (tmp_path / name).write_text(content)

    with open_usage([tmp_path], engine) as delivery:
        assert [file.rows for file in delivery.files] == [1, 0, 0]
        assert [note.code for note in delivery.notes].count("file.no_rows") == 2
        assert account(delivery, {}).totals.rows == 1


def test_blanks_around_a_field_and_a_slash_in_a_provider_do_not_make_another_account(
    engine: Any, tmp_path: Path
) -> None:
    header = "provider,customer,chip,count,start,end\n"
    rows = ["a/b, c ", "a/b,c", "a,b/c"]
    text = header + "".join(f"{row},H100,8,2026-03-01,2026-03-02\n" for row in rows)
    (tmp_path / "plain.csv").write_text(text)

    with open_usage([tmp_path], engine) as delivery:
        daily = account(delivery, {}).daily.to_pyarrow().to_pylist()

    found = {f"{row['provider']}/{row['account']}": row["rows"] for row in daily}
    assert found == {"a%2Fb/c": 2, "a/b/c": 1}
