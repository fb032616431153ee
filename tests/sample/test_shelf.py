"""What the invented providers sell, against the SKU map and the catalogue."""

import json

import pytest

from plimsoll.compute.catalogue import load_catalogue
from plimsoll.compute.skus import SkuDescriptor, resolve
from plimsoll.sample.providers import Provider, Sku
from plimsoll.sample.shelf import providers

_ALL = [pytest.param(provider, sku, id=sku.id) for provider in providers() for sku in provider.skus]


def _match(provider: Provider, sku: Sku) -> object:
    details = json.loads(sku.details or "{}")
    return resolve(
        SkuDescriptor(
            provider=provider.name,
            sku_id=sku.id,
            sku_meter=sku.meter and provider.regions[0].prefix + sku.meter,
            details_instance_type=details.get("InstanceType"),
            details_gpu_count=details.get("GpuCount"),
            service=sku.service,
            description=sku.text,
            unit=sku.unit,
            x_accelerator_model=sku.model,
            x_accelerator_count=sku.count,
        )
    )


@pytest.mark.parametrize(("provider", "sku"), _ALL)
def test_a_reader_makes_of_each_product_what_its_seller_meant(provider: Provider, sku: Sku) -> None:
    match = _match(provider, sku)

    if sku.role == "unmapped":
        assert match.outcome == "unmapped"
    elif sku.chip is None:
        assert match.outcome == "other"
    else:
        assert (match.outcome, match.chip, match.accelerators_per_unit) == ("accelerator", sku.chip, sku.accelerators)
        assert match.unit_ns == 3_600 * 10**9


def test_every_accelerator_has_a_peak() -> None:
    chips = {sku.chip for provider in providers() for sku in provider.skus if sku.chip}

    assert [chip for chip in sorted(chips) if load_catalogue().get(chip).training_peak is None] == []


def test_there_are_sixty_products_with_ids_of_their_own() -> None:
    ids = [sku.id for provider in providers() for sku in provider.skus]

    assert len(ids) == len(set(ids)) == 60


def test_every_provider_can_serve_every_kind_of_everyday_customer() -> None:
    for provider in providers():
        assert all(provider.skus_for(role) for role in ("train", "small", "serve", "ordinary"))


def test_some_products_are_told_by_the_text_alone() -> None:
    silent = [sku for provider in providers() for sku in provider.skus if sku.chip and not (sku.meter or sku.details)]

    assert {sku.chip for sku in silent} >= {"h100-sxm", "tpu-v5p"}


def test_each_kind_of_seller_is_there() -> None:
    found = providers()

    assert {provider.kind for provider in found} == {"provider", "reseller"}
    assert {provider.grain for provider in found} == {"hour", "day"}
    assert sum(provider.weight for provider in found) == 100
    assert [provider.id for provider in found if provider.host != provider.name] == ["brightquay"]
