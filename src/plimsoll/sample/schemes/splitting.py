"""Evaders who split one run: over accounts, over providers, over shell companies, over a year, over bursts."""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.sample.draw import Draw
from plimsoll.sample.providers import Provider
from plimsoll.sample.schemes.asked import Tactic
from plimsoll.sample.schemes.crew import Members
from plimsoll.sample.schemes.hours import Stretch, duty, shaken, spell, training_run
from plimsoll.sample.schemes.seats import Scheme, sized
from plimsoll.sample.schemes.stage import CAREFUL, CARELESS, E23, TRAIN_BP, Stage, parts, total, true_bp

_E20 = E23 // 1000
SPLIT_RUN = "split-run"


def split_accounts(stage: Stage) -> None:
    """One legal person, three to twenty accounts at one provider."""
    scheme, draw = stage.open(Tactic.SPLIT_ACCOUNTS, SPLIT_RUN)
    provider = draw.one_of(stage.selling("train"))
    _one_person(stage, scheme, draw, lambda: provider)


def split_providers(stage: Stage) -> None:
    """One legal person, three to twenty accounts at two to five providers."""
    scheme, draw = stage.open(Tactic.SPLIT_PROVIDERS, SPLIT_RUN)
    chosen = _some(draw, stage.selling("train"), 2)
    turn = iter(range(1000))
    _one_person(stage, scheme, draw, lambda: chosen[next(turn) % len(chosen)])


def _some(draw: Draw, providers: tuple[Provider, ...], least: int) -> list[Provider]:
    """So many of them at least, in an order of their own."""
    left, found = list(providers), []
    for _ in range(draw.between(least, len(left))):
        found.append(left.pop(draw.below(len(left))))
    return found


def _one_person(stage: Stage, scheme: Scheme, draw: Draw, provider: Callable[[], Provider]) -> None:
    members = stage.crew.found(draw, 1, kind="lab")
    person = members.identities[0]
    whole = spell(draw, stage.days, 20, min(150, stage.days * 6 // 10))
    for part in parts(draw, total(draw)):
        members.change(0, stage.crew.seat_identity(draw, person))
        stretch = _about(draw, whole)
        _seat(stage, scheme, members, 0, provider(), draw, training_run(draw, stretch), part)


def _about(draw: Draw, whole: Stretch) -> Stretch:
    """Most of a run's time: accounts begin and end days apart."""
    room = max(1, (whole.end - whole.start) // 24 // 5)
    return Stretch(whole.start + draw.below(room) * 24, whole.end - draw.below(room) * 24)


def _seat(
    stage: Stage, scheme: Scheme, members: Members, at: int, provider: Provider, draw: Draw,
    stretches: tuple[Stretch, ...], part: int, workload: str = "train",
) -> None:  # fmt: skip
    use = sized(
        draw, provider, "train", stretches, part * _E20, shown_bp=TRAIN_BP, workload=workload, active_bp=true_bp(draw)
    )
    stage.seat(scheme, members, at, provider, use)


def shells_shared(stage: Stage) -> None:
    """Three to twenty shell companies; each shares one thing with one of those before it, and nothing else."""
    scheme, draw = stage.open(Tactic.SHELLS_SHARED, SPLIT_RUN)
    amounts = parts(draw, total(draw))
    members = stage.crew.found(draw, len(amounts))
    stage.crew.tie(draw, members)
    scheme.shared = tuple(members.shared)
    whole = spell(draw, stage.days, 25, min(160, stage.days * 7 // 10))
    providers = stage.selling("train")
    for at, part in enumerate(amounts):
        stretch = _about(draw, whole)
        _seat(stage, scheme, members, at, draw.one_of(providers), draw, training_run(draw, stretch), part)


def shells_synchronised(stage: Stage) -> None:
    """Three to twenty shell companies with nothing in common, whose usage changes in the same hours."""
    scheme, draw = stage.open(Tactic.SHELLS_SYNCHRONISED, "synchronised-accounts")
    amounts = parts(draw, total(draw))
    members = stage.crew.found(draw, len(amounts))
    run = training_run(draw, spell(draw, stage.days, 25, min(140, stage.days * 6 // 10)))
    jitter = draw.one_of((0, 1, 1, 2))
    providers = stage.selling("train", hourly=True)
    for at, part in enumerate(amounts):
        _seat(stage, scheme, members, at, draw.one_of(providers), draw, shaken(draw, run, jitter), part)


def stretched(stage: Stage) -> None:
    """Two to five accounts, all of the data's time, so that even half a year stays below the line."""
    scheme, draw = stage.open(Tactic.STRETCHED, SPLIT_RUN)
    amount = draw.between(120, 190)
    amounts = parts(draw, amount, least=2, most=5, cap=CARELESS)
    whole = Stretch(draw.below(max(1, stage.days // 30)) * 24, stage.days * 24 - draw.below(48))
    members, whose = _people(stage, scheme, draw, len(amounts))
    for at, part in enumerate(amounts):
        provider = draw.one_of(stage.selling("train"))
        _dress(stage, members, whose[at], draw)
        _seat(stage, scheme, members, whose[at], provider, draw, training_run(draw, whole), part)


def duty_cycled(stage: Stage) -> None:
    """Three to eight accounts, on for hours and off for days, for most of the data's time."""
    scheme, draw = stage.open(Tactic.DUTY_CYCLED, SPLIT_RUN)
    amounts = parts(draw, draw.between(120, 260), least=3, most=8, cap=draw.one_of((CAREFUL, CARELESS)))
    members, whose = _people(stage, scheme, draw, len(amounts))
    whole = spell(draw, stage.days, stage.days * 6 // 10, stage.days, spare=2)
    together = duty(draw, whole) if draw.happens(300) else None
    for at, part in enumerate(amounts):
        provider = draw.one_of(stage.selling("train"))
        bursts = shaken(draw, together, 2) if together else duty(draw, whole)
        _dress(stage, members, whose[at], draw)
        _seat(stage, scheme, members, whose[at], provider, draw, bursts, part)


def _people(stage: Stage, scheme: Scheme, draw: Draw, accounts: int) -> tuple[Members, list[int]]:
    """Who holds the accounts: one legal person, or as many shell companies, each tied to another by one thing."""
    if draw.happens(500):
        return stage.crew.found(draw, 1, kind="lab"), [0] * accounts
    members = stage.crew.found(draw, accounts)
    stage.crew.tie(draw, members)
    scheme.shared = tuple(members.shared)
    return members, list(range(accounts))


def _dress(stage: Stage, members: Members, at: int, draw: Draw) -> None:
    """One legal person looks a little different at each account; a shell company has one account only."""
    if len(members) == 1:
        members.identities[at] = stage.crew.seat_identity(draw, members.identities[at])
