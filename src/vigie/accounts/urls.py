"""Addresses of sign-in and of accounts.

The names of the first group are those that django-allauth looks for; its pages for signing up, passwords and e-mail
addresses are not mounted.
"""

from django.urls import include, path

from vigie.accounts.views import absences, me, people, proconnect, second_factor, sign_in

pages = [
    path("mon-compte/", me.me, name="me"),
    path("mon-compte/conditions/", me.terms, name="terms"),
    path("mon-compte/absences/", me.set_absence, name="set_absence"),
    path("mon-compte/absences/<int:pk>/annuler/", me.cancel_absence, name="cancel_absence"),
    path("absences/", absences.people, name="absences"),
    path("absences/<int:pk>/", absences.person, name="absences_of"),
    path("absences/<int:pk>/<int:absence_pk>/annuler/", absences.cancel, name="cancel_planned"),
    path("equipe/personnes/", people.people, name="people"),
    path("equipe/personnes/inviter/", people.invite, name="invite"),
    path("equipe/personnes/antennes/", people.antennes, name="antennes"),
    path("equipe/personnes/<int:pk>/", people.person, name="person"),
    path("equipe/personnes/<int:pk>/modifier/", people.change, name="change"),
    path("equipe/personnes/<int:pk>/agent/", people.agent, name="agent"),
    path("equipe/personnes/<int:pk>/habilitations/", people.add_habilitation, name="add_habilitation"),
    path("equipe/personnes/<int:pk>/habilitations/<int:habilitation_pk>/", people.decide, name="decide"),
    path("equipe/personnes/<int:pk>/archiver/", people.archive, name="archive"),
    path("equipe/personnes/<int:pk>/second-facteur/retirer/", people.remove_second_factor, name="remove_second_factor"),
]

urlpatterns = [
    path("connexion/", sign_in.ask_code, name="account_login"),
    path("connexion/", sign_in.ask_code, name="account_request_login_code"),
    path("connexion/code/", sign_in.confirm_code, name="account_confirm_login_code"),
    path("connexion/second-facteur/", sign_in.second_factor, name="mfa_authenticate"),
    path("connexion/proconnect/", proconnect.begin, name="proconnect_begin"),
    path("connexion/proconnect/retour/", proconnect.come_back, name="proconnect_callback"),
    path("connexion/proconnect/rattacher/", proconnect.attach, name="proconnect_attach"),
    path("connexion/proconnect/fin-de-session/", proconnect.ended, name="proconnect_ended"),
    path("deconnexion/proconnect/", proconnect.after, name="proconnect_after"),
    path("mon-compte/confirmer/", proconnect.confirm, name="confirm_identity"),
    path("deconnexion/", sign_in.sign_out, name="account_logout"),
    path("mon-compte/", me.me, name="mfa_index"),
    path("mon-compte/second-facteur/", second_factor.set_up, name="mfa_activate_totp"),
    path("mon-compte/second-facteur/changer/", second_factor.replace, name="mfa_deactivate_totp"),
    path("mon-compte/second-facteur/confirmer/", second_factor.confirm, name="mfa_reauthenticate"),
    path("mon-compte/codes-de-secours/", second_factor.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "mon-compte/codes-de-secours/renouveler/",
        second_factor.renew_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("", include((pages, "accounts"))),
]
