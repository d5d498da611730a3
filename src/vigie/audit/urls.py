"""Addresses of audit."""

from __future__ import annotations

from django.urls import path

from vigie.audit import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.register, name="register"),
    path("audit/registre.csv", views.export, name="export"),
    path("audit/rejouer/", views.replay, name="replay"),
    path("audit/anomalies/", views.anomalies, name="anomalies"),
    path("audit/chaine/", views.chain, name="chain"),
]
