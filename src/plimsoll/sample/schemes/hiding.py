"""Evaders who hide a run: behind a reseller, just below the line, under a small declaration, under a wrong label."""

from __future__ import annotations

from dataclasses import replace

from plimsoll.parties.kyc import Use as Purpose
from plimsoll.sample.roster import Shape
from plimsoll.sample.schemes.asked import Tactic
from plimsoll.sample.schemes.hours import spell, training_run
from plimsoll.sample.schemes.seats import Claimed, sized
from plimsoll.sample.schemes.splitting import SPLIT_RUN
from plimsoll.sample.schemes.stage import E23, LABELLED_BP, TRAIN_BP, Stage, parts, total, true_bp

_E20 = E23 // 1000


def behind_reseller(stage: Stage) -> None:
    """A run on the account of a reseller that names no customers, among those customers' small uses."""
    scheme, draw = stage.open(Tactic.BEHIND_RESELLER, "reseller-blind")
    members = stage.crew.found(draw, 1, young=200)
    provider = draw.one_of(stage.selling("train"))
    seller = replace(
        members.identities[0], reseller=True, downstream=() if draw.happens(300) else None, use=Purpose.RESALE
    )
    members.change(0, seller)
    run = training_run(draw, spell(draw, stage.days, 25, 150))
    uses = [
        sized(draw, provider, "train", run, total(draw) * E23, shown_bp=TRAIN_BP, workload=None,
              active_bp=true_bp(draw))
    ]  # fmt: skip
    for _ in range(draw.between(2, 8)):
        stretch = spell(draw, stage.days, 10, 120)
        uses.append(
            sized(draw, provider, "small", (stretch,), draw.between(1, 8) * E23 // 100, shown_bp=TRAIN_BP,
                  shape=Shape.JOBS, workload=None, active_bp=true_bp(draw))
        )  # fmt: skip
    stage.seat(scheme, members, 0, provider, *uses)


def just_below(stage: Stage) -> None:
    """Estimated at 82 to 98 % of the line: one account, or two to four under one control."""
    scheme, draw = stage.open(Tactic.JUST_BELOW, "just-below")
    amount = draw.between(820, 980)
    whole = spell(draw, stage.days, 20, 120)
    single = draw.happens(600)
    shares = (
        [amount * 100]
        if single
        else _shares(draw.between(2, 4), amount * 100, [draw.between(60, 140) for _ in range(4)])
    )
    shells = not single and draw.happens(500)
    members = stage.crew.found(draw, len(shares) if shells else 1, kind="company" if shells else "lab")
    if shells:
        stage.crew.tie(draw, members)
        scheme.shared = tuple(members.shared)
    person = members.identities[0]
    for at, share in enumerate(shares):
        provider = draw.one_of(stage.selling("train"))
        if not shells and not single:
            members.change(0, stage.crew.seat_identity(draw, person))
        use = sized(draw, provider, "train", training_run(draw, whole), share * 10**20, shown_bp=TRAIN_BP,
                    active_bp=true_bp(draw))  # fmt: skip
        stage.seat(scheme, members, at if shells else 0, provider, use)


def _shares(count: int, amount: int, weights: list[int]) -> list[int]:
    chosen = weights[:count]
    return [amount * weight // sum(chosen) for weight in chosen]


def under_declared(stage: Stage) -> None:
    """Declared at a fifth to a little more than half of the truth; one account, or two or three that share the run."""
    scheme, draw = stage.open(Tactic.UNDER_DECLARED, "under-declared-run")
    amount = total(draw, 130)
    members = stage.crew.found(draw, 1, kind="lab", young=300)
    run = f"run-{scheme.id}"
    scheme.claim = Claimed(run, draw.between(180, 560), "0.05" if draw.happens(400) else None)
    tag = run if draw.happens(600) else None
    person, whole = members.identities[0], spell(draw, stage.days, 25, 150)
    count = 1 if draw.happens(700) else draw.between(2, 3)
    for share in _shares(count, amount * 1000, [draw.between(60, 140) for _ in range(3)]):
        provider = draw.one_of(stage.selling("train", labels=True))
        members.change(0, stage.crew.seat_identity(draw, person))
        use = sized(draw, provider, "train", training_run(draw, whole), share * _E20, shown_bp=TRAIN_BP,
                    active_bp=true_bp(draw), run=tag)  # fmt: skip
        stage.seat(scheme, members, 0, provider, use)


def mislabelled(stage: Stage) -> None:
    """Training on training hardware, labelled as inference: one account, or several below the line by bound."""
    scheme, draw = stage.open(Tactic.MISLABELLED, "undeclared-run")
    amount = total(draw)
    alone = draw.happens(500)
    amounts = [amount * 1000] if alone else parts(draw, amount, least=4, most=14, cap=36)
    if not alone:
        scheme.code = SPLIT_RUN
    members = stage.crew.found(draw, 1, kind="company", young=500)
    person, whole = members.identities[0], spell(draw, stage.days, 30, 180)
    for part in amounts:
        provider = draw.one_of(stage.selling("train", labels=True, unmeasured=True))
        members.change(0, replace(stage.crew.seat_identity(draw, person), use=Purpose.INFERENCE))
        use = sized(draw, provider, "train", training_run(draw, whole), part * _E20 * LABELLED_BP // TRAIN_BP,
                    shown_bp=LABELLED_BP, workload="infer", active_bp=true_bp(draw))  # fmt: skip
        stage.seat(scheme, members, 0, provider, use)
