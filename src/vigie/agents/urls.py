"""Addresses of agents."""

from __future__ import annotations

from django.urls import URLPattern, path

from vigie.agents.views import consent, partner

app_name = "agents"
urlpatterns: list[URLPattern] = [
    path("confidentialite/", consent.confidentiality, name="confidentiality"),
    path("habilitations/", partner.agents, name="partner"),
    path("habilitations/demander/", partner.ask, name="ask"),
    path("habilitations/<int:pk>/revoir/", partner.review, name="review"),
    path("administration/confidentialite/", consent.edit_confidentiality, name="edit_confidentiality"),
    path("administration/profils/", partner.profiles, name="profiles"),
]
