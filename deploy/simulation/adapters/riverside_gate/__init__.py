"""An adapter without Python of its own; this file only lets it travel in the package."""
