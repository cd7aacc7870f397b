"""Orders, deliveries and scales under `/api/v1` for programs of the parties themselves, each with a token."""
