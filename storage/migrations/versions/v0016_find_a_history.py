"""Find what the audit trail says of one claim."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_index(
        op.f("ix_audit_company_subject_seq"), "audit", ["company", "subject", "seq"]
    )
