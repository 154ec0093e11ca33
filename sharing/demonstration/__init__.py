"""The demonstration book: organisations, people by role, and cases in every state, made through commands only."""
