"""The WSGI application that the web server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

gc.disable()  # what loading makes is never to be collected: looking for it takes a tenth of the start
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.settings")
application = get_wsgi_application()

# What is loaded stays: the collector need not look at it again, nor stop a page for the few objects it makes.
get_resolver().url_patterns  # noqa: B018  # the views are loaded now, not at the first page
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
gc.enable()
