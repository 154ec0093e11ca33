"""Readers and writers of others' formats: bytes and words, no database. What is read comes as records."""
