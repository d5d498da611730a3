"""Addresses of followup."""

from __future__ import annotations

from django.urls import path

from vigie.followup.views import acts, cards, closed, exports, files, history, kept, meetings, people, texts, words

app_name = "followup"
urlpatterns = [
    path("accompagnements/", files.listing, name="list"),
    path("accompagnements/vues/", kept.views, name="views"),
    path("accompagnements/nouveau/", files.new, name="new"),
    path("accompagnements/exporter/", exports.export_list, name="export_list"),
    path("accompagnements/confier/", people.handover, name="handover"),
    path("accompagnements/mes-courriels/", people.mails, name="mails"),
    path("accompagnements/reprendre/", cards.cards, name="cards"),
    path("accompagnements/reprendre/modele.csv", cards.model, name="cards_model"),
    path("accompagnements/reprendre/<int:pk>/", cards.one, name="cards_import"),
    path("accompagnements/codefi/", exports.codefi, name="codefi"),
    path("accompagnements/codefi/exporter/", exports.export_codefi, name="export_codefi"),
    path("accompagnements/codefi/reunions/nouvelle/", meetings.new, name="new_meeting"),
    path("accompagnements/codefi/reunions/<int:pk>/", meetings.meeting, name="meeting"),
    path("accompagnements/codefi/reunions/<int:pk>/agenda.ics", meetings.calendar, name="meeting_calendar"),
    path("accompagnements/codefi/reunions/<int:pk>/modifier/", meetings.edit, name="edit_meeting"),
    path("accompagnements/codefi/reunions/<int:pk>/acte/", meetings.act, name="meeting_act"),
    path("accompagnements/codefi/reunions/<int:pk>/exporter/", meetings.export, name="export_meeting"),
    path("accompagnements/codefi/reunions/<int:pk>/entreprises/<int:point_pk>/", meetings.decide, name="decide"),
    path(
        "accompagnements/codefi/reunions/<int:pk>/entreprises/<int:point_pk>/acte/",
        meetings.point_act,
        name="point_act",
    ),
    path("accompagnements/supprimes/", files.deleted, name="deleted"),
    path("accompagnements/supprimes/<int:pk>/", files.restore, name="restore"),
    path("accompagnements/entreprises/<str:siren>/", files.firm, name="firm"),
    path("accompagnements/<int:pk>/", files.sheet, name="file"),
    path("accompagnements/<int:pk>/modifier/", files.edit, name="edit"),
    path("accompagnements/<int:pk>/terminer/", files.complete, name="complete"),
    path("accompagnements/<int:pk>/acte/", files.act, name="act"),
    path("accompagnements/<int:pk>/dupliquer/", files.duplicate, name="duplicate"),
    path("accompagnements/<int:pk>/exporter/", exports.export_file, name="export_file"),
    path("accompagnements/<int:pk>/personnes/", people.members, name="members"),
    path("accompagnements/<int:pk>/personnes/<int:member_pk>/", people.member, name="member"),
    path("accompagnements/<int:pk>/contacts/", people.add_contact, name="add_contact"),
    path("accompagnements/<int:pk>/contacts/<int:contact_pk>/", people.contact, name="contact"),
    path("accompagnements/<int:pk>/syntheses/<slug:code>/", texts.summary, name="summary"),
    path("accompagnements/<int:pk>/syntheses/<slug:code>/versions/", history.versions, name="summary_versions"),
    path(
        "accompagnements/<int:pk>/syntheses/<slug:code>/versions/<int:number>/",
        history.version,
        name="summary_version",
    ),
    path(
        "accompagnements/<int:pk>/syntheses/<slug:code>/versions/<int:number>/reprendre/",
        history.restore,
        name="restore_summary",
    ),
    path("accompagnements/<int:pk>/commentaires/<slug:code>/", texts.comment, name="comment"),
    path("accompagnements/<int:pk>/mes-commentaires/<int:comment_pk>/", texts.own_comment, name="own_comment"),
    path("accompagnements/<int:pk>/analyse/", acts.analyse, name="analyse"),
    path("accompagnements/<int:pk>/action/", acts.add_action, name="add_action"),
    path("accompagnements/<int:pk>/orienter/", acts.refer_firm, name="refer"),
    path("administration/etablissements-fermes/", closed.closed, name="closed"),
    path("administration/etablissements-fermes/<int:pk>/fin/", closed.end, name="end_closed"),
    path("administration/mots/", words.words, name="words_home"),
    path("administration/mots/<slug:kind>/", words.words, name="words"),
    path("administration/mots/<slug:kind>/nouveau/", words.new_word, name="new_word"),
    path("administration/mots/<slug:kind>/<int:pk>/", words.word, name="word"),
    path("administration/mots/<slug:kind>/<int:pk>/agir/", words.word_act, name="word_act"),
    path("administration/mots/<slug:kind>/<int:pk>/reunir/", words.merge_word, name="merge_word"),
]
