"""How the parts are installed and started together. Only this package may import all the others."""
