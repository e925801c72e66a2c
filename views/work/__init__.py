"""The current work of a session: what was entered, as a draft that survives reloads and restarts."""

from views.work.current import PREFIX, WorkFile, WorkPart, address_of_new_work, expire_drafts, open_work, save_work

__all__ = ["PREFIX", "WorkFile", "WorkPart", "address_of_new_work", "expire_drafts", "open_work", "save_work"]
