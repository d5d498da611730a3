"""Addresses of campaigns."""

from __future__ import annotations

from django.urls import path

from vigie.campaigns.views import campaigns, targets, visits

app_name = "campaigns"
urlpatterns = [
    path("campagnes/", campaigns.listing, name="list"),
    path("campagnes/nouvelle/", campaigns.new, name="new"),
    path("campagnes/mes-entreprises/", campaigns.mine, name="mine"),
    path("campagnes/mes-entreprises/rappels.ics", campaigns.calls, name="calls"),
    path("campagnes/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campagnes/<int:pk>/lignes/", campaigns.lines, name="lines"),
    path("campagnes/<int:pk>/modifier/", campaigns.edit, name="edit"),
    path("campagnes/<int:pk>/ajouter/", campaigns.add, name="add"),
    path("campagnes/<int:pk>/equipe/", campaigns.team, name="team"),
    path("campagnes/<int:pk>/acte/", campaigns.act, name="act"),
    path("campagnes/<int:pk>/export/", campaigns.export, name="export_campaign"),
    path("campagnes/entreprises/<int:pk>/", targets.target, name="target"),
    path("campagnes/entreprises/<int:pk>/acte/", targets.act, name="target_act"),
    path("campagnes/entreprises/<int:pk>/contact/", targets.contact, name="contact"),
    path("campagnes/visites/", visits.week, name="visits"),
    path("campagnes/visites/nouvelle/", visits.plan, name="plan_visit"),
    path("campagnes/visites/<int:pk>/", visits.visit, name="visit"),
    path("campagnes/visites/<int:pk>/faite/", visits.hold, name="hold_visit"),
    path("campagnes/visites/<int:pk>/acte/", visits.act, name="visit_act"),
]
