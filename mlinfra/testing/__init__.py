"""For those who write plugins: suites that theirs must pass. Needs pytest; nothing else imports it."""
