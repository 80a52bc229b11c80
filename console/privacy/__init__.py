"""People's data: who looks at what and why, what people may ask of theirs, and when it goes."""
