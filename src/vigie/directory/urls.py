from django.urls import path

from vigie.directory import views

app_name = "directory"
urlpatterns = [
    path("equipe/annuaire/", views.home, name="home"),
    path("equipe/annuaire/sujets/", views.subjects, name="subjects"),
    path("equipe/annuaire/sujets/<int:pk>/", views.subject, name="subject"),
    path("equipe/annuaire/experts/", views.experts, name="experts"),
    path("equipe/annuaire/experts/<int:pk>/", views.expert, name="expert"),
    path("equipe/annuaire/institutions/<int:pk>/", views.institution, name="institution"),
    path("equipe/annuaire/antennes/<int:pk>/", views.antenne, name="antenne"),
    path("equipe/annuaire/ajouter/<slug:kind>/", views.add, name="add"),
    path("equipe/annuaire/ajouter/<slug:kind>/<slug:owner_kind>/<int:owner_pk>/", views.add, name="add_under"),
    path("equipe/annuaire/modifier/<slug:kind>/<int:pk>/", views.edit, name="edit"),
    path("equipe/annuaire/retirer/<slug:kind>/<int:pk>/", views.remove, name="remove"),
    path("equipe/annuaire/zones/<slug:owner_kind>/<int:pk>/", views.zones, name="zones"),
]
