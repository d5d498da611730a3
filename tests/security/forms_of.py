"""The forms of a page as a browser reads them: where each goes, what each field offers, what it would send as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"csrfmiddlewaretoken"}


@dataclass
class Field:
    """offered: the values that the page gives the reader to send; sent: what it sends untouched."""

    offered: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)


@dataclass
class Form:
    """fields: of those that the reader chooses in or never sees; typed: those he types in, with what they hold."""

    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    def untouched(self) -> dict[str, list[str]]:
        """What is sent by pressing its (first) button."""
        return {name: [value] for name, value in self.typed.items()} | {
            name: list(one.sent) for name, one in self.fields.items() if one.sent
        }


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.open: Form | None = None
        self.select: Field | None = None
        self.area = ""
        self.buttons: set[int] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.open = Form(told.get("action", ""), told.get("method", "get").upper())
            self.forms.append(self.open)
            self.by_id[told.get("id", "")] = self.open
            return
        into = self.by_id.get(told["form"]) if told.get("form") else self.open
        if tag == "option" and self.select is not None:
            value = told.get("value", "")
            self.select.offered.add(value)
            if "selected" in told:
                self.select.sent = [*self.select.sent, value]
        elif into is not None and told.get("name", "") not in VOID | {""}:
            self._control(tag, told, into)

    def _control(self, tag: str, told: dict[str, str], into: Form) -> None:
        name, kind, value = told["name"], told.get("type", ""), told.get("value", "")
        if tag == "select":
            self.select = into.fields.setdefault(name, Field())
        elif tag == "textarea":
            into.typed[name], self.area = "", name
        elif (tag == "input" and kind in ("hidden", "radio", "checkbox", "submit")) or tag == "button":
            one = into.fields.setdefault(name, Field())
            one.offered.add(value or "on")
            pressed = (tag == "button" or kind == "submit") and id(into) not in self.buttons
            if pressed:
                self.buttons.add(id(into))
            if kind == "hidden" or pressed or ("checked" in told and kind in ("radio", "checkbox")):
                one.sent.append(value or "on" * (kind != "hidden"))
        elif tag == "input" and kind != "file":
            into.typed[name] = value

    def handle_data(self, data: str) -> None:
        if self.area and self.open is not None:
            self.open.typed[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            if self.select is not None and not self.select.sent and "" in self.select.offered:
                self.select.sent = [""]
            self.select = None
        elif tag == "textarea":
            self.area = ""


def forms_of(html: str) -> list[Form]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms
