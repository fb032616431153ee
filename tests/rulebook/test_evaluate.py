"""How facts are measured, compared and explained."""

from datetime import date

import pytest

from plimsoll.kernel.component import Component
from plimsoll.kernel.estimate import Estimate, Truth
from plimsoll.rulebook.evaluate import Outcome, ProvisionResult, evaluate
from plimsoll.rulebook.explain import explain
from plimsoll.rulebook.facts import Facts
from plimsoll.rulebook.load import library_ids, library_rulebook
from plimsoll.rulebook.metric import measure

TODAY = date(2026, 11, 21)
EU = library_rulebook("eu-gpai")
CUMULATIVE = EU.metrics["eu.cumulative_compute@2025-07"]


def systemic_risk(facts: Facts, as_of: date = TODAY) -> ProvisionResult:
    return next(r for r in evaluate(facts, EU, as_of, as_of) if r.provision.id == "eu-gpai.systemic_risk")


def test_each_law_counts_its_own_components() -> None:
    parts = {
        Component.PRETRAIN: Estimate.exact(9 * 10**24),
        Component.SYNTHETIC_PRIVATE: Estimate.exact(2 * 10**24),
        Component.MERGED_BASE: Estimate.exact(10**24),
        Component.EVAL_REDTEAM: Estimate.exact(5 * 10**24),
    }
    facts = Facts(components=parts, complete=True, not_by_developer=frozenset({Component.MERGED_BASE}))
    california = library_rulebook("us-ca-sb53")

    eu = measure(CUMULATIVE, facts)
    ca = measure(next(iter(california.metrics.values())), facts)

    assert eu.estimate == Estimate.exact(12 * 10**24)
    assert eu.left_out == (Component.EVAL_REDTEAM,)
    assert ca.estimate is not None
    assert ca.estimate.point <= 11 * 10**24
    assert Component.MERGED_BASE in ca.left_out


def test_a_component_that_nobody_declared_leaves_the_answer_open() -> None:
    below = systemic_risk(Facts(components={Component.PRETRAIN: Estimate.exact(10**24)}))
    above = systemic_risk(Facts(components={Component.PRETRAIN: Estimate.exact(2 * 10**25)}))
    closed = systemic_risk(
        Facts(components={Component.PRETRAIN: Estimate.exact(10**24)}, complete=True,
              answers={"eu-gpai.designated": False})
    )  # fmt: skip

    assert below.outcome is Outcome.UNKNOWN
    assert above.outcome is Outcome.TRUE
    assert closed.line is not None
    assert closed.line.result is Truth.FALSE


def test_no_compute_at_all_is_unknown() -> None:
    assert systemic_risk(Facts()).outcome is Outcome.UNKNOWN
    assert systemic_risk(Facts(components={Component.EVAL_REDTEAM: Estimate.exact(10**27)})).outcome is Outcome.UNKNOWN


def test_a_total_that_is_called_complete_is_not_zero() -> None:
    assert systemic_risk(Facts(total=Estimate.exact(10**26), complete=True)).outcome is Outcome.TRUE
    assert systemic_risk(Facts(complete=True)).outcome is Outcome.UNKNOWN


def test_what_others_computed_is_not_missing_and_not_in_a_total_that_is_not_told_apart() -> None:
    california = next(iter(library_rulebook("us-ca-sb53").metrics.values()))
    others = frozenset({Component.MERGED_BASE})
    own = {c: Estimate.exact(10) for c in california.include - others}

    assert measure(california, Facts(components=own, not_by_developer=others)).estimate == Estimate.exact(40)
    assert measure(california, Facts(total=Estimate.exact(10**27), not_by_developer=others)).estimate is None
    assert measure(CUMULATIVE, Facts(total=Estimate.exact(10**27), not_by_developer=others)).estimate is not None


def test_a_text_that_never_bound_is_not_said_to_take_effect() -> None:
    vetoed = evaluate(Facts(), library_rulebook("us-ca-sb1047"), date(2024, 1, 1), TODAY)[0]

    assert vetoed.outcome is Outcome.NOT_IN_FORCE
    assert "takes effect" not in explain(vetoed)
    assert "Vetoed" in explain(vetoed)


def test_the_duty_follows_the_point_estimate_while_the_answer_stays_open() -> None:
    result = systemic_risk(Facts(total=Estimate(7 * 10**24, 12 * 10**24, 16 * 10**24)))

    assert result.outcome is Outcome.UNKNOWN
    assert result.by_point is Truth.TRUE
    assert any(owed.obligation.id == "eu-gpai.notify" for owed in result.owed)
    assert "duties follow the point estimate" in explain(result)


def test_nothing_is_owed_before_the_law_applies() -> None:
    result = systemic_risk(Facts(total=Estimate.exact(10**26)), date(2025, 8, 1))

    assert result.outcome is Outcome.NOT_IN_FORCE
    assert result.status == "enacted"
    assert result.owed == ()
    assert "2025-08-02" in explain(result)


def test_an_answer_shows_exact_figures_where_rounding_would_hide_the_difference() -> None:
    text = explain(systemic_risk(Facts(total=Estimate.exact(10**25 + 1))))

    assert "10000000000000000000000001" in text


@pytest.mark.parametrize("rulebook_id", library_ids())
@pytest.mark.parametrize("total", [None, 10**20, 10**25, 10**27])
def test_every_provision_of_every_rulebook_can_be_explained(rulebook_id: str, total: int | None) -> None:
    facts = Facts(total=None if total is None else Estimate.exact(total))
    for day in (date(2024, 6, 1), TODAY, date(2028, 6, 1)):
        for result in evaluate(facts, library_rulebook(rulebook_id), day, day):
            assert explain(result).strip()


def test_the_knowledge_date_decides_which_text_of_raise_applies() -> None:
    facts = Facts(total=Estimate.exact(2 * 10**26))
    raise_act = library_rulebook("us-ny-raise")

    def answer(known: date) -> Outcome:
        results = evaluate(facts, raise_act, date(2027, 2, 1), known)
        return next(r.outcome for r in results if r.line or r.outcome is Outcome.NOT_IN_FORCE)

    assert answer(date(2025, 1, 1)) is Outcome.NOT_IN_FORCE
    assert answer(date(2026, 1, 15)) is Outcome.UNKNOWN
    assert answer(date(2026, 4, 1)) is Outcome.TRUE


def test_a_total_says_nothing_about_fine_tuning_alone() -> None:
    vetoed = library_rulebook("us-ca-sb1047")
    finetune = next(m for m in vetoed.metrics.values() if not m.counts_pretraining)

    measured = measure(finetune, Facts(total=Estimate.exact(2 * 10**26)))

    assert measured.estimate is None
    assert measured.undivided
