"""The command line: one file per command, ``main`` the group, ``wiring`` what joins seams and makers."""
