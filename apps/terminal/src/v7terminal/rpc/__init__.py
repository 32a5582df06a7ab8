"""Calls between the screen's process and the background one: the ports of v7core over one socket."""
