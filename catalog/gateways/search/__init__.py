"""Search engines behind `catalog.queries.search.backend`."""
