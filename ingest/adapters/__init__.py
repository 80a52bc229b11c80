"""One folder per family of devices that speak alike; see CONTRIBUTING.md, "Add a device"."""
