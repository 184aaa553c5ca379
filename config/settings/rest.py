"""Django REST framework: JSON only; who is asking was settled by the middleware."""

from __future__ import annotations

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "governance.identity.authentication.PrincipalAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["governance.identity.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "EXCEPTION_HANDLER": "governance.identity.rest.answer_problem",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Muniment",
    "DESCRIPTION": "AI governance that runs on evidence.",
    "VERSION": "v1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "ActRoleEnum": "governance.registry.choices.ActRole",
        "DatasetRoleEnum": "governance.registry.choices.DatasetRole",
        "UploadStateEnum": "governance.registry.choices.UploadState",
        "JobStateEnum": "governance.work.models.JobState",
        "PlanStateEnum": "monitoring.choices.PlanState",
        "BatchStateEnum": "monitoring.states.BatchState",
        "MonitorStateEnum": "monitoring.states.MonitorState",
        "AlertStateEnum": "monitoring.states.AlertState",
    },
    # The browsable documentation comes from an installed package: it works offline.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
