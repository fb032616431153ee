"""`reseller-blind`: past the line, sold on, and nobody knows to whom; it takes the place of `undeclared-run`."""

from dataclasses import replace

import pytest
from account_cases import AS_OF, LINE, declared, held, steady

from plimsoll.assess.detectors.reseller_blind import Blind, blind_resellers
from plimsoll.assess.finding import Code, Finding, Severity
from plimsoll.assess.judge import Judge
from plimsoll.assess.party_evidence import KycEvidence
from plimsoll.parties.known import KnownAccount

RESELLER = KnownAccount(
    "aster-cloud/a", "P-1", None, "Cloudbroker Inc", "DE", reseller=True, file="kyc/a.jsonl", row=7
)  # fmt: skip


def _judge(record: KnownAccount, cap_per_day: int, declarations=(), invoices: dict[str, int] | None = None, **more):
    blind = blind_resellers([record], invoices or {})
    judge = Judge(held(), declarations, (), AS_OF, blind)
    return [f for f in judge.account(steady(0, 60, cap_per_day, **more)) if f.code is not Code.APPROACHING_LINE]


def _only(found: list[Finding]) -> Finding:
    [finding] = found
    return finding


@pytest.mark.parametrize(
    ("downstream", "code"),
    [(None, Code.RESELLER_BLIND), ((), Code.RESELLER_BLIND), (("Halden",), Code.UNDECLARED_RUN)],
)
def test_a_list_of_customers_makes_it_an_ordinary_account(downstream, code: Code) -> None:
    finding = _only(_judge(replace(RESELLER, downstream=downstream), LINE // 20))

    assert (finding.code, finding.severity, finding.subject) == (code, Severity.HIGH, "aster-cloud/a")


def test_past_the_line_by_bound_alone_it_is_asked() -> None:
    finding = _only(_judge(RESELLER, LINE // 50))

    assert (finding.code, finding.severity) == (Code.RESELLER_BLIND, Severity.ASK)
    assert "the bound, not the estimate" in finding.explanation


def test_exactly_at_the_line_there_is_nothing_to_find() -> None:
    assert _judge(RESELLER, LINE // 60 - 1) == []
    assert _judge(RESELLER, LINE // 60 + 1) != []


def test_a_declared_run_that_covers_the_use_explains_it() -> None:
    assert _judge(RESELLER, LINE // 20, [declared(2 * LINE)]) == []


def test_beside_a_declared_run_that_falls_short_both_matters_stand() -> None:
    found = _judge(RESELLER, LINE // 20, [declared(LINE // 2)], tier="A")

    assert [f.code for f in found] == [Code.RESELLER_BLIND, Code.UNDER_DECLARED_RUN]
    assert found[0].covered_flop == LINE // 2


def test_the_record_is_named_and_what_would_clear_it() -> None:
    finding = _only(_judge(replace(RESELLER, downstream=()), LINE // 20))
    [record] = [e for e in finding.evidence if isinstance(e, KycEvidence)]

    assert (record.code, record.place) == ("kyc.no_downstream", "kyc/a.jsonl, row 7")
    assert "gave an empty list of its customers" in finding.explanation
    assert finding.clears.startswith("The list of the customers to whom Cloudbroker Inc sold this use")


def test_whoever_others_are_invoiced_through_resells_whatever_its_record_says() -> None:
    silent = replace(RESELLER, reseller=False)

    assert _only(_judge(silent, LINE // 20)).code is Code.UNDECLARED_RUN
    finding = _only(_judge(silent, LINE // 20, invoices={"aster-cloud/a": 3}))
    assert finding.code is Code.RESELLER_BLIND
    assert "3 other accounts are invoiced in the name of Cloudbroker Inc" in finding.explanation
    assert blind_resellers([silent], {"aster-cloud/a": 3}) == {"aster-cloud/a": Blind(silent, 3)}
