"""An invented record in which every field is filled, to start from."""

from __future__ import annotations

from datetime import date

from plimsoll.parties.kyc import Address, CustomerRecord, Downstream, Holder, Identifier, Kind, Role, Use

EXAMPLE = CustomerRecord(
    provider="nimbus",
    account="acct-000123",
    legal_name="Ostrava Field Robotics Ltd",
    kind=Kind.COMPANY,
    customer_ref="C-7041",
    aliases=("OFR",),
    identifiers=(Identifier("lei", "999900PLIMSOLL000706"), Identifier("reg:GB", "08412973")),
    jurisdiction="GB",
    incorporated=date(2019, 5, 14),
    addresses=(Address("12 Harbour Street", "Bristol", "BS1 4QA", "GB"),),
    emails=("accounts@ostrava-robotics.example",),
    phones=("hk1:0f1e2d3c4b5a69788796a5b4c3d2e1f0",),
    payment_instruments=("hk1:00112233445566778899aabbccddeeff",),
    payer="Ostrava Treasury Ltd",
    access_networks=("hk1:ffeeddccbbaa99887766554433221100",),
    holders=(
        Holder(
            "Marta Kovarik",
            Role.OWNER,
            country="CZ",
            born="1978-11-02",
            share_bp=6_000,
            share_max_bp=6_000,
            since=date(2019, 5, 14),
        ),
        Holder(
            "Lumen Holdings BV",
            Role.OWNER,
            Kind.COMPANY,
            country="NL",
            identifiers=(Identifier("reg:NL", "61234567"),),
            share_bp=2_500,
            share_max_bp=5_000,
        ),
        Holder("Tomas Havel", Role.DIRECTOR, country="CZ", born="1981"),
    ),
    reseller=True,
    downstream=(Downstream("Pell Analytics SARL", "FR", (Identifier("reg:FR", "732829320"),)),),
    declared_use=Use.RESEARCH,
    opened=date(2024, 2, 1),
    filed_on=date(2026, 6, 30),
)
