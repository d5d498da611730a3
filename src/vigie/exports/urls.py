"""Addresses of exports."""

from __future__ import annotations

from django.urls import path

from vigie.exports import views

app_name = "exports"
urlpatterns = [
    path("mes-exports/", views.mine, name="mine"),
    path("mes-exports/<slug:code>/", views.take, name="take"),
]
