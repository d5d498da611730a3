"""The limit page of quality-bars.md 4: what a page of a list costs at least, without a line of the product.

    PAGE_DATABASE=page.sqlite3 python -m bench.limits.page    # writes the rows, once
    PAGE_DATABASE=page.sqlite3 granian --interface wsgi bench.limits.page:application

Three queries on 350 000 rows, 50 rows rendered, sessions and CSRF.
"""

from __future__ import annotations

import os
import sqlite3

from django.conf import settings

ROWS = 350_000
PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Limite</title></head><body>
<form method="post">{% csrf_token %}<button>Envoyer</button></form><p>{{ total }} lignes, {{ wide }} ailleurs</p>
<table>{% for row in rows %}<tr><td><a href="/{{ row.pk }}/">{{ row.name }}</a></td><td>{{ row.place }}</td>
<td>{{ row.day|date:"j F Y" }}</td><td>{{ row.people }}</td></tr>{% endfor %}</table></body></html>"""
settings.configure(
    DEBUG=False,
    SECRET_KEY="limit",  # noqa: S106  # signs nothing but this page
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.sessions"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["PAGE_DATABASE"]}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    LANGUAGE_CODE="fr",
)

import django  # noqa: E402

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402

TEMPLATE = engines["django"].from_string(PAGE)


class Row(models.Model):
    name, place = models.CharField(max_length=80), models.CharField(max_length=5)
    day, people = models.DateField(), models.IntegerField()

    class Meta:
        app_label, db_table = "limit", "row"


def page(request: HttpRequest) -> HttpResponse:
    place = f"{request.session.get('place', 12):05d}"
    here = Row.objects.filter(place=place)
    rows = list(here.order_by("-pk")[:50])
    context = {"rows": rows, "total": here.count(), "wide": Row.objects.filter(place="00013").count()}
    return HttpResponse(TEMPLATE.render(context, request))


def prepare(name: str) -> None:
    """Writes the rows. Nobody signs in: no table of sessions."""
    with sqlite3.connect(name) as base:
        base.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, name TEXT, place TEXT, day TEXT, people INTEGER)")
        rows = ((f"Entreprise {n}", f"{n % 1000:05d}", f"2026-{n % 12 + 1:02d}-11", n % 90) for n in range(ROWS))
        base.executemany("INSERT INTO row (name, place, day, people) VALUES (?, ?, ?, ?)", rows)
        base.execute("CREATE INDEX row_place ON row (place, id)")


urlpatterns = [path("", page)]
application = get_wsgi_application()
if __name__ == "__main__":
    prepare(os.environ["PAGE_DATABASE"])
