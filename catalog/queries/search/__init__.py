"""Finding goods: a query becomes a plan, a backend answers it with ids and scores, the pages come from the database."""
