"""Addresses of the settings."""

from __future__ import annotations

from django.urls import path

from vigie.tuning import views

app_name = "tuning"
urlpatterns = [
    path("administration/reglages/", views.settings, name="settings"),
    path("administration/reglages/<slug:slug>/", views.setting, name="setting"),
    path("administration/reglages/<slug:slug>/depart/", views.reset, name="reset"),
]
