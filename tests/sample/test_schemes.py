"""Planted evaders and honest hard cases: what each is, how they vary, and that the same seed plants the same."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.kyc import CustomerRecord
from plimsoll.sample.jurisdiction import DECLARATIONS, TRUTH, Sample, write_sample
from plimsoll.sample.kyc_files import Records
from plimsoll.sample.plan import Plan, Request, make_plan
from plimsoll.sample.schemes.asked import EVASIVE, HONEST, Tactic, parse_evaders
from plimsoll.sample.size import BP, OTHER_BP, TRAIN_BP, flop_per_micro
from plimsoll.sample.truth import PlantedCase, read_truth

LINE = 10**25
EACH = 6
ASKED = Request(seed=2006, customers=250, days=365, density=50, evaders={tactic.value: EACH for tactic in Tactic})


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write_sample(tmp_path_factory.mktemp("planted") / "out", ASKED)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(ASKED)


@pytest.fixture(scope="module")
def records(plan: Plan) -> dict[str, CustomerRecord]:
    made = Records(plan)
    return {record.subject: record for provider in plan.providers for record in made.of(provider.id)}


def cases(sample: Sample, tactic: Tactic) -> list[PlantedCase]:
    return [case for case in (*sample.truth.evaders, *sample.truth.honest) if case.tactic == tactic.value]


def estimates(plan: Plan) -> dict[str, int]:
    """What each planted account is estimated at, from the plan: without outages, so a little too much."""
    found: dict[str, int] = {}
    for stream in plan.roster.streams:
        if stream.scheme >= 0 and stream.twin < 0:
            account = plan.roster.accounts[stream.account]
            bound = stream.level * (stream.end - stream.start) * flop_per_micro(stream.sku)
            shown = stream.active_bp if account.provider.measures else TRAIN_BP
            shown = OTHER_BP if stream.workload == "infer" and not account.provider.measures else shown
            found[account.key] = found.get(account.key, 0) + bound * shown // BP
    return found


def test_what_was_asked_for_is_planted(planted: Sample) -> None:
    evaders = Counter(case.tactic for case in planted.truth.evaders)
    honest = Counter(case.tactic for case in planted.truth.honest)

    assert evaders == {tactic.value: EACH for tactic in EVASIVE}
    assert honest == {tactic.value: EACH + (tactic is Tactic.RESELLER) for tactic in HONEST}
    accounts = [account for case in (*planted.truth.evaders, *planted.truth.honest) for account in case.accounts]
    assert len(accounts) == len(set(accounts))


def test_truth_with_evaders_reads_back(planted: Sample) -> None:
    assert read_truth((planted.folder / TRUTH).read_bytes(), TRUTH) == planted.truth


@pytest.mark.parametrize("tactic", EVASIVE)
def test_an_evader_computes_more_than_the_line_allows(planted: Sample, tactic: Tactic) -> None:
    for case in cases(planted, tactic):
        assert case.expected is not None
        if tactic is Tactic.JUST_BELOW:
            assert 0.80 * LINE < case.est_flop < 0.995 * LINE
        else:
            assert 1.1 * LINE < case.flop < 4.5 * LINE
        if tactic not in (Tactic.JUST_BELOW, Tactic.MISLABELLED):
            assert case.est_flop > LINE


@pytest.mark.parametrize(
    "tactic",
    [
        Tactic.SPLIT_ACCOUNTS, Tactic.SPLIT_PROVIDERS, Tactic.SHELLS_SHARED, Tactic.SHELLS_SYNCHRONISED,
        Tactic.STRETCHED, Tactic.DUTY_CYCLED,
    ],
)  # fmt: skip
def test_no_member_is_past_the_line_alone(planted: Sample, plan: Plan, tactic: Tactic) -> None:
    used = estimates(plan)

    for case in cases(planted, tactic):
        assert 2 <= len(case.accounts) <= 20
        assert max(used[account] for account in case.accounts) < 0.85 * LINE


def test_accounts_are_where_the_tactic_says(planted: Sample) -> None:
    def providers(case: PlantedCase) -> set[str]:
        return {account.partition("/")[0] for account in case.accounts}

    assert all(len(providers(case)) == 1 == len(case.parties) for case in cases(planted, Tactic.SPLIT_ACCOUNTS))
    assert all(len(providers(case)) > 1 == len(case.parties) for case in cases(planted, Tactic.SPLIT_PROVIDERS))
    for case in cases(planted, Tactic.SHELLS_SYNCHRONISED):
        assert providers(case) <= {"norrvik-cloud", "pellworth", "orelane"}
        assert len(case.parties) == len(case.accounts)
        assert case.shared == ()


def _values(record: CustomerRecord) -> set[str]:
    """Everything about a customer that could tie it to another, apart from places and free-mail domains."""
    persons = {f"{' '.join(sorted(h.name.upper().replace(',', '').split()))}|{h.born}" for h in record.holders}
    numbers = {number.value for number in record.identifiers}
    return {*record.phones, *record.payment_instruments, *record.access_networks, *persons, *numbers} - {
        "N/A", "n/a", "none", "-", "unknown", "TBA", "not provided",
    }  # fmt: skip


def test_shells_share_one_thing_with_one_before_them(
    planted: Sample, plan: Plan, records: dict[str, CustomerRecord]
) -> None:
    party = {account.key: account.party.id for account in plan.roster.accounts}
    crowd = Counter(value for record in records.values() for value in _values(record))

    for case in cases(planted, Tactic.SHELLS_SHARED):
        by_party = {party[account]: records[account] for account in case.accounts}
        assert len(case.shared) == len(by_party) - 1
        for one, other, tie in case.shared:
            both = {v for v in _values(by_party[one]) & _values(by_party[other]) if crowd[v] <= len(by_party)}
            assert both or tie in ("director", "owner", "ownership"), (case.id, one, other, tie)
        names = {record.legal_name for record in by_party.values()}
        assert len(names) == len(by_party)


def test_kinds_of_ties_vary() -> None:
    many = make_plan(Request(seed=2006, customers=10, days=365, evaders={"shells-shared": 20}))

    ties = Counter(tie.tie for scheme in many.schemes for tie in scheme.shared)
    assert set(ties) == {"phone", "payment", "network", "owner", "director", "ownership"}
    assert min(ties.values()) > 8
    sizes = [len(scheme.accounts) for scheme in many.schemes]
    assert min(sizes) < 8
    assert max(sizes) > 13


def test_synchronised_shells_change_in_the_same_hours(plan: Plan) -> None:
    for scheme in plan.schemes:
        if scheme.tactic is not Tactic.SHELLS_SYNCHRONISED:
            continue
        starts = [
            {stream.start for stream in plan.roster.streams if stream.account == account} for account in scheme.accounts
        ]
        first = starts[0]
        for other in starts[1:]:
            near = sum(any(hour + d in other for d in range(-4, 5)) for hour in first)
            assert near > 0.7 * len(first)


def test_resellers_name_nobody_or_everybody(planted: Sample, records: dict[str, CustomerRecord]) -> None:
    for case in cases(planted, Tactic.BEHIND_RESELLER):
        assert all(records[account].reseller and not records[account].downstream for account in case.accounts)
    for case in cases(planted, Tactic.RESELLER):
        sellers = [records[account] for account in case.accounts if records[account].reseller]
        assert len(sellers) == 1
        assert sellers[0].downstream
        if case.expected is None:
            payers = [records[account].payer for account in case.accounts if not records[account].reseller]
            assert len(payers) == len(sellers[0].downstream)
            assert len(set(payers)) == 1


def test_a_seller_and_its_host_report_the_same_use(planted: Sample, plan: Plan) -> None:
    [double] = [case for case in planted.truth.honest if case.expected is not None]
    sold: Counter[int] = Counter()
    repeated: Counter[int] = Counter()
    for number, stream in enumerate(plan.roster.streams):
        if plan.roster.accounts[stream.account].provider.id == "brightquay" and stream.sku.chip is not None:
            sold[number] = stream.level * stream.sku.accelerators
        if stream.twin >= 0:
            repeated[stream.twin] = stream.level * stream.sku.accelerators

    assert double.expected == ("double-report", "data")
    assert double.accounts[0].startswith("norrvik-cloud/")
    assert sold == repeated


def test_merging_companies_are_past_the_line_only_if_the_past_counts(
    planted: Sample, records: dict[str, CustomerRecord]
) -> None:
    for case in cases(planted, Tactic.MERGER):
        assert case.est_flop > LINE
        assert case.merged_on is not None
        assert case.start < case.merged_on < case.end
        dates = {holder.since for account in case.accounts for holder in records[account].holders}
        assert case.merged_on in dates


def test_namesakes_share_name_and_address_and_nothing_else(
    planted: Sample, plan: Plan, records: dict[str, CustomerRecord]
) -> None:
    for case in cases(planted, Tactic.NAMESAKES):
        one, other = (account for account in plan.roster.accounts if account.key in case.accounts)
        assert one.party.legal_name == other.party.legal_name
        assert one.party.id != other.party.id
        numbers = [{n.value for n in records[account.key].identifiers} for account in (one, other)]
        assert not numbers[0] & numbers[1]
        assert case.est_flop > LINE


def test_the_same_seed_plants_the_same_bytes(planted: Sample, tmp_path: Path) -> None:
    again = write_sample(tmp_path / "again", ASKED)

    def digests(sample: Sample) -> list[str]:
        files = sorted(path for path in sample.folder.rglob("*") if path.is_file())
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]

    assert digests(again) == digests(planted)


def test_accounts_of_one_evader_are_scattered(planted: Sample, plan: Plan) -> None:
    place = {account.key: at for at, account in enumerate(plan.roster.accounts)}

    for case in cases(planted, Tactic.SPLIT_ACCOUNTS):
        places = sorted(place[account] for account in case.accounts)
        assert places[-1] - places[0] > len(places)


def test_under_declared_runs_are_declared_at_a_fraction(planted: Sample) -> None:
    text = (planted.folder / DECLARATIONS).read_text()

    for case in cases(planted, Tactic.UNDER_DECLARED):
        assert f"id: {case.declaration}" in text
        assert all(account in text for account in case.accounts)


def test_fewer_days_of_use_are_the_same_compute_in_fewer_rows() -> None:
    def bound(plan: Plan) -> int:
        return sum(
            stream.level * (stream.end - stream.start) * flop_per_micro(stream.sku)
            for stream in plan.roster.streams
            if stream.sku.chip is not None and stream.plant < 0
        )

    dense, sparse = (make_plan(Request(customers=400, days=365, density=density)) for density in (1000, 100))

    assert 0.9 < bound(sparse) / bound(dense) < 1.05
    hours = [sum(s.end - s.start for s in each.roster.streams if s.plant < 0) for each in (dense, sparse)]
    assert hours[1] < hours[0] // 5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("merger=2,split-accounts=3", {"split-accounts": 3, "merger": 2}),
        (" just-below = 1 ,", {"just-below": 1}),
        ("merger=0", {}),
        ("merger=5,all=1", {tactic.value: 5 if tactic is Tactic.MERGER else 1 for tactic in Tactic}),
    ],
)
def test_evaders_are_asked_for_by_name(text: str, found: dict[str, int]) -> None:
    assert parse_evaders(text) == found


@pytest.mark.parametrize(
    "text", ["merger", "merger=x", "nobody=1", "merger=1,merger=2", "merger=2001", "merger=-1", "=3"]
)
def test_a_request_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(PlimsollError) as refusal:
        parse_evaders(text)

    assert refusal.value.code == "sample.evaders"
    assert "split-accounts" in refusal.value.fix


def test_too_few_names_are_refused_and_not_repeated() -> None:
    with pytest.raises(PlimsollError) as refusal:
        make_plan(Request(customers=250_000, days=60, evaders={"merger": 1}))

    assert refusal.value.code == "sample.evaders"


def test_few_days_are_too_few_for_evaders() -> None:
    with pytest.raises(PlimsollError) as refusal:
        Request(days=59, evaders={"merger": 1})

    assert refusal.value.code == "sample.evaders"
    assert Request(days=59, evaders={"merger": 0}).evaders


@pytest.mark.parametrize("days", [60, 75, 119, 500])
def test_all_usage_of_evaders_lies_inside_the_data(days: int) -> None:
    plan = make_plan(Request(seed=1, customers=5, days=days, evaders={tactic.value: 2 for tactic in Tactic}))

    assert all(0 <= stream.start < stream.end <= days * 24 for stream in plan.roster.streams)
    assert all(stream.grain == "hour" or stream.start % 24 == stream.end % 24 == 0 for stream in plan.roster.streams)
