"""Small jurisdictions written by hand, of which the truth is known, and what an evader would try in them."""

import json
import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.assess.assessment import Assessment
from plimsoll.assess.conduct import Request, conduct
from plimsoll.assess.finding import Code, Severity
from plimsoll.assess.json_out import as_json
from plimsoll.assess.report.page import render
from plimsoll.assess.report.provenance import replay
from plimsoll.cli.main import app
from plimsoll.compute.catalogue import load_catalogue
from plimsoll.kernel.flop import Flop
from plimsoll.rulebook.load import library_rulebook

TREATY = library_rulebook("conditional-treaty")
NODE_DAY = 8 * 86_400 * 10**9 * load_catalogue().get("h100-sxm").training_peak[1]
"""The bound of eight H100 in one day."""
HEADER = "provider,customer,chip,count,start,end,run,tensor_active,resource\n"

ByHand = Callable[..., Assessment]


def row(account: str, start: str, end: str, *, count: int = 8, provider: str = "aster", run: str = "",
        active: str = "", resource: str = "") -> str:  # fmt: skip
    return f"{provider},{account},h100-sxm,{count},{start}T00:00:00Z,{end}T00:00:00Z,{run},{active},{resource}\n"


def run(name: str, account: str, start: str, end: str, flop: int, more: str = "") -> str:
    return (
        f"- {{id: {name}, kind: training_run, developer: halden, accounts: [{account}], start: {start}, end: {end}, "
        f'compute: {{total: "{flop}"}}{more}}}\n'
    )


@pytest.fixture
def assess(tmp_path: Path) -> ByHand:
    def by_hand(rows: str, line: int, *runs: str, as_of: date | None = None) -> Assessment:
        (tmp_path / "usage.csv").write_text(HEADER + rows)
        declared = tmp_path / "declarations.yaml"
        declared.write_text("declarations:\n" + "".join(runs) if runs else "")
        return conduct(Request((tmp_path / "usage.csv",), declared, TREATY.with_line(Flop(line)), as_of))

    return by_hand


def kinds(assessment: Assessment, *, about: tuple[Code, ...] = tuple(Code)) -> list[tuple[str, str, str]]:
    return [(f.severity.value, f.code.value, f.subject) for f in assessment.findings if f.code in about]


MARCH = row("a", "2026-03-01", "2026-04-01")
LINE = 10 * NODE_DAY
"""March is 31 node-days by bound and 12.4 by estimate."""


def test_a_bound_past_the_line_is_asked_about_although_nothing_was_measured_to_happen(assess: ByHand) -> None:
    idle = assess(row("a", "2026-03-01", "2026-04-01", active="0"), LINE)

    assert kinds(idle) == [("ask", "undeclared-run", "aster/a")]
    assert idle.findings[0].est_flop == 0


def test_nobody_lowers_an_estimate_with_the_tag_of_another_accounts_run(assess: ByHand) -> None:
    tagged = row("a", "2026-03-01", "2026-04-01", run="run-9")
    attested = ", utilisation: {value: '0.01', kind: mfu, attested: true}"
    theirs = run("run-9", "aster/b", "2026-03-01", "2026-04-01", 10**30, attested)
    own = run("run-9", "aster/a", "2026-03-01", "2026-04-01", 10**30, attested)

    assert kinds(assess(tagged, LINE, theirs)) == [("high", "undeclared-run", "aster/a")]
    [largest] = assess(tagged, LINE, own).accounts
    assert largest.tiers == ("B",)


def test_a_bound_that_bounds_nothing_explains_nothing(assess: ByHand) -> None:
    wide = '{low: "0", point: "1e18", high: "1e35"}'
    declared = run("run-1", "aster/a", "2026-03-01", "2026-04-01", 0).replace('"0"', wide)
    [finding] = assess(MARCH, LINE, declared).findings

    assert (finding.code, finding.severity) == (Code.UNDER_DECLARED_RUN, Severity.HIGH)
    assert finding.covered_flop == 2 * 10**18


def test_a_charge_period_of_several_months_leaves_none_of_them_out(assess: ByHand) -> None:
    assert kinds(assess(row("a", "2025-11-15", "2026-03-15"), 10**25)) == []


@pytest.mark.parametrize(("count", "found"), [(0, []), (None, [("data", "missing-report", "aster")])])
def test_a_quantity_of_zero_reports_a_month_without_use(assess: ByHand, count: int | None, found: list) -> None:
    february = "" if count is None else row("a", "2026-02-01", "2026-03-01", count=count)

    assert kinds(assess(row("a", "2026-01-01", "2026-02-01") + february + MARCH, 10**25)) == found


def test_what_happened_after_the_date_of_the_assessment_is_not_held_against_anybody(assess: ByHand) -> None:
    machine = "i-0123456789abcdef0"
    rows = (
        row("a", "2026-03-01", "2026-03-06")
        + row("a", "2026-03-10", "2026-03-12", count=-8)
        + f"aster,b,h100-sxm,8,2026-03-20T00:00:00Z,2026-03-21T00:00:00Z,,,{machine}\n"
    )

    assert ("data", "impossible-figure", "aster/a") in kinds(assess(rows, 10**25))
    assert kinds(assess(rows, 10**25, as_of=date(2026, 3, 8))) == []


def test_a_line_beyond_all_compute_is_passed_by_nobody(assess: ByHand) -> None:
    assert kinds(assess(MARCH, 10**38 - 1)) == []


def test_a_date_far_ahead_takes_no_time_and_keeps_what_was_found(assess: ByHand) -> None:
    far = assess(MARCH, LINE, as_of=date(2199, 1, 1))

    assert ("high", "undeclared-run", "aster/a") in kinds(far)
    assert len(far.accounts[0].points) == 31 + 365


def test_an_account_that_a_declaration_misspells_is_told_which(assess: ByHand) -> None:
    found = assess(MARCH, LINE, run("run-1", "Aster/A", "2026-03-01", "2026-04-01", 10**30))

    undeclared, silent = found.findings
    assert (undeclared.code, silent.code) == (Code.UNDECLARED_RUN, Code.MISSING_REPORT)
    assert '"Aster/A", which differs only in spelling' in undeclared.explanation
    assert 'There are reports of "aster"' in silent.explanation


def test_a_finding_about_one_run_does_not_hide_one_about_another(assess: ByHand) -> None:
    rows = row("a", "2026-03-01", "2026-03-06", run="run-1") + row("a", "2026-03-10", "2026-03-16", run="run-2")
    runs = [run(f"run-{n}", "aster/a", "2026-03-01", "2026-04-01", NODE_DAY) for n in (1, 2)]
    found = assess(rows, 20 * NODE_DAY, *runs)

    titles = [f.title for f in found.findings if f.code is Code.UNDER_DECLARED_RUN]
    assert titles == [f'The run "run-{n}" used more compute than it declares' for n in (2, 1)]


def test_a_passed_line_is_dated_by_the_longer_stretch_where_that_came_first(assess: ByHand) -> None:
    slow = row("a", "2026-01-01", "2026-03-12", count=4)
    [finding] = assess(slow + row("a", "2026-03-12", "2026-04-01", count=32), LINE).findings

    # Two tenths of a node-day by estimate each day pass ten on the fifty-first.
    assert (finding.window.days, finding.window.crossed_on > date(2026, 3, 12)) == (30, True)
    assert "and over a longer stretch on 2026-02-20." in finding.explanation


def test_the_headline_does_not_deny_what_was_declared_nor_vouch_for_what_was_not_read(assess: ByHand) -> None:
    covered = assess(MARCH, LINE, run("run-1", "aster/a", "2026-03-01", "2026-04-01", 10**30))
    broken = assess(MARCH + row("a", "2026-03-03", "2026-03-01"), 10**25)
    early = assess(MARCH, LINE, as_of=date(2026, 1, 1))

    assert covered.headline == "Nothing is past the line without a declaration that explains it"
    assert broken.headline.endswith("as far as the reports go: they have gaps or faults")
    assert early.headline.startswith("No accelerator use before 2026-01-01 could be counted")
    assert all(severity is not Severity.HIGH or not count for severity, count in early.totals.findings)


def test_a_provider_that_begins_later_than_others_is_pointed_out(assess: ByHand) -> None:
    found = assess(
        row("a", "2026-01-01", "2026-04-01") + row("b", "2026-03-01", "2026-04-01", provider="brook"), 10**25
    )

    [note] = [text for text in found.data_quality.assumptions if text.startswith("brook")]
    assert "begin in 2026-03, those of others in 2026-01" in note
    assert found.findings == ()


def test_only_the_chart_that_shows_a_findings_own_days_is_drawn(assess: ByHand) -> None:
    both = assess(row("a", "2026-03-01", "2026-03-15"), 53 * NODE_DAY // 5)
    page = render(both)

    assert [f.code for f in both.findings] == [Code.UNDECLARED_RUN, Code.APPROACHING_LINE]
    assert [f"{f.id}-chart-title" in page for f in both.findings] == [True, False]


def test_the_replay_command_gives_the_same_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "in put"
    for number in (1, 2):
        (folder / "declared" / str(number)).mkdir(parents=True)
    (folder / "usage.csv").write_text(HEADER + MARCH)
    for number in (1, 2):
        text = run(f"run-{number}", "aster/a", "2026-03-01", "2026-04-01", 4 * NODE_DAY)
        (folder / "declared" / str(number) / "one.yaml").write_text(text.removeprefix("- "))
    request = Request((folder / "usage.csv",), folder / "declared", TREATY.with_line(Flop(LINE)))
    first = conduct(request)
    command = shlex.split(replay(first))
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(app, [*command[1:], "--json", "-"])

    assert json.loads(result.stdout)["findings"] == as_json(first)["findings"] != []


@pytest.mark.parametrize("year", ["1996", "2126"])
def test_one_mistyped_year_moves_no_date_and_accuses_no_provider(assess: ByHand, year: str) -> None:
    sound = row("c", "2026-02-01", "2026-03-01") + MARCH
    done = assess(sound + row("b", f"{year}-05-01", f"{year}-05-02"), LINE)

    assert done.as_of == date(2026, 4, 1)
    assert kinds(done) == kinds(assess(sound, LINE))
    [note] = [text for text in done.data_quality.assumptions if f"{year}-05" in text]
    assert ("is in no figure" in note) == (year == "2126")
    assert done.totals.accounts == (2 if year == "2126" else 3)


def test_an_old_delivery_does_not_hide_what_came_two_years_later(assess: ByHand) -> None:
    old = row("c", "2023-11-01", "2023-12-01") + row("c", "2023-12-01", "2024-01-01")
    done = assess(old + MARCH, LINE)

    assert done.as_of == date(2026, 4, 1)
    assert ("high", "undeclared-run", "aster/a") in kinds(done)


def test_accounts_that_are_past_a_declaration_together_are_counted_once(assess: ByHand) -> None:
    rows = MARCH + row("b", "2026-03-01", "2026-04-01")
    shared = run("run-1", "aster/a, aster/b", "2026-03-01", "2026-04-01", 13 * NODE_DAY)
    [finding] = (found := assess(rows, LINE, shared)).findings

    assert finding.subject == "aster/a + aster/b"
    assert "One subject is past the line, at" in render(found)
