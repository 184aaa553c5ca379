from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from governance.assessment.catalog_files import (
    BASELINES,
    POLICIES,
    STRICTNESS,
    CatalogFileError,
    GatePolicy,
    load_baseline,
    load_policy,
    require_known,
)
from governance.audit import canonical

HIGH = load_baseline(BASELINES / "high_risk.yaml")
PRODUCTION = load_policy(POLICIES / "production.yaml")
STAGING = load_policy(POLICIES / "staging.yaml")
GATES = pytest.mark.parametrize("policy", [PRODUCTION, STAGING], ids=lambda policy: policy.id)


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = (POLICIES / name).read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@GATES
def test_a_policy_names_only_requirements_of_the_baseline(policy: GatePolicy) -> None:
    require_known(policy, HIGH, f"{policy.id}.yaml")


@GATES
def test_a_policy_covers_every_tier_and_requirement(policy: GatePolicy) -> None:
    for tier, entry in product(("high", "limited", "minimal"), HIGH.entries):
        assert policy.strictness(tier, entry.id, entry.scope) in STRICTNESS


@GATES
def test_stronger_lists_are_never_milder(policy: GatePolicy) -> None:
    order = ["ignore", "warn", "pending", "deny"]
    for part in policy.tiers.values():
        effects = part["requirements"]["effects"]
        for milder, stronger in zip(STRICTNESS[1:], STRICTNESS, strict=False):
            for reason, effect in effects[milder].items():
                if reason != "only-acts-missing" or stronger == "must_hold":
                    assert order.index(effect) <= order.index(effects[stronger][reason])


def test_failed_fairness_denies_production_and_an_exception_makes_it_a_warning() -> None:
    high = PRODUCTION.tiers["high"]
    assert PRODUCTION.strictness("high", "MEASURE 2.11", "release") == "must_hold"
    assert high["requirements"]["effects"]["must_hold"]["not-satisfied"] == "deny"
    assert (high["exceptions"]["turns"], high["exceptions"]["into"]) == ("deny", "warn")
    assert "compensating-control" in high["exceptions"]["requires"]


def test_production_at_high_risk_waits_for_validator_and_executive() -> None:
    high = PRODUCTION.tiers["high"]
    assert [(one["role"], one["missing"]) for one in high["opinions"]] == [("validator", "pending")]
    assert [(one["role"], one["missing"]) for one in high["approvals"]] == [
        ("executive", "pending")
    ]


@GATES
def test_results_of_the_running_deployment_never_block_its_successor(policy: GatePolicy) -> None:
    for entry in HIGH.entries:
        if entry.scope == "deployment":
            assert policy.strictness("high", entry.id, "deployment") == "ignored"


def test_staging_denies_nothing_for_want_of_evidence() -> None:
    for tier in STAGING.tiers:
        for entry in HIGH.entries:
            assert STAGING.strictness(tier, entry.id, entry.scope) in ("noted", "ignored")


def test_the_digest_is_that_of_the_content_and_not_of_the_layout(tmp_path: Path) -> None:
    again = load_policy(
        changed(tmp_path, "staging.yaml", "id: staging", "# a comment\nid:   staging")
    )
    other = load_policy(
        changed(tmp_path, "staging.yaml", "review_within_days: 30", "review_within_days: 29")
    )
    assert again.digest == STAGING.digest == canonical.digest(STAGING.content)
    assert other.digest != STAGING.digest


def test_a_policy_that_lets_drift_of_the_running_deployment_block_is_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(CatalogFileError, match=r"running_deployment\.alerts"):
        load_policy(changed(tmp_path, "production.yaml", "alerts: ignore", "alerts: deny"))


def test_a_requirement_in_two_lists_of_a_policy_is_refused(tmp_path: Path) -> None:
    twice = changed(tmp_path, "production.yaml", "must_not_fail: []", "must_not_fail: [MAP 2.1]")
    with pytest.raises(CatalogFileError, match=r"MAP 2\.1: tiers\.high.*two lists"):
        load_policy(twice)


def test_a_policy_naming_an_unknown_requirement_is_refused(tmp_path: Path) -> None:
    policy = load_policy(
        changed(tmp_path, "production.yaml", "[MAP 2.1, MEASURE 2.1]", "[MAP 9.9]")
    )
    with pytest.raises(
        CatalogFileError, match=r"MAP 9\.9: tiers\.limited\.requirements\.must_hold"
    ):
        require_known(policy, HIGH, "production.yaml")
