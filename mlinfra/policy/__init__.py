"""Policy: rules that judge a plan."""
