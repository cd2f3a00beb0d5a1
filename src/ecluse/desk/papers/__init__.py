"""Papers: what has to be filed, told to a consignee, or kept, filled from the book and checked for completeness."""
