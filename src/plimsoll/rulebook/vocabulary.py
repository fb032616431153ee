"""The closed lists of words that rulebooks and facts share: events, quantities, attributes and dates."""

from __future__ import annotations

EVENTS = {
    "became_aware": "the developer became aware of an incident",
    "causal_link_suspected": "a causal link was established, or suspected with reasonable likelihood",
    "clarification_requested": "the authority asked for a clarification",
    "cluster_acquired": "a computing cluster was acquired or came into possession",
    "concern_raised": "a covered employee raised a concern",
    "deployed": "the model is deployed",
    "designated": "the model was designated by the competent body",
    "determined": "the developer determined that an incident occurred",
    "discovered": "an incident was discovered",
    "filed_registration": "the registration or disclosure statement was filed",
    "framework_adopted": "the safety framework was adopted or published",
    "framework_changed": "the safety framework was materially changed",
    "imminent_risk_found": "an imminent risk of death or serious physical injury was found",
    "incident_reported": "the initial incident report was made",
    "known_will_be_met": "it became known that the line will be met",
    "law_took_effect": "the provision took effect for this party",
    "licence_granted": "a licence or permission was granted",
    "line_met": "the line was met",
    "notified": "the authority was notified",
    "owner_changed": "the ownership changed",
    "placed_on_market": "the model is placed on the market",
    "qualified": "the party first met the definition",
    "reasonable_belief": "facts were learned that give reasonable belief of an incident",
    "red_line_crossed": "a red line was crossed, or its crossing was found",
    "report_received": "a report was received",
    "requested": "a downstream provider or the authority asked",
    "resolved": "an incident was resolved",
    "run_finished": "the training run finished",
    "run_planned": "the training run was planned",
    "run_started": "the training run starts",
    "weights_exfiltrated": "model weights left the developer's control",
    "year_began": "the reporting year began",
}
"""What can start, stop or extend a statutory clock. Each regime starts its clock at another one."""

QUANTITIES = {
    "active_parameters": "parameters used in one forward pass",
    "base_model_compute": "FLOP of the original model's training",
    "business_users": "registered business users in the Union",
    "cluster_interconnect_gbits": "Gbit/s between machines of the cluster",
    "cluster_ops_per_second": "theoretical maximum operations per second of the cluster",
    "compute_cost_usd": "US dollars of compute cost",
    "developer_revenue_usd": "US dollars of gross revenue in the preceding calendar year, affiliates included",
    "effective_compute": "compute adjusted for algorithmic progress",
    "end_users": "registered end users",
    "largest_run_compute": "FLOP of the largest training run known anywhere",
    "parameters": "total parameters",
    "training_tokens": "training tokens seen, epochs included",
}
"""Numeric facts other than compute metrics; whole numbers of the named unit."""

FLOP_QUANTITIES = frozenset({"base_model_compute", "effective_compute", "largest_run_compute"})
"""Those of them that count FLOP."""

ATTRIBUTES: dict[str, tuple[str, ...] | type[bool]] = {
    "base_is_systemic_risk": bool,
    "cluster_colocated": bool,
    "developer_role": (
        "original_provider",
        "modifier",
        "compute_provider",
        "international_lab",
        "licensed_developer",
    ),
    "imminent_risk": bool,
    "incident_category": ("critical_infrastructure", "cybersecurity_breach", "death", "other"),
    "internal_use": bool,
    "is_modifier": bool,
    "jurisdictions": (),
    "modality_domain": ("general", "biology", "narrow"),
    "open_weights": bool,
    "output_modalities": ("text", "speech", "image", "video", "other"),
    "publicly_traded": bool,
    "sparsity_excluded": bool,
}
"""Facts in words: yes or no, or from a list (an empty list of choices allows any word)."""

DATES = {
    "deployed": "first deployment",
    "placed_on_market": "first placing on the Union market",
    "qualified_on": "the party first met the definition",
    "run_started": "start of the training run",
}
"""Dates on which a rule's own application can depend."""

DATES_OF_EVENTS = {
    "deployed": "deployed",
    "placed_on_market": "placed_on_market",
    "qualified_on": "qualified",
    "run_started": "run_started",
}
"""The event of which each is the day."""

CALENDARS = ("elapsed", "calendar_days", "eu_1182_71", "us_federal", "us_ca", "us_ny", "us_il")
"""Ways to count a period: see `deadlines.py`."""
