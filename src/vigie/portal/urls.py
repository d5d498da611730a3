from django.urls import path

from vigie.portal import views
from vigie.portal.legal import LEGAL_PAGES

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("mon-bureau/", views.desk, name="desk"),
    path("nouveautes/", views.news, name="news"),
    path("plan-du-site/", views.plan, name="site_map"),
    path("sante", views.alive, name="alive"),
    path("sante/pret", views.ready, name="ready"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    *(path(f"{slug}/", views.legal, {"slug": slug}, name=slug) for slug in LEGAL_PAGES),
]
