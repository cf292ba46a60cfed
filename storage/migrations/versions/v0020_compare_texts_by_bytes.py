"""Compare texts by their bytes on PostgreSQL, too: keys are no words of a language."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_TABLES = frozenset(
    """
    alerts audit budget_changes budgets card_codes cards claims companies counters delegations
    dialogs entries exchanges heads hold_ends holds identities inbox invoices leases limits
    links memories outbox payment_batches payments pictures preferences requests sessions
    sign_ins slots spend_facts spend_sums tombstones verifications verify_tries vouchers
    waiting
    """.split()
)


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    inspector = sa.inspect(bind)
    for table in sorted(set(inspector.get_table_names()) & _TABLES):
        changes = [
            f'ALTER COLUMN "{column["name"]}" TYPE {column["type"].compile(bind.dialect)} '
            'COLLATE "C"'
            for column in inspector.get_columns(table)
            if isinstance(column["type"], sa.String)
        ]
        bind.exec_driver_sql(f'ALTER TABLE "{table}" {", ".join(changes)}')
