"""Issuers with X.509 certificates: the full path from the statement's certificate to an anchor of the log's policy.

The chain must be in the protected header. A chain outside it is emptied before logging, and an auditor could not judge
the decision again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements import cose
from plimsoll.ledger.statements.cose_keys import CoseKey, KeyKind
from plimsoll.ledger.statements.statement import SHA256, SHA384, SHA512, Statement

_MAX_EXPONENT_BITS = 32
_HASHES = {SHA256: "sha256", SHA384: "sha384", SHA512: "sha512"}


def certified_key(statement: Statement, anchors: tuple[bytes, ...], now: int | None) -> CoseKey:
    """The issuer's key, from its certificate.

    Args:
        statement: with its chain, the issuer's certificate first.
        anchors: DER certificates that are trusted.
        now: POSIX seconds at which the path must be valid.

    Raises:
        PlimsollError: ``registration.certificate``.
    """
    if cose.X5CHAIN not in statement.message.headers:
        raise _refused("the chain of certificates is not in the protected header")
    if not anchors or now is None:
        raise _refused("this log takes no issuers with certificates")
    leaf = statement.chain[0]
    if statement.x5t is not None:
        alg, digest = statement.x5t
        if hashlib.new(_HASHES[alg], leaf).digest() != digest:
            raise _refused("the thumbprint is that of another certificate")
    try:
        certificate = _verified(statement.chain, anchors, now)
        if statement.iss not in _uris(certificate):
            raise _refused("the certificate does not name the issuer among its URIs")
        _check_purpose(certificate)
        return _key_of(certificate, statement.kid)
    except PlimsollError:
        raise
    except Exception as problem:
        # What the library raises over a stranger's certificate (version, key, name, extension) shares no base class.
        why = str(problem).split("\n", maxsplit=1)[0][:120]
        raise _refused(f"no path leads from the certificate to an anchor of the policy ({why})") from None


def _verified(chain: tuple[bytes, ...], anchors: tuple[bytes, ...], now: int) -> Any:
    from cryptography import x509
    from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store

    certificates = [x509.load_der_x509_certificate(each) for each in chain]
    _check_order(certificates)
    verifier = (
        PolicyBuilder()
        .store(Store([x509.load_der_x509_certificate(each) for each in anchors]))
        .time(datetime.fromtimestamp(now, UTC))
        .max_chain_depth(6)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    verifier.verify(certificates[0], certificates[1:])
    return certificates[0]


def _check_purpose(certificate: Any) -> None:
    """Refuses the certificate of an authority, and one whose key was certified for something else."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    for extension in certificate.extensions:
        match extension.value:
            case x509.BasicConstraints(ca=True):
                raise _refused("the certificate is that of a certification authority and not an issuer's")
            case x509.KeyUsage(digital_signature=False, content_commitment=False):
                raise _refused("the certificate's key is not for signatures")
            case x509.ExtendedKeyUsage() as usages:
                elsewhere = {
                    ExtendedKeyUsageOID.SERVER_AUTH,
                    ExtendedKeyUsageOID.OCSP_SIGNING,
                    ExtendedKeyUsageOID.TIME_STAMPING,
                }
                if set(usages) <= elsewhere:
                    raise _refused("the certificate's key is for servers or for services of an authority only")


def _check_order(certificates: Sequence[Any]) -> None:
    """Refuses what is no single path (RFC 9360: each is followed by its issuer's), before any signature is verified.

    Certificates that have issued one another make thousands of paths, and an RSA key can be made slow on purpose.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    if len({each.subject for each in certificates}) != len(certificates):
        raise _refused("two certificates of the chain have one name")
    for below, above in pairwise(certificates):
        if below.issuer != above.subject:
            raise _refused("a certificate of the chain is not followed by that of its issuer")
    for each in certificates:
        key = each.public_key()
        if isinstance(key, RSAPublicKey) and key.public_numbers().e.bit_length() > _MAX_EXPONENT_BITS:
            raise _refused("a certificate of the chain has an RSA key with an unusually large exponent")


def _uris(certificate: Any) -> list[str]:
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    uris: list[str] = names.get_values_for_type(x509.UniformResourceIdentifier)
    return uris


def _key_of(certificate: Any, kid: bytes | None) -> CoseKey:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = certificate.public_key()
    match public:
        case Ed25519PublicKey():
            return CoseKey(KeyKind.ED25519, public.public_bytes_raw(), kid or b"")
        case MLDSA44PublicKey():
            return CoseKey(KeyKind.ML_DSA_44, public.public_bytes_raw(), kid or b"")
        case EllipticCurvePublicKey() if public.curve.name == "secp256r1":
            point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            return CoseKey(KeyKind.P256, point[1:], kid or b"")
    raise _refused("the certificate's key is not of a type that is accepted")


def _refused(what: str) -> PlimsollError:
    return PlimsollError(
        "registration.certificate", what, fix="Send the full chain in label 33 of the protected header, issuer first."
    )
