"""Addresses of the detection lists."""

from __future__ import annotations

from django.urls import path

from vigie.watchlists.views import corrections, listing, lists, news, opinions, rework, runs, search

app_name = "watchlists"
urlpatterns = [
    path("detection/", listing.listing, name="list"),
    path("detection/recherche/", search.search, name="search"),
    path("detection/reglages/", listing.list_settings, name="list_settings"),
    path("detection/exporter/", listing.export_list, name="export_list"),
    path("detection/faits-nouveaux/", news.news, name="news"),
    path("detection/calendrier/", lists.calendar, name="calendar"),
    path("detection/entreprises/<str:siren>/avis/", opinions.opinion, name="opinion"),
    path("detection/listes/<str:code>/retraitee/", rework.rework, name="rework"),
    path("detection/retraitees/<int:pk>/", rework.reworked, name="reworked"),
    path("detection/retraitees/<int:pk>/exporter/", rework.export_reworked, name="export_reworked"),
    path("detection/retraitees/<int:pk>/<str:siren>/", rework.reworked_firm, name="reworked_firm"),
    path("detection/avis/", opinions.mine, name="opinions"),
    path("equipe/avis/", opinions.counts, name="opinion_counts"),
    path("equipe/avis/raisons/<int:pk>/retirer/", opinions.archive, name="archive_reason"),
    path("detection/redressements/", corrections.listing, name="corrections"),
    path("detection/redressements/nouveau/", corrections.write, name="write_correction"),
    path("detection/redressements/<int:pk>/", corrections.sheet, name="correction"),
    path("detection/redressements/<int:pk>/modifier/", corrections.change, name="change_correction"),
    path("detection/redressements/<int:pk>/agir/", corrections.act, name="act_on_correction"),
    path("equipe/integrations/", runs.runs, name="runs"),
    path("equipe/integrations/<str:code>/", runs.act, name="act_on_publication"),
]
