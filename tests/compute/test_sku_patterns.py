"""The table of SKU patterns: what a pattern means, and how a bad row is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from plimsoll.compute.catalogue import load_catalogue
from plimsoll.compute.sku_patterns import SkuMap, load_sku_map, plain_text, read_sku_map, vendor_of
from plimsoll.kernel.errors import PlimsollError

HEADER = "vendor,pattern,chip,accelerators,sold_as,needs,source\n"


def sku_map(*rows: str) -> SkuMap:
    return read_sku_map(HEADER + "\n".join(rows) + "\n", load_catalogue())


def named(rows: SkuMap, text: str, vendor: str | None = None) -> list[tuple[str, Fraction | None]]:
    plain = plain_text(text)
    return [(mention.chip, mention.accelerators) for mention in rows.mentions(plain, vendor, plain)]


def test_an_underscore_is_any_small_gap() -> None:
    rows = sku_map("azure,NC6s_v3,v100-pcie-16gb,1,machine,,a source")
    for text in ("NC6s v3", "Standard_NC6s_v3", "nc6s-v3", "NC6sv3"):
        assert named(rows, text) == [("v100-pcie-16gb", Fraction(1))], text
    for text in ("NC6s  x v3", "NC6s_v31", "XNC6s_v3", "NC6s_v3.2"):
        assert named(rows, text) == [], text


def test_a_number_in_the_pattern_counts() -> None:
    rows = sku_map(
        "gcp,slice-{n},tpu-v4,{n}/2,machine,,a source",
        "gcp,slice-8,tpu-v4,1,machine,,a source",
        "gcp,m*x{n}c,t4,{n},machine,,a source",
    )
    assert named(rows, "slice-64") == [("tpu-v4", Fraction(32))]
    assert named(rows, "m7x12c") == [("t4", Fraction(12))]


def test_the_longer_pattern_counts() -> None:
    rows = sku_map("any,H100,h100-sxm,,,,a source", "any,H100_NVL,h100-nvl,,,,a source")
    assert named(rows, "H100 NVL") == [("h100-nvl", None)]
    assert named(rows, "H100 and H100 NVL") == [("h100-sxm", None), ("h100-nvl", None)]


def test_a_needed_word_must_stand_on_the_line() -> None:
    rows = sku_map("any,L4,l4,,,gpu|nvidia,a source")
    assert named(rows, "L4 load balancer") == []
    assert named(rows, "L4 vgpus") == []
    assert named(rows, "L4 GPUs") == [("l4", None)]


def test_a_cloud_is_known_by_its_name() -> None:
    names = {
        "AWS": "aws", "Amazon Web Services": "aws", "Microsoft": "azure", "Google Cloud": "gcp", "OCI": "oci",
        "Alibaba Cloud": "alibaba", "Huawei Cloud": "huawei", "aster-cloud": None, "Flaws Ltd": None, None: None,
    }  # fmt: skip
    assert {name: vendor_of(name) for name in names} == names


def test_the_shipped_map_is_large_and_every_pattern_finds_its_own_chip() -> None:
    shipped = load_sku_map()
    assert len(shipped.patterns) >= 500
    for row in shipped.patterns:
        text = row.pattern.replace("{n}", "8").replace("*", "16") + " " + " ".join(row.needs[:1])
        vendor = None if row.vendor == "any" else row.vendor
        found = named(shipped, text, vendor)
        assert found, row
        assert found[0][0] == row.chip, row
        if row.accelerators is not None:
            assert found[0][1] == row.accelerators * (8 if row.per_number else 1), row


@pytest.mark.parametrize(
    "row",
    [
        "mars,x1,t4,1,machine,,a source",
        "aws,x1,no-such-chip,1,machine,,a source",
        "aws,x1,T4,1,machine,,a source",
        "aws,x(1|2),t4,1,machine,,a source",
        "aws,,t4,1,machine,,a source",
        "aws,*x1,t4,1,machine,,a source",
        "aws,{n}x,t4,{n},machine,,a source",
        "aws,x1,t4,0,machine,,a source",
        "aws,x1,t4,-1,machine,,a source",
        "aws,x1,t4,1.5,machine,,a source",
        "aws,x1,t4,1/7,machine,,a source",
        "aws,x1,t4,{n},machine,,a source",
        "aws,x1,t4,1,machine,,",
        "aws,x1,t4,1",
        "aws,x1,t4,1,,,a source",
        "aws,x1,t4,,machine,,a source",
        "aws,x1,t4,1,toaster,,a source",
        "aws,p5.48xlarge,t4,1,machine,,a source",
    ],
)
def test_a_bad_row_is_refused_by_its_line(row: str) -> None:
    with pytest.raises(PlimsollError) as refusal:
        sku_map("aws,p5.48xlarge,h100-sxm,8,machine,,a source", row)
    assert refusal.value.code == "skus.bad_row"
    assert refusal.value.where.line == 3


def test_a_table_with_other_columns_is_refused() -> None:
    with pytest.raises(PlimsollError, match="columns"):
        read_sku_map("pattern,chip\n", load_catalogue())
