"""Addresses of sheets."""

from __future__ import annotations

from django.urls import path

from vigie.sheets import views, views_report, views_simulator

app_name = "sheets"
urlpatterns = [
    path("administration/simulateur/", views_simulator.simulator, name="simulator"),
    path("detection/entreprises/<str:siren>/", views.company, name="company"),
    path("detection/entreprises/<str:siren>/suivre/", views.follow, name="follow"),
    path("detection/entreprises/<str:siren>/pourquoi/", views.why, name="why"),
    path("detection/entreprises/<str:siren>/groupe/", views.group, name="group"),
    path("detection/entreprises/<str:siren>/echange/", views.talk, name="talk"),
    path("detection/entreprises/<str:siren>/signaler/", views_report.report, name="report"),
    path("detection/entreprises/<str:siren>/exporter/", views.export_company, name="export_company"),
    path("detection/etablissements/<str:siret>/", views.establishment, name="establishment"),
    path("detection/etablissements/<str:siret>/exporter/", views.export_establishment, name="export_establishment"),
]
