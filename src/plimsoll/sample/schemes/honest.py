"""Honest hard cases: what looks like a split run and is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from plimsoll.parties.kyc import Downstream, Role
from plimsoll.parties.kyc import Use as Purpose
from plimsoll.sample.roster import Party, Shape
from plimsoll.sample.schemes.asked import Tactic
from plimsoll.sample.schemes.crew import as_holder, owned
from plimsoll.sample.schemes.hours import Stretch, spell, training_run
from plimsoll.sample.schemes.seats import sized
from plimsoll.sample.schemes.stage import E23, LABELLED_BP, TRAIN_BP, Stage, true_bp

_E20 = E23 // 1000
_SUBJECTS = ("Astronomy", "Botany", "Chemistry", "Dentistry", "Economics", "Forestry", "Genetics", "History",
             "Informatics", "Linguistics", "Mathematics", "Neurology", "Oceanography", "Physics", "Robotics",
             "Statistics", "Toxicology", "Urban Studies", "Virology", "Zoology")  # fmt: skip


def university(stage: Stage) -> None:
    """Twenty to sixty laboratories' accounts, 25 to 75 % of the line together."""
    scheme, draw = stage.open(Tactic.UNIVERSITY, None)
    members = stage.crew.found(draw, 1, kind="research", young=0)
    person = replace(members.identities[0], use=Purpose.RESEARCH)
    weights = [draw.between(10, 200) for _ in range(draw.between(20, 60))]
    amount = draw.between(25, 75) * E23
    for weight in weights:
        provider = draw.one_of(stage.providers)
        seat = stage.crew.seat_identity(draw, person)
        if draw.happens(500):
            seat = replace(seat, name=f"{person.name}, Department of {draw.one_of(_SUBJECTS)}")
        members.change(0, seat)
        shape = draw.one_of((Shape.JOBS, Shape.STEADY, Shape.STEADY))
        use = sized(draw, provider, "small", (spell(draw, stage.days, 20, 200),), amount * weight // sum(weights),
                    shown_bp=TRAIN_BP, shape=shape, active_bp=true_bp(draw))  # fmt: skip
        stage.seat(scheme, members, 0, provider, use)


def reseller(stage: Stage) -> None:
    """It pays for five to fifteen customers with one card and names them all; together they would be past the line."""
    scheme, draw = stage.open(Tactic.RESELLER, None)
    seller = stage.crew.found(draw, 1, young=0)
    customers = stage.crew.found(draw, draw.between(5, 15), kind="lab", young=200)
    own = seller.identities[0]
    names = tuple(Downstream(c.name, c.jurisdiction, c.identifiers[:1]) for c in customers.identities)
    seller.change(0, replace(own, reseller=True, downstream=names, use=Purpose.RESALE))
    amount = draw.between(90, 170) * E23 // len(customers)
    small = sized(draw, provider := draw.one_of(stage.providers), "small", (spell(draw, stage.days, 30, 200),),
                  E23 // 4, shown_bp=TRAIN_BP, shape=Shape.JOBS, active_bp=true_bp(draw))  # fmt: skip
    stage.seat(scheme, seller, 0, provider, small)
    for at in range(len(customers)):
        customers.change(at, replace(customers.identities[at], payer=own.name, card=own.card), "card")
        provider = draw.one_of(stage.selling("train"))
        stretches = training_run(draw, spell(draw, stage.days, 20, 120))
        use = sized(draw, provider, "train", stretches, min(amount, 36 * E23) * draw.between(60, 130) // 100,
                    shown_bp=TRAIN_BP, active_bp=true_bp(draw))  # fmt: skip
        stage.seat(scheme, customers, at, provider, use)


def hedge_fund(stage: Stage) -> None:
    """Three to six affiliates of one parent with steady inference; past the line at most by bound, all together."""
    scheme, draw = stage.open(Tactic.HEDGE_FUND, None)
    members = stage.crew.found(draw, draw.between(3, 6), young=150)
    parent = members.identities[0]
    for at in range(1, len(members)):
        child = owned(members.identities[at], as_holder(parent), draw.between(51, 100) * 100)
        director = next(h for h in parent.holders if h.role is Role.DIRECTOR)
        members.change(at, replace(child, holders=(*child.holders, director), use=Purpose.INFERENCE))
    bound = draw.between(50, 200) * E23 // len(members)
    for at in range(len(members)):
        provider = draw.one_of(stage.selling("serve", labels=True))
        whole = Stretch(0, stage.days * 24)
        shape = draw.one_of((Shape.SERVING, Shape.STEADY))
        use = sized(draw, provider, "serve", (whole,), min(bound, 80 * E23) * LABELLED_BP // 10_000,
                    shown_bp=LABELLED_BP, shape=shape, workload="infer", active_bp=draw.between(900, 1700))  # fmt: skip
        stage.seat(scheme, members, at, provider, use)


def merger(stage: Stage, start: date) -> None:
    """Two companies, each below the line, one bought by the other when most of the computing was over."""
    scheme, draw = stage.open(Tactic.MERGER, None)
    members = stage.crew.found(draw, 2, kind="lab", young=100)
    day = stage.days * draw.between(45, 60) // 100
    scheme.merged_on = start + timedelta(days=day)
    members.change(
        1, owned(members.identities[1], as_holder(members.identities[0]), 10_000, scheme.merged_on), "holders"
    )
    members.change(0, members.identities[0], "identifiers")
    for at, amount in enumerate((draw.between(60, 75), draw.between(45, 60))):
        provider = draw.one_of(stage.selling("train"))
        first = draw.between(0, day // 3) * 24
        before = training_run(draw, Stretch(first, max(first + 240, (day - draw.between(2, 10)) * 24)))
        after = spell(draw, stage.days - day, 15, 60)
        uses = [
            sized(draw, provider, "train", before, amount * E23, shown_bp=TRAIN_BP, active_bp=true_bp(draw)),
            sized(draw, provider, "train", (Stretch(after.start + day * 24, after.end + day * 24),),
                  draw.between(2, 9) * E23, shown_bp=TRAIN_BP, active_bp=true_bp(draw)),
        ]  # fmt: skip
        stage.seat(scheme, members, at, provider, *uses)


def namesakes(stage: Stage) -> None:
    """Two companies of one name at one address that have nothing to do with each other; together past the line."""
    scheme, draw = stage.open(Tactic.NAMESAKES, None)
    members = stage.crew.found(draw, 2, young=100)
    first = members.identities[0]
    party = members.parties[1]
    members.parties[1] = Party(party.id, party.kind, first.name, first.jurisdiction)
    fresh = stage.crew.found_as(members.parties[1])
    members.change(1, replace(fresh, address=first.address, former=None, local_name=first.local_name))
    members.change(0, replace(first, former=None), "address")
    for at in range(2):
        provider = draw.one_of(stage.selling("train"))
        stretches = training_run(draw, spell(draw, stage.days, 30, 120))
        use = sized(draw, provider, "train", stretches, draw.between(55, 75) * E23, shown_bp=TRAIN_BP,
                    active_bp=true_bp(draw))  # fmt: skip
        stage.seat(scheme, members, at, provider, use)
