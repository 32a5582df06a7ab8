"""A cycle over many boards, some of which hang, fail or never end."""
