"""What the fold of a thousand reactions costs, and that its bytes are the same however it is cut or where it runs."""
