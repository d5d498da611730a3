from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "vigie.followup"
    label = "followup"
    verbose_name = "accompagnements"

    def ready(self) -> None:
        from vigie.agents.registry import register_files
        from vigie.exports.registry import FOR_DOCUMENTS, FOR_SHEETS, register_exporter
        from vigie.followup import audiences, jobs
        from vigie.followup.actions.requests import take_up
        from vigie.followup.queries import codefi, exports, meetings, opened, requests, talks
        from vigie.matching.registry import register_files as register_needs
        from vigie.watchlists.queries.contacts import register_contacts
        from vigie.watchlists.queries.files import register_files as register_said

        register_files(opened.living_files, opened.files_with_texts)
        register_needs(take_up, requests.followed_requests)
        register_contacts(talks.TALKS, talks.talks_with)
        register_said(opened.files_in_words)
        audiences.register()
        jobs.register()
        register_exporter(exports.LIST, exports.list_sheet, formats=FOR_SHEETS)
        register_exporter(codefi.AGENDA, codefi.agenda_document, formats=FOR_DOCUMENTS)
        register_exporter(meetings.MINUTES, meetings.minutes_document, formats=FOR_DOCUMENTS)
        register_exporter(exports.FILE, exports.file_document, formats=FOR_DOCUMENTS)
