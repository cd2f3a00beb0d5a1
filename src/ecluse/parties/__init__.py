"""Who is at the other end: restricted parties, in Latin and Chinese script, and who owns them."""
