"""Job sources behind one guarded fetch, a durable store and log, and the feed built on them."""
