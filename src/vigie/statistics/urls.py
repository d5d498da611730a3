from django.urls import path

from vigie.statistics import views

app_name = "statistics"
urlpatterns = [
    path("statistiques/", views.statistics, name="public"),
    path("statistiques/donnees.csv", views.as_csv, name="csv"),
    path("statistiques/donnees.json", views.as_json, name="json"),
    path("equipe/chiffres/cohortes/", views.cohorts, name="cohorts"),
    path("accompagnements/bilan/", views.report, name="report"),
    path("accompagnements/bilan/fichier/", views.export_report, name="export_report"),
    path("usages/", views.usage, name="usage"),
    path("usages/bilan/", views.partner, name="partner"),
    path("usages/bilan/fichier/", views.export_partner, name="export_partner"),
    path("equipe/pages/", views.pages, name="pages"),
]
