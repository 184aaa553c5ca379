"""What upper rooms add to the system page and to home: a registry, so that nobody below knows who is above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from governance.identity.principal import Principal
    from governance.registry.models import AISystem, Release

SystemContext = Callable[["AISystem", "Principal"], dict[str, Any]]
ReleaseContext = Callable[["Release", "Principal"], dict[str, Any]]
HomeContext = Callable[["Principal"], dict[str, Any]]


@dataclass(frozen=True)
class Tab:
    """A tab of the system page: `build` gives the context of `template`, which fills the page's body."""

    slug: str
    label: str
    order: int
    template: str
    build: SystemContext


@dataclass(frozen=True)
class Card:
    """A card on the system's overview, a release or home; `column` is 'main' or 'side'."""

    slug: str
    order: int
    column: str
    template: str
    build: Callable[..., dict[str, Any]]


SYSTEM_TABS: dict[str, Tab] = {}
SYSTEM_CARDS: dict[str, Card] = {}
RELEASE_CARDS: dict[str, Card] = {}
HOME_CARDS: dict[str, Card] = {}


def system_tab(
    slug: str, label: str, order: int, template: str
) -> Callable[[SystemContext], SystemContext]:
    def add(build: SystemContext) -> SystemContext:
        SYSTEM_TABS[slug] = Tab(slug, label, order, template, build)
        return build

    return add


def system_card(
    slug: str, order: int, template: str, column: str = "main"
) -> Callable[[SystemContext], SystemContext]:
    def add(build: SystemContext) -> SystemContext:
        SYSTEM_CARDS[slug] = Card(slug, order, column, template, build)
        return build

    return add


def release_card(
    slug: str, order: int, template: str, column: str = "main"
) -> Callable[[ReleaseContext], ReleaseContext]:
    def add(build: ReleaseContext) -> ReleaseContext:
        RELEASE_CARDS[slug] = Card(slug, order, column, template, build)
        return build

    return add


def home_card(
    slug: str, order: int, template: str, column: str = "main"
) -> Callable[[HomeContext], HomeContext]:
    def add(build: HomeContext) -> HomeContext:
        HOME_CARDS[slug] = Card(slug, order, column, template, build)
        return build

    return add


def in_order(registry: dict[str, Tab] | dict[str, Card]) -> list[Any]:
    return sorted(registry.values(), key=lambda entry: entry.order)
