"""What the pages of campaigns share."""

from __future__ import annotations

from django.forms import BaseForm
from django.views.decorators.http import require_http_methods

from vigie.accounts.forms import put_refusal
from vigie.kernel.errors import Forbidden, Refused, TransitionRefused

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


def refused(form: BaseForm, error: Refused) -> int:
    """Puts a refusal in the form that comes back; gives the status. Forbidden is raised again."""
    if isinstance(error, Forbidden):
        raise error
    put_refusal(form, error)  # type: ignore[arg-type]
    return 409 if isinstance(error, TransitionRefused) else 422
