"""Forums, threads, posts, moderators and moderation."""
