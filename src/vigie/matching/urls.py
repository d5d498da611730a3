"""Addresses of the matching service."""

from __future__ import annotations

from django.urls import path

from vigie.matching.views import desk, figures, filling, follow, need, public, simulator, team

app_name = "matching"

PUBLIC = [
    path("recherche/", public.search, name="search"),
    path("recherche/suggestions/", public.search_suggestions, name="suggestions"),
    path("themes/<slug:theme>/", public.theme, name="theme"),
    path("demande/communes/", filling.communes, name="communes"),
    path("demande/suite/<str:token>/contact/", filling.contact, name="contact"),
    path("demande/suite/<str:token>/entreprise/", filling.company, name="company"),
    path("demande/suite/<str:token>/entreprise/saisie/", filling.company_manual, name="company_manual"),
    path("demande/suite/<str:token>/description/", filling.description, name="description"),
    path("demande/envoyee/<str:token>/", filling.sent, name="sent"),
    path("demande/reprendre/<str:token>/", filling.resume, name="resume"),
    path("demande/<slug:theme>/<slug:subject>/", public.start, name="request"),
    path("ma-demande/<str:token>/", follow.follow, name="follow"),
    path("ma-demande/<str:token>/precision/", follow.add_precision, name="add_precision"),
    path("ma-demande/<str:token>/pas-appele/", follow.say_not_called, name="say_not_called"),
    path("ma-demande/<str:token>/retirer/", follow.withdraw, name="withdraw_request"),
]

DESK = [
    path("besoins/", desk.desk, name="desk"),
    path("besoins/<int:pk>/", need.need, name="need"),
    path("besoins/<int:pk>/mises-en-relation/<int:match_pk>/", need.answer, name="answer"),
    path("besoins/<int:pk>/mises-en-relation/<int:match_pk>/confier/", need.hand_over, name="hand_over"),
    path("besoins/<int:pk>/discussion/", need.comment, name="comment"),
    path("besoins/<int:pk>/discussion/<int:message_pk>/retirer/", need.delete_comment, name="delete_comment"),
]

TEAM = [
    path("equipe/sollicitations/", team.queue, name="queue"),
    path("equipe/sollicitations/<int:pk>/", team.solicitation, name="solicitation"),
    path("equipe/sollicitations/<int:pk>/agir/", team.act, name="act_on_solicitation"),
    path("equipe/sollicitations/<int:pk>/experts/", team.add, name="add_expert"),
    path("equipe/sollicitations/<int:pk>/experts/<int:candidate_pk>/", team.select, name="select_expert"),
    path("equipe/sollicitations/<int:pk>/requalifier/", team.requalify, name="requalify"),
    path("equipe/sollicitations/<int:pk>/refuser/", team.refuse, name="refuse"),
    path("equipe/qui-serait-notifie/", simulator.simulator, name="simulator"),
    path("equipe/besoins/<int:pk>/pourquoi/", simulator.explain, name="explain"),
    path("equipe/chiffres/", figures.figures, name="figures"),
]

urlpatterns = [*PUBLIC, *DESK, *TEAM]
