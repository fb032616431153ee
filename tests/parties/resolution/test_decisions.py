"""An officer's decisions: stated in full, kept, revocable, and consistent."""

from datetime import UTC, datetime

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.resolution.decisions import as_json, decide, from_json, in_force, revoke

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def _same(one: str = "a/1", other: str = "b/2"):
    return decide(one, other, same=True, by="A. Officer", because="seen the deed", at=NOW)


def test_the_order_in_which_two_are_named_does_not_matter() -> None:
    assert _same("b/2", "a/1") == _same("a/1", "b/2")


def test_a_revoked_decision_is_kept_and_no_longer_holds() -> None:
    decision = _same()
    ended = revoke([decision], decision.id, by="B. Officer", because="the deed was forged", at=NOW)

    assert in_force([decision]) == (decision,)
    assert in_force([decision, ended]) == ()
    assert [from_json(as_json(entry)) for entry in (decision, ended)] == [decision, ended]


def test_only_what_is_in_force_can_be_revoked() -> None:
    decision = _same()
    ended = revoke([decision], decision.id, by="B", because="C", at=NOW)
    for entries, name in (([], decision.id), ([decision, ended], decision.id), ([decision], "D-0000000000000000")):
        with pytest.raises(PlimsollError) as refused:
            revoke(entries, name, by="B", because="C", at=NOW)
        assert refused.value.code == "decision.unknown"


@pytest.mark.parametrize(("by", "because"), [("", "why"), ("who", "  "), ("who", "x" * 5_000)])
def test_a_decision_needs_a_name_and_a_reason(by: str, because: str) -> None:
    with pytest.raises(PlimsollError) as refused:
        decide("a/1", "b/2", same=False, by=by, because=because, at=NOW)

    assert refused.value.code == "decision.no_reason"


def test_one_record_is_no_pair() -> None:
    with pytest.raises(PlimsollError) as refused:
        _same("a/1", "a/1")

    assert refused.value.code == "decision.one_record"


def test_a_line_that_was_changed_is_not_read() -> None:
    row = as_json(_same()) | {"other": "c/3"}

    with pytest.raises(ValueError, match="does not fit"):
        from_json(row)
