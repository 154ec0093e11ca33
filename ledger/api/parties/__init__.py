"""The nouns about who acts: organisations, members and people, mandates, tokens."""
