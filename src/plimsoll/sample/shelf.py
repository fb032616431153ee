"""What each invented provider sells: the six price lists, in the billing style of six kinds of cloud."""

from __future__ import annotations

import json
from functools import cache

from plimsoll.sample.providers import Provider, Region, Role, Sku


@cache
def providers() -> tuple[Provider, ...]:
    """All providers, in a fixed order."""
    return (_norrvik(), _kestrelmoor(), _pellworth(), _orelane(), _brightquay(), _fellmoor())


def _details(instance: str | None, gpus: int | None = None, **more: str | int) -> str:
    """SkuPriceDetails in the keys that FOCUS 1.2 and later define."""
    known = {"InstanceType": instance, "GpuCount": gpus, **more}
    return json.dumps({key: value for key, value in known.items() if value is not None}, separators=(",", ":"))


def _ordinary(stem: str, instance: str | None, *, metered: bool = False) -> tuple[Sku, ...]:
    """Products that are not accelerator time: a machine without accelerators, storage, and traffic."""
    machine = instance or "16-core machine"
    details = _details(instance, CoreCount=16) if instance else None
    box, store, out = (
        (f"BoxUsage:{machine}", "TimedStorage-ByteHrs", "DataTransfer-Out-Bytes") if metered else (None, None, None)
    )
    text = f"{machine}, general purpose, per hour"
    return (
        Sku(f"{stem}-CPU", box, details, text, "Virtual Machines", "Hours", 77, "ordinary"),
        Sku(f"{stem}-STORE", store, None, "Object storage, standard", "Object Storage", "GB-Hours", 1, "ordinary"),
        Sku(f"{stem}-NET", out, None, "Data transfer out to the internet", "Data Transfer", "GB", 9, "ordinary"),
    )


def _norrvik() -> Provider:
    """A hyperscaler whose machine type stands in SkuMeter; SkuPriceDetails is filled for new products only."""

    def box(instance: str, role: Role, chip: str, count: int, *, cents: int, detailed: bool = True) -> Sku:
        return Sku(
            "NVK" + instance.replace(".", "").upper(), f"BoxUsage:{instance}",
            _details(instance, count, InstanceSeries=instance.partition(".")[0]) if detailed else None,
            f"${cents // 100}.{cents % 100:02} per On Demand Linux {instance} Instance Hour",
            "Elastic Machines", "Hours", cents, role, chip, count,
        )  # fmt: skip

    return Provider(
        "norrvik-cloud", "Norrvik Cloud", "provider", "Norrvik Cloud", "IE", "hour", account="4{}", weight=28,
        tells_customer=True, measures=False,
        regions=(
            Region("north-1", "North 1", "NO1-"),
            Region("west-2", "West 2", "WE2-"),
            Region("isles-1", "Isles 1", "IS1-"),
        ),
        skus=(
            box("p5.48xlarge", "train", "h100-sxm", 8, cents=9832),
            box("p5en.48xlarge", "train", "h200-sxm", 8, cents=10210),
            box("p4d.24xlarge", "small", "a100-sxm-40gb", 8, cents=3277, detailed=False),
            box("p4de.24xlarge", "small", "a100-sxm-80gb", 8, cents=4097),
            box("p5.4xlarge", "small", "h100-sxm", 1, cents=1229),
            box("trn1.32xlarge", "small", "trainium1", 16, cents=2150),
            box("g5.4xlarge", "small", "a10g", 1, cents=162, detailed=False),
            box("g5.48xlarge", "serve", "a10g", 8, cents=1629),
            box("g6.12xlarge", "serve", "l4", 4, cents=460, detailed=False),
            box("inf2.48xlarge", "serve", "inferentia2", 12, cents=1298),
            *_ordinary("NVK", "m6i.4xlarge", metered=True),
        ),
    )  # fmt: skip


def _kestrelmoor() -> Provider:
    """A hyperscaler that reports by day and names machines as sizes; counts of accelerators are not given."""

    def size(name: str, meter: str, role: Role, chip: str, count: int, *, cents: int) -> Sku:
        return Sku(
            "KM-" + meter.replace(" ", "-"), meter, _details(name), f"Virtual Machines - {meter} - Linux",
            "Virtual Machines", "Hours", cents, role, chip, count,
        )  # fmt: skip

    return Provider(
        "kestrelmoor", "Kestrelmoor", "provider", "Kestrelmoor", "US", "day", account="km-{}", weight=22,
        tells_customer=True, measures=False,
        regions=(Region("lowlandcentral", "Lowland Central"), Region("fjordnorth", "Fjord North")),
        skus=(
            size("Standard_ND96isr_H100_v5", "ND96isr H100 v5", "train", "h100-sxm", 8, cents=9830),
            size("Standard_ND96isr_H200_v5", "ND96isr H200 v5", "train", "h200-sxm", 8, cents=8480),
            size("Standard_ND96amsr_A100_v4", "ND96amsr A100 v4", "small", "a100-sxm-80gb", 8, cents=3277),
            size("Standard_NC24ads_A100_v4", "NC24ads A100 v4", "small", "a100-pcie-80gb", 1, cents=367),
            size("Standard_ND96isr_MI300X_v5", "ND96isr MI300X v5", "small", "mi300x", 8, cents=4800),
            size("Standard_NC40ads_H100_v5", "NC40ads H100 v5", "serve", "h100-nvl", 1, cents=698),
            size("Standard_NC4as_T4_v3", "NC4as T4 v3", "serve", "t4", 1, cents=53),
            *_ordinary("KM", "Standard_D16s_v5"),
        ),
    )  # fmt: skip


def _pellworth() -> Provider:
    """A hyperscaler with machine types, and with its own chips, which only the description names."""

    def machine(name: str, role: Role, chip: str, count: int, *, cents: int) -> Sku:
        return Sku(
            "PW-" + name.upper(), None, _details(name, count), f"{name} instance running in Uplands",
            "Compute Engine", "Hours", cents, role, chip, count,
        )  # fmt: skip

    def tensor(sku: str, text: str, role: Role, chip: str, *, cents: int) -> Sku:
        return Sku(sku, None, None, text, "Cloud TPU", "Hours", cents, role, chip, 1)

    return Provider(
        "pellworth", "Pellworth", "provider", "Pellworth", "US", "hour", account="pw-{}", weight=18,
        tells_customer=True, measures=False,
        regions=(Region("uplands1", "Uplands 1"), Region("delta2", "Delta 2")),
        skus=(
            machine("a3-highgpu-8g", "train", "h100-sxm", 8, cents=8849),
            machine("a3-ultragpu-8g", "train", "h200-sxm", 8, cents=8480),
            machine("a2-ultragpu-8g", "small", "a100-sxm-80gb", 8, cents=4055),
            machine("a2-highgpu-4g", "small", "a100-sxm-40gb", 4, cents=1469),
            machine("a2-highgpu-1g", "small", "a100-sxm-40gb", 1, cents=367),
            tensor("PW-TPU-V5P", "TPU v5p chip hour in Uplands", "small", "tpu-v5p", cents=420),
            tensor("PW-TPU-V5E", "TPU v5e chip hour in Uplands", "serve", "tpu-v5e", cents=120),
            machine("g2-standard-12", "serve", "l4", 1, cents=100),
            *_ordinary("PW", "n2-standard-16"),
        ),
    )  # fmt: skip


def _orelane() -> Provider:
    """A neocloud that bills GPU-hours by accelerator; GpuCount is the size of the node, not of the unit."""

    def gpu(name: str, model: str, role: Role, chip: str | None, *, cents: int, node: int = 8) -> Sku:
        return Sku(
            f"ORL-{name}", f"gpu-{name.lower()}", _details(None, node), f"{model} GPU-hour", "GPU Cloud", "GPU-Hours",
            cents, role, chip, 1, model,
        )  # fmt: skip

    return Provider(
        "orelane", "Orelane", "provider", "Orelane", "NL", "hour", account="orl-{}", weight=14,
        tells_customer=True, measures=True,
        regions=(Region("DELTA-01", ""), Region("MOOR-02", "")),
        skus=(
            gpu("H100-SXM", "NVIDIA H100 SXM", "train", "h100-sxm", cents=449),
            gpu("B200", "NVIDIA B200", "train", "b200", cents=680),
            gpu("H200", "NVIDIA H200", "small", "h200-sxm", cents=510),
            gpu("A100-80GB", "NVIDIA A100-SXM4-80GB", "small", "a100-sxm-80gb", cents=221),
            gpu("L40S", "NVIDIA L40S", "serve", "l40s", cents=142),
            gpu("A40", "NVIDIA A40", "serve", "a40", cents=128),
            gpu("N7", "Corvid N7", "unmapped", None, cents=305, node=16),
            *_ordinary("ORL", None),
        ),
    )  # fmt: skip


def _brightquay() -> Provider:
    """A reseller of Norrvik's machines: only the text of the charge says what was used, and not by whom."""

    def resold(instance: str, role: Role, chip: str, count: int, *, cents: int) -> Sku:
        return Sku(
            "BQ" + instance.replace(".", "").upper(), None, None, f"{instance} Instance Hour, resold, North 1",
            "Managed Machines", "Hours", cents, role, chip, count,
        )  # fmt: skip

    return Provider(
        "brightquay", "Brightquay", "reseller", "Norrvik Cloud", "SG", "day", account="bq-{}", weight=10,
        tells_customer=False, measures=False,
        regions=(Region("north-1", "North 1"),),
        skus=(
            resold("p5.48xlarge", "train", "h100-sxm", 8, cents=10600),
            resold("p4d.24xlarge", "small", "a100-sxm-40gb", 8, cents=3500),
            resold("p4de.24xlarge", "small", "a100-sxm-80gb", 8, cents=4380),
            resold("g5.2xlarge", "small", "a10g", 1, cents=133),
            resold("g5.12xlarge", "serve", "a10g", 4, cents=610),
            *_ordinary("BQ", None),
        ),
    )  # fmt: skip


def _fellmoor() -> Provider:
    """A research cluster: bare-metal shapes, and nodes that only its own accelerator columns describe."""

    def shape(name: str, role: Role, chip: str, count: int, *, cents: int) -> Sku:
        return Sku(
            "FM-" + name, None, _details(name, count), f"{name} node hour", "Research Computing", "Hours", cents, role,
            chip, count,
        )  # fmt: skip

    def node(name: str, model: str, role: Role, chip: str, count: int, *, cents: int) -> Sku:
        return Sku(
            "FM-" + name, None, None, f"partition {name.lower()}, node hour", "Research Computing", "Hours", cents,
            role, chip, count, model, count,
        )  # fmt: skip

    return Provider(
        "fellmoor-compute", "Fellmoor Compute", "provider", "Fellmoor Compute", "SE", "day", account="fm-{}", weight=8,
        tells_customer=True, measures=True,
        regions=(Region("fellmoor", "Fellmoor"),),
        skus=(
            shape("BM.GPU.H100.8", "train", "h100-sxm", 8, cents=2400),
            shape("BM.GPU.A100-v2.8", "small", "a100-sxm-80gb", 8, cents=1200),
            shape("BM.GPU4.8", "small", "a100-sxm-40gb", 8, cents=900),
            node("AMBER", "NVIDIA V100 SXM2 32GB", "small", "v100-sxm2-32gb", 4, cents=300),
            node("BIRCH", "AMD Instinct MI250X", "serve", "mi250x", 4, cents=500),
            *_ordinary("FM", None),
        ),
    )  # fmt: skip
