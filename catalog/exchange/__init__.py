"""Readers and writers of others' formats. They know bytes and words, no database: what is read comes back as records."""
