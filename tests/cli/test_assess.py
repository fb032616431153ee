"""The assess command: exit codes, what it prints and writes, and bad input that leaves nothing half-written."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.cli.main import app
from plimsoll.kernel.errors import PlimsollError

HEADER = "provider,customer,chip,count,start,end\n"
SMALL = "aster-cloud,acct-1,h100-sxm,8,2026-03-01T00:00:00Z,2026-03-11T00:00:00Z\n"
LARGE = "aster-cloud,acct-2,h100-sxm,20000,2026-03-01T00:00:00Z,2026-03-31T00:00:00Z\n"
DECLARED = """\
id: run-1
kind: training_run
developer: halden
accounts: [aster-cloud/acct-2]
start: 2026-03-01
end: 2026-04-01
compute: {total: "3e25"}
"""


@pytest.fixture
def usage(tmp_path: Path) -> Path:
    path = tmp_path / "usage.csv"
    path.write_text(HEADER + SMALL + LARGE)
    return path


def _run(*arguments: object):
    return CliRunner().invoke(app, ["assess", *map(str, arguments)])


def test_findings_end_with_three_and_are_printed_as_a_table_under_a_sentence(usage: Path) -> None:
    result = _run("--usage", usage)

    assert result.exit_code == 3
    first, second, *_ = result.stdout.splitlines()
    assert first == "One subject is past the line without a declaration that explains it."
    assert "1 × 10²⁵ FLOP" in second
    assert "placeholder" in second
    [row] = [line for line in result.stdout.splitlines() if line.startswith("high")]
    assert "undeclared-run" in row
    assert "aster-cloud/acct-2" in row


def test_a_line_passed_by_bound_alone_is_not_shown_as_passed(usage: Path) -> None:
    usage.write_text(HEADER + LARGE.replace("20000", "7000"))
    rows = _run("--usage", usage).stdout.splitlines()

    [asked] = [line for line in rows if line.startswith("ask")]
    assert asked.endswith("bound 2026-03-17")


def test_no_finding_ends_with_zero(usage: Path, tmp_path: Path) -> None:
    declared = tmp_path / "declarations.yaml"
    declared.write_text(DECLARED)
    result = _run("--usage", usage, "--declarations", declared)

    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing is past the line")


def test_json_goes_to_a_file_or_to_standard_output_alone(usage: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert _run("--usage", usage, "--json", out, "--quiet").stdout == ""
    printed = _run("--usage", usage, "--json", "-")

    assert printed.exit_code == 3
    assert printed.stdout == out.read_text()
    value = json.loads(printed.stdout)
    assert value["inputs"][0]["path"] == "usage.csv"
    assert value["findings"][0]["subject"] == "aster-cloud/acct-2"


def test_the_report_is_written(usage: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    result = _run("--usage", usage, "--report", report)

    assert result.exit_code == 3
    assert "aster-cloud/acct-2" in report.read_text()


def test_several_reports_and_another_line(usage: Path, tmp_path: Path) -> None:
    second = tmp_path / "second.csv"
    second.write_text(HEADER + SMALL.replace("acct-1", "acct-3"))
    repeated = _run("--usage", usage, "--usage", second, "--line", "1e20", "--json", "-")
    listed = _run("--usage", usage, second, "--line", "1e20", "--json", "-")

    assert [file["path"] for file in json.loads(repeated.stdout)["inputs"]] == ["second.csv", "usage.csv"]
    assert {f["subject"] for f in json.loads(listed.stdout)["findings"]} == {f"aster-cloud/acct-{n}" for n in (1, 2, 3)}
    assert repeated.stdout == listed.stdout


def test_another_rulebook_draws_another_line(usage: Path) -> None:
    value = json.loads(_run("--usage", usage, "--rulebook", "miotti-wasil", "--json", "-").stdout)

    assert value["rulebook"]["line_flop"] == "1" + "0" * 21
    assert value["rulebook"]["digest"].startswith("sha256:")


@pytest.mark.real_data
def test_a_real_bill_is_accounted_for_row_by_row(real_data: Path) -> None:
    result = _run("--usage", real_data / "focus" / "focus_sample.csv", "--json", "-")
    value = json.loads(result.stdout)

    assert result.exit_code == 0
    assert value["totals"]["rows"] == 1_000 == sum(value["totals"]["outcomes"].values())
    assert value["totals"]["outcomes"]["accelerator"] == 10
    assert value["as_of"] == "2024-10-01"
    assert any("did not exist yet" in sentence for sentence in value["data_quality"]["assumptions"])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("usage.parquet", b"PAR1 and then the line went dead", "parquet."),
        ("usage.csv", b"provider;customer;chip\na;b;c\n", "usage."),
        ("usage.csv", b"", "file.empty"),
    ],
)
def test_an_unusable_report_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    bad = tmp_path / name
    bad.write_bytes(content)
    out = tmp_path / "out"
    out.mkdir()
    result = _run("--usage", bad, "--json", out / "f.json", "--report", out / "r.html")

    assert isinstance(result.exception, PlimsollError), result.output
    assert result.exception.code.startswith(code), result.exception.code
    assert name in str(result.exception.where)
    assert result.exception.fix
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (DECLARED + "colour: red\n", "declaration.unknown_field"),
        (f"declarations:\n- {{id: a, kind: model, developer: d}}\n- {{id: a, kind: model, developer: d}}\n",  # noqa: F541
         "declaration.duplicate_id"),
        ("a: &a [x]\nb: [*a, *a]\n", "yaml.alias"),
    ],
)  # fmt: skip
def test_unusable_declarations_are_refused(usage: Path, tmp_path: Path, content: str, code: str) -> None:
    declared = tmp_path / "declarations.yaml"
    declared.write_text(content)
    result = _run("--usage", usage, "--declarations", declared, "--json", tmp_path / "f.json")

    assert isinstance(result.exception, PlimsollError)
    assert result.exception.code == code
    assert result.exception.where.line is not None
    assert not (tmp_path / "f.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--rulebook", "none"], "rulebook.unknown"),
        (["--rulebook", "eu-gpai", "--line", "1e24"], "rulebook.fixed_line"),
        (["--rulebook", "heim-koessler"], "assess.no_line"),
        (["--as-of", "soon"], "time.unreadable"),
        (["--line", "NaN"], "flop.unreadable"),
        (["--json", "none/out.json"], "output.unwritable"),
        (["--report", "none/out.html"], "output.unwritable"),
        (["--declarations", "none.yaml"], "assess.missing_path"),
    ],
)
def test_bad_options_are_refused(usage: Path, arguments: list[str], code: str) -> None:
    result = _run("--usage", usage, *arguments)

    assert isinstance(result.exception, PlimsollError), result.output
    assert result.exception.code == code


HALF = "{0},{1},h100-sxm,8000,2026-03-01T00:00:00Z,2026-03-31T00:00:00Z\n"
RECORD = (
    '{{"provider":"{0}","account":"{1}","legal_name":"Halden Intelligence Ltd","jurisdiction":"GB",'
    '"filed_on":"2026-04-01","identifiers":[{{"scheme":"lei","value":"529900T8BM49AURSDO55"}}]}}\n'
)


@pytest.fixture
def split(tmp_path: Path) -> Path:
    """One company with an account at each of two providers, under the line alone and past it together."""
    (tmp_path / "usage.csv").write_text(
        HEADER + HALF.format("aster-cloud", "acct-1") + HALF.format("nimbus", "n-7") + HALF.format("nimbus", "n-9")
    )
    for provider, account in (("aster-cloud", "acct-1"), ("nimbus", "n-7")):
        folder = tmp_path / "kyc" / f"provider={provider}"
        folder.mkdir(parents=True)
        (folder / "2026-04-01.jsonl").write_text(RECORD.format(provider, account))
    return tmp_path


def test_records_show_who_is_behind_two_accounts(split: Path) -> None:
    result = _run("--usage", split / "usage.csv", "--parties", split / "kyc")

    assert result.exit_code == 3
    [row] = [line for line in result.stdout.splitlines() if line.startswith("high")]
    assert "split-run" in row
    group = row.split()[2]
    [members] = [line for line in result.stdout.splitlines() if line.startswith(group)]
    assert members.split()[1] == "2"
    assert "Halden Intelligence Ltd" in members
    assert "Records name the holders of 2 of 3 accounts with use" in result.stdout
    assert any(line.startswith("ask") and "unknown-customer" in line for line in result.stdout.splitlines())


def test_without_records_the_answer_has_no_parties_and_no_finding_about_them(split: Path) -> None:
    value = json.loads(_run("--usage", split / "usage.csv", "--json", "-").stdout)

    assert value["parties"] is None
    assert {f["code"] for f in value["findings"]} & {"split-run", "unknown-customer", "kyc-contradiction"} == set()


def test_records_are_inputs_and_the_answer_is_the_same_anywhere(split: Path) -> None:
    first = _run("--usage", split / "usage.csv", "--parties", split / "kyc", "--json", "-").stdout
    again = _run("--usage", split / "usage.csv", "--parties", split / "kyc", "--json", "-", "--threads", "1").stdout
    elsewhere = split / "elsewhere"
    elsewhere.mkdir()
    for name in ("usage.csv", "kyc"):
        (split / name).rename(elsewhere / name)
    moved = _run("--usage", elsewhere / "usage.csv", "--parties", elsewhere / "kyc", "--json", "-").stdout

    assert first == again == moved
    value = json.loads(first)
    kyc = [file for file in value["inputs"] if file["format"].startswith("kyc-")]
    assert [file["path"] for file in kyc] == [
        "kyc/provider=aster-cloud/2026-04-01.jsonl", "kyc/provider=nimbus/2026-04-01.jsonl",
    ]  # fmt: skip
    assert all(len(file["sha256"]) == 64 and file["rows"] == 1 for file in kyc)
    assert (value["parties"]["known"], value["parties"]["unknown"]) == (2, 1)


def test_a_register_answers_as_its_filings_do_and_is_an_input_itself(split: Path) -> None:
    register = split / "register"
    resolved = CliRunner().invoke(app, ["parties", "resolve", str(split / "kyc"), "--register", str(register), "-q"])
    assert resolved.exit_code == 0, resolved.output
    filed = json.loads(_run("--usage", split / "usage.csv", "--parties", split / "kyc", "--json", "-").stdout)
    known = json.loads(_run("--usage", split / "usage.csv", "--parties", register, "--json", "-").stdout)

    assert [(f["code"], f["subject"], f["est_flop"]) for f in known["findings"]] == [
        (f["code"], f["subject"], f["est_flop"]) for f in filed["findings"]
    ]
    [manifest] = [file for file in known["inputs"] if file["format"] == "kyc-register"]
    assert (manifest["path"], manifest["rows"]) == ("register/manifest.json", 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "assess.missing_path"), ({}, "kyc.nothing_found"), ({"a.jsonl": "no json\n"}, "assess.no_records")],
)
def test_records_that_cannot_be_used_are_refused(split: Path, content: dict[str, str] | None, code: str) -> None:
    records = split / "records"
    if content is not None:
        records.mkdir()
        for name, text in content.items():
            (records / name).write_text(text)
    result = _run("--usage", split / "usage.csv", "--parties", records, "--json", split / "out.json")

    assert isinstance(result.exception, PlimsollError), result.output
    assert result.exception.code == code, str(result.exception)
    assert not (split / "out.json").exists()


def test_an_unknown_engine_is_refused(usage: Path) -> None:
    result = _run("--usage", usage, "--engine", "abacus")

    assert isinstance(result.exception, PlimsollError)
    assert result.exception.code == "engine.unknown"


def test_memory_is_an_amount_and_does_not_change_the_answer(usage: Path, tmp_path: Path) -> None:
    refused = _run("--usage", usage, "--memory", "plenty").exception
    assert isinstance(refused, PlimsollError)
    assert refused.code == "engine.memory"

    for memory in ("256MB", "2GB"):
        assert _run("--usage", usage, "--memory", memory, "--json", tmp_path / memory).exit_code in (0, 3)
    assert (tmp_path / "256MB").read_bytes() == (tmp_path / "2GB").read_bytes()


@pytest.mark.parametrize("option", ["--usage", "--parties", "--declarations"])
def test_an_address_of_a_bucket_is_refused_with_what_to_do(usage: Path, option: str) -> None:
    given = {"--usage": usage, "--engine": "local[2]", option: "s3a://bucket/2026"}
    result = _run(*(part for pair in given.items() for part in pair))

    assert isinstance(result.exception, PlimsollError)
    assert (result.exception.code, result.exception.where.file) == ("file.address", "s3a://bucket/2026")
    assert "docs/howto/spark.md" in result.exception.fix
