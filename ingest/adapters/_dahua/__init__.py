"""What the Dahua adapters share: reading loose text, the device's clock, and the make's tables."""
