"""Which accelerator, and how many, one unit of a line on a cloud bill pays for.

The evidence is read in a fixed order, and the first field that names an accelerator decides:

1. `x_AcceleratorModel` and `x_AcceleratorCount`, the provider's own statement;
2. `InstanceType` and `GpuCount` in `SkuPriceDetails`;
3. `SkuMeter` (AWS writes ``EUW2-BoxUsage:p5.48xlarge``);
4. `SkuId`;
5. the text of the charge ("$1.624 per On Demand Linux g5.4xlarge Instance Hour").

Nothing that looks like an accelerator is passed over in silence: what the map does not know is `unmapped`, and fields
or words that name two different accelerators are `ambiguous`. docs/reference/hardware.md has the rules in full.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from plimsoll.compute.billing_units import BillingUnit, read_unit
from plimsoll.compute.catalogue import load_catalogue
from plimsoll.compute.sku_patterns import Mention, load_sku_map, plain_text, vendor_of

Outcome = Literal["accelerator", "other", "unmapped", "ambiguous"]

_MOST_CHARACTERS = 8_000
"""Together, in all fields of a descriptor: a bill that says more than that about one SKU hides something."""

_SURCHARGE = re.compile(
    r"ebs[ -]?optimi[sz]ed|for \d+ mbps per|elastic ?map ?reduce|for emr|eks[ -]auto|managedinstances?:|heavyusage"
    r"|(?:^|\| )commitment(?: v\d+)? ?:|licen[cs](?:e|ing) fee|software (?:usage|fee|charge|licen[cs]e)"
)
_IDLE = re.compile(r"(?<![^\W_])unused(?:box|ded|res)|(?<![^\W_])unused reservation")
_OTHER_PARTS = re.compile(r"(?<![^\W_])(?:core|cores|vcpu|cpu|ram|memory)(?: \([a-z ]*\))? running in ")
_PER_ACCELERATOR = re.compile(
    r"(?<![^\W_])(?:gpus?(?: \([a-z ]*\))? (?:running in|attached to)|per (?:gpu|tpu|chip|accelerator)"
    r"|(?:gpu|tpu|chip|accelerator)[ -]hours?|1 gpu slice)(?![^\W_])"
)
_LOOKS_ANYWHERE = re.compile(
    r"(?<![^\W_])(?:[a-z]*gpus?\d*|(?:cloud)?tpus?(?:v?\d+[a-z]*)?|npus?|trainium\d*|inferentia\d*|gaudi\d*|nvidia"
    r"|dgx|hgx|superchip|ultraserver|accelerated computing|accelerator[ -]optimi[sz]ed|(?:ai|ml) accelerators?"
    r"|standard_n[cdgv]\d+[a-z]*|ecs\.(?:ebm|scc|v|s)?gn\d[a-z]*)(?![^\W_])"
)
_LOOKS_LIKE_AWS = re.compile(
    r"(?<![\w.])(?:ml\.)?(?:p|g|gr|trn|inf|dl)\d+[a-z]*(?:-[a-z]+\d+[a-z]*)?\.(?:\d*x?large|metal)"
    r"|(?<![\w.])u-(?:p|g|trn)\d|hostusage:(?:p|g|trn|inf|dl)\d"
)
_LOOKS_BY_VENDOR = {
    None: _LOOKS_LIKE_AWS,
    "aws": _LOOKS_LIKE_AWS,
    "azure": re.compile(r"(?<![^\W_])n[cdgv](?!me)(?:\d+[a-z]*|[a-z]* ?[a-z0-9_ ]{0,30}series)(?![^\W_])"),
    "ibm": re.compile(r"(?<![^\W_])gx\d+[a-z]*-\d"),
    "gcp": re.compile(r"(?<![^\W_])(?:a[2-9]x?-[a-z]+|g[2-9]-[a-z]+|ct\d[a-z]*-[a-z]+)-\d"),
    "alibaba": re.compile(r"(?<![^\W_])(?:ebm|scc|v|s)?gn\d[a-z]*"),
    "tencent": re.compile(r"(?<![^\W_])(?:g[int]\d+[a-z]*|p?nv\d+[a-z]*|hcc[a-z]+\d+[a-z]*)\.\d*x?large\d*"),
    "huawei": re.compile(r"(?<![^\W_])(?:p|pi|g|ai|kai)\d[a-z]*\.[a-z0-9]+\.\d+|(?<![^\W_])ascend"),
}


@dataclass(frozen=True, slots=True)
class SkuDescriptor:
    """The fields of a bill's line that say what was sold; None where the bill does not have the field."""

    provider: str | None = None
    sku_id: str | None = None
    sku_meter: str | None = None
    details_instance_type: str | None = None
    details_gpu_count: str | int | None = None
    service: str | None = None
    description: str | None = None
    unit: str | None = None
    x_accelerator_model: str | None = None
    x_accelerator_count: str | int | None = None


@dataclass(frozen=True, slots=True)
class SkuMatch:
    """What one unit of the quantity is.

    Accelerator-nanoseconds = quantity x `accelerators_per_unit` x `unit_ns`, exactly. Where a cloud rents a sixth of
    a GPU, the sixth is in `unit_ns`.

    Attributes:
        outcome: ``accelerator``, ``other`` (no accelerator time), ``unmapped`` (looks like an accelerator but cannot
            be counted) or ``ambiguous`` (names two).
        chip: catalogue id for ``accelerator``, else None.
        accelerators_per_unit: 0 unless ``accelerator``.
        unit_ns: 0 unless ``accelerator``.
        basis: why, in words for a person.
        idle: the meter says that the capacity was reserved and not used.
        machine_time: one unit is time of one machine, so that a machine cannot have more of it than the charge period
            is long. Not so where single accelerators are priced: eight of them make eight GPU-hours an hour.
    """

    outcome: Outcome
    chip: str | None
    accelerators_per_unit: int
    unit_ns: int
    basis: str
    idle: bool = False
    machine_time: bool = False


@lru_cache(maxsize=262_144)
def resolve(descriptor: SkuDescriptor) -> SkuMatch:
    """Says what the line sells. Meant for the distinct descriptors of a delivery, not for each row."""
    texts = _texts(descriptor)
    whole = " | ".join(texts.values())
    unit = read_unit(_present(descriptor.unit))
    if len(whole) > _MOST_CHARACTERS:
        sold: Outcome = "other" if unit.counts == "other" else "unmapped"
        return _not_counted(sold, f"its texts have {len(whole):,} characters, too many to be searched")
    unit_words = f'"{descriptor.unit}"' if _present(descriptor.unit) else "a unit that the bill leaves out"
    named = _named(descriptor, texts, whole)
    if named is None and not _looks_like_accelerator(descriptor, whole, unit):
        return _not_counted("other", "names no accelerator")
    subject = f"{named.field} names {named.mention.words}" if isinstance(named, _Named) else "looks like an accelerator"
    if unit.counts == "other":
        return _not_counted("other", f"{subject}, but is sold by {unit_words}, which is not accelerator time")
    if isinstance(named, SkuMatch):
        return named
    surcharge = _SURCHARGE.search(whole)
    if surcharge:
        return _not_counted("other", f"{subject}, but is a fee beside the machine ({surcharge.group().strip('| :')})")
    if _OTHER_PARTS.search(texts["text"]) and not (named and named.field == "text"):
        return _not_counted("other", f"{subject}, but sells its processor cores or memory, billed beside it")
    if named is None:
        return _not_counted("unmapped", "looks like an accelerator, but no field names one that the map knows")
    if unit.counts == "unknown":
        return _not_counted("unmapped", f"{subject}, but is sold by {unit_words}, which is no known length of time")
    return _counted(descriptor, named, unit, texts["text"], whole)


@dataclass(frozen=True, slots=True)
class _Named:
    field: str
    mention: Mention


def _texts(descriptor: SkuDescriptor) -> dict[str, str]:
    fields = {
        "x_AcceleratorModel": descriptor.x_accelerator_model,
        "InstanceType": descriptor.details_instance_type,
        "SkuMeter": descriptor.sku_meter,
        "SkuId": descriptor.sku_id,
        "text": descriptor.description,
        "service": descriptor.service,
    }
    return {field: plain_text(_present(value) or "") for field, value in fields.items()}


def _named(descriptor: SkuDescriptor, texts: dict[str, str], whole: str) -> _Named | SkuMatch | None:
    """The first field that names an accelerator; a match if the fields contradict each other."""
    catalogue, vendor = load_catalogue(), vendor_of(_present(descriptor.provider))
    found: list[_Named] = []
    model = _present(descriptor.x_accelerator_model)
    if model and model.casefold() not in ("none", "n/a", "-"):
        chip = catalogue.find(model)
        if chip is None:
            return _not_counted("unmapped", f'x_AcceleratorModel "{model[:60]}" is not in the hardware catalogue')
        found.append(_Named("x_AcceleratorModel", Mention(chip.id, model, "name", None)))
    for field in ("InstanceType", "SkuMeter", "SkuId", "text"):
        mentions = _decide(load_sku_map().mentions(texts[field], vendor, whole))
        if len(mentions) > 1:
            words = " and ".join(sorted({mention.words for mention in mentions}))
            return _not_counted("ambiguous", f"{field} names {words}")
        found += [_Named(field, mention) for mention in mentions]
    families = {catalogue.get(named.mention.chip).family for named in found}
    if len(families) > 1:
        words = ", ".join(f"{named.field} names {named.mention.words}" for named in found)
        return _not_counted("ambiguous", words)
    return found[0] if found else None


def _decide(mentions: tuple[Mention, ...]) -> list[Mention]:
    """One mention per accelerator that a text really names.

    A machine's name outranks names of the same family, of which the cloud's words are often less exact ("NDamsr A100
    v4 Series - ND96amsr A100 v4"). A name that only begins another one ("A100 ... A100 80GB") is the same statement.
    """
    family = load_catalogue().family_of
    machines = list({(m.chip, m.accelerators): m for m in mentions if m.sold_as != "name"}.values())
    names = [m for m in mentions if m.sold_as == "name"]
    if machines:
        families = {family(m.chip) for m in machines}
        return machines + [m for m in names if family(m.chip) not in families]
    longest = [m for m in names if not any(o.words != m.words and o.words.startswith(m.words) for o in names)]
    return list({m.chip: m for m in sorted(longest, key=lambda m: m.accelerators is not None)}.values())


def _counted(descriptor: SkuDescriptor, named: _Named, unit: BillingUnit, text: str, whole: str) -> SkuMatch:
    mention = named.mention
    notes = [f"{named.field} names {mention.words}"]
    mapped = mention.accelerators if mention.sold_as != "name" else None
    machine_time = unit.counts == "machine" and mention.sold_as != "part"
    if unit.counts == "accelerator":
        count = Fraction(1)
        notes.append(f'"{descriptor.unit}" counts single accelerators')
    else:
        stated = _stated(descriptor, notes)
        per_accelerator = _PER_ACCELERATOR.search(text)
        if stated is not None:
            count = stated
        elif per_accelerator:
            count, machine_time = Fraction(1), False
            notes.append(f'"{per_accelerator.group()}" is a price for one')
        elif mapped is not None or mention.accelerators is not None:
            count = mapped or mention.accelerators or Fraction(0)
        else:
            other = _decide(load_sku_map().mentions(whole, vendor_of(_present(descriptor.provider)), whole))
            machine = next((m for m in other if m.sold_as == "machine"), None)
            if machine is None or machine.accelerators is None:
                return _not_counted("unmapped", f"{notes[0]}, but nothing says how many of them one unit has")
            count = machine.accelerators
            notes.append(f"{machine.words} has {count}")
        if stated is not None and mapped is not None and stated != mapped:
            notes.append(f"the map has {mapped} for {mention.words}; the stated {stated} was taken")
    if unit.nanoseconds % count.denominator:
        return _not_counted(
            "unmapped", f"{notes[0]}, but {count} of one cannot be counted exactly in {descriptor.unit}"
        )
    notes.append(f"{count} x {mention.chip} per unit")
    return SkuMatch(
        "accelerator",
        mention.chip,
        count.numerator,
        unit.nanoseconds // count.denominator,
        "; ".join(notes),
        idle=_IDLE.search(whole) is not None,
        machine_time=machine_time,
    )


def _stated(descriptor: SkuDescriptor, notes: list[str]) -> Fraction | None:
    """The number of accelerators that the provider states; unreadable and zero are noted and not believed."""
    stated: Fraction | None = None
    fields = (("x_AcceleratorCount", descriptor.x_accelerator_count), ("GpuCount", descriptor.details_gpu_count))
    for field, value in fields:
        text = _present(str(value)) if value is not None else None
        if text is None:
            continue
        count = _positive(text)
        if count is None:
            notes.append(f'{field} "{text[:20]}" is not a number above zero and was left out')
        elif stated is None:
            stated = count
            notes.append(f"{field} is {count}")
        elif stated != count:
            notes.append(f"{field} says {count} instead")
    return stated


def _positive(text: str) -> Fraction | None:
    if not re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", text):
        return None
    return Fraction(text) or None


def _looks_like_accelerator(descriptor: SkuDescriptor, whole: str, unit: BillingUnit) -> bool:
    counts = (descriptor.details_gpu_count, descriptor.x_accelerator_count)
    if unit.counts == "accelerator" or any(_positive(str(count).strip()) for count in counts if count is not None):
        return True
    by_vendor = _LOOKS_BY_VENDOR.get(vendor_of(_present(descriptor.provider)))
    return bool(_LOOKS_ANYWHERE.search(whole) or (by_vendor and by_vendor.search(whole)))


def _present(value: str | None) -> str | None:
    """The text, unless it is empty or the word that some exports write for null."""
    text = value.strip() if value else ""
    return text if text and text.casefold() != "null" else None


def _not_counted(outcome: Outcome, basis: str) -> SkuMatch:
    return SkuMatch(outcome, None, 0, 0, basis)
