"""The leaderboard: configuration, board and static page."""
