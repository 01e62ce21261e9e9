"""What runs every day: the daemon with its schedule, what it is told, what it tells."""
