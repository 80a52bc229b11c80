"""What adapters of Chinese public security standards share."""
