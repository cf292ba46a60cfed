"""Take the rates of vouchers out of kept company files: lines have rates of their own now."""

from alembic import op

revision = "0019"
down_revision = "0018"

_SQLITE = "json_remove(document, '$.vouchers.rates')"
_POSTGRESQL = "(document::jsonb #- '{vouchers,rates}')::text"


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    document = _POSTGRESQL if postgres else _SQLITE
    op.get_bind().exec_driver_sql(
        f"UPDATE companies SET document = {document} WHERE document LIKE '%\"rates\"%'"
    )
