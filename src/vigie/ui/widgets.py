"""The few inputs that Django has not: a text counted as it is typed, a name completed as it is typed."""

from __future__ import annotations

from typing import Any

from django import forms

from vigie.ui.drawing.controls import input_


class CountedTextarea(forms.Textarea):
    """A large text; the field template writes under it how many characters are left.

    The browser is not told the limit (``maxlength`` would cut a pasted text without a word): the server refuses it and
    gives it back whole.
    """

    def __init__(self, attrs: dict[str, Any] | None = None, *, limit: int = 0, rows: int = 6) -> None:
        super().__init__({"rows": rows, **(attrs or {})})
        self.limit = limit


class Combobox(forms.TextInput):
    """A text input completed from ``source``; without script it is a plain search text.

    source: address answering ``?q=…`` with ``{"results": [{"value", "label", "hint"}]}``.
    value_name: name of the hidden input that receives the value of the line chosen (empty: only the label counts).
    submit: the form is sent as soon as a line is chosen.
    """

    template_name = "ui/widgets/combobox.html"

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        *,
        source: str,
        value_name: str = "",
        value: str = "",
        submit: bool = False,
    ) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", **(attrs or {})})
        self.source = source
        self.value_name = value_name
        self.value = value
        self.submit = submit

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["combobox"] = self
        context["control"] = input_(context["widget"])
        return context


class Several(forms.CheckboxSelectMultiple):
    """Boxes folded under what is chosen, for a filter that takes several values. none: said when nothing is."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, none: str = "Tous") -> None:
        super().__init__(attrs)
        self.none = none

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """The values sent; one alone when what is kept dates from when it was a single one."""
        found = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return [one for one in ([found] if isinstance(found, str) else found) if one]


class Choice(str):
    """The label of an option of a radio or checkbox group, with a hint under it."""

    hint: str

    def __new__(cls, label: str, hint: str = "") -> Choice:
        choice = super().__new__(cls, label)
        choice.hint = hint
        return choice
