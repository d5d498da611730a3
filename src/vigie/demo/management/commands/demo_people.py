"""Says who can sign in to the demo, and how."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from vigie.accounts.models import User
from vigie.demo.firms import BAKERY
from vigie.demo.people import DEMO_KEY, KNOWN
from vigie.rights.table import ROLE_LABELS


class Command(BaseCommand):
    help = "Prints the invented people who can sign in, what to look at with each, and how to sign in."
    requires_system_checks = ()  # the pages are not needed

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.VIGIE.production:
            raise CommandError("there are no invented people in production")
        there = set(User.objects.filter(email__in=[known.email for known in KNOWN]).values_list("email", flat=True))
        if not there:
            raise CommandError("there is no world yet: manage.py build_world --quick")
        site = settings.VIGIE.site_url
        self.stdout.write(f"Se connecter : {site}/connexion/ (sans mot de passe)")
        self.stdout.write(f"  Le code arrive par courriel : {site}/demo/courriels/")
        self.stdout.write(f"  Second facteur de l’équipe : {site}/demo/ affiche le code du moment")
        self.stdout.write(f"  (ou dans une application TOTP, avec la clé {DEMO_KEY})\n\n")
        for known in KNOWN:
            if known.email in there:
                roles = ", ".join(ROLE_LABELS[role] for role in known.roles)
                self.stdout.write(f"  {known.email:<36} {known.full_name}, {roles.lower()}")
                self.stdout.write(f"  {'':<36} à voir : {known.see}")
        self.stdout.write(f"\n  Une entreprise à essayer : {BAKERY}, à Villefort (Lozère), {site}/")
