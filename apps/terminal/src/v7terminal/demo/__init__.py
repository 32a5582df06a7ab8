"""The demo: invented postings on boards that speak real shapes over real HTTP, on loopback only."""
