from django.urls import path

from vigie.demo import guide, sample_files, views

app_name = "demo"
urlpatterns = [
    path("", guide.guide, name="guide"),
    path("fichiers/<slug:name>.csv", sample_files.sample, name="sample"),
    path("courriels/", views.mails, name="mails"),
    path("courriels/<int:pk>/", views.mail, name="mail"),
    path("courriels/<int:pk>/html/", views.mail_html, name="mail_html"),
]
