"""Which accelerator a line of a bill pays for: the map, the order of evidence, and what cannot be said."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.compute.billing_units import HOUR_NS
from plimsoll.compute.skus import SkuDescriptor, SkuMatch, resolve


def match(text: str | None = None, unit: str | None = "Hours", **fields: str | int | None) -> SkuMatch:
    return resolve(SkuDescriptor(description=text, unit=unit, **fields))  # type: ignore[arg-type]  # str or int by name


def accelerators(found: SkuMatch) -> tuple[str | None, int, int]:
    assert found.outcome == "accelerator", found.basis
    return found.chip, found.accelerators_per_unit, found.unit_ns


# Machines of each cloud, in the fields where that cloud names them


@pytest.mark.parametrize(
    ("fields", "chip", "count"),
    [
        ({"provider": "AWS", "sku_meter": "EUW2-BoxUsage:p5.48xlarge"}, "h100-sxm", 8),
        ({"provider": "AWS", "sku_meter": "BoxUsage:p5.4xlarge"}, "h100-sxm", 1),
        ({"provider": "AWS", "sku_meter": "SpotUsage:p4de.24xlarge"}, "a100-sxm-80gb", 8),
        ({"provider": "AWS", "sku_meter": "USE1-BoxUsage:p6-b200.48xlarge"}, "b200", 8),
        ({"provider": "AWS", "sku_meter": "USE1-BoxUsage:u-p6e-gb200x72"}, "gb200", 72),
        ({"provider": "AWS", "sku_meter": "USE2-BoxUsage:trn2u.48xlarge"}, "trainium2", 16),
        ({"provider": "AWS", "sku_meter": "BoxUsage:inf2.24xlarge"}, "inferentia2", 6),
        ({"provider": "AWS", "sku_meter": "BoxUsage:dl1.24xlarge"}, "gaudi1", 8),
        ({"provider": "AWS", "sku_meter": "USE1-Train:ml.p4d.24xlarge"}, "a100-sxm-40gb", 8),
        ({"provider": "AWS", "text": "$1.624 per On Demand Linux g5.4xlarge Instance Hour"}, "a10g", 1),
        ({"provider": "Microsoft", "details_instance_type": "Standard_ND96isr_H100_v5"}, "h100-sxm", 8),
        ({"provider": "Microsoft", "details_instance_type": "Standard_NC40ads_H100_v5"}, "h100-nvl", 1),
        ({"provider": "Microsoft", "details_instance_type": "Standard_ND128isr_NDR_GB200_v6"}, "gb200", 4),
        ({"provider": "Microsoft", "details_instance_type": "Standard_ND96isr_MI300X_v5"}, "mi300x", 8),
        ({"provider": "Microsoft", "details_instance_type": "Standard_NC6"}, "k80", 1),
        ({"provider": "Microsoft", "details_instance_type": "Standard_NC6s_v3"}, "v100-pcie-16gb", 1),
        (
            {"provider": "Microsoft", "text": "Virtual Machines NDamsr A100 v4 Series - ND96amsr A100 v4 - US East"},
            "a100-sxm-80gb",
            8,
        ),
        ({"provider": "Google Cloud", "details_instance_type": "a3-megagpu-8g"}, "h100-sxm", 8),
        ({"provider": "Google Cloud", "details_instance_type": "a2-ultragpu-2g"}, "a100-sxm-80gb", 2),
        ({"provider": "Google Cloud", "details_instance_type": "a4x-maxgpu-4g-metal"}, "gb300", 4),
        ({"provider": "Google Cloud", "details_instance_type": "g2-standard-24"}, "l4", 2),
        ({"provider": "Google Cloud", "details_instance_type": "ct5lp-hightpu-8t"}, "tpu-v5e", 8),
        ({"provider": "Google Cloud", "details_instance_type": "v5litepod-256"}, "tpu-v5e", 256),
        ({"provider": "Google Cloud", "details_instance_type": "tpu-v4-64"}, "tpu-v4", 32),
        ({"provider": "Google Cloud", "details_instance_type": "v5p-12288", "text": "Cloud TPU"}, "tpu-v5p", 6_144),
        ({"provider": "Google Cloud", "text": "Nvidia H100 80GB GPU running in Americas"}, "h100-sxm", 1),
        ({"provider": "Google Cloud", "text": "H200 141GB GPU running in Americas"}, "h200-sxm", 1),
        ({"provider": "Google Cloud", "text": "A4 Nvidia B200 (1 gpu slice) running in Americas"}, "b200", 1),
        ({"provider": "Google Cloud", "text": "TpuV6e in Americas"}, "tpu-v6e", 1),
        ({"provider": "Google Cloud", "text": "Tpu-v3 Pod Preemptible usage in Iowa"}, "tpu-v3", 4),
        ({"provider": "Oracle", "sku_id": "BM.GPU.H100.8"}, "h100-sxm", 8),
        ({"provider": "Oracle", "sku_id": "BM.GPU.GB200-v3.4"}, "gb200", 4),
        ({"provider": "Oracle", "sku_id": "VM.GPU.A10.2"}, "a10", 2),
        ({"provider": "CoreWeave", "sku_id": "gd-8xh100ib-i128"}, "h100-sxm", 8),
        ({"provider": "CoreWeave", "sku_id": "gb300-4x-e"}, "gb300", 4),
        ({"provider": "Lambda", "sku_id": "gpu_8x_a100_80gb_sxm4"}, "a100-sxm-80gb", 8),
        ({"provider": "IBM Cloud", "sku_id": "gx3d-160x1792x8gaudi3"}, "gaudi3", 8),
        ({"provider": "IBM Cloud", "sku_id": "gx2-16x128x2v100"}, "v100-pcie-16gb", 2),
        ({"provider": "Alibaba Cloud", "details_instance_type": "ecs.gn7e-c16g1.32xlarge"}, "a100-sxm-80gb", 8),
        ({"provider": "Tencent Cloud", "details_instance_type": "GN10Xp.20XLARGE320"}, "v100-sxm2-32gb", 8),
        ({"provider": "Huawei Cloud", "details_instance_type": "p2v.16xlarge.8"}, "v100-sxm2-16gb", 8),
        ({"provider": "aster-cloud", "sku_meter": "p5.48xlarge"}, "h100-sxm", 8),
    ],
)
def test_machines(fields: dict[str, str], chip: str, count: int) -> None:
    assert accelerators(match(**fields)) == (chip, count, HOUR_NS)


# How many


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("8x NVIDIA H100 SXM", 8), ("8xH100", 8), ("8 × H100", 8), ("H100 x8 server", 8), ("2 x 8x H100", 16),
        ("H100 8-GPU node", 8), ("price per GPU, H100", 1), ("DGX H100", 8),
    ],
)  # fmt: skip
def test_a_number_in_the_text(text: str, count: int) -> None:
    assert accelerators(match(text)) == ("h100-sxm", count, HOUR_NS)


def test_a_name_without_a_number_is_not_taken_for_one() -> None:
    found = match("NVIDIA H100 instance")
    assert found.outcome == "unmapped"
    assert "how many" in found.basis


def test_a_unit_that_counts_accelerators_is_one_each_whatever_is_stated() -> None:
    assert accelerators(match("p5.48xlarge", "GPU-Hours", details_gpu_count=8)) == ("h100-sxm", 1, HOUR_NS)
    assert accelerators(match("HGX H100", "GPU Hours")) == ("h100-sxm", 1, HOUR_NS)


def test_a_stated_number_that_contradicts_the_map_is_taken_and_said() -> None:
    found = match(details_instance_type="p5.48xlarge", details_gpu_count="4")
    assert accelerators(found) == ("h100-sxm", 4, HOUR_NS)
    assert "the map has 8" in found.basis
    assert "stated 4" in found.basis


def test_the_providers_own_statement_comes_before_gpu_count() -> None:
    found = match(x_accelerator_model="H100", x_accelerator_count="8", details_gpu_count="4")
    assert accelerators(found) == ("h100-sxm", 8, HOUR_NS)
    assert "GpuCount says 4" in found.basis


@pytest.mark.parametrize("count", ["0", "-8", "nan", "1e3", "eight", "", "NULL", "9999999", "8,0"])
def test_a_number_that_cannot_be_is_not_believed(count: str) -> None:
    assert accelerators(match(details_instance_type="p5.48xlarge", details_gpu_count=count))[1] == 8


@pytest.mark.parametrize("count", ["8", "8.0", " 8 ", 8])
def test_numbers_as_exports_write_them(count: str | int) -> None:
    assert accelerators(match(x_accelerator_model="A100", x_accelerator_count=count))[1] == 8


def test_the_machine_supplies_the_number_that_the_statement_leaves_out() -> None:
    assert accelerators(match(x_accelerator_model="H100", sku_meter="BoxUsage:p5.48xlarge"))[1] == 8


def test_a_fraction_of_a_gpu_is_exact_or_not_counted() -> None:
    sixth = {"provider": "Microsoft", "details_instance_type": "Standard_NV6ads_A10_v5"}
    assert accelerators(match(**sixth)) == ("a10", 1, HOUR_NS // 6)
    assert accelerators(match(unit="Minutes", **sixth)) == ("a10", 1, 10 * 10**9)
    assert match(unit="Seconds", **sixth).outcome == "unmapped"


@pytest.mark.parametrize(("unit", "hours"), [("10 Hours", 10), ("Days", 24), ("1 Hour", 1)])
def test_units_scale_exactly(unit: str, hours: int) -> None:
    assert accelerators(match("p5.48xlarge", unit)) == ("h100-sxm", 8, hours * HOUR_NS)


# Google bills the parts of a machine apart


def test_a_machine_billed_in_parts_is_counted_once() -> None:
    machine = {"provider": "Google Cloud", "details_instance_type": "a3-highgpu-8g"}
    assert accelerators(match("Nvidia H100 80GB GPU running in Americas", **machine))[1] == 1
    assert match("A3 Instance Core running in Americas", **machine).outcome == "other"
    assert match("A3 Instance Ram running in Americas", "gibibyte hour", **machine).outcome == "other"


# Not accelerator time


@pytest.mark.parametrize("unit", ["GB-Months", "GB", "vCPU-Hours", "Requests", "IOPS-Months", "Units"])
def test_what_an_accelerator_machine_sells_besides(unit: str) -> None:
    found = match("p5.48xlarge", unit)
    assert found.outcome == "other"
    assert unit in found.basis


@pytest.mark.parametrize(
    "fields",
    [
        {"sku_meter": "USE1-EBSOptimized:p3.2xlarge"},
        {"text": "$0.00 for 9000 Mbps per g5.4xlarge instance-hour (or partial hour)"},
        {"service": "Amazon Elastic MapReduce", "sku_meter": "USW2-BoxUsage:g5.xlarge"},
        {"text": "AWS Marketplace hourly software usage|us-east-1|p3.2xlarge"},
        {"sku_meter": "USE1-EKS-Auto:p5.48xlarge"},
        {"text": "Commitment v1: Nvidia H100 80GB GPU in Americas for 1 Year"},
        {"text": "NVIDIA vWS licensing fee, Tesla T4 GPU"},
    ],
)
def test_fees_beside_the_machine(fields: dict[str, str]) -> None:
    found = match(**fields)
    assert found.outcome == "other"
    assert "fee" in found.basis


def test_a_fee_word_in_a_product_text_does_not_hide_the_product() -> None:
    assert (
        accelerators(match("8x H100, 3200 Mbps fabric, NVIDIA AI Enterprise license included, 1-year commitment"))[1]
        == 8
    )


def test_reserved_and_unused_capacity_is_marked() -> None:
    assert match(sku_meter="USE1-UnusedBox:p5.48xlarge").idle
    assert not match(sku_meter="USE1-BoxUsage:p5.48xlarge").idle


# Words that are not what they seem


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        ("$0.0042 per On Demand Linux t4g.micro Instance Hour", "AWS"),
        ("cp5.48xlarge", "AWS"),
        ("Premium SSD Managed Disks - P40 LRS", "Microsoft"),
        ("Virtual Machines A Series - A10", "Microsoft"),
        ("Virtual Machines Dv2/DSv2 Series - D11 v2/DS11 v2 - US East 2", "Microsoft"),
        ("Virtual Machines Lsv3 - NVMe", "Microsoft"),
        ("Network Load Balancing: L4 forwarding rule", "Google"),
        ("ecs.g5.4xlarge", "Alibaba Cloud"),
        ("ecs.g6e.4xlarge", None),
        ("AWS Global Accelerator fixed fee", "AWS"),
        ("S3 Transfer Acceleration", "AWS"),
        ("0b0c0d0e-a100-b200-a800-000000000000", "Microsoft"),
        ("A100-B200-H100", None),
        ("Standard - A1", "Oracle"),
        ("Trainer wages", None),
        ("NULL", "NULL"),
    ],
)
def test_no_false_accelerators(text: str, provider: str | None) -> None:
    expected = "ambiguous" if text == "A100-B200-H100" else "other"
    assert match(text, provider=provider).outcome == expected
    assert match(provider=provider, sku_id=text).outcome == expected


def test_case_width_dashes_and_invisible_characters_do_not_matter() -> None:
    for text in ("P5.48XLARGE", "ｐ５.４８ｘｌａｒｇｅ", "p5\u00ad.48xlarge", "p5.48\u200bxlarge"):
        assert accelerators(match(text)) == ("h100-sxm", 8, HOUR_NS), text
    assert accelerators(match("H100\u2011NVL", "gpu hours"))[0] == "h100-nvl"
    assert match("НVIDIA Н100", "gpu hours").outcome == "unmapped"  # Cyrillic letters: not the name, but a GPU


def test_a_machine_of_another_cloud_does_not_count() -> None:
    assert match(details_instance_type="g5.8xlarge.4", provider="Huawei Cloud").outcome == "unmapped"
    assert match(details_instance_type="g5.8xlarge", provider="Alibaba Cloud").outcome == "other"


# What cannot be said is said


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "$99 per On Demand Linux p9.48xlarge Instance Hour", "provider": "AWS"},
        {"sku_meter": "HostUsage:p5", "provider": "AWS"},
        {"details_instance_type": "Standard_ND999_X900_v9", "provider": "Microsoft"},
        {"text": "Virtual Machines NVadsV710v5 Series - NV4ads V710 v5", "provider": "Microsoft"},
        {"details_instance_type": "ct9x-standard-4t", "provider": "Google Cloud"},
        {"sku_id": "BM.GPU.X9.8", "provider": "Oracle"},
        {"details_instance_type": "ecs.gn9x.32xlarge", "provider": "Alibaba Cloud"},
        {"details_instance_type": "PNV6.32XLARGE1280", "provider": "Tencent"},
        {"sku_id": "gx9d-8x64x1z100", "provider": "IBM"},
        {"text": "Quantum GPU 9000 pod"},
        {"details_gpu_count": "4"},
        {"x_accelerator_count": 8},
        {"x_accelerator_model": "H300", "x_accelerator_count": "8"},
        {"x_accelerator_model": "H300", "sku_meter": "BoxUsage:p5.48xlarge"},
        {"text": "trainium9"},
        {"unit": "GPU-Hours"},
    ],
)
def test_what_looks_like_an_accelerator_is_never_silently_other(fields: dict[str, str]) -> None:
    assert match(**fields).outcome == "unmapped"


@pytest.mark.parametrize("unit", [None, "", "Months", "Units/Hour", "1.5 Hours"])
def test_a_unit_without_a_known_length(unit: str | None) -> None:
    assert match("p5.48xlarge", unit).outcome == "unmapped"


def test_storage_between_two_machines_is_not_ambiguous() -> None:
    assert match("data copied from p4d.24xlarge to p5.48xlarge", "GB").outcome == "other"
    assert match(unit="GB-Months", x_accelerator_model="H300").outcome == "other"


def test_machine_time_is_told_from_accelerator_time() -> None:
    """Eight GPU-hours within an hour are possible; eight hours of one machine are not."""
    assert match(sku_meter="BoxUsage:p5.48xlarge").machine_time
    assert not match("p5.48xlarge", "GPU-Hours").machine_time
    assert not match("Nvidia H100 80GB GPU running in Americas", details_instance_type="a3-highgpu-8g").machine_time
    assert not match("TpuV5e in Americas", provider="Google Cloud").machine_time


@pytest.mark.parametrize("model", ["none", "N/A", "-", "NULL", " "])
def test_a_model_that_says_there_is_none(model: str) -> None:
    assert match("m5.large", x_accelerator_model=model).outcome == "other"
    assert accelerators(match("p5.48xlarge", x_accelerator_model=model))[1] == 8


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "H100 and B200 box"},
        {"text": "8x H100 / 8x H200"},
        {"text": "p4d.24xlarge upgraded to p5.48xlarge"},
        {"text": "g5.4xlarge or g5.12xlarge"},
        {"text": "p5.48xlarge (A100)"},
        {"x_accelerator_model": "T4", "x_accelerator_count": 1, "sku_meter": "BoxUsage:p5.48xlarge"},
        {"details_instance_type": "g5.xlarge", "sku_meter": "BoxUsage:p5.48xlarge"},
    ],
)
def test_two_accelerators_are_ambiguous(fields: dict[str, str]) -> None:
    found = match(**fields)
    assert found.outcome == "ambiguous"
    assert found.chip is None


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "NVIDIA A100 GPU, A100 80GB SXM4, price per GPU"},
        {"text": "NC40ads H100 v5 with one NVIDIA H100"},
        {"x_accelerator_model": "H100", "x_accelerator_count": "8", "sku_meter": "BoxUsage:p5.48xlarge"},
    ],
)
def test_two_words_for_one_accelerator_are_not(fields: dict[str, str]) -> None:
    assert match(**fields).outcome == "accelerator"


# Invariants and the real bill

_ANY = st.one_of(
    st.none(), st.text(max_size=25), st.sampled_from(["p5.48xlarge", "H100", "8x A100", "GPU-Hours", "Hours"])
)


@settings(max_examples=150, deadline=None)
@given(st.tuples(*[_ANY] * 10))
def test_any_descriptor_has_one_consistent_answer(fields: tuple[str | None, ...]) -> None:
    found = resolve(SkuDescriptor(*fields))
    counted = found.outcome == "accelerator"
    assert found.basis
    assert (found.chip is not None) == counted
    assert (found.accelerators_per_unit > 0) == counted
    assert (found.unit_ns > 0) == counted


def test_a_number_that_no_machine_has_is_not_believed() -> None:
    assert match("2x 8x NVIDIA H100 per hour").accelerators_per_unit == 16
    assert match("9999x" * 10 + " NVIDIA H100 per hour").outcome == "unmapped"


def test_a_text_too_long_to_be_searched_is_not_passed_over() -> None:
    padded = "per hour " * 2_000 + "8x NVIDIA H100"

    assert match(padded).outcome == "unmapped"
    assert match("h100 " * 20_000).outcome == "unmapped"
    assert match(padded, unit="GB").outcome == "other"


@pytest.mark.real_data
def test_the_real_bill_has_ten_accelerator_rows(real_data: Path) -> None:
    with (real_data / "focus" / "focus_sample.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    outcomes: Counter[str] = Counter()
    chips: Counter[tuple[str | None, int]] = Counter()
    for row in rows:
        found = resolve(
            SkuDescriptor(
                provider=row["ProviderName"],
                sku_id=row["SkuId"],
                service=row["ServiceName"],
                description=row["ChargeDescription"],
                unit=row["ConsumedUnit"],
            )
        )
        outcomes[found.outcome] += 1
        if found.outcome == "accelerator":
            chips[found.chip, found.accelerators_per_unit] += 1
    assert outcomes == {"accelerator": 10, "other": 990}
    assert chips == {("a10g", 1): 8, ("m60", 1): 2}
