"""The pages, in the order of the menu; a new page is a line here."""

from ecluse.web.pages import check, chips, evidence, law, screen, world

PAGES = (*check.PAGES, *chips.PAGES, *law.PAGES, *evidence.PAGES, *world.PAGES, *screen.PAGES)

__all__ = ["PAGES"]
