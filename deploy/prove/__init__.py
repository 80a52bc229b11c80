"""`devices prove`: what one device says is judged, and told on one page."""
