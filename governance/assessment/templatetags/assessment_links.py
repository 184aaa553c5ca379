from __future__ import annotations

from django import template
from django.urls import reverse

from governance.identity.choices import Role
from governance.registry.models import AISystem, Release

register = template.Library()


@register.simple_tag
def why_url(system: AISystem, requirement: str, release: Release | None = None) -> str:
    """The page that answers why a requirement holds at a system, or at one of its releases."""
    page = reverse("why", args=[system.pk, requirement.replace(" ", "-")])
    return f"{page}?release={release.pk}" if release else page


@register.filter
def role_words(value: str) -> str:
    """A role's label; any other word as it stands."""
    return str(Role(value).label) if value in Role.values else value
