from django.urls import path

from vigie.directory.views import book, closing, coverage, imports, lists

app_name = "directory"
urlpatterns = [
    path("equipe/annuaire/", book.home, name="home"),
    path("equipe/annuaire/sujets/", book.subjects, name="subjects"),
    path("equipe/annuaire/sujets/<int:pk>/", book.subject, name="subject"),
    path("equipe/annuaire/themes/<int:pk>/", book.theme, name="theme"),
    path("equipe/annuaire/experts/", book.experts, name="experts"),
    path("equipe/annuaire/experts/<int:pk>/", book.expert, name="expert"),
    path("equipe/annuaire/institutions/<int:pk>/", book.institution, name="institution"),
    path("equipe/annuaire/antennes/", lists.antennes, name="antennes"),
    path("equipe/annuaire/antennes/<int:pk>/", book.antenne, name="antenne"),
    path("equipe/annuaire/antennes/<int:pk>/fermer/", closing.close, name="close"),
    path("equipe/annuaire/anomalies/", lists.anomalies, name="anomalies"),
    path("equipe/annuaire/imports/", imports.imports, name="imports"),
    path("equipe/annuaire/imports/<int:pk>/", imports.one, name="import"),
    path("equipe/annuaire/imports/<int:pk>/decider/", imports.decide, name="import_decide"),
    path("equipe/annuaire/exporter/<slug:kind>.<slug:file_format>", imports.export, name="export"),
    path("equipe/annuaire/ajouter/<slug:kind>/", book.add, name="add"),
    path("equipe/annuaire/ajouter/<slug:kind>/<slug:owner_kind>/<int:owner_pk>/", book.add, name="add_under"),
    path("equipe/annuaire/modifier/<slug:kind>/<int:pk>/", book.edit, name="edit"),
    path("equipe/annuaire/retirer/<slug:kind>/<int:pk>/", book.remove, name="remove"),
    path("equipe/annuaire/couverture/", coverage.coverage, name="coverage"),
    path("equipe/annuaire/couverture/trous.csv", coverage.holes, name="coverage_holes"),
    path("equipe/annuaire/couverture/<slug:code>/", coverage.departement, name="coverage_departement"),
    path("equipe/annuaire/zones/<slug:owner_kind>/<int:pk>/", book.zones, name="zones"),
]
