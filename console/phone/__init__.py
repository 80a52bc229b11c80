"""Plain pages for phones, under `/m`: what staff have to do, and what residents ask for."""
