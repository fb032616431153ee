"""unmapped-sku, missing-report and impossible-figure."""

from datetime import date
from fractions import Fraction

from account_cases import declared

from plimsoll.assess.assessment import UnmappedSku
from plimsoll.assess.detectors.impossible_figure import (
    Claim,
    NegativeDay,
    OverfullRow,
    impossible_claim,
    negative_usage,
    overfull_usage,
)
from plimsoll.assess.detectors.missing_report import missing_months, silent_providers
from plimsoll.assess.detectors.unmapped_sku import unmapped_sku
from plimsoll.assess.finding import Code, Severity

HOUR = 3_600_000_000_000


def test_an_unmapped_product_is_a_finding_about_the_data() -> None:
    sku = UnmappedSku("orelane", "ORL-N7", "Corvid N7 GPU-hour", "GPU-Hours", 1_440, "92160", "Nobody has mapped it.")
    [finding] = unmapped_sku(sku)

    assert (finding.code, finding.severity, finding.subject) == (Code.UNMAPPED_SKU, Severity.DATA, "orelane/ORL-N7")
    assert "1,440 rows" in finding.explanation
    assert "92160 GPU-Hours" in finding.explanation


def test_months_between_two_reports_and_up_to_the_assessment_are_missing() -> None:
    delivered = frozenset({(2025, 11), (2026, 1), (2026, 2)})
    found = list(missing_months("orelane", delivered, date(2026, 5, 1)))

    assert [(f.window.start, f.window.end) for f in found] == [
        (date(2025, 12, 1), date(2026, 1, 1)),
        (date(2026, 3, 1), date(2026, 5, 1)),
    ]
    assert all(f.code is Code.MISSING_REPORT and f.severity is Severity.DATA for f in found)
    assert "2026-03 to 2026-04" in found[1].title


def test_a_month_that_is_not_over_is_not_missing() -> None:
    assert list(missing_months("orelane", frozenset({(2026, 3)}), date(2026, 4, 30))) == []
    assert list(missing_months("orelane", frozenset(), date(2026, 4, 30))) == []


def test_a_provider_that_only_declarations_name_is_silent() -> None:
    run = declared(10**24)
    [finding] = silent_providers({"aster-cloud": [run]}, set(), date(2026, 4, 1))

    assert (finding.subject, finding.window) == ("aster-cloud", None)
    assert '"run-1"' in finding.explanation
    assert list(silent_providers({"aster-cloud": [run]}, {"aster-cloud"}, date(2026, 4, 1))) == []
    assert list(silent_providers({"aster-cloud": [declared(1, start=200)]}, set(), date(2026, 4, 1))) == []


def test_more_compute_than_the_hardware_can_do() -> None:
    [finding] = impossible_claim(Claim(declared(10**24), 3 * 10**24, 10**24, None))

    assert (finding.code, finding.severity, finding.subject) == (Code.IMPOSSIBLE_FIGURE, Severity.ASK, "run-1")
    assert "300 %" in finding.explanation
    assert list(impossible_claim(Claim(declared(10**24), 10**24, 10**24, Fraction(1)))) == []
    assert list(impossible_claim(Claim(declared(10**24), None, 10**24, None))) == []


def test_hardware_that_can_do_nothing_explains_nothing() -> None:
    assert len(list(impossible_claim(Claim(declared(1), 1, 0, None)))) == 1


def test_a_utilisation_above_one() -> None:
    [finding] = impossible_claim(Claim(declared(10**24), None, None, Fraction(14, 10)))

    assert "140 %" in finding.explanation


def test_corrections_beyond_usage_and_rows_longer_than_their_period() -> None:
    days = [NegativeDay(date(2026, 1, 2), -HOUR), NegativeDay(date(2026, 1, 1), -3 * HOUR // 2)]
    [negative] = negative_usage("p/a", days)
    [overfull] = overfull_usage("p/a", [OverfullRow("u.csv", 7, "node-1", 25 * HOUR, 24 * HOUR)])

    assert "−1.5 accelerator-hours" in negative.explanation
    assert [e.place for e in negative.evidence] == ["p/a, 2026-01-01", "p/a, 2026-01-02"]
    assert "u.csv, row 7" in overfull.explanation
    assert list(negative_usage("p/a", [])) == list(overfull_usage("p/a", [])) == []
