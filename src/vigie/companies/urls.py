"""Addresses of the search of companies."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "companies"
urlpatterns: list[URLPattern] = []
