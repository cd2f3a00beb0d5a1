"""The pages and the API: rendered by the server, every answer at an address of its own."""
