"""Pages of alarms and the rota."""
