"""The desk on the pages: who may do what, the book, its balances, papers, plan and record; claims reviewed."""
