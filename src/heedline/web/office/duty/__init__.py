"""Pages for alarms and the duty rota."""
