from django.urls import path

from vigie.journal import views

app_name = "journal"
urlpatterns = [
    path("equipe/courriels/", views.mails, name="messages"),
    path("equipe/courriels/<int:pk>/envoyer/", views.release, name="release_message"),
    path("equipe/courriels/<int:pk>/annuler/", views.cancel, name="cancel_message"),
    path("equipe/courriels/<int:pk>/renvoyer/", views.resend, name="resend_message"),
    path("equipe/travaux/", views.works, name="jobs"),
    path("equipe/travaux/<slug:name>/lancer/", views.run, name="run_job"),
]
