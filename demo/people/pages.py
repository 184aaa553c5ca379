"""A page as a person meets it: its forms, what it says was wrong, what it announces."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Field:
    """A control of a form: `options` are (value, words) where one chooses, `given` what is set."""

    name: str
    kind: str
    given: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)

    def choose(self, wanted: str) -> str:
        """The option's value, for its value or its words (or how its words begin).

        Raises LookupError naming what could have been chosen.
        """
        for test in (
            lambda value, words: wanted == value,
            lambda value, words: wanted == words,
            lambda value, words: words.startswith(wanted),
            lambda value, words: wanted in words,
        ):
            found = [value for value, words in self.options if test(value, words)]
            if found:
                return found[0]
        offered = "; ".join(words for _, words in self.options) or "nothing"
        raise LookupError(f"'{self.name}' does not offer '{wanted}'. It offers: {offered}.")


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """What one request brought: the address it ended at, its forms and its words.

    `messages` are (tone, words) of what the platform says about what was just done.
    """

    url: str
    status: int
    title: str = ""
    text: str = ""
    paragraphs: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    snippets: list[str] = field(default_factory=list)

    def form_with(self, *names: str) -> Form:
        """The form that has all these fields. Raises LookupError naming the forms there are."""
        for form in self.forms:
            if all(name in form.fields for name in names):
                return form
        there = "; ".join(", ".join(form.fields) for form in self.forms if form.fields)
        raise LookupError(f"{self.url} has no form with {', '.join(names)}. Its forms: {there}.")

    def link(self, words: str, below: str = "") -> str:
        """The address behind a link. Raises LookupError naming the links there are."""
        for href, said in self.links:
            if words in said and below in href:
                return href
        raise LookupError(f"{self.url} has no link '{words}'. Links: {self.links[:60]}.")
