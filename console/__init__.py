"""The console: keeps alerts and views, shows them to people, and tells them apart from noise."""
