"""What a log takes: keys by log order, rules by the policy last logged, and an audit from the entries alone."""

import contextlib
import datetime

import pytest
from cose_cases import AUTHORITY, LAB, authority, first_policy, key, policy, registration, statement
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.key_register import (
    KeyRegister,
    KeyRegistered,
    KeyRevoked,
    RevocationReason,
    parse_key_registered,
    parse_key_revoked,
)
from plimsoll.ledger.keys.roles import Role
from plimsoll.ledger.keys.signers import FileKey
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.sealed.erasure_order import parse_erasure_order
from plimsoll.ledger.statements.cbor import encode_cbor
from plimsoll.ledger.statements.cose import Alg, Sign1, parse_sign1, sign1
from plimsoll.ledger.statements.registration import Registrar, audit
from plimsoll.ledger.statements.registration_policy import RegistrationPolicy, parse_registration_policy
from plimsoll.ledger.statements.statement import (
    KEY_REGISTERED,
    KEY_REVOKED,
    REGISTRATION_POLICY,
    parse_statement,
    sign_record,
)

NOW = 1_800_000_000


def log_of(*entries: bytes) -> Registrar:
    registrar = Registrar()
    for entry in (first_policy(), *entries):
        registrar.admit(entry)
    return registrar


def revocation(of: FileKey, *, iss: str = AUTHORITY, signer: FileKey | None = None) -> bytes:
    body = KeyRevoked(of.cose_key.kid, RevocationReason.COMPROMISED).encode()
    return sign_record(signer or authority(), iss=iss, sub=LAB, media_type=KEY_REVOKED, body=body)


def refusal(registrar: Registrar, data: bytes, now: int | None = None) -> str:
    before = (registrar.next_index, len(registrar.keys), registrar.policy)
    with pytest.raises(PlimsollError) as caught:
        registrar.admit(data, now)
    assert (registrar.next_index, len(registrar.keys), registrar.policy) == before
    return caught.value.code


def test_a_key_is_good_after_its_registration_and_before_its_revocation() -> None:
    registrar = log_of()
    assert refusal(registrar, statement()) == "registration.key_unknown"
    registrar.admit(registration(key()))
    assert registrar.admit(statement()).index == 2
    registrar.admit(revocation(key()))
    assert refusal(registrar, statement()) == "registration.key_not_valid"
    kid = key().cose_key.kid
    assert [registrar.keys.valid(kid, index) for index in range(5)] == [False, False, True, False, False]


def test_a_revoked_key_does_not_come_back() -> None:
    registrar = log_of(registration(key()), revocation(key()))
    assert refusal(registrar, registration(key())) == "key_register.again"
    assert refusal(registrar, revocation(key())) == "key_register.revoked"
    assert refusal(registrar, revocation(key(9))) == "key_register.unknown"


def test_a_key_has_one_role_and_one_issuer() -> None:
    registrar = log_of(registration(key()))
    assert refusal(registrar, registration(key(), role=Role.WITNESS)) == "key_register.two_roles"
    assert refusal(registrar, registration(key(), iss="https://other.example")) == "key_register.two_issuers"
    assert refusal(registrar, registration(authority(), role=Role.FILER)) == "key_register.two_roles"


def test_an_issuer_revokes_its_own_key_and_nobody_elses() -> None:
    registrar = log_of(registration(key(1)), registration(key(2), iss="https://other.example"))
    other = revocation(key(1), iss="https://other.example", signer=key(2))
    assert refusal(registrar, other) == "registration.role"
    registrar.admit(revocation(key(1), iss=LAB, signer=key(1)))
    assert refusal(registrar, statement()) == "registration.key_not_valid"


def test_a_key_speaks_for_its_own_issuer_only() -> None:
    registrar = log_of(registration(key()))
    assert refusal(registrar, statement(iss="https://other.example")) == "registration.issuer"


def test_only_an_authority_registers_keys_and_changes_rules() -> None:
    registrar = log_of(registration(key()))
    assert refusal(registrar, policy(RegistrationPolicy(), key())) == "registration.issuer"
    mine = sign_record(
        key(), iss=LAB, sub="s", media_type="application/vnd.plimsoll.registration-policy+cbor", body=b"\xa0"
    )
    assert refusal(registrar, mine) == "registration.role"


def test_a_key_of_a_log_or_witness_signs_no_statements() -> None:
    registrar = log_of(registration(key(), role=Role.WITNESS))
    assert refusal(registrar, statement()) == "registration.role"


def test_the_rules_most_recently_logged_decide() -> None:
    registrar = log_of(registration(key()), registration(key(2, KeyType.ECDSA)))
    registrar.admit(statement(key(2, KeyType.ECDSA)))
    registrar.admit(policy(RegistrationPolicy(algs=frozenset({Alg.EDDSA, Alg.ED25519}))))
    assert refusal(registrar, statement(key(2, KeyType.ECDSA))) == "registration.alg"
    registrar.admit(statement())
    registrar.admit(policy(RegistrationPolicy(content_types=frozenset({"application/json"}))))
    assert refusal(registrar, statement()) == "registration.content_type"
    registrar.admit(statement(content_type="application/json"))
    registrar.admit(policy(RegistrationPolicy(issuers=frozenset({"https://other.example"}))))
    assert refusal(registrar, statement(content_type="application/json")) == "registration.issuer"
    registrar.admit(policy(RegistrationPolicy()))
    registrar.admit(statement(key(2, KeyType.ECDSA), sub="case-2"))


def test_a_later_policy_brings_no_authorities_with_it() -> None:
    named = KeyRegistered(key(5).cose_key, AUTHORITY, Role.AUTHORITY)
    registrar = log_of(policy(RegistrationPolicy(authorities=(named,))))
    assert refusal(registrar, registration(key(6), signer=key(5))) == "registration.key_unknown"


def test_a_log_begins_with_the_policy_of_an_authority_that_the_policy_names() -> None:
    assert refusal(Registrar(), statement()) == "registration.first_entry"
    assert refusal(Registrar(), policy(RegistrationPolicy())) == "registration.first_entry"
    named = KeyRegistered(authority().cose_key, AUTHORITY, Role.AUTHORITY)
    stranger = sign_record(
        key(4),
        iss=AUTHORITY,
        sub="policy",
        media_type="application/vnd.plimsoll.registration-policy+cbor",
        body=RegistrationPolicy(authorities=(named,)).encode(),
    )
    assert refusal(Registrar(), stranger) == "registration.first_entry"


def twin(data: bytes) -> bytes:
    """The same with the other good ECDSA signature, which anybody can make."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    message = parse_sign1(data)
    r, s = message.signature[:32], int.from_bytes(message.signature[32:], "big")
    return Sign1(message.protected, {}, message.payload, r + (order - s).to_bytes(32, "big")).encode()


def test_what_was_replaced_is_not_brought_back_by_a_second_form_of_its_signature() -> None:
    office = key(100, KeyType.ECDSA, Role.AUTHORITY)
    registrar = Registrar()
    first = first_policy(office)
    filings = [statement(key(2, KeyType.ECDSA), issued_at=each) for each in (1, 2)]
    strict = policy(RegistrationPolicy(issuers=frozenset({LAB})), office)
    for entry in (first, registration(key(2, KeyType.ECDSA), signer=office), *filings, strict):
        registrar.admit(entry)
    assert registrar.policy is not None
    for again in (first, twin(first), twin(strict), filings[0], twin(filings[0])):
        assert twin(again) != again
        assert refusal(registrar, again) == "registration.again"
    assert registrar.policy.issuers == {LAB}
    registrar.admit(statement(key(2, KeyType.ECDSA), issued_at=3))
    opened = Registrar()
    for entry in (first, strict):
        opened.apply(entry)
    assert refusal(opened, twin(first)) == "registration.again"


def test_what_is_for_one_log_is_taken_by_no_other() -> None:
    office = authority()
    named = KeyRegistered(office.cose_key, AUTHORITY, Role.AUTHORITY)
    body = RegistrationPolicy(authorities=(named,)).encode()

    def first(name: str, aud: str | None = None) -> bytes:
        return sign_record(office, iss=AUTHORITY, sub=name, media_type=REGISTRATION_POLICY, body=body, aud=aud)

    def register(aud: str | None) -> bytes:
        entry = KeyRegistered(key().cose_key, LAB, Role.FILER).encode()
        return sign_record(office, iss=AUTHORITY, sub=LAB, media_type=KEY_REGISTERED, body=entry, aud=aud)

    old, new = Registrar(), Registrar()
    old.admit(first("log/2025", "log/2025"))
    new.admit(first("log/2026"))
    assert (old.name, new.name) == ("log/2025", "log/2026")
    old.admit(register("log/2025"))
    for replayed in (register("log/2025"), first("log/2025", "log/2025")):
        assert refusal(new, replayed) == "registration.audience"
    assert refusal(Registrar(), first("log/2026", "log/2025")) == "registration.audience"
    new.admit(register("log/2026"))
    new.admit(statement(aud="log/2026"))
    assert refusal(new, statement(sub="b", aud="log/2025")) == "registration.audience"
    assert parse_statement(statement(aud="log/2026")).aud == ("log/2026",)
    both = sign1(key(), {15: {1: LAB, 2: "c", 3: ["x", "log/2026"]}, 258: -16, 4: key().cose_key.kid}, bytes(32))
    assert new.admit(both.encode()).statement.aud == ("x", "log/2026")
    for aud in (7, [], "", [7], [""], None):
        data = sign1(key(), {15: {1: LAB, 2: "c", 3: aud}, 258: -16, 4: key().cose_key.kid}, bytes(32)).encode()  # type: ignore[dict-item]
        assert refusal(new, data) == "statement.claims"


def test_an_auditor_sees_that_old_bytes_were_logged_again() -> None:
    entries = [first_policy(), registration(key()), statement(issued_at=1), statement(issued_at=2)]
    assert [(index, problem.code) for index, problem in audit([*entries, entries[2]])] == [(4, "registration.again")]


def test_a_log_that_began_otherwise_has_no_policy_whoever_sends_it_one() -> None:
    registrar = Registrar()
    for entry in (b"a text", first_policy()):
        registrar.apply(entry)
    assert (registrar.policy, len(registrar.keys), registrar.next_index) == (None, 0, 2)
    assert refusal(registrar, first_policy()) == "registration.first_entry"
    assert [problem.code for _, problem in audit([b"a text", first_policy(), registration(key())])] == [
        "cbor.tag",
        "registration.first_entry",
        "registration.first_entry",
    ]


def test_a_policy_brings_each_key_once() -> None:
    named = KeyRegistered(authority().cose_key, AUTHORITY, Role.AUTHORITY)
    with pytest.raises(PlimsollError) as caught:
        RegistrationPolicy(authorities=(named, named))
    assert caught.value.code == "registration.policy"


def test_a_bad_signature_is_refused_last() -> None:
    registrar = log_of(registration(key()))
    data = bytearray(statement())
    data[-1] ^= 1
    assert refusal(registrar, bytes(data)) == "cose.signature"


def test_what_is_logged_is_the_bare_statement() -> None:
    registrar = log_of(registration(key()))
    dressed = parse_sign1(statement()).with_unprotected({394: [b"r"]}).encode()
    assert registrar.admit(dressed).entry == statement()


def test_an_auditor_judges_every_entry_again_from_the_entries_alone() -> None:
    entries = [first_policy(), registration(key()), statement(), revocation(key()), statement(sub="too late")]
    assert [(index, problem.code) for index, problem in audit(entries)] == [(4, "registration.key_not_valid")]
    entries[2] = statement(key(3))
    entries.append(parse_sign1(registration(key(7))).with_unprotected({1000: 1}).encode())
    entries.append(b"not a statement")
    assert [(index, problem.code) for index, problem in audit(entries)] == [
        (2, "registration.key_unknown"),
        (4, "registration.key_not_valid"),
        (5, "registration.not_bare"),
        (6, "cbor.tag"),
    ]


def test_a_log_that_is_opened_again_knows_what_it_knew() -> None:
    entries = [first_policy(), registration(key()), b"padding", statement(), revocation(key())]
    registrar = Registrar()
    for entry in entries:
        registrar.apply(entry)
    assert registrar.next_index == 5
    holder = registrar.keys.holder(key().cose_key.kid)
    assert holder is not None
    assert (holder.registered, holder.revoked) == (1, 4)


def certificate(
    issuer: str,
    subject_key: object,
    signing_key: object,
    *,
    uri: str | None,
    ca: bool,
    more: x509.ExtensionType | None = None,
    subject: str | None = None,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject or ("root" if ca else "leaf"))]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(subject_key.public_key())  # type: ignore[attr-defined]
        .serial_number(7 if ca else 8)
        .not_valid_before(datetime.datetime.fromtimestamp(NOW - 1000, datetime.UTC))
        .not_valid_after(datetime.datetime.fromtimestamp(NOW + 1000, datetime.UTC))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()),  # type: ignore[attr-defined]
            critical=False,
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(subject_key.public_key()),  # type: ignore[attr-defined]
            critical=False,
        )
    )
    if ca:
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    if more is not None:
        builder = builder.add_extension(more, critical=False)
    if uri:
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signing_key, SHA256() if hasattr(signing_key, "curve") else None)  # type: ignore[arg-type]


def test_an_issuer_with_a_certificate_is_known_by_a_path_to_an_anchor_of_the_policy() -> None:
    root_key = derive_private_key(12345, SECP256R1())
    leaf_key = derive_private_key(int.from_bytes(bytes([1]) * 32, "big"), SECP256R1())
    root = certificate("root", root_key, root_key, uri=None, ca=True).public_bytes(Encoding.DER)
    leaf = certificate("root", leaf_key, root_key, uri=LAB, ca=False).public_bytes(Encoding.DER)
    unnamed = certificate("root", leaf_key, root_key, uri=None, ca=False).public_bytes(Encoding.DER)
    forger = derive_private_key(54321, SECP256R1())
    forged = certificate("root", leaf_key, forger, uri=LAB, ca=False).public_bytes(Encoding.DER)
    signer = key(1, KeyType.ECDSA)

    def chained(chain: object, *, iss: str = LAB, protected: bool = True) -> bytes:
        headers = {15: {1: iss, 2: "s"}, 258: -16, **({33: chain} if protected else {4: b"k"})}
        return sign1(signer, headers, bytes(32), unprotected={} if protected else {33: chain}).encode()  # type: ignore[arg-type]

    registrar = log_of(policy(RegistrationPolicy(anchors=(root,))))
    assert registrar.admit(chained(leaf), NOW).statement.chain == (leaf,)
    assert registrar.admit(chained([leaf, root]), NOW)
    for data, now in [
        (chained(leaf), NOW + 2000),
        (chained(leaf), None),
        (chained(forged), NOW),
        (chained(unnamed), NOW),
        (chained(leaf, iss="https://other.example"), NOW),
        (chained(b"no certificate"), NOW),
        (chained(leaf, protected=False), NOW),
        (with_wrong_thumbprint(signer, leaf), NOW),
    ]:
        assert refusal(registrar, data, now) == "registration.certificate"
    assert refusal(log_of(), chained(leaf), NOW) == "registration.certificate"
    other = sign1(key(2, KeyType.ECDSA), {15: {1: LAB, 2: "t"}, 258: -16, 33: leaf}, bytes(32)).encode()  # type: ignore[dict-item]
    assert refusal(registrar, other, NOW) == "cose.signature"


def anchored(*entries: bytes) -> Registrar:
    return log_of(policy(RegistrationPolicy(anchors=(ROOT,))), *entries)


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([registration(key(1, KeyType.ECDSA)), revocation(key(1, KeyType.ECDSA))], "registration.key_not_valid"),
        ([registration(key(1, KeyType.ECDSA), iss="https://other.example")], "registration.issuer"),
        ([registration(key(1, KeyType.ECDSA), role=Role.LOG)], "registration.role"),
    ],
)
def test_a_certificate_does_not_overrule_what_the_log_says_of_its_key(entries: list[bytes], code: str) -> None:
    headers = {15: {1: LAB, 2: "s"}, 258: -16, 33: LEAF}
    data = sign1(key(1, KeyType.ECDSA), headers, bytes(32)).encode()  # type: ignore[arg-type]
    assert anchored().judge(data, NOW)
    assert refusal(anchored(*entries), data, NOW) == code


NO_USAGE = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


@pytest.mark.parametrize(
    ("extension", "taken"),
    [
        (x509.KeyUsage(**{**NO_USAGE, "digital_signature": True}), True),
        (x509.KeyUsage(**{**NO_USAGE, "content_commitment": True}), True),
        (x509.KeyUsage(**{**NO_USAGE, "key_encipherment": True}), False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CODE_SIGNING]), True),
    ],
)
def test_a_certificate_for_another_purpose_signs_no_statements(extension: x509.ExtensionType, taken: bool) -> None:
    leaf = certificate("root", LEAF_KEY, ROOT_KEY, uri=LAB, ca=False, more=extension).public_bytes(Encoding.DER)
    headers = {15: {1: LAB, 2: "s"}, 258: -16, 33: leaf}
    data = sign1(key(1, KeyType.ECDSA), headers, bytes(32)).encode()  # type: ignore[arg-type]
    if taken:
        assert anchored().judge(data, NOW)
    else:
        assert refusal(anchored(), data, NOW) == "registration.certificate"


class SlowKey:
    """An RSA key that takes long to verify with."""

    def public_key(self) -> object:
        return RSAPublicNumbers((1 << 3000) + 1, (1 << 3071) + 1).public_key()


def test_a_chain_is_one_path_and_quick_to_verify() -> None:
    middle_key = derive_private_key(777, SECP256R1())
    middle, other, slow = (
        certificate(issuer, subject_key, ROOT_KEY, uri=None, ca=True, subject=name).public_bytes(Encoding.DER)
        for issuer, subject_key, name in (
            ("root", middle_key, "middle"),
            ("root", ROOT_KEY, "other"),
            ("root", SlowKey(), "middle"),
        )
    )
    leaf = certificate("middle", LEAF_KEY, middle_key, uri=LAB, ca=False).public_bytes(Encoding.DER)

    def judged(*chain: bytes) -> str:
        headers = {15: {1: LAB, 2: "s"}, 258: -16, 33: chain}
        try:
            anchored().judge(sign1(key(1, KeyType.ECDSA), headers, bytes(32)).encode(), NOW)  # type: ignore[arg-type]
        except PlimsollError as problem:
            return problem.what
        return "taken"

    assert judged(leaf, middle) == judged(leaf, middle, ROOT) == "taken"
    assert "not followed" in judged(leaf, middle, other)
    assert "not followed" in judged(leaf, ROOT, middle)
    assert "one name" in judged(leaf, middle, middle)
    assert "exponent" in judged(leaf, slow)


def test_an_authoritys_own_certificate_signs_no_statements() -> None:
    office = certificate("root", LEAF_KEY, ROOT_KEY, uri=LAB, ca=True).public_bytes(Encoding.DER)
    headers = {15: {1: LAB, 2: "s"}, 258: -16, 33: office}
    data = sign1(key(1, KeyType.ECDSA), headers, bytes(32)).encode()  # type: ignore[arg-type]
    assert refusal(anchored(), data, NOW) == "registration.certificate"


def with_wrong_thumbprint(signer: FileKey, leaf: bytes) -> bytes:
    headers = {15: {1: LAB, 2: "s"}, 258: -16, 33: leaf, 34: (-16, bytes(32))}
    return sign1(signer, headers, bytes(32)).encode()  # type: ignore[arg-type]


ROOT_KEY = derive_private_key(12345, SECP256R1())
ROOT = certificate("root", ROOT_KEY, ROOT_KEY, uri=None, ca=True).public_bytes(Encoding.DER)
LEAF_KEY = derive_private_key(int.from_bytes(bytes([1]) * 32, "big"), SECP256R1())
LEAF = certificate("root", LEAF_KEY, ROOT_KEY, uri=LAB, ca=False).public_bytes(Encoding.DER)
ANCHORED = log_of(policy(RegistrationPolicy(anchors=(ROOT,))))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(LEAF) - 1), st.integers(1, 255)), min_size=1, max_size=3), st.booleans())
def test_a_changed_certificate_is_refused_with_a_code(changes: list[tuple[int, int]], as_anchor: bool) -> None:
    changed = bytearray(ROOT if as_anchor else LEAF)
    for place, change in changes:
        changed[place % len(changed)] ^= change
    assume(bytes(changed) not in (ROOT, LEAF))
    registrar = ANCHORED
    if as_anchor:
        registrar = Registrar()
        registrar.apply(first_policy())
        registrar.policy = RegistrationPolicy(anchors=(bytes(changed),))
    chain = LEAF if as_anchor else bytes(changed)
    headers = {15: {1: LAB, 2: "s"}, 258: -16, 33: chain}
    data = sign1(key(1, KeyType.ECDSA), headers, bytes(32)).encode()  # type: ignore[arg-type]
    try:
        registrar.judge(data, NOW)
    except PlimsollError:
        return
    # An anchor's own signature says nothing. In the issuer's certificate the count of unused bits of the signature may
    # change from 0 without effect; whatever the authority signed is as it was.
    assert as_anchor or signed_part(bytes(changed)) == signed_part(LEAF)


def signed_part(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).tbs_certificate_bytes


BODIES = st.binary(max_size=60) | st.recursive(
    st.none() | st.integers(-60, 60) | st.binary(max_size=33) | st.text(max_size=9),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.integers(0, 6), each, max_size=6),
    max_leaves=12,
).map(encode_cbor)


@given(BODIES)
def test_only_coded_errors_come_out_of_foreign_records(body: bytes) -> None:
    for parse in (parse_key_registered, parse_key_revoked, parse_registration_policy, parse_erasure_order):
        with contextlib.suppress(PlimsollError):
            parse(body)


def test_records_are_read_back_as_they_were_written() -> None:
    registered = KeyRegistered(key().cose_key, LAB, Role.FILER)
    assert parse_key_registered(registered.encode()) == registered
    revoked = KeyRevoked(b"kid", RevocationReason.ROTATED)
    assert parse_key_revoked(revoked.encode()) == revoked
    rules = RegistrationPolicy(
        (KeyRegistered(authority().cose_key, AUTHORITY, Role.AUTHORITY),),
        frozenset({Alg.ES256}),
        frozenset({LAB}),
        frozenset({"text/plain"}),
        (b"anchor",),
    )
    assert parse_registration_policy(rules.encode()) == rules
    assert parse_registration_policy(RegistrationPolicy().encode()) == RegistrationPolicy()


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_validity_is_a_matter_of_order(registered: int, asked: int, revoked: int) -> None:
    register = KeyRegister()
    kid = key().cose_key.kid
    register.register(registered, KeyRegistered(key().cose_key, LAB, Role.FILER))
    register.revoke(revoked, KeyRevoked(kid, RevocationReason.CLOSED))
    assert register.valid(kid, asked) == (registered < asked < revoked)
