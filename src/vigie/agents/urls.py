"""Addresses of agents."""

from __future__ import annotations

from django.urls import URLPattern, path

from vigie.agents.views import consent

app_name = "agents"
urlpatterns: list[URLPattern] = [
    path("confidentialite/", consent.confidentiality, name="confidentiality"),
    path("administration/confidentialite/", consent.edit_confidentiality, name="edit_confidentiality"),
]
