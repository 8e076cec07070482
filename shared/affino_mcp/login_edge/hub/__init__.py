"""The Hub: the pages where a person logs in and sees their sessions."""
