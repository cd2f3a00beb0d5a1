"""The verbs of `ecluse desk`, by what they touch: book, ledger, record, papers, plans."""
