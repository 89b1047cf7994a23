"""What other rooms read and that lies elsewhere: git modules, fetched into a cache of the user."""
