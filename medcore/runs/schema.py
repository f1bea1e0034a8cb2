"""The two tables of the run store."""

import sqlalchemy as sa

STATES = ("queued", "running", "done", "failed", "cancelled")

_metadata = sa.MetaData()

runs = sa.Table(
    "runs",
    _metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("parent", sa.String(32), index=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("size", sa.String(8), nullable=False),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    sa.Column("cancel", sa.Boolean, nullable=False),
    sa.Column("spec", sa.JSON, nullable=False),
    sa.Column("spec_hash", sa.String(16), nullable=False, index=True),
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("result", sa.JSON(none_as_null=True)),
    sa.Column("error", sa.Text),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("started", sa.Double),
    sa.Column("ended", sa.Double),
    sa.Column("heartbeat", sa.Double),
    sa.Index("runs_owner_started", "owner", "started"),
)

metrics = sa.Table(
    "metrics",
    _metadata,
    sa.Column("run_id", sa.String(32), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("metric", sa.Text, nullable=False),
    sa.Column("value", sa.Double),
    sa.Column("time", sa.Double, nullable=False),
    sqlite_with_rowid=False,
)


def create(connection: sa.Connection) -> None:
    """Makes the tables that are missing.

    Raises:
        ValueError: if a table of that name has other columns, so another version or program wrote it.
    """
    _metadata.create_all(connection)
    found = sa.inspect(connection)
    for table in _metadata.sorted_tables:
        expected = set(table.columns.keys())
        received = {column["name"] for column in found.get_columns(table.name)}
        if expected != received:
            differing = ", ".join(sorted(expected ^ received))
            raise ValueError(
                f"The run store must have been made by this version of Medcore. "
                f"Received: a table {table.name} that differs in {differing}"
            )
