"""The parts of a run's compute. Each law counts its own selection of them."""

from __future__ import annotations

from enum import Enum


class Component(Enum):
    """One part of the compute behind a model.

    The list follows the distinctions that the European Commission's guidelines for providers of general-purpose AI
    models (18 July 2025, Annex A) and California's SB 53 draw between what counts and what does not.
    """

    PRETRAIN = "pretrain"
    POSTTRAIN_SFT = "posttrain_sft"
    RL_UPDATE = "rl_update"
    RL_ROLLOUT = "rl_rollout"
    SYNTHETIC_PRIVATE = "synthetic_private"
    SYNTHETIC_PUBLIC = "synthetic_public"
    MERGED_BASE = "merged_base"
    DISTILL_PARENT = "distill_parent"
    AUX_MODELS = "aux_models"
    EVAL_REDTEAM = "eval_redteam"
    FAILED_EXPERIMENTS = "failed_experiments"
    RECOMPUTE = "recompute"

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Component.PRETRAIN: "the large pre-training run",
    Component.POSTTRAIN_SFT: "supervised fine-tuning after pre-training",
    Component.RL_UPDATE: "parameter updates of reinforcement learning",
    Component.RL_ROLLOUT: "forward passes that generate reinforcement-learning episodes",
    Component.SYNTHETIC_PRIVATE: "generating synthetic data that is not public, samples later discarded included",
    Component.SYNTHETIC_PUBLIC: "generating synthetic data that is publicly accessible",
    Component.MERGED_BASE: "training of models that were merged, averaged or used to initialise the weights",
    Component.DISTILL_PARENT: "training of parent models used in distillation",
    Component.AUX_MODELS: "training and use of auxiliary models such as reward models",
    Component.EVAL_REDTEAM: "evaluation and red-teaming",
    Component.FAILED_EXPERIMENTS: "exploratory research and failed experiments whose results were discarded",
    Component.RECOMPUTE: "recomputation of activations",
}
