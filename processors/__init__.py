"""From events to alerts: a pure heart (core, rules) and a shell on Faust around it."""
