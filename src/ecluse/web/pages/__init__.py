"""The pages, in the order of the menu; a new page is a line here."""

from ecluse.web.pages import check, chips, evidence, law, world

PAGES = (*check.PAGES, *chips.PAGES, *law.PAGES, *evidence.PAGES, *world.PAGES)

__all__ = ["PAGES"]
