"""What the Dahua adapters share: the device's clock, and the make's tables."""
