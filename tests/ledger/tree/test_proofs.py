"""Proofs against the plainest recursive definitions of RFC 9162 and of the subtree draft, and against pymerkle."""

from collections.abc import Callable

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.plain_tree import LEAVES, is_subtree, plain_inclusion, plain_root, plain_subtree

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.merkle import EMPTY_ROOT, leaf_hash
from plimsoll.ledger.tree.path_batches import inclusion_paths
from plimsoll.ledger.tree.proofs import (
    MAX_SIZE,
    consistency_path,
    in_memory,
    inclusion_path,
    range_root,
    root_from_inclusion,
    subtree_path,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)

HASH_AT = in_memory(LEAVES)
SIZES = st.integers(1, len(LEAVES))


def refusal(check: Callable[[], object]) -> str:
    """The code with which a check refuses."""
    with pytest.raises(PlimsollError) as caught:
        check()
    return caught.value.code


@settings(deadline=None)
@given(st.data(), SIZES)
def test_inclusion_is_proven_as_the_rfc_defines_it(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, HASH_AT)

    assert path == plain_inclusion(index, LEAVES[:size])
    verify_inclusion(index, size, LEAVES[index], path, plain_root(LEAVES[:size]))


def test_every_leaf_of_every_small_log_is_proven() -> None:
    for size in range(1, 71):
        root = plain_root(LEAVES[:size])
        for index in range(size):
            path = inclusion_path(index, size, HASH_AT)
            assert path == plain_inclusion(index, LEAVES[:size])
            assert root_from_inclusion(index, size, LEAVES[index], path) == root


@settings(deadline=None)
@given(st.data(), SIZES)
def test_many_paths_together_are_the_same_as_one_by_one(data: st.DataObject, size: int) -> None:
    end = data.draw(st.integers(0, size))
    start = data.draw(st.integers(0, end))

    assert list(inclusion_paths(start, end, size, HASH_AT)) == [
        inclusion_path(index, size, HASH_AT) for index in range(start, end)
    ]


def test_a_path_leads_nowhere_else() -> None:
    size, index = 300, 123
    path, root = inclusion_path(index, size, HASH_AT), plain_root(LEAVES[:size])

    for wrong in (index - 1, index + 1, index ^ 64):
        assert refusal(lambda: verify_inclusion(wrong, size, LEAVES[index], path, root)) == "proof.inclusion"
    assert refusal(lambda: verify_inclusion(index, size, LEAVES[0], path, root)) == "proof.inclusion"
    for row in range(len(path)):
        bent = [*path[:row], bytes([path[row][0] ^ 1]) + path[row][1:], *path[row + 1 :]]
        assert refusal(lambda: verify_inclusion(index, size, LEAVES[index], bent, root)) == "proof.inclusion"


def test_a_path_of_another_length_is_refused_before_anything_is_hashed() -> None:
    path, root = inclusion_path(123, 300, HASH_AT), plain_root(LEAVES[:300])

    for wrong in (path[:-1], [*path, root], [], path * 1000):
        assert refusal(lambda: verify_inclusion(123, 300, LEAVES[123], wrong, root)) == "proof.length"
    assert refusal(lambda: verify_inclusion(0, 2, LEAVES[0], [b"short"], root)) == "proof.hash"
    assert refusal(lambda: verify_inclusion(0, 1, b"", [], b"")) == "proof.hash"


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 5), (5, 5), (0, 2**64), (2**70, 2**71)])
def test_a_leaf_outside_the_log_is_in_no_proof(index: int, size: int) -> None:
    assert refusal(lambda: verify_inclusion(index, size, LEAVES[0], [], EMPTY_ROOT)) == "proof.index"
    assert refusal(lambda: inclusion_path(index, size, HASH_AT)) == "proof.index"


def test_paths_of_the_largest_log_are_bounded() -> None:
    path = [bytes(32)] * 64

    assert len(root_from_inclusion(0, MAX_SIZE, LEAVES[0], path)) == 32


def test_a_batch_outside_the_log_is_refused() -> None:
    assert refusal(lambda: list(inclusion_paths(0, 6, 5, HASH_AT))) == "proof.range"
    assert refusal(lambda: list(inclusion_paths(3, 2, 5, HASH_AT))) == "proof.range"


@settings(deadline=None)
@given(st.data(), SIZES)
def test_consistency_is_proven_as_the_rfc_defines_it(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new))
    path = consistency_path(old, new, HASH_AT)

    assert path == plain_subtree(0, old, LEAVES[:new])
    verify_consistency(old, new, path, plain_root(LEAVES[:old]), plain_root(LEAVES[:new]))
    if old < new:
        forked = plain_root([*LEAVES[: old - 1], LEAVES[old]])
        assert refusal(lambda: verify_consistency(old, new, path, forked, plain_root(LEAVES[:new]))) in {
            "proof.consistency"
        }


def test_every_subtree_of_every_small_log_is_proven_and_nothing_else() -> None:
    roots = {(start, end): plain_root(LEAVES[start:end]) for end in range(41) for start in range(end + 1)}
    for size in range(1, 41):
        for end in range(size + 1):
            for start in range(end + 1):
                if not is_subtree(start, end):
                    assert refusal(lambda: subtree_path(start, end, size, HASH_AT)) == "proof.range"
                    continue
                path = subtree_path(start, end, size, HASH_AT)
                assert range_root(start, end, HASH_AT) == roots[start, end]
                if start < end:
                    assert path == plain_subtree(start, end, LEAVES[:size])
                verify_subtree_consistency(start, end, size, path, roots[start, end], roots[0, size])


@settings(deadline=None)
@given(st.data(), SIZES)
def test_a_bent_consistency_proof_is_refused(data: st.DataObject, size: int) -> None:
    power = 1 << data.draw(st.integers(0, 9))
    start = power * data.draw(st.integers(0, (size - 1) // power))
    end = data.draw(st.integers(start + 1, min(start + power, size)))
    if not is_subtree(start, end) or (start, end) == (0, size):
        return
    path, small, large = (
        subtree_path(start, end, size, HASH_AT),
        plain_root(LEAVES[start:end]),
        plain_root(LEAVES[:size]),
    )
    verify_subtree_consistency(start, end, size, path, small, large)
    at = data.draw(st.integers(0, len(path) - 1))
    bent = data.draw(
        st.sampled_from([[*path[:at], bytes(32), *path[at + 1 :]], path[:at] + path[at + 1 :], [*path, path[at]], []])
    )
    assert refusal(lambda: verify_subtree_consistency(start, end, size, bent, small, large)) in {
        "proof.consistency",
        "proof.length",
    }
    assert refusal(lambda: verify_subtree_consistency(start, end, size, path, large, large)) == "proof.consistency"


@settings(deadline=None)
@given(st.data(), SIZES)
def test_a_leaf_is_found_in_its_subtree(data: st.DataObject, size: int) -> None:
    power = 1 << data.draw(st.integers(0, 9))
    start = power * data.draw(st.integers(0, (size - 1) // power))
    end = data.draw(st.integers(start + 1, min(start + power, size)))
    index = data.draw(st.integers(start, end - 1))
    subtree = LEAVES[start:end]
    path = plain_inclusion(index - start, subtree)

    verify_subtree_inclusion(index, start, end, LEAVES[index], path, plain_root(subtree))
    assert refusal(lambda: verify_subtree_inclusion(end, start, end, LEAVES[index], path, b"")) == "proof.index"


def test_what_is_empty_proves_nothing() -> None:
    assert refusal(lambda: consistency_path(0, 5, HASH_AT)) == "proof.empty"
    assert refusal(lambda: verify_consistency(0, 5, [], EMPTY_ROOT, plain_root(LEAVES[:5]))) == "proof.empty"
    assert refusal(lambda: verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)) == "proof.empty"
    assert refusal(lambda: verify_subtree_inclusion(3, 3, 3, LEAVES[3], [], EMPTY_ROOT)) == "proof.index"
    assert refusal(lambda: verify_subtree_consistency(3, 3, 5, [], bytes(32), EMPTY_ROOT)) == "proof.consistency"
    assert refusal(lambda: verify_subtree_consistency(3, 3, 5, [EMPTY_ROOT], EMPTY_ROOT, EMPTY_ROOT)) == "proof.length"
    verify_subtree_consistency(3, 3, 5, [], EMPTY_ROOT, b"is not looked at")


def test_one_size_has_one_root() -> None:
    root = plain_root(LEAVES[:5])

    verify_consistency(5, 5, [], root, root)
    assert refusal(lambda: verify_consistency(5, 5, [], root, EMPTY_ROOT)) == "proof.consistency"
    assert refusal(lambda: verify_consistency(5, 5, [root], root, root)) == "proof.length"


def test_sizes_that_cannot_be_are_refused() -> None:
    assert refusal(lambda: verify_consistency(6, 5, [], EMPTY_ROOT, EMPTY_ROOT)) == "proof.range"
    assert refusal(lambda: verify_consistency(-1, 5, [], EMPTY_ROOT, EMPTY_ROOT)) == "proof.range"
    assert refusal(lambda: verify_consistency(5, 2**64, [], EMPTY_ROOT, EMPTY_ROOT)) == "proof.range"
    assert refusal(lambda: verify_consistency(1, 2**63, [bytes(32)] * 5000, LEAVES[0], LEAVES[0])) == "proof.length"
    assert refusal(lambda: subtree_path(0, 6, 5, HASH_AT)) == "proof.range"


@settings(deadline=None)
@given(
    st.integers(-2, 2**65),
    st.integers(-2, 2**65),
    st.lists(st.binary(min_size=30, max_size=33), max_size=70),
    st.binary(),
)
def test_no_input_brings_a_check_down(low: int, high: int, path: list[bytes], root: bytes) -> None:
    for check in (
        lambda: verify_inclusion(low, high, bytes(32), path, root),
        lambda: verify_consistency(low, high, path, bytes(32), root),
        lambda: verify_subtree_consistency(low, high, high, path, root, root),
    ):
        code = "none"
        try:
            check()
        except PlimsollError as error:
            code = error.code
        assert code == "none" or code.startswith("proof.")


@settings(deadline=None)
@given(st.data(), st.integers(2, 60))
def test_pymerkle_makes_the_same_proofs(data: st.DataObject, size: int) -> None:
    entries = [str(number).encode() for number in range(size)]
    theirs = pymerkle.InmemoryTree.init_from_entries(entries, algorithm="sha256")
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size - 1))
    leaf = leaf_hash(entries[index])

    # Its paths begin with the leaf itself, and count leaves from one.
    inclusion = theirs.prove_inclusion(index + 1, size)
    assert [bytes.fromhex(each) for each in inclusion.serialize()["path"]] == [
        leaf,
        *inclusion_path(index, size, HASH_AT),
    ]
    pymerkle.verify_inclusion(leaf, plain_root(LEAVES[:size]), inclusion)
    # Its consistency paths list other subtrees than the RFC's; what they prove about which roots is the same.
    ours = consistency_path(old, size, HASH_AT)
    verify_consistency(old, size, ours, theirs.get_root(old), theirs.get_root(size))
    pymerkle.verify_consistency(
        plain_root(LEAVES[:old]), plain_root(LEAVES[:size]), theirs.prove_consistency(old, size)
    )
