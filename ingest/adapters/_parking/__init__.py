"""What the adapters of parking cameras share: how these cameras write plates and looks."""
