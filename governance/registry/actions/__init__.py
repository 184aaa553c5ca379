"""The registry's verbs, one noun a file."""

from __future__ import annotations

from governance.registry.actions.datasets import register_dataset
from governance.registry.actions.deployments import end_deployment, record_deployment
from governance.registry.actions.models import register_model_version
from governance.registry.actions.releases import create_release
from governance.registry.actions.systems import (
    assign_people,
    confirm_tier,
    edit_system,
    register_system,
)
from governance.registry.actions.uploads import finish_inspection, receive_upload

__all__ = [
    "assign_people",
    "confirm_tier",
    "create_release",
    "edit_system",
    "end_deployment",
    "finish_inspection",
    "receive_upload",
    "record_deployment",
    "register_dataset",
    "register_model_version",
    "register_system",
]
