"""Addresses of the matching service."""

from __future__ import annotations

from django.urls import path

from vigie.matching.views import (
    desk,
    figures,
    filling,
    follow,
    need,
    network,
    public,
    simulator,
    team,
    visits,
    visits_team,
)

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

VISITS = [
    path("visites/", visits.company, name="visit"),
    path("visites/saisie/", visits.by_hand, name="visit_by_hand"),
    path("visites/contact/", visits.contact, name="visit_contact"),
    path("visites/<int:pk>/contact/", visits.contact_again, name="visit_contact_again"),
    path("visites/<int:pk>/besoins/", visits.needs, name="visit_needs"),
    path("visites/<int:pk>/besoins/<int:need_pk>/retirer/", visits.remove_need, name="visit_remove_need"),
    path("visites/<int:pk>/envoi/", visits.send, name="visit_send"),
    path("visites/<int:pk>/abandonner/", visits.abandon, name="visit_abandon"),
    path("besoins/deposes/", visits_team.filed, name="filed"),
    path("equipe/visites/", visits_team.queue, name="visits_to_validate"),
    path("equipe/visites/<int:pk>/", visits_team.sheet, name="visit_to_validate"),
    path("equipe/visites/<int:pk>/agir/", visits_team.act, name="act_on_visit"),
    path(
        "equipe/visites/<int:pk>/besoins/<int:need_pk>/experts/<int:expert_pk>/",
        visits_team.choose,
        name="visit_expert",
    ),
]

NETWORK = [
    path("animation/", network.territory, name="territory"),
    path("besoins/<int:pk>/relancer/", network.remind, name="remind"),
    path("besoins/<int:pk>/autre-besoin/", network.pass_on, name="pass_on"),
    path("manques/", network.holes, name="holes"),
    path("manques/signaler/", network.report_hole, name="report_hole"),
    path("equipe/manques/", network.holes_to_answer, name="holes_to_answer"),
    path("equipe/manques/<int:pk>/", network.hole, name="hole"),
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

urlpatterns = [*PUBLIC, *DESK, *VISITS, *NETWORK, *TEAM]
