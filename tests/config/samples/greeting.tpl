Hello ${name}, welcome to ${join(" and ", teams)}.
