"""What stands, as plain pages: homes, gates, vehicles, places, and what cannot be judged."""
