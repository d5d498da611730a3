"""Addresses of the matching service."""

from __future__ import annotations

from django.urls import path

from vigie.matching.views import (
    desk,
    figures,
    filling,
    follow,
    following,
    following_notes,
    need,
    network,
    offer,
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
    path("equipe/visites/<int:pk>/besoins/<int:need_pk>/sujet/", visits_team.requalify, name="visit_requalify"),
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

FOLLOWING = [
    path("equipe/suivi/", following.following, name="following"),
    path("equipe/suivi/besoins/<int:pk>/", following.need, name="following_need"),
    path("equipe/suivi/besoins/<int:pk>/agir/", following.act, name="following_act"),
    path("equipe/suivi/besoins/<int:pk>/notes/", following_notes.note_need, name="note_need"),
    path("equipe/suivi/besoins/<int:pk>/etiquettes/", following_notes.tag_need, name="tag_need"),
    path("equipe/suivi/mises-en-relation/<int:pk>/confier/", following.hand_elsewhere, name="following_move"),
    path("equipe/suivi/experts/", following.experts, name="following_experts"),
    path("equipe/suivi/experts/<int:pk>/", following.expert, name="following_expert"),
    path("equipe/suivi/experts/<int:pk>/relancer/", following.remind_expert, name="following_remind_expert"),
    path("equipe/suivi/experts/<int:pk>/notes/", following_notes.note_expert, name="note_expert"),
    path("equipe/suivi/notes/<int:pk>/retirer/", following_notes.delete_note, name="delete_note"),
    path("equipe/sollicitations/<int:pk>/notes/", following_notes.note_request, name="note_request"),
    path("equipe/sollicitations/<int:pk>/etiquettes/", following_notes.tag_request, name="tag_request"),
    path("equipe/etiquettes/", following_notes.tags, name="tags"),
    path("equipe/etiquettes/<int:pk>/", following_notes.tag, name="tag"),
    path("equipe/sujets-publics/", offer.offers, name="offers"),
    path("equipe/sujets-publics/nouveau/", offer.offer, name="new_offer"),
    path("equipe/sujets-publics/<int:pk>/", offer.offer, name="offer"),
    path("equipe/modeles-de-refus/", following_notes.refusals, name="refusals"),
    path("equipe/modeles-de-refus/nouveau/", following_notes.refusal, name="new_refusal"),
    path("equipe/modeles-de-refus/<int:pk>/", following_notes.refusal, name="refusal"),
    path("equipe/modeles-de-refus/<int:pk>/ordre/", following_notes.order_refusal, name="order_refusal"),
]

urlpatterns = [*PUBLIC, *DESK, *VISITS, *NETWORK, *TEAM, *FOLLOWING]
