"""The open catalogue under `/api/v1`: what everybody may know, for machines. No household, no person, no account."""
