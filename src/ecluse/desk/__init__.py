"""The desk: orders, limits that cannot be overdrawn, and a record that nobody can alter unseen."""
