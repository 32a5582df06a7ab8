"""What ranking many people costs here, and what a hundred machines would make of it."""
