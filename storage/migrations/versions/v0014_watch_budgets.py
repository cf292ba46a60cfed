"""Keep beside a budget what a scan of all of them compares."""

import json

import sqlalchemy as sa
from alembic import op

from core.period import parse_period

revision = "0014"
down_revision = "0013"

_NEVER = 10_000


def upgrade() -> None:
    for column in (
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("period", sa.Text(), server_default="", nullable=False),
        sa.Column("alert_at", sa.Text(), server_default="", nullable=False),
        sa.Column("alert_from", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("budgets", column)
    budgets = sa.table(
        "budgets",
        *(sa.column(n) for n in ("company", "id", "document", "period", "alert_at", "alert_from")),
        sa.column("starts", sa.Date),
        sa.column("ends", sa.Date),
    )
    connection = op.get_bind()
    found = connection.execute(
        sa.select(budgets.c.company, budgets.c.id, budgets.c.document)
    ).all()
    for company, name, document in found:
        budget = json.loads(document)
        period = parse_period(budget["period"], budget.get("fiscal_start", 1))
        alerts = sorted(budget.get("alerts", (80, 90, 100)))
        connection.execute(
            sa.update(budgets)
            .where(budgets.c.company == company, budgets.c.id == name)
            .values(
                starts=period.start,
                ends=period.end,
                period=period.text,
                alert_at=",".join(map(str, alerts)),
                alert_from=min(alerts, default=_NEVER),
            )
        )
