"""Policies: nested quorums, every refusal with its line, and what counts at which time."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from note_cases import SeedSigner, log_signer, log_signer_pq, only_coded, witness_signer

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint import Checkpoint, sign_checkpoint
from plimsoll.ledger.notes.cosignature import cosign
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.notes.notes import NoteSignature, add_signatures
from plimsoll.ledger.notes.policy import MAX_CLOCK_SKEW, MAX_POLICY_BYTES, Policy, parse_policy
from plimsoll.ledger.notes.quorum import PolicyGroup, PolicyLog, PolicyWitness

NOW = 1_795_000_000
DAY = 86_400
HEAD = Checkpoint("log.example/filings", 5, bytes(range(32)))
LOG = log_signer().verifier.text
W = [witness_signer(number).verifier.text for number in range(8)]
KEYS = [witness_signer(number).verifier for number in range(8)]

TREATY = "\n".join(
    [
        "# The treaty's quorum: two of three in bloc A and two of four in bloc B.",
        f"log {LOG} https://log.example/filings",
        *(f"witness a{n} {W[n]} https://a{n}.example/" for n in range(3)),
        *(f"\t witness\tb{n}  {W[3 + n]} " for n in range(4)),
        "",
        "group bloc-a 2 a0 a1 a2",
        "group bloc-b 2 b0 b1 b2 b3",
        "group treaty all bloc-a bloc-b",
        "  # the end",
        "quorum treaty",
        "",
    ]
).encode()


def refused(data: bytes | str) -> tuple[str, int | None]:
    with pytest.raises(PlimsollError) as caught:
        parse_policy(data.encode() if isinstance(data, str) else data)
    return caught.value.code, caught.value.where.line


def note(*lines: NoteSignature, log: SeedSigner | None = None) -> bytes:
    return add_signatures(sign_checkpoint(HEAD, [log or log_signer()], NOW), lines).encode()


def test_no_bloc_of_the_treaty_can_vouch_alone() -> None:
    policy = parse_policy(TREATY)

    for chosen in itertools.chain.from_iterable(itertools.combinations(range(7), n) for n in range(8)):
        in_a, in_b = sum(n < 3 for n in chosen), sum(n >= 3 for n in chosen)
        assert policy.judge({KEYS[n] for n in chosen}) == (in_a >= 2 and in_b >= 2)


def test_a_policy_is_read_as_written() -> None:
    policy = parse_policy(TREATY)

    assert policy.logs == (PolicyLog(log_signer().verifier, "https://log.example/filings"),)
    assert policy.witnesses[3] == PolicyWitness("b0", KEYS[3])
    assert policy.groups[2] == PolicyGroup("treaty", 2, ("bloc-a", "bloc-b"))
    assert policy.quorum == "treaty"


@pytest.mark.parametrize(
    ("line", "satisfied_by"),
    [("all w0 w1 w2", 3), ("any w0 w1 w2", 1), ("2 w0 w1 w2", 2), ("3 w0 w1 w2", 3), ("1 w0", 1)],
)
def test_thresholds_are_all_any_or_a_number(line: str, satisfied_by: int) -> None:
    witnesses = "".join(f"witness w{n} {W[n]}\n" for n in range(3))
    policy = parse_policy(f"{witnesses}group g {line}\nquorum g\n".encode())

    for count in range(4):
        assert policy.judge(set(KEYS[:count])) == (count >= satisfied_by)


def test_keys_may_be_given_as_text() -> None:
    policy = parse_policy(TREATY)

    assert policy.judge([W[n] for n in (0, 1, 3, 4)])
    with pytest.raises(PlimsollError, match=r"key\.malformed"):
        policy.judge(["a0"])


def test_a_quorum_may_be_one_witness_or_none() -> None:
    one = parse_policy(f"witness w {W[0]}\nquorum w\n".encode())
    assert one.judge({KEYS[0]})
    assert not one.judge({KEYS[1]})
    assert not one.judge(set())
    assert parse_policy(b"quorum none\n").judge(set())


def test_thirty_two_of_each_are_read() -> None:
    lines = [f"log {log_signer(f'l{n}.example', f'l{n}').verifier.text}" for n in range(32)]
    lines += [f"witness w{n} {witness_signer(n).verifier.text}" for n in range(32)]
    lines += [f"group g{n} any w{n}" + (f" g{n - 1}" if n else "") for n in range(32)]
    policy = parse_policy("\n".join([*lines, "quorum g31", ""]).encode())

    assert all(policy.judge({witness_signer(n).verifier}) for n in range(32))


def test_names_are_opaque_bytes() -> None:
    text = f"witness K {W[0]}\nwitness \u212a {W[1]}\n".encode() + f" witness \x7f {W[2]}\n".encode().replace(
        b"\x7f", b"\xff\xfe"
    )
    policy = parse_policy(text + b"group g all K \xe2\x84\xaa \xff\xfe\nquorum g\n")

    assert policy.judge(set(KEYS[:3]))
    assert not policy.judge(set(KEYS[:2]))


X = f"witness x {W[0]}\n"
XY = X + f"witness y {W[1]}\n"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "policy.no_quorum", 1),
        (X, "policy.no_quorum", 1),
        ("quorum none", "policy.unterminated", 1),
        ("quorum none\n# end", "policy.unterminated", 2),
        ("quorum none\r\n", "policy.character", 1),
        ("#\n#\x0b\nquorum none\n", "policy.character", 2),
        ("#\x7f\nquorum none\n", "policy.character", 1),
        ("quorum none\nquorum none\n", "policy.two_quorums", 2),
        ("quorum\n", "policy.line", 1),
        ("quorum none none\n", "policy.line", 1),
        ("quorum x\n" + X, "policy.unknown_name", 1),
        ("frobnicate\n", "policy.line", 1),
        ("Quorum none\n", "policy.line", 1),
        ("log\n", "policy.line", 1),
        (f"log {LOG} u v\n", "policy.line", 1),
        ("log nonsense\n", "policy.key", 1),
        (f"log {W[0]}\n", "policy.role", 1),
        (f"witness x {LOG}\n", "policy.role", 1),
        (f"witness {W[0]}\n", "policy.line", 1),
        (f"witness x {W[0]} u v\n", "policy.line", 1),
        ("witness x nonsense\n", "policy.key", 1),
        (f"log {LOG}\nlog {LOG} u\n", "policy.duplicate_key", 2),
        (X + f"witness z {W[0]}\n", "policy.duplicate_key", 2),
        (X + f"witness z {SeedSigner('z', KeyType.COSIGN_ED25519, 'witness 0 4').verifier.text}\n",
         "policy.duplicate_key", 2),
        (X + f"log {SeedSigner('z', KeyType.ED25519, 'witness 0 4').verifier.text}\n", "policy.key_reuse", 2),
        (f"log {LOG}\nwitness x {SeedSigner('z', KeyType.COSIGN_ED25519, 'log').verifier.text}\n",
         "policy.key_reuse", 2),
        (f"witness none {W[0]}\n", "policy.reserved_name", 1),
        (X + "group none any x\n", "policy.reserved_name", 2),
        (X + "group g any none\n", "policy.reserved_name", 2),
        (X + f"witness x {W[1]}\n", "policy.duplicate_name", 2),
        (X + "group x any x\n", "policy.duplicate_name", 2),
        (XY + "group g any x\ngroup g any y\n", "policy.duplicate_name", 4),
        ("group g any x\n" + X, "policy.unknown_name", 1),
        (X + "group g any g\n", "policy.unknown_name", 2),
        (X + "group g any x x\n", "policy.member_twice", 2),
        (X + "group g any x\ngroup h any x\n", "policy.member_twice", 3),
        (XY + "group g any x\ngroup h all g y\ngroup i any h x\n", "policy.member_twice", 5),
        (X + "group g any\n", "policy.empty_group", 2),
        (X + "group g all\n", "policy.empty_group", 2),
        (X + "group g 1\n", "policy.empty_group", 2),
        (X + "group g\n", "policy.line", 2),
        (X + "group g 0 x\n", "policy.threshold", 2),
        (X + "group g 2 x\n", "policy.threshold", 2),
        (X + "group g 01 x\n", "policy.threshold", 2),
        (X + "group g -1 x\n", "policy.threshold", 2),
        (X + "group g most x\n", "policy.threshold", 2),
        (X + f"group g {'9' * 5000} x\n", "policy.threshold", 2),
        ("".join(f"log {log_signer(f'l{n}', f'l{n}').verifier.text}\n" for n in range(257)), "policy.too_many", 257),
        ("#" * MAX_POLICY_BYTES + "\n", "policy.too_large", None),
    ],
    ids=lambda part: repr(part)[:40],
)  # fmt: skip
def test_every_broken_rule_is_refused_with_its_line(text: str, code: str, line: int | None) -> None:
    assert refused(text) == (code, line)


def test_a_policy_built_by_code_is_held_to_the_same_rules() -> None:
    reused = SeedSigner("w.example", KeyType.COSIGN_ED25519, "log").verifier
    with pytest.raises(PlimsollError, match=r"policy\.key_reuse"):
        Policy((PolicyLog(log_signer().verifier),), (PolicyWitness("w", reused),), (), "w")
    with pytest.raises(PlimsollError, match=r"policy\.role"):
        Policy.trusting([witness_signer(1).verifier])
    with pytest.raises(PlimsollError, match=r"policy\.unknown_name"):
        Policy((), (), (), "nobody")


def test_a_checkpoint_is_checked_under_a_policy() -> None:
    policy = parse_policy(TREATY)
    lines = [cosign(HEAD, witness_signer(n), NOW - n) for n in (0, 2, 4, 5)]

    result = policy.check(note(*lines))

    assert result.checkpoint == HEAD
    assert result.log_signers == (log_signer().verifier,)
    assert result.cosigners == tuple((f"witness{n}.example", NOW - n) for n in (0, 2, 4, 5))
    assert result.quorum
    assert not policy.check(note(*lines[:3])).quorum


def test_a_known_witness_whose_cosignature_fails_rejects_the_checkpoint() -> None:
    policy = parse_policy(TREATY)
    lines = [cosign(HEAD, witness_signer(n), NOW) for n in (0, 2, 4, 5)]
    bad = NoteSignature(KEYS[6].name, KEYS[6].id, bytes(72))

    with pytest.raises(PlimsollError, match=r"note\.signature"):
        policy.check(note(*lines, bad))


def test_only_a_listed_log_of_this_origin_counts() -> None:
    policy = parse_policy(TREATY)
    for log in (log_signer(label="stranger"), log_signer("other.example")):
        with pytest.raises(PlimsollError, match=r"note\.unsigned|policy\.unknown_log"):
            policy.check(note(log=log))
    witnessed = add_signatures(
        sign_checkpoint(HEAD, [log_signer(label="x")], NOW), [cosign(HEAD, witness_signer(0), 1)]
    )
    with pytest.raises(PlimsollError, match=r"policy\.unknown_log"):
        policy.check(witnessed.encode())
    with pytest.raises(PlimsollError, match=r"policy\.unknown_log"):
        parse_policy(b"quorum none\n").check(note())


def test_a_witness_that_signs_twice_counts_once_with_its_newest_time() -> None:
    policy = parse_policy(f"log {LOG}\nwitness x {W[0]}\nwitness y {W[1]}\ngroup g 2 x y\nquorum g\n".encode())
    result = policy.check(note(*(cosign(HEAD, witness_signer(0), NOW - n) for n in (5, 1, 9))))

    assert result.cosigners == (("witness0.example", NOW - 1),)
    assert not result.quorum


def test_a_logs_own_cosignature_is_no_witness() -> None:
    pq = log_signer_pq()
    policy = parse_policy(f"log {LOG}\nlog {pq.verifier.text}\nwitness x {W[0]}\nquorum x\n".encode())

    result = policy.check(sign_checkpoint(HEAD, [log_signer(), pq], NOW).encode())

    assert (result.log_signers, result.cosigners) == ((log_signer().verifier, pq.verifier), ())
    assert (result.quorum, result.log_time) == (False, NOW)


@pytest.mark.parametrize(
    ("time", "counts"),
    [(NOW, True), (NOW - DAY, True), (NOW - DAY - 1, False), (NOW + MAX_CLOCK_SKEW, True),
     (NOW + MAX_CLOCK_SKEW + 1, False), (0, False)],
)  # fmt: skip
def test_the_quorum_must_hold_among_fresh_cosignatures(time: int, counts: bool) -> None:
    policy = parse_policy(f"log {LOG}\nwitness x {W[0]}\nquorum x\n".encode())
    data = note(cosign(HEAD, witness_signer(0), time))

    result = policy.check(data, NOW, DAY)

    assert result.quorum == counts
    assert bool(result.cosigners) == counts
    assert len(result.set_aside) == (0 if counts else 1)
    assert policy.check(data).quorum


def test_without_an_age_a_time_in_the_future_still_does_not_count() -> None:
    policy = parse_policy(f"log {LOG}\nwitness x {W[0]}\nquorum x\n".encode())
    data = note(cosign(HEAD, witness_signer(0), NOW + DAY))

    assert policy.check(data, NOW).set_aside == (("witness0.example", NOW + DAY, "cosignature.future"),)
    assert not policy.check(data, NOW).quorum


def test_an_age_needs_a_clock() -> None:
    with pytest.raises(PlimsollError, match=r"policy\.no_clock"):
        parse_policy(TREATY).check(note(), None, DAY)


WORDS = st.sampled_from(
    ["log", "witness", "group", "quorum", "none", "all", "any", "x", "y", "g", "1", "2", "#", "", LOG, W[0], W[1], "\t"]
)
LINES = st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=8).map(lambda lines: "\n".join([*lines, ""]))


@settings(deadline=None)
@given(LINES.map(str.encode) | st.binary(max_size=200))
def test_any_bytes_are_a_policy_or_a_coded_error(data: bytes) -> None:
    with only_coded("policy."):
        parse_policy(data).judge(set(KEYS))
