"""The verbs: check, resolve, refresh, diff, plan, apply. Everything outside stands behind a seam."""
