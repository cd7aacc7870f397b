"""832 files, from upload to undo: reading, judging, committing, undoing, and what finance and units still answer."""
