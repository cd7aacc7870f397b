"""What runs on one machine without a system administrator: database, queue, supervisor, browser files.

Nothing else in the house imports this package; `dev.py` and the test bed do. An installation with its own PostgreSQL
and Redis never starts it.
"""
