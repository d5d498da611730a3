"""Addresses of help and opinions."""

from __future__ import annotations

from django.urls import path

from vigie.support import views

app_name = "support"
urlpatterns = [
    path("aide/question/", views.ask, name="help"),
    path("aide/question/envoyee/", views.asked, name="asked"),
    path("aide/recues/", views.inbox, name="inbox"),
    path("aide/recues/<int:pk>/", views.question, name="question"),
    path("aide/responsables/", views.responders, name="responders"),
    path("aide/responsables/<int:pk>/retirer/", views.remove_responder, name="remove_responder"),
    path("votre-avis/", views.opinion, name="opinion"),
    path("votre-avis/merci/", views.thanks, name="thanks"),
    path("equipe/avis-sur-le-service/", views.opinions, name="opinions"),
]
