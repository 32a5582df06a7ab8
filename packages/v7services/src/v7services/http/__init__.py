"""One guarded fetch for every source: `client.Fetcher`. Its values are in `messages`."""
