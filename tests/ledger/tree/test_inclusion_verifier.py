"""Verifying many proofs under one root says of each what verifying it alone says."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.plain_tree import LEAVES

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.inclusion_verifier import InclusionVerifier
from plimsoll.ledger.tree.merkle import root_of
from plimsoll.ledger.tree.proofs import in_memory, inclusion_path, verify_inclusion

HASH_AT = in_memory(LEAVES)


def verdict(check: object, *arguments: object) -> str:
    try:
        check(*arguments)  # type: ignore[operator]
    except PlimsollError as error:
        return error.code
    return "good"


@settings(deadline=None)
@given(st.data(), st.integers(1, 100), st.integers(1, 5))
def test_its_verdicts_are_those_of_single_proofs(data: st.DataObject, size: int, keep: int) -> None:
    root = root_of(LEAVES[:size])
    together = InclusionVerifier(size, root, keep=keep)
    for _ in range(30):
        index = data.draw(st.integers(0, size - 1))
        path = inclusion_path(index, size, HASH_AT)
        leaf = data.draw(st.sampled_from([LEAVES[index], LEAVES[index], LEAVES[index], LEAVES[0], LEAVES[699]]))
        if path and data.draw(st.booleans()):
            at = data.draw(st.integers(0, len(path) - 1))
            path = data.draw(
                st.sampled_from([[*path[:at], LEAVES[699], *path[at + 1 :]], path[1:], [*path, root], tuple(path)])
            )
        alone = verdict(verify_inclusion, index, size, leaf, path, root)

        assert verdict(together.verify, index, leaf, path) == alone


def test_every_leaf_is_verified_twice_in_bounded_memory() -> None:
    root = root_of(LEAVES)
    together = InclusionVerifier(len(LEAVES), root, keep=8)
    for _ in range(2):
        for index, leaf in enumerate(LEAVES):
            together.verify(index, leaf, inclusion_path(index, len(LEAVES), HASH_AT))

    assert len(together._good) <= 8


def test_a_wrong_root_is_never_remembered_as_good() -> None:
    together = InclusionVerifier(700, bytes(32))
    path = inclusion_path(5, 700, HASH_AT)

    assert [verdict(together.verify, 5, LEAVES[5], path) for _ in range(2)] == ["proof.inclusion"] * 2
