"""The reader: an article into proposed claims. It proposes; a person accepts."""
