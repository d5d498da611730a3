"""Every address of the service. Each subject brings its own; addresses are French, plural and stable."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("vigie.portal.urls")),
    path("", include("vigie.accounts.urls")),
    path("", include("vigie.tuning.urls")),
    path("", include("vigie.journal.urls")),
    path("", include("vigie.companies.urls")),
    path("", include("vigie.directory.urls")),
    path("", include("vigie.matching.urls")),
    path("", include("vigie.sheets.urls")),
    path("", include("vigie.watchlists.urls")),
    path("", include("vigie.exports.urls")),
    path("", include("vigie.agents.urls")),
    path("", include("vigie.audit.urls")),
    path("", include("vigie.support.urls")),
    path("", include("vigie.followup.urls")),
    path("", include("vigie.campaigns.urls")),
    path("", include("vigie.statistics.urls")),
]

if not settings.VIGIE.production:
    from vigie.connectors.fakes.django_mount import fakes_view
    from vigie.ui.gallery import gallery

    urlpatterns += [
        path("demo/", include("vigie.demo.urls")),
        path("composants/", gallery, name="gallery"),
        path("fakes/<path:path>", fakes_view, name="fakes"),
    ]

handler400 = "vigie.portal.views.bad_request"
handler403 = "vigie.portal.views.forbidden"
handler404 = "vigie.portal.views.not_found"
handler500 = "vigie.portal.views.server_error"
