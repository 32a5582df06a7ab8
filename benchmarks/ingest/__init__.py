"""What it costs to bring a posting in, stage by stage."""
