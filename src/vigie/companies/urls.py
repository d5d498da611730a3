"""Addresses of the search of companies."""

from __future__ import annotations

from django.urls import path

from vigie.companies import views

app_name = "companies"
urlpatterns = [path("recherche/entreprises/", views.search, name="search")]
