"""The lifecycles of a request and of a match, and the states of a need, which are derived (matching.md 3)."""

from __future__ import annotations

from vigie.kernel.lifecycle import Lifecycle, State, Transition

STEP_CONTACT, STEP_COMPANY, STEP_DESCRIPTION = "step_contact", "step_company", "step_description"
IN_PROGRESS, PROCESSED, CANCELED = "in_progress", "processed", "canceled"
INCOMPLETE = (STEP_CONTACT, STEP_COMPANY, STEP_DESCRIPTION)

SOLICITATION = Lifecycle(
    name="solicitation",
    initial=STEP_CONTACT,
    states=(
        State(STEP_CONTACT, "Étape contact", "new"),
        State(STEP_COMPANY, "Étape entreprise", "new"),
        State(STEP_DESCRIPTION, "Étape description", "new"),
        State(IN_PROGRESS, "Reçue", "info"),
        State(PROCESSED, "Mise en relation", "success"),
        State(CANCELED, "Abandonnée", "warning"),
    ),
    transitions=(
        Transition("give_contact", (STEP_CONTACT,), STEP_COMPANY, "solicitation.fill", "solicitation.started"),
        Transition(
            "give_company",
            (STEP_COMPANY,),
            STEP_DESCRIPTION,
            "solicitation.fill",
            "solicitation.company_given",
        ),
        Transition(
            "complete",
            (STEP_DESCRIPTION, CANCELED),
            IN_PROGRESS,
            "solicitation.fill",
            "solicitation.completed",
            button="Envoyer ma demande",
            stamps=("completed_at",),
            clears=("canceled_at",),
            requires=("description",),
        ),
        Transition(
            "drop_spam",
            (STEP_DESCRIPTION, IN_PROGRESS),
            CANCELED,
            "solicitation.triage",
            "solicitation.spam_dropped",
            button="Indésirable",
            stamps=("completed_at", "canceled_at"),
            clears=("transmit_at",),
            requires=("cancel_reason",),
        ),
        Transition(
            "transmit",
            (IN_PROGRESS,),
            PROCESSED,
            "solicitation.transmit",
            "solicitation.transmitted",
            button="Notifier les experts sélectionnés",
            stamps=("transmitted_at",),
            clears=("transmit_at",),
        ),
        Transition(
            "refuse",
            (IN_PROGRESS,),
            CANCELED,
            "solicitation.triage",
            "solicitation.refused",
            button="Ne pas donner suite",
            stamps=("canceled_at",),
            clears=("transmit_at",),
            requires=("cancel_reason", "refusal_template_id"),
        ),
        Transition(
            "withdraw",
            (IN_PROGRESS, PROCESSED),
            CANCELED,
            "solicitation.follow",
            "solicitation.withdrawn",
            button="Retirer ma demande",
            stamps=("canceled_at",),
            clears=("transmit_at",),
            requires=("cancel_reason",),
        ),
    ),
    missing_fr={
        "description": "Décrivez votre besoin en quelques mots.",
        "cancel_reason": "Indiquez pourquoi la demande s’arrête.",
        "refusal_template_id": "Choisissez le courriel qui sera envoyé à l’entreprise.",
    },
)

QUO, TAKING_CARE, NOT_FOR_ME = "quo", "taking_care", "not_for_me"
DONE, DONE_NO_HELP, DONE_NOT_REACHABLE = "done", "done_no_help", "done_not_reachable"
COVERED, WITHDRAWN, EXPIRED = "covered_by_colleague", "withdrawn", "expired"
CLOSED_BY_EXPERT = (DONE, DONE_NO_HELP, DONE_NOT_REACHABLE)
OPEN = (QUO, TAKING_CARE)
UNANSWERED = (QUO, EXPIRED)  # an expert may answer, even late

_ANSWERED = (NOT_FOR_ME, TAKING_CARE, *CLOSED_BY_EXPERT)

MATCH = Lifecycle(
    name="match",
    initial=QUO,
    states=(
        State(QUO, "En attente de réponse", "info"),
        State(EXPIRED, "Restée sans réponse", "warning"),
        State(TAKING_CARE, "En cours", "new"),
        State(NOT_FOR_ME, "Ce n’est pas pour moi", "error", final=True),
        State(DONE, "Aide proposée", "success", final=True),
        State(DONE_NO_HELP, "Pas d’aide disponible", "warning", final=True),
        State(DONE_NOT_REACHABLE, "Entreprise injoignable", "warning", final=True),
        State(COVERED, "Pris en charge par un collègue", "info", final=True),
        State(WITHDRAWN, "Demande retirée par l’entreprise", "info", final=True),
    ),
    transitions=(
        Transition(
            "take_charge",
            UNANSWERED,
            TAKING_CARE,
            "match.answer",
            "match.taken_in_charge",
            button="J’appelle",
            stamps=("taken_care_of_at",),
        ),
        Transition(
            "decline",
            UNANSWERED,
            NOT_FOR_ME,
            "match.answer",
            "match.declined",
            button="Ce n’est pas pour moi",
            stamps=("closed_at",),
            requires=("refusal_reason",),
        ),
        Transition(
            "close_helped",
            (TAKING_CARE,),
            DONE,
            "match.answer",
            "match.closed_helped",
            button="Aide proposée",
            stamps=("closed_at",),
            requires=("help_name", "help_provider", "help_level"),
        ),
        Transition(
            "close_no_help",
            (TAKING_CARE,),
            DONE_NO_HELP,
            "match.answer",
            "match.closed_no_help",
            button="Pas d’aide disponible",
            stamps=("closed_at",),
        ),
        Transition(
            "close_unreachable",
            (TAKING_CARE,),
            DONE_NOT_REACHABLE,
            "match.answer",
            "match.closed_unreachable",
            button="Entreprise injoignable",
            stamps=("closed_at",),
        ),
        Transition(
            "undo_close",
            CLOSED_BY_EXPERT,
            TAKING_CARE,
            "match.answer",
            "match.reopened",
            button="Annuler la clôture",
            clears=("closed_at",),
        ),
        Transition(
            "undo",
            (TAKING_CARE, NOT_FOR_ME),
            QUO,
            "match.answer",
            "match.reopened",
            button="Annuler",
            clears=("taken_care_of_at", "closed_at"),
        ),
        Transition(
            "reopen",
            (*_ANSWERED, COVERED),
            QUO,
            "match.reopen",
            "match.reopened",
            button="Remettre en attente",
            clears=("taken_care_of_at", "closed_at"),
        ),
        Transition("cover", (QUO,), COVERED, "match.cover", "match.covered", stamps=("closed_at",)),
        Transition("wait_again", (EXPIRED,), QUO, "match.move", "match.reopened"),
        Transition("expire", (QUO,), EXPIRED, "match.expire", "match.expired"),
        Transition("withdraw", (*OPEN, EXPIRED), WITHDRAWN, "match.withdraw", "match.withdrawn", stamps=("closed_at",)),
    ),
    missing_fr={
        "refusal_reason": "Choisissez la raison\u00a0: elle aide l’équipe à mieux orienter les prochaines demandes.",
        "help_name": "Nommez l’aide proposée.",
        "help_provider": "Indiquez qui apporte cette aide.",
        "help_level": "Indiquez si cette aide est nationale, régionale ou locale.",
    },
)

HOLE_OPEN, HOLE_FILLED, HOLE_DISMISSED = "open", "filled", "dismissed"

HOLE = Lifecycle(
    name="hole_report",
    initial=HOLE_OPEN,
    states=(
        State(HOLE_OPEN, "À traiter", "info"),
        State(HOLE_FILLED, "Comblé", "success", final=True),
        State(HOLE_DISMISSED, "Sans suite", "warning", final=True),
    ),
    transitions=(
        Transition(
            "fill", (HOLE_OPEN,), HOLE_FILLED, "hole.answer", "hole.filled", button="Comblé", stamps=("closed_at",)
        ),
        Transition(
            "dismiss",
            (HOLE_OPEN,),
            HOLE_DISMISSED,
            "hole.answer",
            "hole.dismissed",
            button="Sans suite",
            stamps=("closed_at",),
            requires=("answer",),
        ),
    ),
    missing_fr={"answer": "Dites pourquoi ce signalement reste sans suite."},
)

NOT_COMPLETE = "diagnosis_not_complete"

NEED_STATUSES = (
    State(NOT_COMPLETE, "Analyse en cours", "new"),
    State(QUO, "En attente de réponse", "info"),
    State(EXPIRED, "Abandonné, resté sans réponse", "warning"),
    State(TAKING_CARE, "En cours de prise en charge", "new"),
    State(DONE, "Clôturé avec une aide proposée", "success", final=True),
    State(DONE_NO_HELP, "Clôturé sans aide disponible", "warning", final=True),
    State(DONE_NOT_REACHABLE, "Clôturé, entreprise injoignable", "warning", final=True),
    State(NOT_FOR_ME, "Refusé par tous les experts", "error", final=True),
    State(WITHDRAWN, "Retiré par l’entreprise", "info", final=True),
)
NEED_STATUS_BY_CODE = {state.code: state for state in NEED_STATUSES}

# First of these present among the matches (matching.md 3.4).
_PRECEDENCE = (DONE, DONE_NO_HELP, DONE_NOT_REACHABLE, TAKING_CARE, QUO, EXPIRED)


def need_status(match_states: frozenset[str] | set[str], *, complete: bool) -> str:
    """The status of a need, from the states of its matches; ``complete``: its analysis was transmitted."""
    if not match_states or not complete:
        return NOT_COMPLETE
    found = next((state for state in _PRECEDENCE if state in match_states), None)
    if found:
        return found
    return WITHDRAWN if WITHDRAWN in match_states else NOT_FOR_ME
