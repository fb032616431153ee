"""Trains the linkage model for companies that Plimsoll ships, on the sample jurisdiction's training seeds.

    python -m bench.linkage_train [--seeds 1000-1009] [--parties 3000] [--out FILE]

Every seed gives parties that hold one to four accounts each, with records as dirty as the sample's providers file them.
Splink estimates u (how often strangers agree) from random pairs and m (how often one party's records agree) from the
known truth; the weights are their ratio in hundredths of a bit, rounded once. The file depends on the seeds alone.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log2
from pathlib import Path
from typing import Any

from plimsoll.compute.engine import connect
from plimsoll.parties.kyc import CustomerRecord
from plimsoll.parties.records import record_table
from plimsoll.parties.resolution import model as shipped
from plimsoll.parties.resolution.features import features_of
from plimsoll.parties.resolution.model import FORMAT, Model, read_model

TRAINING_SEEDS = range(1000, 1010)
_RANDOM_PAIRS = 4_000_000
_MOST_CENTIBITS = 1_500
_RAREST = 2e-7
"""No level is rarer among strangers than this, however few were drawn."""

_WORDS = """
academy advanced agency agronomy ai analytics and app applications apps assays associates automation bank biologics
biotech brothers business capital care cartography center central centre ceramics cloud cognition college
communications company compute computing consultancy consulting corporate creative das data de den der design
development developments die digital direct dynamics east education electronics energy engineering enterprise
enterprises environmental et europe european events express finance financial food foods for freight fund funds games
gaming general genomics global green hardware health healthcare home horology hospital hosting house industrial
industries info information infrastructure innovation innovations institute instruments insurance intelligence
interactive international internet investment investments it la lab laboratories laboratory labs land le learning
legal leisure lexicon life limited link logistics machine machines management manufacturing marine marketing materials
media medical meteorology mobile models motor motors national net network networks new north observatory of office
online optics partners partnership pharma pharmaceuticals pictures platform power precision press productions products
professional project projects properties property publishing quality reasoning recruitment renewables research
resources retail robotics royal sales school science sciences scientific security seismics service services shop smart
social software solar solutions south speech square star store strategic studio studios supplies supply support system
systems tech technical technologies technology telecom textiles tools trade trading training transport travel und
united university van ventures video vision von water web west wireless works world worldwide y
"""
COMMON_WORDS = tuple(_WORDS.split())


@dataclass(frozen=True, slots=True)
class Spec:
    """One comparison.

    Attributes:
        missing: SQL that tells that it cannot be made.
        levels: from the most alike to the least, each as words and SQL; the last one is everything else.
        least: no level speaks against one party by more hundredths of a bit than this. It is set by hand where a party
            may well have several such things, which the sample's parties do not.
    """

    name: str
    missing: str
    levels: tuple[tuple[str, str], ...]
    least: int = -700


def _lists(name: str, column: str, same: str, differ: str, least: int = -700) -> Spec:
    return Spec(name, _unknown(column), ((same, f"{column}_l && {column}_r"), (differ, "ELSE")), least)


_NEARLY = """
length(name_l) >= 10 AND length(name_r) >= 10 AND digits_l = digits_r AND levenshtein(name_l, name_r) <= 2
""".strip()


def _unknown(*columns: str) -> str:
    return " OR ".join(f"{column}_{side} IS NULL" for column in columns for side in "lr")


COMPANY = (
    _lists("lei", "leis", "the same LEI", "different LEIs"),
    Spec(
        "register",
        f"{_unknown('regs')} OR NOT (registers_l && registers_r)",
        (("the same register number", "regs_l && regs_r"), ("different register numbers of one country", "ELSE")),
    ),
    _lists("tax", "taxes", "the same tax number", "different tax numbers", -400),
    Spec(
        "name",
        _unknown("name"),
        (
            ("the same name", "names_l && names_r"),
            ("nearly the same name, up to two letters", _NEARLY),
            ("another name with the same distinctive words", "cores_l && cores_r"),
            (
                "another name with nearly the same distinctive words",
                "head_l = head_r OR (length(core_l) >= 7 AND length(core_r) >= 7 AND levenshtein(core_l, core_r) <= 2)",
            ),
            ("the same name, of common words only", "common_names_l && common_names_r"),
            ("different names", "ELSE"),
        ),
    ),
    _lists("payment", "payments", "the same payment instrument", "different payment instruments", -50),
    _lists("phone", "phones", "the same telephone", "different telephones", -100),
    Spec(
        "email",
        _unknown("mailboxes"),
        (
            ("the same e-mail address", "mailboxes_l && mailboxes_r"),
            ("the same e-mail domain", "domains_l && domains_r"),
            ("different e-mail addresses", "ELSE"),
        ),
        -100,
    ),
    Spec(
        "people",
        _unknown("people_names"),
        (
            ("an owner or director in common, by name and birth", "people_l && people_r"),
            ("an owner or director of the same name", "people_names_l && people_names_r"),
            ("different owners and directors", "ELSE"),
        ),
        -300,
    ),
    Spec(
        "address",
        f"({_unknown('codes')}) AND ({_unknown('towns')})",
        (
            ("the same address", "streets_l && streets_r"),
            ("the same postcode", "codes_l && codes_r"),
            ("the same town", "towns_l && towns_r"),
            ("different places", "ELSE"),
        ),
        -200,
    ),
    Spec(
        "incorporated",
        _unknown("incorporated"),
        (("founded on the same day", "incorporated_l = incorporated_r"), ("founded on different days", "ELSE")),
        -500,
    ),
    Spec(
        "jurisdiction",
        _unknown("jurisdiction"),
        (("the same country", "jurisdiction_l = jurisdiction_r"), ("different countries", "ELSE")),
        -400,
    ),
    _lists("network", "networks", "works from the same network", "works from different networks", -50),
)

NEEDS: tuple[Mapping[str, int], ...] = (
    {"lei": 1},
    {"register": 1},
    {"tax": 1},
    {"name": 1, "payment": 1},
    {"name": 1, "email": 2},
    {"name": 1, "people": 2},
    {"name": 2, "phone": 1, "people": 1},
    {"name": 2, "email": 1},
    {"name": 2, "incorporated": 1},
)
"""Beside the threshold: a number, or a name together with something that belongs to one party."""


def settings_of(specs: Sequence[Spec]) -> dict[str, Any]:
    """Splink's settings for comparisons that are not trained yet."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record",
        "probability_two_random_records_match": 1e-5,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [
            {
                "output_column_name": spec.name,
                "comparison_levels": [
                    {"sql_condition": spec.missing, "label_for_charts": "not known of both", "is_null_level": True},
                    *({"sql_condition": sql, "label_for_charts": words} for words, sql in spec.levels),
                ],
            }
            for spec in specs
        ],
    }


def train(
    table: Any, labels: Sequence[str], specs: Sequence[Spec], backend: Any, *, random_pairs: int = _RANDOM_PAIRS
) -> dict[str, Any]:
    """Trained settings: m from labels, u from random pairs."""
    import pyarrow as pa
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    engine = DuckDBAPI(connection=backend.con)
    labelled = table.append_column("label", pa.array(labels, pa.string()))
    # One record of each party, so that all random pairs are of strangers.
    firsts = pa.array(sorted({label: at for at, label in reversed(list(enumerate(labels)))}.values()), pa.int64())
    strangers = Linker(engine.register(labelled.take(firsts)), settings_of(specs), log_level=None)
    strangers.training.estimate_u_using_random_sampling(max_pairs=random_pairs, seed=1)
    linker = Linker(engine.register(labelled), strangers.misc.save_model_to_json(), log_level=None)
    linker.training.estimate_m_from_label_column("label")
    trained: dict[str, Any] = linker.misc.save_model_to_json()
    return trained


def weights(trained: Mapping[str, Any], specs: Sequence[Spec]) -> dict[str, dict[str, int]]:
    """Hundredths of a bit per comparison and level; also writes the bounded m and u back."""
    least = {spec.name: spec.least for spec in specs}
    found: dict[str, dict[str, int]] = {}
    for comparison in trained["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        of = found.setdefault(comparison["output_column_name"], {})
        for place, level in enumerate(levels):
            seen = (level.get("m_probability") or 0) > 0 or (level.get("u_probability") or 0) > 0
            m, u = _bounded(level.get("m_probability"), 1e-5), _bounded(level.get("u_probability"), _RAREST)
            bounded = max(least[comparison["output_column_name"]], round(100 * log2(m / u)))
            centibits = min(_MOST_CENTIBITS, bounded) if seen else 0
            of[str(len(levels) - 1 - place)] = centibits
            # Splink leaves out what is far below the threshold by its own sum: it must weigh as we do.
            level["m_probability"], level["u_probability"] = _as_probabilities(centibits, u)
    return found


def model_bytes(
    trained: dict[str, Any],
    specs: Sequence[Spec],
    *,
    version: str,
    prior_centibits: int,
    threshold_centibits: int,
    needs: Sequence[Mapping[str, int]],
    common_words: Sequence[str],
    trained_on: str,
) -> bytes:
    """A model file."""
    centibits = weights(trained, specs)
    for level in (level for each in trained["comparisons"] for level in each["comparison_levels"]):
        level.pop("tf_adjustment_column", None)
    for left_over in ("linker_uid", "sql_dialect"):
        trained.pop(left_over, None)
    content = {
        "format": FORMAT,
        "version": version,
        "trained_on": trained_on,
        "prior_centibits": prior_centibits,
        "threshold_centibits": threshold_centibits,
        "needs": list(needs),
        "centibits": centibits,
        "common_words": sorted(set(common_words)),
        "settings": trained,
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def untrained(specs: Sequence[Spec], common_words: Sequence[str]) -> Model:
    """A model that only says what is compared."""
    settings = settings_of(specs)
    centibits = {spec.name: {str(at): 0 for at in range(len(spec.levels))} for spec in specs}
    content = {
        "format": FORMAT, "version": "untrained", "prior_centibits": 0, "threshold_centibits": 0, "needs": [],
        "common_words": list(common_words), "centibits": centibits, "settings": settings,
    }  # fmt: skip
    return read_model(json.dumps(content).encode())


def sample_records(seed: int, parties: int) -> tuple[list[CustomerRecord], dict[str, str]]:
    """Records of everyday parties with one to four accounts each, and the party of each subject."""
    from plimsoll.sample.dirt import Clerk
    from plimsoll.sample.draw import Draw, key_of
    from plimsoll.sample.identity import alone
    from plimsoll.sample.names import Namer
    from plimsoll.sample.neighbours import Neighbours
    from plimsoll.sample.roster import Party, Roster
    from plimsoll.sample.shelf import providers

    namer, neighbours, roster = Namer(seed), Neighbours(seed, parties), Roster(seed)
    records, truth = [], {}
    hosts = providers()
    for number in range(parties):
        draw = Draw(key_of(seed, "linkage", number))
        name = namer.name(number, "research" if draw.happens(60) else "company")
        party = Party(name.slug, "developer", name.legal, name.jurisdiction)
        identity = neighbours.everyday(alone(seed, party))
        for _ in range(draw.weighted(((1, 4), (2, 3), (3, 2), (4, 1)))):
            account = roster.accounts[roster.open_account(party, draw.one_of(hosts))]
            clerk = Clerk(Draw(key_of(seed, "clerk", account.id)))
            record = clerk.record(identity, account, filed_on=date(2026, 1, 31), opened=None)
            records.append(record)
            truth[record.subject] = party.id
    return records, truth


def _as_probabilities(centibits: int, u: float) -> tuple[float, float]:
    """m and u with just this weight: u as it was estimated, unless m would exceed 1."""
    ratio = 2 ** (centibits / 100)
    u = min(u, 1 / ratio)
    return u * ratio, u


def _bounded(probability: float | None, least: float) -> float:
    return min(1.0, max(least, probability or 0.0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default=f"{TRAINING_SEEDS[0]}-{TRAINING_SEEDS[-1]}")
    parser.add_argument("--parties", type=int, default=3_000, help="per seed")
    parser.add_argument("--out", type=Path, default=Path(shipped.__file__).with_name("company_model.json"))
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    records: list[CustomerRecord] = []
    truth: dict[str, str] = {}
    for seed in range(int(first), int(last or first) + 1):
        more, whose = sample_records(seed, options.parties)
        records += more
        truth |= {subject: f"{seed} {party}" for subject, party in whose.items()}
    table = record_table(records)
    features = features_of(table, untrained(COMPANY, COMMON_WORDS))
    labels = [truth[subject] for subject in features.subjects]
    trained = train(features.table, labels, COMPANY, connect())
    options.out.write_bytes(
        model_bytes(
            trained,
            COMPANY,
            version="company-2026.1",
            prior_centibits=-1_700,
            threshold_centibits=700,
            needs=NEEDS,
            common_words=COMMON_WORDS,
            trained_on=f"sample seeds {options.seeds}, {options.parties} parties each",
        )
    )
    print(f"{options.out}: {len(labels):,} records of {len(set(labels)):,} parties")


if __name__ == "__main__":
    main()
