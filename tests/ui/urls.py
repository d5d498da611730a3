"""The addresses of the tests of the components: the gallery alone."""

from __future__ import annotations

from django.urls import path

from vigie.ui.gallery import gallery

urlpatterns = [path("composants/", gallery, name="gallery")]
