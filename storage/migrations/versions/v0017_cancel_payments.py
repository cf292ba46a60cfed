"""Give payments that nobody owes any more a state of their own."""

from alembic import op

revision = "0017"
down_revision = "0016"

_GONE = (
    "state = 'failed' AND EXISTS (SELECT 1 FROM claims WHERE claims.company = payments.company"
    " AND claims.number = payments.claim AND claims.state IN ('in_review', 'void', 'rejected',"
    " 'returned', 'withdrawn', 'draft'))"
)
_SQLITE = "json_set(document, '$.state', 'cancelled')"
_POSTGRESQL = "jsonb_set(document::jsonb, '{state}', '\"cancelled\"')::text"


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    document = _POSTGRESQL if postgres else _SQLITE
    op.get_bind().exec_driver_sql(
        f"UPDATE payments SET document = {document}, state = 'cancelled' WHERE {_GONE}"
    )
