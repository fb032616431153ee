"""Writing a sample: the same bytes from the same seed, all of it or nothing, and never over somebody else's files."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.assess.declarations import load_declarations
from plimsoll.kernel.errors import PlimsollError
from plimsoll.sample.jurisdiction import DECLARATIONS, PARTIES, TRUTH, USAGE, Sample, write_sample
from plimsoll.sample.kyc_files import KYC
from plimsoll.sample.plan import Request
from plimsoll.sample.situations import Situation
from plimsoll.sample.truth import read_truth

SMALL = Request(seed=3, customers=12, days=62)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def refusal_of(out: Path, *, force: bool = False) -> PlimsollError:
    with pytest.raises(PlimsollError) as refusal:
        write_sample(out, SMALL, force=force)
    assert refusal.value.where.file == str(out)
    return refusal.value


def test_the_same_seed_gives_the_same_bytes_whatever_surrounds_it(tmp_path: Path) -> None:
    write_sample(tmp_path / "here", SMALL)
    program = (
        "import sys; from pathlib import Path; from plimsoll.sample.jurisdiction import write_sample; "
        "from plimsoll.sample.plan import Request; write_sample(Path(sys.argv[1]), Request(3, 12, 62))"
    )
    for name, seed, threads, zone in (("one", "1", "1", "Asia/Tokyo"), ("two", "4242", "7", "America/Lima")):
        around = os.environ | {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads, "TZ": zone, "LC_ALL": "C"}
        subprocess.run([sys.executable, "-c", program, str(tmp_path / name)], env=around, check=True)

    here = digests(tmp_path / "here")
    assert here == digests(tmp_path / "one") == digests(tmp_path / "two")
    assert {PARTIES, DECLARATIONS, TRUTH} < set(here)


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    write_sample(tmp_path / "a", SMALL)
    write_sample(tmp_path / "b", Request(seed=4, customers=12, days=62))

    first, second = digests(tmp_path / "a"), digests(tmp_path / "b")
    assert set(first) == set(second)
    assert all(first[name] != second[name] for name in first)


def test_the_folder_holds_the_five_parts_and_nothing_else(sample: Sample, folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted([USAGE, KYC, PARTIES, DECLARATIONS, TRUTH])
    assert sorted(path for path, _ in sample.truth.files) == sorted(n for n in digests(folder) if n.startswith(USAGE))
    assert sorted(path for path, _ in sample.truth.kyc) == sorted(n for n in digests(folder) if n.startswith(KYC))
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name]


def test_truth_reads_back_as_it_was_written(sample: Sample, folder: Path) -> None:
    content = (folder / TRUTH).read_bytes()

    assert read_truth(content, TRUTH) == sample.truth
    assert sample.truth.text().encode() == content
    for subject in json.loads(content)["subjects"]:
        amounts = [subject[name] for name in ("cap_flop", "est_flop", "true_flop", "declared_flop")]
        assert all(amount is None or amount.isdigit() for amount in amounts)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format": "other/1"}', b"\xff", b'{"format": "plimsoll-sample/1"}']
)
def test_what_is_not_a_truth_is_refused(content: bytes) -> None:
    with pytest.raises(PlimsollError) as refusal:
        read_truth(content, "truth.json")

    assert (refusal.value.code, refusal.value.where.file) == ("sample.truth_unreadable", "truth.json")


def test_parties_are_one_object_a_line_and_hold_every_account_once(sample: Sample, folder: Path) -> None:
    parties = [json.loads(line) for line in (folder / PARTIES).read_text().splitlines()]

    assert all(list(party) == ["id", "kind", "legal_name", "jurisdiction", "accounts"] for party in parties)
    assert {party["kind"] for party in parties} == {"authority", "provider", "reseller", "developer"}
    accounts = [account for party in parties for account in party["accounts"]]
    assert len(accounts) == len(set(accounts)) == sample.accounts
    assert {subject.account for subject in sample.truth.subjects if subject.account} <= set(accounts)
    assert len({party["id"] for party in parties}) == len(parties) == sample.parties


def test_declarations_are_read_by_the_assessment_and_say_what_the_truth_says(sample: Sample, folder: Path) -> None:
    declared = {declaration.id: declaration for declaration in load_declarations(folder / DECLARATIONS)}

    subjects = {subject.declaration: subject for subject in sample.truth.subjects if subject.declaration}
    assert set(declared) == set(subjects)
    for name, subject in subjects.items():
        declaration = declared[name]
        assert (declaration.accounts, declaration.developer) == ((subject.account,), subject.party)
        assert declaration.start == subject.start
        assert declaration.whole is not None
        assert declaration.whole.point == subject.declared_flop


def test_honest_declarations_cover_their_usage_and_fit_their_hardware(sample: Sample, folder: Path) -> None:
    declared = {declaration.id: declaration for declaration in load_declarations(folder / DECLARATIONS)}

    for subject in sample.truth.subjects:
        if subject.situation in ("declared-run", "declared-below"):
            declaration = declared[str(subject.declaration)]
            assert subject.true_flop == subject.est_flop
            assert declaration.utilisation is not None
            assert declaration.utilisation.attested
            assert subject.est_flop is not None
            assert declaration.covered_flop > subject.est_flop
            assert subject.cap_flop is not None
            assert sum(part.bound_flop or 0 for part in declaration.hardware) >= subject.cap_flop


def test_every_case_stands_where_its_situation_says(sample: Sample) -> None:
    line = sample.truth.line_flop
    seen = set()
    for subject in sample.truth.subjects:
        seen.add(subject.situation)
        if subject.cap_flop is None or subject.est_flop is None or subject.true_flop is None:
            continue
        assert subject.true_flop < subject.cap_flop
        past_by_estimate, past_by_bound = subject.est_flop > line, subject.cap_flop > line
        assert (past_by_estimate, past_by_bound) == {
            "declared-run": (True, True),
            "undeclared-run": (True, True),
            "under-declared": (True, True),
            "bound-only": (False, True),
            "declared-below": (False, True),
        }.get(subject.situation, (False, False))
        if subject.situation == "under-declared":
            assert subject.declared_flop == 6 * 10**24
        if subject.situation == "impossible-figure":
            assert subject.declared_flop is not None
            assert subject.declared_flop > subject.cap_flop * 29 // 10
        if subject.situation == "approaching":
            assert subject.end == sample.truth.end
    assert seen == {situation.value for situation in Situation}


def test_a_short_sample_says_that_its_expectations_may_not_hold(tmp_path: Path) -> None:
    found = write_sample(tmp_path / "out", Request(customers=1, days=1))

    assert not found.truth.calibrated
    assert [subject.situation for subject in found.truth.subjects] == ["undeclared-run"]
    assert (tmp_path / "out" / DECLARATIONS).read_text().startswith("# ")


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    write_sample(tmp_path / "out", SMALL)

    assert (tmp_path / "out" / TRUTH).exists()


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    assert write_sample(tmp_path / "a" / "b" / "out", SMALL).rows > 0


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")

    assert refusal_of(tmp_path / "out", force=True).code == "sample.out_is_file"
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("name", ["notes.txt", "truth.json", "deep/below/notes.txt"])
@pytest.mark.parametrize("force", [False, True])
def test_a_folder_that_is_not_a_sample_is_never_touched(tmp_path: Path, name: str, force: bool) -> None:
    mine = tmp_path / "out" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("{}")

    assert refusal_of(tmp_path / "out", force=force).code == "sample.out_not_sample"
    assert mine.read_text() == "{}"


def test_a_sample_is_replaced_only_when_asked(tmp_path: Path) -> None:
    write_sample(tmp_path / "out", Request(seed=1, customers=12, days=62))
    before = digests(tmp_path / "out")

    assert refusal_of(tmp_path / "out").code == "sample.out_exists"
    assert digests(tmp_path / "out") == before

    write_sample(tmp_path / "out", SMALL, force=True)
    assert digests(tmp_path / "out") != before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_sample_with_somebodys_report_in_it_is_not_replaced(tmp_path: Path) -> None:
    write_sample(tmp_path / "out", SMALL)
    (tmp_path / "out" / "report.html").write_text("mine")

    refused = refusal_of(tmp_path / "out", force=True)

    assert refused.code == "sample.out_has_more"
    assert "report.html" in refused.what


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_nothing_is_left_behind_when_it_stops_half_way(tmp_path: Path, stop: BaseException) -> None:
    write_sample(tmp_path / "out", Request(seed=1, customers=12, days=62))
    before = digests(tmp_path / "out")

    def fails(done: float, doing: str) -> None:
        if done > 0.5:
            raise stop

    with pytest.raises(PlimsollError if isinstance(stop, OSError) else KeyboardInterrupt) as raised:
        write_sample(tmp_path / "out", SMALL, force=True, progress=fails)

    assert digests(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    if isinstance(raised.value, PlimsollError):
        assert raised.value.code == "sample.not_written"
        assert "No space left" in raised.value.what


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    assert refusal_of(tmp_path / "file" / "out").code == "sample.not_written"


def test_progress_goes_from_nought_to_one(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []

    write_sample(tmp_path / "out", SMALL, progress=lambda done, doing: told.append((done, doing)))

    shares = [done for done, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert ("Norrvik Cloud, 2026-01") in {doing for _, doing in told}
