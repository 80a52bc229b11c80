"""One module for each make: how it is known, and in which words it is answered."""
