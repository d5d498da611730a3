import os
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="1"
import pytest
from datetime import datetime, UTC
from django.conf import settings as s
from django.urls import reverse
from pytest_socket import enable_socket
from tests.accounts.factories import sign_in
from tests.scenarios.conftest import Someone
from tests.watchlists.correction_world import approved, draft, proposed, simulated, ANSWER
from tests.watchlists.factories import agent, opened, MENUISERIE
pytestmark=[pytest.mark.browser]

@pytest.mark.django_db(transaction=True)
def test_shot(chromium, live_server, client, folders, zones, at):
    enable_socket()
    opened(folders)
    a=agent()
    moving=[{"siren": MENUISERIE.siren, "level_before": "moderate", "level_after": "strong", "effect": 0.4}]
    row=simulated(a, at, answer={**ANSWER,"firms_moving":moving})
    approved(agent(), at, wording="Secteur du bâtiment en reprise"); draft(a, at, wording="Un autre brouillon à moi")
    sign_in(client,a)
    for size in ({"width":1280,"height":900},{"width":360,"height":740}):
        who=Someone(chromium, live_server.url, size)
        who.context.add_cookies([{"name":s.SESSION_COOKIE_NAME,"value":client.cookies[s.SESSION_COOKIE_NAME].value,"url":live_server.url}])
        for i,url in enumerate([reverse("watchlists:corrections"), reverse("watchlists:correction",args=[row.pk]), reverse("watchlists:write_correction"), reverse("watchlists:change_correction",args=[row.pk])]):
            assert who.open(url)==200
            who.page.screenshot(path=f"/tmp/corr_e2e/shot{size['width']}_{i}.png", full_page=True)
            try: who.check_accessible()
            except AssertionError as e: print("A11Y",url,size,str(e)[:1500])
        print("COMPLAINTS", who.complaints)
