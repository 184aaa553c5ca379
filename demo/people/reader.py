"""Read the platform's HTML into a Page."""

from __future__ import annotations

from html.parser import HTMLParser

from demo.people.pages import Field, Form, Page

VOID = frozenset({"input", "img", "br", "hr", "meta", "link", "source", "wbr", "col", "area"})
SKIPPED_TYPES = frozenset({"submit", "button", "reset", "image"})


class Reader(HTMLParser):
    """Fills a Page. Knows the marks of the design system: error summary, notice, field error."""

    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.form: Form | None = None
        self.control: Field | None = None
        self.stack: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.heard: dict[int, list[str]] = {}
        self.labels: dict[str, str] = {}
        self.choices: list[tuple[Field, int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.stack.append((tag, self.mark_of(tag, values)))
            self.heard[len(self.stack)] = []
        if tag == "form":
            self.form = Form(values.get("action", ""), values.get("method", "get").lower())
            self.page.forms.append(self.form)
        elif self.form is not None:
            self.read_control(tag, values)

    def mark_of(self, tag: str, values: dict[str, str]) -> str:
        """What the words inside an element are, as the page's own classes say."""
        names = values.get("class", "").split()
        if tag in {"title", "h1", "option", "textarea", "button", "label", "pre", "code"}:
            return f"{tag} {values.get('for', '') or values.get('value', '')}".strip()
        if tag == "a":
            return f"a {values.get('href', '')}"
        if "error-summary" in names:
            return "summary"
        if values.get("aria-live") == "polite":
            return "messages"
        if "notice" in names:
            return f"notice {' '.join(name for name in names if name != 'notice')}"
        return "li" if tag == "li" else ""

    def read_control(self, tag: str, values: dict[str, str]) -> None:
        assert self.form is not None
        name = values.get("name", "")
        if tag == "button" and name:
            self.form.buttons[name] = values.get("value", "")
        if tag in {"select", "textarea"} and name:
            self.control = self.form.fields.setdefault(name, Field(name, tag))
        elif tag == "option" and self.control is not None:
            value = values.get("value", "")
            self.control.options.append((value, ""))
            if "selected" in values or (not self.control.given and self.control.kind == "select"):
                self.control.given = [value]
        elif tag == "input" and name and values.get("type", "text") not in SKIPPED_TYPES:
            self.read_input(name, values)

    def read_input(self, name: str, values: dict[str, str]) -> None:
        assert self.form is not None
        kind = values.get("type", "text")
        control = self.form.fields.setdefault(name, Field(name, kind))
        if kind not in {"radio", "checkbox"}:
            control.given = [values.get("value", "")] if kind != "file" else []
            return
        value = values.get("value", "on")
        control.options.append((value, ""))
        self.choices.append((control, len(control.options) - 1, values.get("id", "")))
        if "checked" in values:
            control.given.append(value)

    def handle_endtag(self, tag: str) -> None:
        while any(tag == opened for opened, _ in self.stack):
            depth = len(self.stack)
            opened, mark = self.stack.pop()
            said = "".join(self.heard.pop(depth))
            if opened == "textarea" and self.control is not None:
                self.control.given = [said.removeprefix("\n")]
            self.close_element(opened, mark, " ".join(said.split()))
            if opened == tag:
                return

    def close_element(self, tag: str, mark: str, text: str) -> None:
        page, inside = self.page, [one for _, one in self.stack]
        if tag == "title":
            page.title = text
        elif tag == "pre":
            page.snippets.append(text)
        elif tag == "p" and text:
            page.paragraphs.append(text)
        elif tag == "a":
            page.links.append((mark[2:], text))
        elif tag == "li" and "summary" in inside:
            page.problems.append(text)
        elif mark.startswith("notice") and "messages" in inside:
            page.messages.append((mark.partition(" ")[2], text))
        self.close_control(tag, mark, text)

    def close_control(self, tag: str, mark: str, text: str) -> None:
        if tag == "label":
            self.labels[mark.partition(" ")[2]] = text
            self.name_wrapped_choice(text)
        elif tag == "form":
            self.form = None
        elif tag in {"select", "textarea"} and self.control is not None:
            self.control = None
        elif tag == "option" and self.control is not None and self.control.options:
            value, _ = self.control.options[-1]
            self.control.options[-1] = (value, text)

    def name_wrapped_choice(self, text: str) -> None:
        """A radio or a check box that stands inside its label has the label's words."""
        if self.choices:
            control, place, _ = self.choices[-1]
            value, words = control.options[place]
            control.options[place] = (value, words or text)

    def handle_data(self, data: str) -> None:
        if not any(tag in {"script", "style"} for tag, _ in self.stack):
            for depth in range(1, len(self.stack) + 1):
                self.heard[depth].append(data)
            self.words.append(data)

    def finish(self) -> Page:
        for control, place, ident in self.choices:
            value, words = control.options[place]
            control.options[place] = (value, self.labels.get(ident, words))
        self.page.text = " ".join(" ".join(self.words).split())
        return self.page


def read_page(url: str, status: int, html: str) -> Page:
    reader = Reader(Page(url, status))
    reader.feed(html)
    reader.close()
    return reader.finish()
