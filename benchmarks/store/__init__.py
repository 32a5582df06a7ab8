"""What the store costs: ingestion, search, appends; a hundred thousand postings, or a million."""
