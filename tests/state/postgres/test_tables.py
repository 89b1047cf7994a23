from __future__ import annotations

import re

import pytest

from mlinfra.state.api import StoreError
from mlinfra.state.postgres.tables import TABLES, Tables


def test_what_a_newer_mlinfra_made_is_refused() -> None:
    TABLES.check(TABLES.version, "mlinfra")
    with pytest.raises(StoreError, match="which a newer mlinfra made") as wrong:
        TABLES.check(TABLES.version + 1, "mlinfra")
    assert "pgrade" in wrong.value.hint


def test_tables_that_are_too_old_to_read_wait_for_a_command_that_writes() -> None:
    tables = Tables(("", "", ""), readable=2)
    for version in (0, 2, 3):
        tables.check_readable(version, "mlinfra")
    with pytest.raises(StoreError, match="of version 1, an earlier mlinfra's") as wrong:
        tables.check_readable(1, "mlinfra")
    assert "mlinfra apply" in wrong.value.hint


def test_migrations_name_no_schema_since_everybody_may_choose_one() -> None:
    """And they can be undone: what cannot run in a transaction would leave half of them behind."""
    assert TABLES.readable <= TABLES.version
    for text in TABLES.migrations:
        assert not re.search(r"\bmlinfra\.|\bpublic\.|\bconcurrently\b|\bcommit\b", text)
